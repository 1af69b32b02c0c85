// SPDX-License-Identifier: GPL-3.0-or-later
// fcos demo FOLDER: draw the demo data set.
#include "app/cli/command_line.h"
#include "app/cli/verbs.h"
#include "core/data/smear.h"

namespace fcoscope {

int demoVerb(const Arguments &arguments, Console &console)
{
    SmearOptions options;
    OptionTable own;
    visit(own, options);
    std::vector<std::string> folders;
    CommandLine line("demo",
                     "Draw stained blood smears as under a microscope, with their labels (annotations.json, COCO).");
    line.positional("FOLDER", folders, 1, 1, message("core", "A folder that does not exist yet or is empty."));
    line.options("Pictures", own);
    if (!line.parse(arguments))
        return exitDone;
    line.apply(own);
    writeSmears(folders[0], options, console.context());
    return exitDone;
}

}  // namespace fcoscope
