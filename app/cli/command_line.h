// SPDX-License-Identifier: GPL-3.0-or-later
// The arguments of one verb. Flags are not written down here: they come from the option tables that the verb's structs
// fill, so that a flag, a TOML key and a checkpoint's entry have one name. The parser itself (CLI11) is an affair of
// the one .cpp behind this header.
//
//     CommandLine line("eval", "Measure a model on a labelled data set.");
//     line.positional("DATASET", datasets, 1, 1, message(…));
//     line.options("Data", table);
//     if (!line.parse(arguments)) return 0;      // --help was asked for and shown
//     …what ranks lower than a flag: a profile, a TOML file…
//     line.apply(table);
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/message.h"
#include "core/base/options.h"

namespace fcoscope {

class CommandLine {
public:
    CommandLine(const std::string &verb, const std::string &summary);
    ~CommandLine();

    /// Arguments without dashes, from `fewest` to `most` of them.
    void positional(const char *name, std::vector<std::string> &values, int fewest, int most, const Message &help);

    /// Every option of `table` becomes a flag, shown in --help below `heading` with unit, range and default.
    /// An option named in `except` does not. Two tables must not name the same flag.
    void options(const std::string &heading, const OptionTable &table, const std::vector<std::string> &except = {});

    /// False if help was asked for; it has then been printed. Throws UserError for an unknown flag ("did you mean …").
    bool parse(const std::vector<std::string> &arguments);

    /// Sets the options of `table` that were given as flags.
    void apply(const OptionTable &table) const;
    bool given(const std::string &flag) const { return given_.count(flag) > 0; }

private:
    void complainAbout(const std::string &unknown) const;

    struct Parser;
    std::unique_ptr<Parser> parser_;
    std::map<std::string, std::string> given_;  ///< flag → text
    std::string verb_;
};

}  // namespace fcoscope
