// SPDX-License-Identifier: GPL-3.0-or-later
// Where the files that ship with the program are: the default model, the demo project; and the programs.
#pragma once

#include <filesystem>
#include <string>

namespace fcoscope {

/// The shipped file or folder of that name, such as "models/default.safetensors", or an empty path where there is none.
/// Looked for, in this order, in the folder that the environment variable FCOSCOPE_RESOURCES names, in
/// ../share/fcoscope seen from the executable (an installed program), and in resources/ of the source tree (a program
/// that runs from its build folder).
std::filesystem::path resourceFile(const std::string &name);

/// Another program of ours: beside this one (installed programs), or where the build puts it. The path beside this one
/// where it is nowhere, so that a sentence can say what is missing.
std::filesystem::path programFile(const std::string &name);

}  // namespace fcoscope
