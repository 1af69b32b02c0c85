// SPDX-License-Identifier: GPL-3.0-or-later
// What is global to a process, set once: each main calls this first, before any thread starts.
#pragma once

namespace fcoscope {

/// Call it with main's argv: the program may start itself anew, once.
///
/// Numbers are read and written the C way whatever the locale; a reader that goes away does not kill us (SIGPIPE); and
/// glibc's allocator keeps the large blocks that the network asks for again and again instead of giving them back to
/// the kernel after every layer, which costs a page fault for each page (2.5 times on the widest layers).
///
/// OpenMP's threads spin for milliseconds at the end of every parallel loop before they sleep. Where another program
/// wants a core too, that makes the network tens of times slower (measured: docs/benchmarks.md). libgomp reads how long
/// to spin when it is loaded, before main, so the environment is set and the program started again, unless the person
/// has set it already.
void configureProcess(char **argv);

}  // namespace fcoscope
