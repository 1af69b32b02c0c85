// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/base/text.h"

namespace fcoscope {

std::string numberText(double value)
{
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return {buffer, end};
}

bool parseNumber(const std::string &text, double &value)
{
    const char *begin = text.data(), *end = begin + text.size();
    if (begin != end && *begin == '+')
        ++begin;
    const auto parsed = std::from_chars(begin, end, value);
    return parsed.ec == std::errc() && parsed.ptr == end && begin != end;
}

std::string nearestWord(const std::string &word, const std::vector<std::string> &known)
{
    std::string nearest;
    size_t fewest = std::max<size_t>(2, word.size() / 3) + 1;
    for (const auto &candidate : known) {
        std::vector<size_t> row(candidate.size() + 1);
        std::iota(row.begin(), row.end(), size_t(0));
        for (size_t i = 0; i < word.size(); ++i) {
            size_t diagonal = row[0];
            row[0] = i + 1;
            for (size_t j = 0; j < candidate.size(); ++j) {
                const size_t edits = std::min({row[j + 1] + 1, row[j] + 1, diagonal + (word[i] != candidate[j])});
                diagonal = row[j + 1];
                row[j + 1] = edits;
            }
        }
        if (row.back() < fewest) {
            fewest = row.back();
            nearest = candidate;
        }
    }
    return nearest;
}

namespace {

[[noreturn]] void refuse(const Option &option, const std::string &text)
{
    switch (option.kind) {
    case Option::Kind::Switch:
        throw UserError(
            message("core", "The option {0} is \"{1}\"; it must be true or false.").with(option.name, text));
    case Option::Kind::Choice:
        throw UserError(message("core", "The option {0} is \"{1}\"; it must be one of {2}.")
                            .with(option.name, text, joined(option.choices)));
    default:
        throw UserError(message("core", "The option {0} is \"{1}\"; it must be a number from {2} to {3}.")
                            .with(option.name, text, numberText(option.lowest), numberText(option.highest)));
    }
}

double numberInRange(const Option &option, const std::string &text, const std::string &whole)
{
    double value = 0;
    if (!parseNumber(text, value) || !(value >= option.lowest && value <= option.highest))
        refuse(option, whole);
    if (option.kind == Option::Kind::Whole && value != std::floor(value))
        refuse(option, whole);
    return value;
}

}  // namespace

Option &OptionTable::append(const char *name, Option::Kind kind, Message help)
{
    Option option;
    option.name = name;
    option.kind = kind;
    option.help = std::move(help);
    options_.push_back(std::move(option));
    return options_.back();
}

void OptionTable::add(const char *name, bool &value, Message help)
{
    Option &option = append(name, Option::Kind::Switch, std::move(help));
    option.get = [&value] { return std::string(value ? "true" : "false"); };
    option.set = [&value, facts = option](const std::string &text) {
        if (text != "true" && text != "false")
            refuse(facts, text);
        value = text == "true";
    };
    finish(option);
}

void OptionTable::add(const char *name, int &value, int lowest, int highest, const char *unit, Message help)
{
    Option &option = append(name, Option::Kind::Whole, std::move(help));
    option.lowest = lowest;
    option.highest = highest;
    option.unit = unit;
    option.get = [&value] { return std::to_string(value); };
    option.set = [&value, facts = option](const std::string &text) {
        value = static_cast<int>(numberInRange(facts, text, text));
    };
    finish(option);
}

void OptionTable::add(const char *name, int64_t &value, int64_t lowest, int64_t highest, const char *unit, Message help)
{
    Option &option = append(name, Option::Kind::Whole, std::move(help));
    option.lowest = static_cast<double>(lowest);
    option.highest = static_cast<double>(highest);
    option.unit = unit;
    option.get = [&value] { return std::to_string(value); };
    option.set = [&value, facts = option](const std::string &text) {
        value = static_cast<int64_t>(numberInRange(facts, text, text));
    };
    finish(option);
}

void OptionTable::add(const char *name, double &value, double lowest, double highest, const char *unit, Message help)
{
    Option &option = append(name, Option::Kind::Real, std::move(help));
    option.lowest = lowest;
    option.highest = highest;
    option.unit = unit;
    option.get = [&value] { return numberText(value); };
    option.set = [&value, facts = option](const std::string &text) { value = numberInRange(facts, text, text); };
    finish(option);
}

void OptionTable::add(const char *name, std::string &value, Message help)
{
    Option &option = append(name, Option::Kind::Text, std::move(help));
    option.get = [&value] { return value; };
    option.set = [&value](const std::string &text) { value = text; };
    finish(option);
}

void OptionTable::add(const char *name, std::vector<double> &value, double lowest, double highest, const char *unit,
                      Message help)
{
    Option &option = append(name, Option::Kind::RealList, std::move(help));
    option.lowest = lowest;
    option.highest = highest;
    option.unit = unit;
    option.get = [&value] {
        std::string text;
        for (double entry : value)
            text += (text.empty() ? "" : ",") + numberText(entry);
        return text;
    };
    option.set = [&value, facts = option](const std::string &text) {
        std::vector<double> entries;
        for (size_t begin = 0; !text.empty() && begin <= text.size();) {
            const size_t end = std::min(text.find(',', begin), text.size());
            entries.push_back(numberInRange(facts, text.substr(begin, end - begin), text));
            begin = end + 1;
        }
        value = std::move(entries);
    };
    finish(option);
}

void OptionTable::addChoiceIndex(const char *name, std::vector<std::string> choices, Message help,
                                 std::function<size_t()> index, std::function<void(size_t)> choose)
{
    Option &option = append(name, Option::Kind::Choice, std::move(help));
    option.choices = std::move(choices);
    option.get = [words = option.choices, index] { return words[index()]; };
    option.set = [facts = option, choose](const std::string &text) {
        const auto word = std::find(facts.choices.begin(), facts.choices.end(), text);
        if (word == facts.choices.end())
            refuse(facts, text);
        choose(static_cast<size_t>(word - facts.choices.begin()));
    };
    finish(option);
}

const Option *OptionTable::find(const std::string &name) const
{
    const auto option = std::find_if(options_.begin(), options_.end(), [&](const Option &o) { return o.name == name; });
    return option == options_.end() ? nullptr : &*option;
}

void OptionTable::set(const std::string &name, const std::string &text, const std::string &origin) const
{
    if (const Option *option = find(name)) {
        try {
            return option->set(text);
        } catch (const UserError &error) {
            if (origin == "--" + name)
                throw;  // a flag is named by its option already
            throw UserError(message("core", "{0}: {1}").with(origin, error.message().english()));
        }
    }
    std::vector<std::string> names;
    for (const auto &option : options_)
        names.push_back(option.name);
    const std::string nearest = nearestWord(name, names);
    if (nearest.empty())
        throw UserError(message("core", "{0}: there is no option \"{1}\".").with(origin, name));
    throw UserError(
        message("core", "{0}: there is no option \"{1}\"; did you mean \"{2}\"?").with(origin, name, nearest));
}

std::map<std::string, std::string> OptionTable::values(bool onlyChanged) const
{
    std::map<std::string, std::string> values;
    for (const auto &option : options_)
        if (const std::string value = option.get(); !onlyChanged || value != option.defaultText)
            values[option.name] = value;
    return values;
}

}  // namespace fcoscope
