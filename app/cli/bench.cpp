// SPDX-License-Identifier: GPL-3.0-or-later
// fcos bench: milliseconds of each stage of detection, and images per second in training.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "app/cli/command_line.h"
#include "app/cli/model_options.h"
#include "app/cli/verbs.h"
#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/data/dataset_source.h"
#include "core/data/smear.h"
#include "core/fcos/engine.h"
#include "core/fcos/trainer.h"
#include "core/rules/decode.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

struct BenchOptions {
    ModelOptions model;
    TrainOptions train;
    AugmentOptions augment;
    int runs = 20, steps = 20;
    bool json = false, training = false;
};

/// A folder that is gone when this is.
class TemporaryFolder {
public:
    TemporaryFolder() : path_((fs::temp_directory_path() / "fcos-bench-XXXXXX").string())
    {
        if (!::mkdtemp(path_.data()))
            throw UserError(message("core", "The folder {0} cannot be made: {1}.")
                                .with(path_, std::generic_category().message(errno)));
    }
    ~TemporaryFolder()
    {
        std::error_code error;
        fs::remove_all(path_, error);
    }
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;
    fs::path operator/(const char *name) const { return fs::path(path_) / name; }

private:
    std::string path_;
};

struct Stage {
    const char *name;
    std::vector<double> ms;

    double fastest() const { return *std::min_element(ms.begin(), ms.end()); }
    double median() const
    {
        std::vector<double> sorted = ms;
        std::sort(sorted.begin(), sorted.end());
        return (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]) / 2;
    }
};

double milliseconds(const std::function<void()> &work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// Every stage on its own, as detection goes through them.
std::vector<Stage> detectionStages(const std::vector<std::string> &files, const Predictor &model, int runs,
                                   Console &console)
{
    Stage read{"read", {}}, resize{"resize", {}}, network{"network", {}}, decoding{"decode", {}}, nms{"NMS", {}},
        all{"all", {}};
    const Profile &profile = model.info().profile;
    DecodeOptions everything = profile.decode;  // what NMS is given: nothing overlaps by more than 1
    everything.nmsThreshold = 1;
    everything.detectionsPerImage =
        std::max(1, everything.candidatesPerLevel) * static_cast<int>(profile.strides.size());
    const NmsRules rules = nmsRules(profile, profile.decode);
    constexpr int warmUp = 3;  // LibTorch lays out its weights and memory in the first runs
    for (int run = -warmUp; run < runs; ++run) {
        throwIfStopAsked();
        console.progress(std::max(0.0, static_cast<double>(run) / runs), "measuring detection");
        const std::string &file = files[static_cast<size_t>(run + warmUp) % files.size()];
        Image image;
        RawOutputsPtr raw;
        RunTimes times;
        std::vector<Detection> detections;
        const double readMs = milliseconds([&] { image = readImage(file); });
        const double runMs = milliseconds([&] { raw = model.run(image, {}, &times); });
        const double decodeMs = milliseconds([&] { detections = decode(*raw, profile, profile.decode); });
        const auto candidates = decode(*raw, profile, everything);
        const double nmsMs = milliseconds([&] { nonMaximumSuppression(candidates, rules); });
        if (run < 0)
            continue;
        read.ms.push_back(readMs);
        resize.ms.push_back(times.resizeMs);
        network.ms.push_back(times.networkMs);
        decoding.ms.push_back(std::max(0.0, decodeMs - nmsMs));
        nms.ms.push_back(nmsMs);
        all.ms.push_back(readMs + runMs + decodeMs);
    }
    return {read, resize, network, decoding, nms, all};
}

/// The process's largest resident set since forgetPeak(), or since its start where the kernel does not forget.
double peakBytes()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:"))
            return std::atof(line.c_str() + 6) * 1024;
    return 0;
}

void forgetPeak()
{
    std::ofstream("/proc/self/clear_refs") << 5;
}

struct TrainingSpeed {
    std::vector<double> rates;  ///< images per second of each step
    double seconds = 0, waited = 0;
    double peak = 0, devicePeak = 0;  ///< bytes

    double waitingShare() const { return seconds > 0 ? waited / seconds : 0; }
};

