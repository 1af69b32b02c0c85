// SPDX-License-Identifier: GPL-3.0-or-later
// fcos train DATASET…: train a detector into a run folder.
#include <algorithm>
#include <cstdio>
#include <optional>

#include "app/cli/evaluation.h"
#include "app/cli/labelled_data.h"
#include "app/cli/train_arguments.h"
#include "app/cli/verbs.h"
#include "core/base/error.h"
#include "core/rules/decode.h"
#include "core/runs/run_folder.h"

namespace fcoscope {
namespace {

std::string duration(double seconds)
{
    char text[48];
    if (seconds < 90)
        std::snprintf(text, sizeof text, "%.0f s", seconds);
    else if (seconds < 5400)
        std::snprintf(text, sizeof text, "%.0f min", seconds / 60);
    else
        std::snprintf(text, sizeof text, "%.1f h", seconds / 3600);
    return text;
}

JsonObject figuresJson(const Figures &figures)
{
    JsonObject json;
    for (const auto &[name, value] : figures)
        json.raw(name, figureJson(value));
    return json;
}

/// One run, told to the console and to the run folder.
class Run {
public:
    Run(TrainArguments &asked, RunFolder &folder, Console &console)
        : problems_(asked.problems), request_(asked.request), folder_(folder), console_(console)
    {
    }

    void readData();
    TrainResult train();
    void summary(const TrainResult &result) const;

private:
    void stepped(const StepReport &report);
    Figures validate(const Predictor &model);
    void validated(int64_t epoch, const Figures &figures);
    RunContext context();

