// SPDX-License-Identifier: GPL-3.0-or-later
// fcos: the detector without a window.
#include <exception>

#include "app/cli/verbs.h"
#include "core/base/error.h"
#include "core/base/options.h"

namespace fcoscope {
namespace {

struct Verb {
    const char *name;
    const char *summary;
    int (*run)(const Arguments &arguments, Console &console);
};

constexpr Verb verbs[] = {
    {"detect", "find objects in images", detectVerb},
    {"train", "train a detector on labelled images", trainVerb},
    {"eval", "measure a model on a labelled data set", evalVerb},
    {"assign", "tell which labels of a data set a detector could learn", assignVerb},
    {"convert", "write labels in another format", convertVerb},
    {"demo", "draw the demo data set", demoVerb},
    {"model", "tell what a model file holds, or get one", modelVerb},
    {"export", "copy a model to one file, for us or for another program", exportVerb},
    {"bench", "measure how long each stage takes", benchVerb},
    {"checks", "tell versions, devices, memory and libraries", checksVerb},
};

std::string usage()
{
    std::string text = "fcos " FCOSCOPE_VERSION ": an FCOS object detector\n\nUsage: fcos VERB …\n\n";
    for (const Verb &verb : verbs)
        text +=
            "  " + std::string(verb.name) + std::string(10 - std::string(verb.name).size(), ' ') + verb.summary + "\n";
    return text + "\nfcos VERB --help explains a verb.\n"
                  "Results go to the standard output, everything else to the standard error stream.\n"
                  "Exit codes: 0 done, 1 a bug of fcos, 2 something you can put right, 130 stopped.\n";
}

int run(const Arguments &all, Console &console)
{
    if (all.empty() || all[0] == "--help" || all[0] == "-h" || all[0] == "help") {
        print(usage());
        return all.empty() ? exitUserError : exitDone;
    }
    if (all[0] == "--version") {
        print("fcos " FCOSCOPE_VERSION "\n");
        return exitDone;
    }
    std::vector<std::string> names;
    for (const Verb &verb : verbs) {
        if (all[0] == verb.name)
            return verb.run(Arguments(all.begin() + 1, all.end()), console);
        names.emplace_back(verb.name);
    }
    const std::string nearest = nearestWord(all[0], names);
    if (nearest.empty())
        throw UserError(message("core", "fcos has no verb \"{0}\"; fcos --help lists them.").with(all[0]));
    throw UserError(message("core", "fcos has no verb \"{0}\"; did you mean \"{1}\"?").with(all[0], nearest));
}

}  // namespace
}  // namespace fcoscope

int main(int argc, char **argv)
{
    using namespace fcoscope;
    prepareProcess(argv);
    Console console;
    try {
        return run(Arguments(argv + 1, argv + argc), console);
    } catch (const UserError &error) {
        console.error(error.message().english());
        return exitUserError;
    } catch (const Stopped &) {
        console.error("stopped.");
        return exitStopped;
    } catch (const std::exception &error) {
        console.error(std::string("this is a bug of fcos: ") + error.what());
        return exitBug;
    }
}
