// SPDX-License-Identifier: GPL-3.0-or-later
// What is global to a process, set once: each main calls this first, before any thread starts.
#pragma once

namespace fcoscope {

/// Numbers are read and written the C way whatever the locale; a reader that goes away does not kill us (SIGPIPE); and
/// glibc's allocator keeps the large blocks that the network asks for again and again instead of giving them back to the
/// kernel after every layer, which costs a page fault for each page (2.5 times on the widest layers).
void configureProcess();

}  // namespace fcoscope
