// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/settings.h"

#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"

namespace fcoscope {
namespace {

[[noreturn]] void refuseLine(const std::string &file, const toml::source_region &where, const Message &why)
{
    throw UserError(message("core", "The file {0}, line {1}: {2}").with(file, where.begin.line, why.english()));
}

std::string scalarText(const toml::node &node, const std::string &file)
{
    if (const auto text = node.as_string())
        return text->get();
    if (const auto whole = node.as_integer())
        return std::to_string(whole->get());
    if (const auto real = node.as_floating_point())
        return numberText(real->get());
    if (const auto truth = node.as_boolean())
        return truth->get() ? "true" : "false";
    refuseLine(file, node.source(), message("core", "only texts, numbers, true, false and lists of them are options."));
}

Setting settingFrom(const std::string &table, const std::string &key, const toml::node &value, const std::string &file)
{
    Setting setting{table, key, {}};
    if (const auto list = value.as_array())
        for (const toml::node &entry : *list)
            setting.entries.push_back(scalarText(entry, file));
    else
        setting.entries.push_back(scalarText(value, file));
    return setting;
}

/// TOML's basic strings know all of JSON's escapes; it also wants the delete character escaped, as JSON does not.
std::string tomlText(const std::string &value)
{
    std::string text;
    for (const char c : jsonText(value))
        c == '\x7f' ? text += "\\u007f" : text += c;
    return text;
}

const SettingsTable *tableNamed(const std::string &name, const std::string &origin,
                                const std::vector<SettingsTable> &tables)
{
    std::vector<std::string> names;
    for (const auto &table : tables) {
        if (table.name == name)
            return &table;
        names.push_back(table.name);
    }
    const std::string nearest = nearestWord(name, names);
    if (nearest.empty())
        throw UserError(message("core", "{0}: there is no table [{1}].").with(origin, name));
    throw UserError(message("core", "{0}: there is no table [{1}]; did you mean [{2}]?").with(origin, name, nearest));
}

}  // namespace

std::string Setting::text() const
{
    std::string joined;
    for (const auto &entry : entries)
        joined += (joined.empty() ? "" : ",") + entry;
    return joined;
}

std::vector<Setting> readSettings(const std::filesystem::path &path)
{
    const std::string file = path.string(), text = readFile(path, 16u << 20);
    std::vector<Setting> settings;
    try {
        const toml::table root = toml::parse(text);
        for (const auto &[key, value] : root) {
            const auto *table = value.as_table();
            if (!table) {
                settings.push_back(settingFrom("", std::string(key.str()), value, file));
                continue;
            }
            for (const auto &[inner, entry] : *table)
                settings.push_back(settingFrom(std::string(key.str()), std::string(inner.str()), entry, file));
        }
    } catch (const toml::parse_error &error) {
        refuseLine(file, error.source(), message("core", "{0}.").with(error.description()));
    }
    return settings;
}

void applySettings(const std::vector<Setting> &settings, const std::string &origin,
                   const std::vector<SettingsTable> &tables)
{
    for (const Setting &setting : settings) {
        if (!setting.table.empty()) {
            tableNamed(setting.table, origin, tables)->options->set(setting.key, setting.text(), origin);
            continue;
        }
        std::vector<std::string> known;
        bool found = false;
        for (const auto &table : tables) {
            if (table.options->find(setting.key)) {
                table.options->set(setting.key, setting.text(), origin);
                found = true;
                break;
            }
            for (const Option &option : table.options->all())
                known.push_back(option.name);
        }
        if (found)
            continue;
        const std::string nearest = nearestWord(setting.key, known);
        if (nearest.empty())
            throw UserError(message("core", "{0}: there is no option \"{1}\".").with(origin, setting.key));
        throw UserError(message("core", "{0}: there is no option \"{1}\"; did you mean \"{2}\"?")
                            .with(origin, setting.key, nearest));
    }
}

std::string settingsText(const SettingsTable &table)
{
    std::string text = "[" + table.name + "]\n";
    for (const Option &option : table.options->all()) {
        const std::string value = option.get();
        text += option.name + " = ";
        switch (option.kind) {
        case Option::Kind::Switch: text += value; break;
        case Option::Kind::Whole:
        case Option::Kind::Real: text += value; break;
        case Option::Kind::RealList: text += "[" + value + "]"; break;
        default: text += tomlText(value);
        }
        text += '\n';
    }
    return text;
}

}  // namespace fcoscope
