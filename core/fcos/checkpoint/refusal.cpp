// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/refusal.h"

namespace fcoscope {

UserError damaged(const std::filesystem::path &path, const std::string &found)
{
    return UserError(message("core", "The file {0} is damaged: {1}; get it again from where it came from.")
                         .with(path.string(), found));
}

UserError contradictory(const std::filesystem::path &path, const std::string &found)
{
    return UserError(message("core", "The file {0} is refused, for no program that saves weights writes this: {1}; "
                                     "use a copy from a source that you trust.")
                         .with(path.string(), found));
}

UserError unsupported(const std::filesystem::path &path, const std::string &found)
{
    return UserError(message("core", "The weights in {0} cannot be read: {1}; save them again in Python with "
                                     "torch.save(model.state_dict(), file).")
                         .with(path.string(), found));
}

std::string shown(std::string_view text)
{
    std::string quoted = "\"";
    for (const char c : text.substr(0, 80))
        quoted += c >= ' ' && c <= '~' ? c : '?';
    return quoted + (text.size() > 80 ? "…\"" : "\"");
}

}  // namespace fcoscope
