// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/train_run.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>

#include "app/cli/evaluation.h"
#include "app/cli/labelled_data.h"
#include "core/base/error.h"
#include "core/fcos/checkpoint.h"
#include "core/fcos/engine.h"
#include "core/rules/decode.h"
#include "core/runs/process_facts.h"

namespace fcoscope {
namespace {

/// Of a clock that nobody sets.
double secondsNow()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

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

}  // namespace

TrainRun::TrainRun(TrainArguments &asked, RunFolder &folder, Console &console)
    : problems_(asked.problems), request_(asked.request), folder_(folder), console_(console),
      goesOn_(folder.hasCheckpoint())
{
}

RunContext TrainRun::context()
{
    return {[this] { return stopAsked() || folder_.stopWritten(); },
            [this](const Progress &p) {
                console_.progress(p.fraction, p.what.english());
                folder_.doing({p.fraction, p.what});
            }};
}

void TrainRun::readDatasetsNamed()
{
    data_.training = readDatasets(request_.datasets, request_.data);
    requireLabels(data_.training);
    if (!request_.validate.empty()) {
        DatasetOptions options = request_.data;
        options.classes.clear();
        data_.validation = readDatasets({request_.validate}, options);
        useClasses(*data_.validation, data_.training.classNames);
        requireLabels(*data_.validation);
    }
    for (const Dataset *data : {&data_.training, data_.validation ? &*data_.validation : nullptr})
        if (data && !data->problems.empty()) {
            console_.note(problemCount(*data) + (problems_ ? ":" : " (--problems lists them)"));
            for (const Problem &problem : data->problems)
                if (problems_)
                    console_.note("  " + problem.file + ": " + problem.reason.english());
        }
    folder_.writeSnapshot(snapshotText(data_, context()));
}

void TrainRun::readData()
{
    if (request_.datasets.empty()) {
        data_ = readSnapshot(folder_.path() / "dataset.json", /*files=*/true, context());
        requireLabels(data_.training);
        // The plan has said so, where there is nothing to measure on.
        if (data_.validation && data_.validation->labelCount() == 0)
            data_.validation.reset();
    } else {
        readDatasetsNamed();
    }
    request_.network.classCount = static_cast<int>(data_.training.classNames.size());
    if (!goesOn_)  // otherwise when the trainer has agreed to go on with it: at the first step
        folder_.writeRun(requestText(request_));
}

/// What was told before counts for the alarms, and for what is the best. A trainer that was killed may have told much
/// and left no checkpoint: this one begins anew then, and nothing counts.
void TrainRun::recallEarlier()
{
    std::vector<RunEvent> events = RunEventReader(folder_.path() / "events.jsonl").more();
    if (goesOn_) {
        const ModelInfo last = readModelInfo(folder_.path() / "checkpoints" / "last");
        if (const auto steps = last.facts.find("steps"); steps != last.facts.end())
            step_ = std::atoll(steps->second.c_str());
    }
    if (!events.empty())
        if (const auto *rest = std::get_if<RunPaused>(&events.back().facts); rest && rest->paused)
            folder_.tell(RunPaused{step_, false});  // that trainer ended while it rested
    if (!goesOn_)
        return;
    RunStarted again;
    again.fromStep = step_;
    events.push_back({0, again});
    alarms_->started();
    for (const RunEvent &event : withoutSuperseded(events)) {
        if (const auto *step = std::get_if<RunStep>(&event.facts))
            alarms_->stepped(step->report);
        if (const auto *validated = std::get_if<RunValidated>(&event.facts))
            if (const auto ap = validated->figures.find("AP"); ap != validated->figures.end()) {
                bestAp_ = std::max(bestAp_, ap->second);
                alarms_->validated(validated->step, ap->second);
            }
    }
}

/// Where a disk is full, what was learnt is not thrown away: the training rests until there is room.
void TrainRun::tell(const RunEventFacts &facts)
{
    for (;;)
        try {
            folder_.tell(facts);
            noRoom_ = false;
            return;
        } catch (const UserError &error) {
            if (!error.noRoom() || !waitForRoom())
                throw;
        }
}

/// False if it is not worth it: nothing was learnt yet, or it was asked to stop half a minute ago.
bool TrainRun::waitForRoom()
{
    constexpr double untilNextSeconds = 2, afterStopSeconds = 30;
    if (!learnt_)
        return false;
    const Message words = message("core", "there is no room on the disk of {0}; what was learnt waits until there is")
                              .with(folder_.path().string());
    if (!std::exchange(noRoom_, true))
        console_.note("warning: " + words.english());
    const RunContext context = this->context();
    for (const double start = secondsNow(); secondsNow() < start + untilNextSeconds;) {
        folder_.doing({-1, words});
        if (!context.shouldStop())
            stopSeen_ = 0;
        else if (stopSeen_ == 0)
            stopSeen_ = secondsNow();
        else if (secondsNow() > stopSeen_ + afterStopSeconds)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return true;
}

void TrainRun::warn(int64_t step, const Message &words)
{
    tell(RunWarning{step, words});
    console_.note("warning: " + words.english());
}

void TrainRun::tellStart(int64_t fromStep, int64_t steps)
{
    RunStarted started;
    started.fromStep = fromStep;
    started.steps = steps;
    started.epochs = request_.train.epochs;
    started.trainingImages = static_cast<int64_t>(data_.training.images.size());
    started.validationImages = data_.validation ? static_cast<int64_t>(data_.validation->images.size()) : 0;
    const std::string &device = request_.train.device;
    started.device = device != "auto" ? device : cudaDevices() > 0 ? "cuda:0" : "cpu";
    for (const double stride : request_.profile.strides)
        started.strides.push_back(static_cast<int>(stride));
    started.classNames = data_.training.classNames;
    tell(started);
}

/// The trainer has agreed.
void TrainRun::begin(int64_t done, int64_t steps)
{
    if (goesOn_)
        folder_.writeRun(requestText(request_));
    tellStart(done, steps);
    if (!goesOn_)
        for (const Message &alarm : alarms_->started())
            warn(done, alarm);
}

void TrainRun::showStep(const StepReport &r)
{
    pace_.stepped(secondsNow());
    char line[256];
    std::snprintf(
        line, sizeof line,
        "epoch %lld/%d  step %lld/%lld  loss %.4f (class %.4f, box %.4f, centerness %.4f)  %.1f images/s  %s left",
        static_cast<long long>(r.epoch + 1), request_.train.epochs, static_cast<long long>(r.step),
        static_cast<long long>(r.steps), r.classLoss + r.boxLoss + r.centernessLoss, r.classLoss, r.boxLoss,
        r.centernessLoss, r.imagesPerSecond, duration(pace_.seconds() * static_cast<double>(r.steps - r.step)).c_str());
    console_.progress(static_cast<double>(r.step) / static_cast<double>(r.steps), line);
}

void TrainRun::stepped(const StepReport &report)
{
    learnt_ = true;
    if (report.step <= step_)  // it stepped back to a checkpoint: what it told of the steps since is superseded
        tellStart(report.step - 1, report.steps);
    step_ = report.step;
    const double onDevice = devicePeakBytes(request_.train.device);
    tell(RunStep{report, onDevice > 0 ? onDevice : residentBytes()});
    for (const Message &alarm : alarms_->stepped(report))
        warn(report.step, alarm);
    showStep(report);
}

/// Once for the same ones.
void TrainRun::tellUnread(const std::vector<size_t> &unread)
{
    if (unread.empty() || unread == unread_)
        return;
    const auto &images = data_.validation->images;
    warn(step_,
         message("core", "Of the {0} images to measure on {1} could not be read, the first is {2}: no AP comes of "
                         "this, for it could not be compared.")
             .with(images.size(), unread.size(), images[unread[0]].file));
}

/// Of what was measured, or of what somebody chose, who may want to see an image that is learnt from, or has no labels.
void TrainRun::takePictures(const Predictor &model, const std::vector<ImageResult> &results)
{
    const auto &images = data_.validation->images;
    pictures_.clear();
    std::vector<std::string> wanted = chosenPictures(folder_.path());
    for (size_t i = 0; wanted.empty() && i < std::min(images.size(), mostRunPictures); ++i)
        pictures_.push_back({images[i].file, images[i].size, results[i].detections});
    for (const std::string &file : wanted) {
        const auto measured = std::find_if(images.begin(), images.end(), [&](const auto &i) { return i.file == file; });
        if (measured != images.end()) {
            const auto &found = results[static_cast<size_t>(measured - images.begin())].detections;
            pictures_.push_back({file, measured->size, found});
            continue;
        }
        try {
            const Image image = readImage(file, request_.source.limits);
            pictures_.push_back({file, image.size,
                                 decode(*model.run(image, {context().stopRequested, {}}), model.info().profile,
                                        evaluationDecode(request_.profile))});
        } catch (const UserError &error) {  // the others are there
            console_.error(error.message().english());
        }
    }
}

/// Nothing when stopped in the middle: half the images would give a wrong figure.
Figures TrainRun::validate(const Predictor &model)
{
    const Dataset &images = *data_.validation;
    try {
        std::vector<size_t> unread;
        const auto results = detectAll(model, images, evaluationDecode(request_.profile), request_.source.limits,
                                       context(), console_, &unread);
        takePictures(model, results);
        tellUnread(unread);
        unread_ = std::move(unread);
        if (!unread_.empty())  // counted as pictures in which nothing was found they would lower it
            return {{"unread", static_cast<double>(unread_.size())}};
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

/// Their file's name; nothing, and a warning, where it cannot be written: the training is worth more.
std::string TrainRun::keepPictures(int64_t epoch)
{
    try {
        return writePictures(folder_.path(), {step_, epoch, data_.training.classNames, pictures_});
    } catch (const UserError &error) {
        warn(step_, error.message());
        return {};
    }
}

void TrainRun::validated(int64_t epoch, const Figures &figures)
{
    if (figures.empty())
        return;
    if (!figures.contains("AP"))
        return tell(RunValidated{step_, epoch, figures, {}, false, keepPictures(epoch)});
    RunValidated told{step_, epoch, figures, {}, latest_.ap > bestAp_, keepPictures(epoch)};
    bestAp_ = std::max(bestAp_, latest_.ap);
    for (size_t c = 0; c < latest_.classes.size() && c < data_.training.classNames.size(); ++c) {
        const ClassAp &of = latest_.classes[c];
        const std::string &name = data_.training.classNames[c];
        told.classAp[name] = of.ap;
        told.classFigures[name] = {
            {"AP50", of.ap50}, {"AP75", of.ap75}, {"AR100", of.ar100}, {"labels", static_cast<double>(of.labels)}};
    }
    tell(told);
    for (const Message &alarm : alarms_->validated(step_, latest_.ap))
        warn(step_, alarm);
    char line[96];
    std::snprintf(line, sizeof line, "epoch %lld: AP %.4f, AP50 %.4f, AP75 %.4f", static_cast<long long>(epoch + 1),
                  latest_.ap, latest_.ap50, latest_.ap75);
    console_.note(line);
}

bool TrainRun::pauseAsked()
{
    const bool paused = folder_.pauseWritten();
    if (paused != paused_) {
        paused_ = paused;
        tell(RunPaused{step_, paused});
        console_.note(paused ? "paused after step " + std::to_string(step_) : "going on");
        pace_.cut(secondsNow());
    }
    return paused;
}

TrainResult TrainRun::train()
{
    alarms_ =
        std::make_unique<Alarms>(alarmFacts(data_.training, request_.source.augment, request_.profile, request_.train));
    recallEarlier();
    TrainCallbacks callbacks;
    callbacks.begins = [this](int64_t done, int64_t steps) { begin(done, steps); };
    callbacks.noRoom = [this](const Message &) { return waitForRoom(); };
    callbacks.step = [this](const StepReport &report) { stepped(report); };
    if (data_.validation) {
        callbacks.validate = [this](const Predictor &model) { return validate(model); };
        callbacks.validated = [this](int64_t epoch, const Figures &figures) { validated(epoch, figures); };
    }
    callbacks.paused = [this] { return pauseAsked(); };
    callbacks.warn = [this](int64_t step, const Message &words) { warn(step, words); };
    RunContext context = this->context();
    context.progress = {};  // the steps tell more
    const DatasetSource source(data_.training, request_.source);
    pace_.cut(secondsNow());
    return fcoscope::train(source, request_.network, request_.profile, request_.train, folder_.path(),
                           request_.startFrom, callbacks, context);
}

void TrainRun::tellEnd(const TrainResult &result)
{
    tell(RunEnded{result.stopped ? RunEnded::How::Stopped : RunEnded::How::Done, result.steps, result.reason,
                  result.best});
}

void TrainRun::tellStopped()
{
    folder_.tell(RunEnded{RunEnded::How::Stopped, step_, {}, {}});
}

void TrainRun::tellFailure(const Message &reason) noexcept
{
    try {
        folder_.tell(RunEnded{RunEnded::How::Failed, step_, reason, {}});
    } catch (...) {  // what is thrown on says more
    }
}

void TrainRun::summary(const TrainResult &result) const
{
    std::string text = std::string(result.stopped ? "stopped after" : "done:") + " step " +
                       std::to_string(result.steps) + "\nlast checkpoint: " + result.last.string() +
                       "\nbest checkpoint: " + result.bestPath.string() + "\n";
    if (!result.reason.text.empty())
        text += result.reason.english() + "\n";
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
            text += "\n" + classTable(best_, data_.training.classNames);
    }
    print(text);
}

}  // namespace fcoscope
