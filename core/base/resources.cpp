// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/resources.h"

#include <cstdlib>
#include <system_error>
#include <vector>

namespace fcoscope {

std::filesystem::path resourceFile(const std::string &name)
{
    std::vector<std::filesystem::path> folders;
    std::error_code error;
    if (const char *named = std::getenv("FCOSCOPE_RESOURCES"); named && *named)
        folders.emplace_back(named);
    // The link itself, not argv[0]: a program started through PATH or a link finds its files too.
    if (const auto program = std::filesystem::read_symlink("/proc/self/exe", error); !error)
        folders.push_back(program.parent_path().parent_path() / "share" / "fcoscope");
    folders.emplace_back(FCOSCOPE_SOURCE_RESOURCES);

    for (const auto &folder : folders)
        if (std::filesystem::exists(folder / name, error))
            return (folder / name).lexically_normal();
    return {};
}

std::filesystem::path programFile(const std::string &name)
{
    std::error_code error;
    const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    const std::filesystem::path beside = folder / name, built = folder.parent_path() / "cli" / name;
    return !std::filesystem::exists(beside, error) && std::filesystem::exists(built, error) ? built : beside;
}

}  // namespace fcoscope
