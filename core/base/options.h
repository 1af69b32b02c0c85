// SPDX-License-Identifier: GPL-3.0-or-later
// Options are written once. Every options struct has one function
//
//     void visit(OptionTable &table, TrainOptions &options);
//
// that names each option, its unit, range and help. The table it fills is all that the others read: the command's
// flags, the TOML file, the block in a checkpoint, the form in the window, the range error and "did you mean". The
// default is whatever the struct holds when it is visited. The table refers to the struct: it must not outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/message.h"

namespace fcoscope {

struct Option {
    enum class Kind { Switch, Whole, Real, Text, Choice, RealList };

    std::string name;  ///< lower case, words joined by '-': the flag without its dashes, the TOML key, the block's key
    Kind kind = Kind::Text;
    std::string unit;                  ///< "px", "s", "" …
    double lowest = 0, highest = 0;    ///< Whole, Real and each entry of a RealList
    std::vector<std::string> choices;  ///< Choice
    Message help;
    std::string defaultText;                         ///< what get() answered when the option was visited
    std::function<std::string()> get;                ///< the value as text, so that set(get()) changes nothing
    std::function<void(const std::string &)> set;    ///< throws UserError on text that is no such value
};

class OptionTable {
public:
    void add(const char *name, bool &value, Message help);
    void add(const char *name, int &value, int lowest, int highest, const char *unit, Message help);
    void add(const char *name, int64_t &value, int64_t lowest, int64_t highest, const char *unit, Message help);
    void add(const char *name, double &value, double lowest, double highest, const char *unit, Message help);
    void add(const char *name, std::string &value, Message help);
    void add(const char *name, std::vector<double> &value, double lowest, double highest, const char *unit,
             Message help);

    /// An enumeration and the words for its values.
    template <typename Enum>
    void addChoice(const char *name, Enum &value, std::vector<std::pair<const char *, Enum>> words, Message help)
    {
        std::vector<std::string> choices;
        for (const auto &word : words)
            choices.emplace_back(word.first);
        addChoiceIndex(
            name, std::move(choices), std::move(help),
            [&value, words] {
                for (size_t i = 0; i < words.size(); ++i)
                    if (words[i].second == value)
                        return i;
                return size_t(0);
            },
            [&value, words](size_t i) { value = words[i].second; });
    }

    const std::vector<Option> &all() const { return options_; }
    const Option *find(const std::string &name) const;

    /// Sets one option from text. Throws UserError for an unknown name (naming the nearest known one) or a value that
    /// does not fit (naming the range). `origin` says where the value came from: "--lr", a file, a checkpoint.
    void set(const std::string &name, const std::string &text, const std::string &origin) const;

    /// Name → value of every option, as a checkpoint stores them; with `onlyChanged` those that are not the default.
    std::map<std::string, std::string> values(bool onlyChanged = false) const;

private:
    Option &append(const char *name, Option::Kind kind, Message help);
    void finish(Option &option) { option.defaultText = option.get(); }
    void addChoiceIndex(const char *name, std::vector<std::string> choices, Message help, std::function<size_t()> index,
                        std::function<void(size_t)> choose);

    std::vector<Option> options_;
};

/// The word in `known` with the fewest edits from `word`, or "" when none is near enough to be meant.
std::string nearestWord(const std::string &word, const std::vector<std::string> &known);

/// Numbers as text and back, always the C way, shortest form that reads back to the same value.
std::string numberText(double value);
bool parseNumber(const std::string &text, double &value);

}  // namespace fcoscope
