// SPDX-License-Identifier: GPL-3.0-or-later
// fcos model info W, fcos model export FROM TO: what a model file holds, and making a smaller one of it.

#include "app/cli/command_line.h"
#include "app/cli/json.h"
#include "app/cli/model_get.h"
#include "app/cli/verbs.h"
#include "core/base/error.h"
#include "core/fcos/checkpoint.h"

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
    return JsonObject()
        .add("file", info.path.string())
        .add("weights", info.weightCount)
        .add("half_precision", info.halfPrecision)
        .raw("classes", jsonTexts(info.classNames))
        .raw("network", mapJson(valuesOf(info.network)))
        .add("profile_name", info.profile.name)
        .raw("profile", mapJson(valuesOf(info.profile)))
        .raw("training", mapJson(info.training))
        .raw("facts", mapJson(info.facts))
        .text();
}

std::string infoText(const ModelInfo &info)
{
    std::string classes;
    for (const auto &name : info.classNames)
        classes += (classes.empty() ? "" : ", ") + printable(name);
    return printable(info.path.string()) + "\n  " + std::to_string(info.weightCount) + " weights as " +
           (info.halfPrecision ? "float16" : "float32") + ", " + std::to_string(info.classNames.size()) +
           (info.classNames.size() == 1 ? " class: " : " classes: ") + classes + "\n" +
           mapText("network", valuesOf(info.network)) +
           mapText("profile " + info.profile.name, valuesOf(info.profile)) + mapText("training", info.training) +
           mapText("facts", info.facts);
}

int infoVerb(const Arguments &arguments)
{
    bool json = false;
    OptionTable own;
    own.add("json", json, message("core", "Print one JSON object instead of text."));
    std::vector<std::string> files;
    CommandLine line("model info", "Tell what a model file or checkpoint folder says about itself.");
    line.positional("MODEL", files, 1, 1, message("core", "A model file or a checkpoint folder."));
    line.options("Output", own);
    if (!line.parse(arguments))
        return exitDone;
    line.apply(own);
    const ModelInfo info = readModelInfo(files[0]);
    print(json ? infoJson(info) + "\n" : infoText(info));
    return exitDone;
}

int exportVerb(const Arguments &arguments)
{
    bool half = false;
    std::string name, licence, threshold;
    OptionTable own;
    own.add("half", half, message("core", "Store the weights as float16: half the size."));
    own.add("title", name, message("core", "A name for people, kept in the file."));
    own.add("licence", licence, message("core", "The terms under which the model is given away, kept in the file."));
    own.add("score-threshold", threshold,
            message("core", "The score threshold that the model asks for; empty: the one it has."));
    std::vector<std::string> files;
    CommandLine line("model export", "Copy the model of a checkpoint to one file that holds what inference needs.");
    line.positional("FROM_TO", files, 2, 2,
                    message("core", "The checkpoint folder or model file, and the file to write."));
    line.options("Output", own);
    if (!line.parse(arguments))
        return exitDone;
    line.apply(own);
    std::map<std::string, std::string> facts;
    for (const auto &[fact, value] : {std::pair("title", name), std::pair("licence", licence)})
        if (!value.empty())
            facts[fact] = value;
    std::map<std::string, std::string> profile;
    if (!threshold.empty())
        profile["score-threshold"] = threshold;
    exportModel(files[0], files[1], half, facts, profile);
    return exitDone;
}

}  // namespace

int modelVerb(const Arguments &arguments, Console &console)
{
    if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
        print("fcos model info MODEL [--json]              what a model file says about itself\n"
              "fcos model export FROM TO [--half]          the model of a checkpoint as one file\n"
              "fcos model get [NAME]                       published weights: the list, or fetch one\n");
        return arguments.empty() ? exitUserError : exitDone;
    }
    const Arguments rest(arguments.begin() + 1, arguments.end());
    if (arguments[0] == "info")
        return infoVerb(rest);
    if (arguments[0] == "export")
        return exportVerb(rest);
    if (arguments[0] == "get")
        return modelGetVerb(rest, console);
    throw UserError(message("core", "fcos model has no verb \"{0}\"; it has info, export and get.").with(arguments[0]));
}

}  // namespace fcoscope
