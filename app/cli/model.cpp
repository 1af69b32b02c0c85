// SPDX-License-Identifier: GPL-3.0-or-later
// fcos model info W: what a model file says about itself.
#include <algorithm>

#include "app/cli/command_line.h"
#include "app/cli/model_get.h"
#include "app/cli/model_options.h"
#include "app/cli/verbs.h"
#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/fcos/checkpoint.h"
#include "core/weights/store.h"

namespace fcoscope {
namespace {

std::map<std::string, std::string> valuesOf(auto options)
{
    OptionTable table;
    visit(table, options);
    return table.values();
}

std::string mapJson(const std::map<std::string, std::string> &values)
{
    JsonObject object;
    for (const auto &[name, value] : values)
        object.add(name, value);
    return object.text();
}

std::string mapText(const std::string &heading, const std::map<std::string, std::string> &values)
{
    std::string text = "\n" + heading + "\n";
    for (const auto &[name, value] : values)
        text += "  " + printable(name) + std::string(name.size() < 22 ? 22 - name.size() : 1, ' ') + printable(value) +
                "\n";
    return values.empty() ? std::string() : text;
}

std::string infoJson(const ModelInfo &info)
{
    std::vector<std::string> assumptions;
    for (const Message &assumption : info.assumptions)
        assumptions.push_back(assumption.english());
    JsonObject differences;
    for (const OptionDifference &difference : differencesFromOwn(info))
        differences.raw(difference.option,
                        JsonObject().add("here", difference.value).add("own", difference.own).text());
    return JsonObject()
        .add("file", info.path.string())
        .add("container", info.container)
        .add("codebase", info.codebase)
        .add("backbone_only", info.backboneOnly)
        .add("weights", info.weightCount)
        .add("half_precision", info.halfPrecision)
        .raw("classes", jsonTexts(info.classNames))
        .raw("network", mapJson(valuesOf(info.network)))
        .add("profile_name", info.profile.name)
        .raw("profile", mapJson(valuesOf(info.profile)))
        .raw("differs_from_own", differences.text())
        .raw("assumptions", jsonTexts(assumptions))
        .raw("ignored", jsonTexts(info.ignored))
        .raw("training", mapJson(info.training))
        .raw("facts", mapJson(info.facts))
        .text();
}

/// Whose file it is and what was taken for granted: of our own there is nothing to tell.
std::string originText(const ModelInfo &info)
{
    std::string text =
        "  " + info.container + ", " + (info.codebase.empty() ? std::string("FCOScope") : printable(info.codebase));
    text += info.backboneOnly
                ? ", a backbone without a detector\n"
                : ", profile " + printable(info.profile.name) + ", input of " + std::to_string(info.profile.shortSide) +
                      " (at most " + std::to_string(info.profile.longSide) + ") px\n";
    for (const Message &assumption : info.assumptions)
        text += "  " + printable(assumption.english()) + "\n";
    if (info.ignored.empty())
        return text;
    text += "  not used: ";
    constexpr size_t shown = 6;
    for (size_t i = 0; i < std::min(shown, info.ignored.size()); ++i)
        text += (i == 0 ? "" : ", ") + printable(info.ignored[i]);
    return text + (info.ignored.size() > shown ? " and " + std::to_string(info.ignored.size() - shown) + " more" : "") +
           "\n";
}

std::string infoText(const ModelInfo &info)
{
    std::string classes;
    for (const auto &name : info.classNames)
        classes += (classes.empty() ? "" : ", ") + printable(name);
    std::map<std::string, std::string> differences;
    for (const OptionDifference &difference : differencesFromOwn(info))
        differences[difference.option] = difference.value + " (ours: " + difference.own + ")";
    std::string text = printable(info.path.string()) + "\n  " + std::to_string(info.weightCount) + " weights as " +
                       (info.halfPrecision ? "float16" : "float32");
    if (!info.backboneOnly)
        text += ", " + std::to_string(info.classNames.size()) +
                (info.classNames.size() == 1 ? " class: " : " classes: ") + classes;
    text += "\n" + originText(info) + mapText("network", valuesOf(info.network));
    if (!info.backboneOnly)
        text += mapText("profile " + info.profile.name, valuesOf(info.profile));
    return text + mapText("not as in our own profile", differences) + mapText("training", info.training) +
           mapText("facts", info.facts);
}

int infoVerb(const Arguments &arguments)
{
    bool json = false;
    OptionTable own;
    own.add("json", json, message("core", "Print one JSON object instead of text."));
    std::string profileName;
    addProfile(own, profileName);
    std::vector<std::string> files;
    CommandLine line("model info", "Tell what a model file or checkpoint folder says about itself.");
    line.positional("MODEL", files, 1, 1,
                    message("core", "A model file, of whatever codebase, or a checkpoint folder."));
    line.options("Output", own);
    if (!line.parse(arguments))
        return exitDone;
    line.apply(own);
    const ModelInfo info = readModelInfo(weightsMeant(files[0]), profileName);
    print(json ? infoJson(info) + "\n" : infoText(info));
    return exitDone;
}

}  // namespace

int modelVerb(const Arguments &arguments, Console &console)
{
    if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
        print("fcos model info MODEL [--json]              what a model file says about itself\n"
              "fcos model export FROM TO [--half]          the same as fcos export\n"
              "fcos model get [NAME]                       published weights: the list, or fetch one\n");
        return arguments.empty() ? exitUserError : exitDone;
    }
    const Arguments rest(arguments.begin() + 1, arguments.end());
    if (arguments[0] == "info")
        return infoVerb(rest);
    if (arguments[0] == "export")
        return exportVerb(rest, console);
    if (arguments[0] == "get")
        return modelGetVerb(rest, console);
    throw UserError(message("core", "fcos model has no verb \"{0}\"; it has info, export and get.").with(arguments[0]));
}

}  // namespace fcoscope