    const bool problems_;
    TrainRequest &request_;
    RunFolder &folder_;
    Console &console_;
    Dataset training_;
    std::optional<Dataset> validation_;
    ApSummary latest_, best_;  ///< of the validations of this call
    double secondsPerStep_ = 0;
    std::chrono::steady_clock::time_point lastStep_ = std::chrono::steady_clock::now();
    bool started_ = false;
};

RunContext Run::context()
{
    return {[this] { return stopAsked() || folder_.stopWritten(); },
            [this](const Progress &p) { console_.progress(p.fraction, p.what.english()); }};
}

void Run::readData()
{
    training_ = readDatasets(request_.datasets, request_.data);
    requireLabels(training_);
    if (!request_.validate.empty()) {
        DatasetOptions options = request_.data;
        options.classes.clear();
        validation_ = readDatasets({request_.validate}, options);
        useClasses(*validation_, training_.classNames);
        requireLabels(*validation_);
    }
    for (const Dataset *data : {&training_, validation_ ? &*validation_ : nullptr})
        if (data && !data->problems.empty()) {
            console_.note(problemCount(*data) + (problems_ ? ":" : " (--problems lists them)"));
            for (const Problem &problem : data->problems)
                if (problems_)
                    console_.note("  " + problem.file + ": " + problem.reason.english());
        }
    request_.network.classCount = static_cast<int>(training_.classNames.size());
    folder_.writeSnapshot(snapshotJson(training_, validation_ ? &*validation_ : nullptr, context()));
}

void Run::stepped(const StepReport &r)
{
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - lastStep_).count();
    lastStep_ = now;
    // Validations and checkpoints fall between steps: a slow average keeps the time left calm.
    secondsPerStep_ = secondsPerStep_ == 0 ? seconds : 0.95 * secondsPerStep_ + 0.05 * seconds;
    if (!started_) {
        started_ = true;
        folder_.writeRun(requestText(request_));
        folder_.event("start", JsonObject()
                                   .add("from_step", r.step - 1)
                                   .add("steps", r.steps)
                                   .add("images", static_cast<int64_t>(training_.images.size())));
    }
    folder_.event("step", JsonObject()
                              .add("step", r.step)
                              .add("epoch", r.epoch)
                              .add("class_loss", r.classLoss)
                              .add("box_loss", r.boxLoss)
                              .add("centerness_loss", r.centernessLoss)
                              .add("learning_rate", r.learningRate)
                              .add("gradient_norm", r.gradientNorm)
                              .add("positives", r.positives)
                              .add("images_per_second", r.imagesPerSecond)
                              .add("waited_for_data_ms", r.waitedForDataMs));
    folder_.heartbeat();
    char line[256];
    std::snprintf(
        line, sizeof line,
        "epoch %lld/%d  step %lld/%lld  loss %.4f (class %.4f, box %.4f, centerness %.4f)  %.1f images/s  %s left",
        static_cast<long long>(r.epoch + 1), request_.train.epochs, static_cast<long long>(r.step),
        static_cast<long long>(r.steps), r.classLoss + r.boxLoss + r.centernessLoss, r.classLoss, r.boxLoss,
        r.centernessLoss, r.imagesPerSecond, duration(secondsPerStep_ * static_cast<double>(r.steps - r.step)).c_str());
    console_.progress(static_cast<double>(r.step) / static_cast<double>(r.steps), line);
}

/// Nothing when stopped in the middle: half the images would give a wrong figure.
Figures Run::validate(const Predictor &model)
{
    try {
        folder_.heartbeat();
        const auto results = detectAll(model, *validation_, evaluationDecode(request_.profile), request_.source.limits,
                                       context(), console_);
        latest_ = averagePrecision(results, request_.network.classCount);
    } catch (const Stopped &) {
        return {};
    }
    Figures figures;
    const auto twelve = latest_.twelve();
    for (size_t i = 0; i < twelve.size(); ++i)
        figures[figureNames()[i]] = twelve[i];
    if (best_.classes.empty() || latest_.ap > best_.ap)
        best_ = latest_;
    return figures;
}

void Run::validated(int64_t epoch, const Figures &figures)
{
    if (figures.empty())
        return;
    folder_.event("validation", JsonObject()
                                    .add("epoch", epoch)
                                    .raw("figures", figuresJson(figures).text())
                                    .raw("classes", classJson(latest_, training_.classNames)));
    char line[96];
    std::snprintf(line, sizeof line, "epoch %lld: AP %.4f, AP50 %.4f, AP75 %.4f", static_cast<long long>(epoch + 1),
                  latest_.ap, latest_.ap50, latest_.ap75);
    console_.note(line);
}

TrainResult Run::train()
{
    TrainCallbacks callbacks;
    callbacks.step = [this](const StepReport &report) { stepped(report); };
    if (validation_) {
        callbacks.validate = [this](const Predictor &model) { return validate(model); };
        callbacks.validated = [this](int64_t epoch, const Figures &figures) { validated(epoch, figures); };
    }
    RunContext context = this->context();
    context.progress = {};  // the steps tell more
    const DatasetSource source(training_, request_.source);
    lastStep_ = std::chrono::steady_clock::now();
    return fcoscope::train(source, request_.network, request_.profile, request_.train, folder_.path(),
                           request_.startFrom, callbacks, context);
}

void Run::summary(const TrainResult &result) const
{
    std::string text = std::string(result.stopped ? "stopped after" : "done:") + " step " +
                       std::to_string(result.steps) + "\nlast checkpoint: " + result.last.string() +
                       "\nbest checkpoint: " + result.bestPath.string() + "\n";
    if (!result.best.empty()) {
        text += "\nbest validation\n";
        for (const auto &name : figureNames())
            if (const auto figure = result.best.find(name); figure != result.best.end()) {
                char line[64];
                std::snprintf(line, sizeof line, "%-10s %6.3f\n", name.c_str(), figure->second);
                text += figure->second < 0 ? std::string() : line;
            }
        // The classes are known only if the best validation was one of this call's.
        if (const auto ap = result.best.find("AP");
            ap != result.best.end() && best_.ap >= ap->second && !best_.classes.empty())
            text += "\n" + classTable(best_, training_.classNames);
    }
    print(text);
}

}  // namespace

int trainVerb(const Arguments &arguments, Console &console)
{
    TrainArguments asked;
    if (!readTrainArguments(arguments, asked))
        return exitDone;
    RunFolder folder(asked.run.empty() ? freshRunFolder() : std::filesystem::path(asked.run));
    console.note((folder.hasCheckpoint() ? "going on with the run in " : "training into ") + folder.path().string());
    Run run(asked, folder, console);
    run.readData();
    if (!folder.hasCheckpoint())  // otherwise when the trainer has agreed to go on with it: at the first step
        folder.writeRun(requestText(asked.request));
    try {
        const TrainResult result = run.train();
        // A slice asked for with --stop-after is done when it ends; only being told to stop is a stop.
        const bool stopped = result.stopped && (stopAsked() || folder.stopWritten());
        folder.event(result.stopped ? "stop" : "done",
                     JsonObject().add("step", result.steps).raw("best", figuresJson(result.best).text()));
        run.summary(result);
        return stopped ? exitStopped : exitDone;
    } catch (const UserError &error) {
        folder.event("failed", JsonObject().add("reason", error.message().english()));
        throw;
    }
}

}  // namespace fcoscope
