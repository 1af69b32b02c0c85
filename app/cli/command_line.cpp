// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command_line.h"

#include <algorithm>
#include <stdexcept>

#include <CLI/CLI.hpp>

#include "app/cli/console.h"
#include "core/base/error.h"

namespace fcoscope {
namespace {

/// "px, 32 to 8192, default 800"
std::string facts(const Option &option)
{
    const bool number = option.kind == Option::Kind::Whole || option.kind == Option::Kind::Real ||
                        option.kind == Option::Kind::RealList;
    std::string text = option.unit;
    const auto join = [&](const std::string &more) { text += (text.empty() ? "" : ", ") + more; };
    if (number)
        join(numberText(option.lowest) + " to " + numberText(option.highest));
    if (!option.defaultText.empty() && option.kind != Option::Kind::Switch)
        join("default " + option.defaultText);
    if (option.kind == Option::Kind::Switch && option.defaultText == "true")
        join("on by default");
    return text;
}

std::string typeName(const Option &option)
{
    switch (option.kind) {
    case Option::Kind::Whole: return "N";
    case Option::Kind::Real: return "X";
    case Option::Kind::RealList: return "X,X,…";
    case Option::Kind::Choice: {
        std::string words;
        for (const auto &choice : option.choices)
            words += (words.empty() ? "" : "|") + choice;
        return words;
    }
    default: return "TEXT";
    }
}

}  // namespace

struct CommandLine::Parser {
    CLI::App app;
    std::vector<std::string> names;            ///< of the flags, without dashes
    std::map<std::string, std::string> texts;  ///< where the parser writes to; entries never move
    std::map<std::string, CLI::Option *> flags;
    std::vector<std::pair<std::vector<std::string> *, size_t>> positionals;  ///< values, and how many there may be
};

CommandLine::CommandLine(const std::string &verb, const std::string &summary)
    : parser_(std::make_unique<Parser>()), verb_(verb)
{
    parser_->app.name("fcos " + verb);
    parser_->app.description(summary);
    parser_->app.get_formatter()->column_width(36);
    parser_->app.allow_extras();  // unknown flags are reported in our words
}

CommandLine::~CommandLine() = default;

void CommandLine::positional(const char *name, std::vector<std::string> &values, int fewest, int most,
                             const Message &help)
{
    CLI::Option *option = parser_->app.add_option(name, values, help.english())->type_name("");
    option->expected(fewest, 1 << 24);  // too many are reported in our words
    if (fewest > 0)
        option->required();
    parser_->positionals.push_back({&values, static_cast<size_t>(most)});
}

void CommandLine::options(const std::string &heading, const OptionTable &table, const std::vector<std::string> &except)
{
    for (const Option &option : table.all()) {
        if (std::find(except.begin(), except.end(), option.name) != except.end())
            continue;
        if (parser_->flags.count(option.name))
            throw std::logic_error("two tables of \"fcos " + verb_ + "\" name the flag --" + option.name);
        std::string &text = parser_->texts[option.name];
        const std::string said = facts(option), help = option.help.english() + (said.empty() ? "" : " [" + said + "]");
        CLI::Option *flag = nullptr;
        if (option.kind == Option::Kind::Switch) {
            flag = parser_->app.add_flag("--" + option.name + ",!--no-" + option.name, text, help);
            parser_->names.push_back("no-" + option.name);
        } else {
            flag = parser_->app.add_option("--" + option.name, text, help)->type_name(typeName(option));
        }
        // Said twice, the later one counts: a script's flags can be overruled at its end.
        flag->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)->group(heading);
        parser_->names.push_back(option.name);
        parser_->flags[option.name] = flag;
    }
}

void CommandLine::complainAbout(const std::string &unknown) const
{
    const std::string name =
        unknown.substr(std::min(unknown.find_first_not_of('-'), unknown.size()),
                       unknown.find('=') - std::min(unknown.find_first_not_of('-'), unknown.find('=')));
    const std::string nearest = nearestWord(name, parser_->names);
    if (nearest.empty())
        throw UserError(
            message("core", "fcos {0} has no option \"{1}\"; fcos {0} --help lists them.").with(verb_, unknown));
    throw UserError(
        message("core", "fcos {0} has no option \"{1}\"; did you mean \"--{2}\"?").with(verb_, unknown, nearest));
}

bool CommandLine::parse(const std::vector<std::string> &arguments)
{
    try {
        parser_->app.parse(
            std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // it takes them from the back
    } catch (const CLI::CallForHelp &) {
        print(parser_->app.help());
        return false;
    } catch (const CLI::ParseError &error) {
        // A missing DATASET is often a misspelt flag that swallowed it: name the flag first.
        for (const auto &extra : parser_->app.remaining())
            complainAbout(extra);
        throw UserError(message("core", "fcos {0}: {1}; fcos {0} --help explains.").with(verb_, error.what()));
    }
    const auto tooMany = [&](const std::string &extra) {
        throw UserError(message("core", "fcos {0}: \"{1}\" is one argument too many.").with(verb_, extra));
    };
    for (const auto &extra : parser_->app.remaining())
        extra.starts_with('-') && extra != "--" ? complainAbout(extra) : tooMany(extra);
    for (const auto &[values, most] : parser_->positionals)
        if (values->size() > most)
            tooMany((*values)[most]);
    for (const auto &[name, flag] : parser_->flags)
        if (flag->count() > 0)
            given_[name] = parser_->texts[name];
    return true;
}

void CommandLine::apply(const OptionTable &table) const
{
    for (const auto &[name, text] : given_)
        if (table.find(name))
            table.set(name, text, "--" + name);
}

}  // namespace fcoscope
