// SPDX-License-Identifier: GPL-3.0-or-later
// Options from a TOML file. A key is an option's name, at the top or below the table it belongs to:
//
//     epochs = 50                    [train]
//     strides = [8, 16, 32]          epochs = 50
//
// Lists may be arrays or texts with commas. A key or table that nobody knows is an error, with the nearest known word.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/options.h"

namespace fcoscope {

struct Setting {
    std::string table;                 ///< "" at the top
    std::string key;
    std::vector<std::string> entries;  ///< one, or those of an array

    std::string text() const;  ///< the entries, joined by commas
};

/// The keys of a file in their order. Throws UserError naming file and line if it is not TOML or holds other kinds of
/// value (dates, tables within tables).
std::vector<Setting> readSettings(const std::filesystem::path &path);

/// A table's name in the file and the options that it holds.
struct SettingsTable {
    std::string name;
    const OptionTable *options;
};
void applySettings(const std::vector<Setting> &settings, const std::string &origin,
                   const std::vector<SettingsTable> &tables);

/// "[name]" and one line for each option with its value, so that readSettings gives them back.
std::string settingsText(const SettingsTable &table);

}  // namespace fcoscope
