// SPDX-License-Identifier: GPL-3.0-or-later
// fcos export FROM TO: a model as one file, ours or one that its codebase's own program loads.
#include "app/cli/command_line.h"
#include "app/cli/model_options.h"
#include "app/cli/verbs.h"
#include "core/base/text.h"
#include "core/fcos/checkpoint.h"
#include "core/weights/store.h"

namespace fcoscope {
int exportVerb(const Arguments &arguments, Console &)
{
    ExportOptions options;
    std::string title, licence, threshold;
    OptionTable own;
    own.add(
        "as", options.codebase,
        message("core", "Whose program a .pth file is for: {0}; empty: the one the model came from, else torchvision.")
            .with(joined(exportCodebases())));
    addProfile(own, options.profileName);
    own.add("half", options.half, message("core", "Store the weights as float16: half the size."));
    own.add("title", title, message("core", "A name for people, kept in the file."));
    own.add("licence", licence, message("core", "The terms under which the model is given away, kept in the file."));
    own.add("score-threshold", threshold,
            message("core", "The score threshold that the model asks for; empty: the one it has."));
    std::vector<std::string> files;
    CommandLine line("export", "Copy a model to one file that holds what inference needs.");
    line.positional("FROM_TO", files, 2, 2,
                    message("core",
                            "A model file, of whatever codebase, or a checkpoint folder; and the file to write, "
                            ".safetensors (FCOScope's own format) or .pth (another program's)."));
    line.options("Output", own);
    if (!line.parse(arguments))
        return exitDone;
    line.apply(own);
    for (const auto &[fact, value] : {std::pair("title", title), std::pair("licence", licence)})
        if (!value.empty())
            options.facts[fact] = value;
    if (!threshold.empty())
        options.profile["score-threshold"] = threshold;
    exportModel(weightsMeant(files[0]), files[1], options);
    return exitDone;
}

}  // namespace fcoscope
