// SPDX-License-Identifier: GPL-3.0-or-later
// fcos_bench: what a bare machine can do with the engine, on made-up samples: no Qt, no OpenCV, no files.
//
//     fcos_bench infer [name=value…]    milliseconds of resizing, network and decoding of one image
//     fcos_bench network [name=value…]  the network alone: the modules that are trained against the plan
//     fcos_bench serve MODEL INPUT …    the network alone, for a program that compares (tests/bench)
//     fcos_bench train [name=value…]    images per second in training
//     fcos_bench serve-train [name=…]   one training step for each line it is given, likewise
//     fcos_bench check                  trains a few steps twice and compares: the same weights, falling loss
//
// Names are those of the options (backbone-depth=18, batch=8, device=cuda:0, …), and width, height, runs.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>

#include "core/base/error.h"
#include "core/base/process.h"
#include "core/fcos/checkpoint.h"
#include "core/fcos/engine.h"
#include "core/fcos/made_up_source.h"
#include "core/fcos/network_bench.h"
#include "core/fcos/predictor.h"
#include "core/fcos/trainer.h"
#include "core/rules/decode.h"

using namespace fcoscope;

namespace {

using Clock = std::chrono::steady_clock;

struct Made {
    int width = 512, height = 384, runs = 10, images = 64;
};

void visit(OptionTable &table, Made &made)
{
    table.add("width", made.width, 32, 8192, "px", message("core", "Width of the made-up images."));
    table.add("height", made.height, 32, 8192, "px", message("core", "Height of the made-up images."));
    table.add("runs", made.runs, 1, 100000, "", message("core", "How often to measure."));
    table.add("images", made.images, 1, 100000, "", message("core", "How many made-up images there are."));
}

struct Settings {
    Made made;
    NetworkOptions network;
    Profile profile = profileNamed("fcoscope");
    TrainOptions train;
};

MadeUpSource sourceOf(const Settings &settings)
{
    return {{settings.made.width, settings.made.height}, settings.made.images, settings.network.classCount};
}

Settings settingsFrom(int argc, char **argv)
{
    Settings settings;
    settings.network.classCount = 3;
    OptionTable table;
    visit(table, settings.made);
    visit(table, settings.network);
    visit(table, settings.profile);
    visit(table, settings.train);
    settings.train.epochs = 1;
    for (int i = 2; i < argc; ++i) {
        const std::string argument = argv[i];
        const size_t equals = std::min(argument.find('='), argument.size());
        table.set(argument.substr(0, equals), equals < argument.size() ? argument.substr(equals + 1) : "",
                  "fcos_bench");
    }
    return settings;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

std::filesystem::path scratchFolder()
{
    const std::filesystem::path folder = std::filesystem::temp_directory_path() /
                                         ("fcos_bench." + std::to_string(Clock::now().time_since_epoch().count()));
    std::filesystem::create_directories(folder);
    return folder;
}

int infer(const Settings &settings)
{
    const std::filesystem::path folder = scratchFolder();
    const MadeUpSource source = sourceOf(settings);
    writeRandomModel(folder / "model.safetensors", settings.network, settings.profile, source.classNames(), 1);
    configureEngine(settings.train.threads);
    const Predictor predictor = Predictor::load(folder / "model.safetensors", settings.train.device);
    std::filesystem::remove_all(folder);
    const Image image = source.original(0).image;
    std::vector<double> resize, network, decoding;
    for (int i = 0; i < settings.made.runs + 3; ++i) {
        RunTimes times;
        const RawOutputsPtr raw = predictor.run(image, {}, &times);
        const Clock::time_point start = Clock::now();
        decode(*raw, settings.profile, settings.profile.decode);
        if (i < 3)
            continue;  // warming up
        resize.push_back(times.resizeMs);
        network.push_back(times.networkMs);
        decoding.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
    std::printf("device %s, %lld weights\nresize  %8.2f ms\nnetwork %8.2f ms\ndecode  %8.2f ms   (medians of %d)\n",
                predictor.device().c_str(), static_cast<long long>(predictor.info().weightCount), median(resize),
                median(network), median(decoding), settings.made.runs);
    return 0;
}

struct Trained {
    std::vector<double> losses, speed;
    double seconds = 0, waited = 0;
};
Trained trainMadeUp(const Settings &settings, const std::filesystem::path &folder)
{
    const MadeUpSource source = sourceOf(settings);
    Trained trained;
    TrainCallbacks callbacks;
    callbacks.step = [&](const StepReport &report) {
        trained.losses.push_back(report.classLoss + report.boxLoss + report.centernessLoss);
        trained.speed.push_back(report.imagesPerSecond);
        trained.seconds += settings.train.batch * settings.train.accumulate / report.imagesPerSecond;
        trained.waited += report.waitedForDataMs / 1000;
        std::fprintf(stderr, "step %lld: loss %.4f, %.2f images/s, waited %.1f ms\n",
                     static_cast<long long>(report.step), trained.losses.back(), report.imagesPerSecond,
                     report.waitedForDataMs);
    };
    train(source, settings.network, settings.profile, settings.train, folder, {}, callbacks, {});
    return trained;
}

int trainSpeed(const Settings &settings)
{
    const std::filesystem::path folder = scratchFolder();
    const Trained trained = trainMadeUp(settings, folder);
    std::filesystem::remove_all(folder);
    std::printf("%.2f images/s (median of %zu steps), %.1f %% of the time waiting for data, %.0f MB on the device\n",
                median(trained.speed), trained.speed.size(), 100 * trained.waited / trained.seconds,
                devicePeakBytes(settings.train.device) / 1e6);
    return 0;
}

/// Trains step by step, one for each line "run" of the standard input, and answers each with the milliseconds of the
/// step on the clock and of all processors. So that another program can alternate its own steps with ours
/// (tests/bench).
int serveTraining(const Settings &settings)
{
    const std::filesystem::path folder = scratchFolder();
    const MadeUpSource source = sourceOf(settings);
    const auto processorMs = [] {
        timespec now{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
    };
    bool stop = false;
    Clock::time_point start;
    double processor = 0;
    const auto awaitTurn = [&] {
        std::string line;
        stop = !std::getline(std::cin, line) || line != "run";
        start = Clock::now();
        processor = processorMs();
    };
    TrainCallbacks callbacks;
    callbacks.step = [&](const StepReport &report) {
        if (report.step == 1)
            std::printf("ready\n");
        else
            std::printf("%.3f %.3f\n", std::chrono::duration<double, std::milli>(Clock::now() - start).count(),
                        processorMs() - processor);
        std::fflush(stdout);
        awaitTurn();
    };
    RunContext context;
    context.stopRequested = [&] { return stop; };
    train(source, settings.network, settings.profile, settings.train, folder, {}, callbacks, context);
    std::filesystem::remove_all(folder);
    return 0;
}

int check(Settings settings)
{
    settings.network.backboneDepth = 18;
    settings.network.backboneWidth = 0.25;
    settings.network.pyramidChannels = 32;
    settings.network.towerGroups = 8;
    settings.network.towerDepth = 1;
    settings.made.images = 8;
    settings.train.epochs = 20;
    settings.train.warmupSteps = 2;
    settings.train.batch = 4;
    const std::filesystem::path one = scratchFolder(), two = scratchFolder();
    const Trained first = trainMadeUp(settings, one), second = trainMadeUp(settings, two);
    std::filesystem::remove_all(one);
    std::filesystem::remove_all(two);
    const bool same = first.losses == second.losses, falls = first.losses.back() < 0.7 * first.losses.front();
    std::printf("two runs give the same losses: %s\nthe loss falls from %.4f to %.4f: %s\n", same ? "yes" : "no",
                first.losses.front(), first.losses.back(), falls ? "yes" : "no");
    return falls && (same || settings.train.device != "cpu") ? 0 : 1;
}

}  // namespace

int main(int argc, char **argv)
{
    configureProcess(argv);
    try {
        const std::string what = argc > 1 ? argv[1] : "";
        if (what == "serve")
            return serveNetwork({argv + 2, argv + argc});
        const Settings settings = settingsFrom(argc, argv);
        if (what == "network") {
            configureEngine(settings.train.threads);
            return compareNetworks(settings.network, settings.profile, settings.made.height, settings.made.width,
                                   settings.made.runs, settings.train.device);
        }
        if (what == "infer")
            return infer(settings);
        if (what == "train")
            return trainSpeed(settings);
        if (what == "serve-train")
            return serveTraining(settings);
        if (what == "check")
            return check(settings);
        std::fprintf(stderr, "fcos_bench infer|network|train|serve-train|check [name=value…]\n");
        return 2;
    } catch (const UserError &error) {
        std::fprintf(stderr, "fcos_bench: %s\n", error.what());
        return 2;
    }
}
