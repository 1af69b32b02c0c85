// SPDX-License-Identifier: GPL-3.0-or-later
// Names and versions of the libraries that stay private to this room, for `fcos checks`.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace fcoscope {

std::vector<std::pair<std::string, std::string>> dataLibraries();

}  // namespace fcoscope
