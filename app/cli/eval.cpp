// SPDX-License-Identifier: GPL-3.0-or-later
// fcos eval DATASET: measure a model on a labelled data set.
#include <chrono>
#include <cstdio>

#include "app/cli/command_line.h"
#include "app/cli/evaluation.h"
#include "app/cli/labelled_data.h"
#include "app/cli/model_options.h"
#include "app/cli/verbs.h"
#include "core/rules/decode.h"
#include "core/base/json_writer.h"

namespace fcoscope {
namespace {

struct EvalOptions {
    DatasetOptions data;
    ModelOptions model;
    DecodeOptions decode;
    ReadLimits limits;
    bool json = false, problems = false;
};

std::string resultJson(const Dataset &dataset, const ModelInfo &model, const ApSummary &summary, double seconds)
{
    JsonObject figures;
    const auto twelve = summary.twelve();
    for (size_t i = 0; i < twelve.size(); ++i)
        figures.raw(figureNames()[i], figureJson(twelve[i]));
    std::vector<std::string> problems;
    for (const Problem &problem : dataset.problems)
        problems.push_back(JsonObject().add("file", problem.file).add("reason", problem.reason.english()).text());
    return JsonObject()
        .add("model", model.path.string())
        .add("dataset", dataset.name)
        .add("images", static_cast<int64_t>(dataset.images.size()))
        .add("labels", static_cast<int64_t>(dataset.labelCount()))
        .add("seconds", seconds)
        .raw("figures", figures.text())
        .raw("classes", classJson(summary, model.classNames))
        .raw("problems", jsonArray(problems))
        .text();
}

std::string resultText(const Dataset &dataset, const ModelInfo &model, const ApSummary &summary, double seconds)
{
    char head[128];
    std::snprintf(head, sizeof head, ": %zu images, %zu labels, %.1f images per second\n\n", dataset.images.size(),
                  dataset.labelCount(), static_cast<double>(dataset.images.size()) / seconds);
    std::string text =
        printable(dataset.name) + head + figureTable(summary) + "\n" + classTable(summary, model.classNames);
    if (!dataset.problems.empty())
        text += "\n" + printable(problemCount(dataset)) + " (--problems lists them)\n";
    return text;
}

}  // namespace

int evalVerb(const Arguments &arguments, Console &console)
{
    EvalOptions options;
    options.decode.scoreThreshold = evaluationScoreThreshold;
    OptionTable own, data, model, decoding;
    own.add("json", options.json, message("core", "Print one JSON object instead of text."));
    own.add("problems", options.problems,
            message("core", "List every entry of the data set that could not be used as it stands."));
    visit(own, options.limits);
    visit(data, options.data);
    visit(model, options.model);
    visit(decoding, options.decode);

    std::vector<std::string> datasets;
    CommandLine line("eval", "Measure a model on a labelled data set: the twelve numbers of COCO, and each class.");
    line.positional("DATASET", datasets, 1, 1000,
                    message("core", "A COCO file, a VOC folder; PATH:SPLIT names a split. Several count as one."));
    line.options("Output", own);
    line.options("Data", data);
    line.options("Model", model);
    line.options("Decoding (without a flag: the threshold below, and for the rest what the model's profile says)",
                 decoding);
    if (!line.parse(arguments))
        return exitDone;
    for (const OptionTable *table : {&own, &data, &model, &decoding})
        line.apply(*table);  // decoding too: a wrong value is told before a model is loaded

    Dataset dataset = readDatasets(datasets, options.data);
    requireLabels(dataset);
    const Predictor predictor = loadModel(options.model);
    ModelInfo info = predictor.info();
    info.classNames = classNamesOn(info, dataset.classNames);
    useClasses(dataset, info.classNames);
    requireLabels(dataset);  // a model of quite other classes has nothing to find here
    options.decode = evaluationDecode(info.profile);
    line.apply(decoding);

    const auto start = std::chrono::steady_clock::now();
    const auto results = detectAll(predictor, dataset, options.decode, options.limits, console.context(), console);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const ApSummary summary = averagePrecision(results, static_cast<int>(info.classNames.size()));
    if (options.json) {
        print(resultJson(dataset, info, summary, seconds) + "\n");
        return exitDone;
    }
    std::string text = resultText(dataset, info, summary, seconds);
    if (options.problems)
        text += problemList(dataset);
    print(text);
    return exitDone;
}

}  // namespace fcoscope