/// A short training of the model's own structure on drawn smears.
TrainingSpeed trainingSpeed(const ModelInfo &model, const BenchOptions &options, const TemporaryFolder &folder,
                            Console &console)
{
    SmearOptions smears;
    writeSmears(folder / "smears", smears, console.context());
    DatasetSourceOptions sourceOptions;
    sourceOptions.augment = options.augment;
    const DatasetSource source(readDataset(folder / "smears"), sourceOptions);
    NetworkOptions network = model.network;
    network.classCount = static_cast<int>(source.classNames().size());
    network.backboneNorm = BackboneNorm::Trained;
    constexpr int warmUp = 2;
    TrainOptions train = options.train;
    train.device = options.model.device;
    train.threads = options.model.threads;
    train.stopAfterSteps = options.steps + warmUp;
    train.epochs =
        std::max(1, static_cast<int>(train.stopAfterSteps * train.batch * train.accumulate / source.size() + 1));
    train.checkpointEverySteps = 1000000;
    TrainingSpeed speed;
    TrainCallbacks callbacks;
    callbacks.step = [&](const StepReport &report) {
        if (report.step > warmUp) {
            speed.rates.push_back(report.imagesPerSecond);
            speed.seconds += train.batch * train.accumulate / report.imagesPerSecond;
            speed.waited += report.waitedForDataMs / 1000;
        }
        console.progress(static_cast<double>(report.step) / static_cast<double>(train.stopAfterSteps),
                         "measuring training");
    };
    forgetPeak();
    fcoscope::train(source, network, model.profile, train, folder / "run", {}, callbacks,
                    {[] { return stopAsked(); }, {}});
    throwIfStopAsked();
    speed.peak = peakBytes();
    speed.devicePeak = devicePeakBytes(train.device);
    return speed;
}

std::string stagesText(const std::vector<Stage> &stages)
{
    std::string text = "stage      median ms     min ms\n";
    for (const Stage &stage : stages) {
        char line[64];
        std::snprintf(line, sizeof line, "%-9s %10.2f %10.2f\n", stage.name, stage.median(), stage.fastest());
        text += line;
    }
    return text;
}

std::string stagesJson(const std::vector<Stage> &stages)
{
    JsonObject object;
    for (const Stage &stage : stages)
        object.raw(stage.name, JsonObject().add("median_ms", stage.median()).add("min_ms", stage.fastest()).text());
    return object.text();
}

std::string trainingText(const TrainingSpeed &speed)
{
    char line[256];
    std::snprintf(line, sizeof line,
                  "\ntraining: %.2f images per second (median of %zu steps)\n"
                  "          %.1f %% of the time waiting for data\n"
                  "          %.0f MB of memory at the highest\n",
                  Stage{"training", speed.rates}.median(), speed.rates.size(), 100 * speed.waitingShare(),
                  speed.peak / 1e6);
    std::string text = line;
    if (speed.devicePeak > 0) {
        std::snprintf(line, sizeof line, "          %.0f MB on the device\n", speed.devicePeak / 1e6);
        text += line;
    }
    return text;
}

std::string trainingJson(const TrainingSpeed &speed)
{
    JsonObject object;
    object.add("images_per_second", Stage{"training", speed.rates}.median())
        .add("steps", static_cast<int64_t>(speed.rates.size()))
        .add("waiting_share", speed.waitingShare())
        .add("peak_bytes", speed.peak);
    if (speed.devicePeak > 0)
        object.add("device_peak_bytes", speed.devicePeak);
    return object.text();
}

}  // namespace

int benchVerb(const Arguments &arguments, Console &console)
{
    BenchOptions options;
    OptionTable own, model, training;
    own.add("runs", options.runs, 1, 100000, "", message("core", "Measured detections, after three that warm up."));
    own.add("json", options.json, message("core", "Print one JSON object instead of text."));
    own.add("train", options.training,
            message("core", "Measure training too: the model's own structure on drawn smears."));
    visit(model, options.model);
    training.add("steps", options.steps, 1, 100000, "",
                 message("core", "Measured training steps, after two that warm up."));
    OptionTable trainAll;
    visit(trainAll, options.train);
    visit(training, options.augment);

    std::vector<std::string> files;
    CommandLine line("bench", "Measure how long each stage takes.");
    line.positional("IMAGES", files, 0, 1 << 20,
                    message("core", "Image files; without any a drawn smear of 640 × 480."));
    line.options("Detection", own);
    line.options("Model", model);
    line.options("Training", training);
    line.options("Training, as in fcos train", trainAll,
                 {"device", "threads", "epochs", "stop-after", "checkpoint-every", "validate-every"});
    if (!line.parse(arguments))
        return exitDone;
    for (const OptionTable *table : {&own, &model, &training, &trainAll})
        line.apply(*table);

    const Predictor predictor = loadModel(options.model);
    const TemporaryFolder folder;
    if (files.empty()) {
        SmearOptions one;
        one.count = 1;
        writeSmears(folder / "image", one, console.context());
        files = imageFilesIn(folder / "image");
    }
    const auto stages = detectionStages(files, predictor, options.runs, console);
    const TrainingSpeed speed =
        options.training ? trainingSpeed(predictor.info(), options, folder, console) : TrainingSpeed{};
    if (options.json) {
        JsonObject object;
        object.add("model", predictor.info().path.string())
            .add("device", predictor.device())
            .add("runs", options.runs)
            .raw("stages", stagesJson(stages));
        if (!speed.rates.empty())
            object.raw("training", trainingJson(speed));
        print(object.text() + "\n");
        return exitDone;
    }
    std::string text = "model " + printable(predictor.info().path.string()) + " on " + predictor.device() + ", " +
                       std::to_string(options.runs) + " runs\n\n" + stagesText(stages);
    if (!speed.rates.empty())
        text += trainingText(speed);
    print(text);
    return exitDone;
}

}  // namespace fcoscope
