// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-256 (FIPS 180-4), to say which files a run was trained on in a form that sha256sum can check.
#pragma once

#include <string>
#include <string_view>

namespace fcoscope {

/// 64 hexadecimal digits.
std::string sha256(std::string_view bytes);

}  // namespace fcoscope
