// SPDX-License-Identifier: GPL-3.0-or-later
// What is to be said of a plan: the settings, the machine. The data's part is in plan_check_data.cpp.
#include "core/runs/plan_check.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "core/base/error.h"
#include "core/fcos/engine.h"

namespace fcoscope {
namespace {

using Weight = PlanFinding::Weight;

/// What an operation would refuse with.
template <typename Work> void orObstacle(PlanReport &report, const std::string &option, Work work)
{
    try {
        work();
    } catch (const UserError &error) {
        report.findings.push_back({Weight::Obstacle, error.message(), "", option});
    }
}

void checkStart(const TrainRequest &request, const PlanStart &start, PlanReport &report)
{
    if (start.problem)
        report.findings.push_back({Weight::Obstacle, *start.problem, "", "start-from"});
    if (start.kind == PlanStart::Kind::Nothing) {
        if (request.network.backboneNorm == BackboneNorm::Frozen)
            report.findings.push_back({Weight::Obstacle,
                                       message("core", "A backbone with frozen norms cannot learn from random weights; "
                                                       "give weights to start from, or set {0} to {1}.")
                                           .with("backbone-norm", "trained"),
                                       "", "backbone-norm"});
        if (request.train.frozenStages > 0)
            report.findings.push_back({Weight::Obstacle,
                                       message("core", "Frozen stages would keep their random weights; give weights to "
                                                       "start from, or set {0} to {1}.")
                                           .with("frozen-stages", 0),
                                       "", "frozen-stages"});
        return;
    }
    if (!start.model)
        return;
    const NetworkOptions &has = start.model->network, &wants = request.network;
    NetworkOptions with = wants;
    takeBackbone(with, has);
    with.backboneNorm = wants.backboneNorm;  // of the same weights
    with.normEpsilon = wants.normEpsilon;
    with.strideConv = wants.strideConv;
    if (with != wants)
        report.findings.push_back(
            {Weight::Obstacle,
             message("core",
                     "The backbone of {0} (ResNet-{1}, width {2}) is not the one that is asked for (ResNet-{3}, "
                     "width {4}); give the same depth, width and groups, or start from another model.")
                 .with(request.startFrom, has.backboneDepth, has.backboneWidth, wants.backboneDepth,
                       wants.backboneWidth),
             "", "backbone-depth"});
}

/// From a detector 3e-3 was worse with AdamW than a tenth of it (figures: plan_suggest.cpp); the others are the field's
/// usual rates with room above them.
double highestRate(const TrainRequest &request, PlanStart::Kind start)
{
    const bool adamw = request.train.optimizer == OptimizerKind::AdamW;
    if (start == PlanStart::Kind::Nothing)
        return adamw ? 5e-3 : 0.1;
    return adamw ? 2e-3 : 0.04;
}

void checkRate(const TrainRequest &request, PlanStart::Kind start, PlanReport &report)
{
    const double rate = request.train.learningRate, highest = highestRate(request, start);
    if (!(rate > 0))
        report.findings.push_back({Weight::Warning,
                                   message("core", "With a learning rate of {0} nothing is learnt; set one above 0, "
                                                   "such as {1}.")
                                       .with(rate, highest / 5),
                                   "", "learning-rate"});
    else if (rate > highest && start != PlanStart::Kind::Nothing)
        report.findings.push_back({Weight::Warning,
                                   message("core", "A learning rate of {0} makes a trained model forget before it "
                                                   "learns; set {1} or less.")
                                       .with(rate, highest),
                                   "", "learning-rate"});
    else if (rate > highest)
        report.findings.push_back({Weight::Warning,
                                   message("core", "A learning rate of {0} may make the loss grow instead of fall; try "
                                                   "{1} or less.")
                                       .with(rate, highest),
                                   "", "learning-rate"});
}

void checkBatch(const TrainRequest &request, PlanReport &report)
{
    const int64_t perStep = static_cast<int64_t>(request.train.batch) * request.train.accumulate;
    if (report.trainingImages > 0 && perStep > static_cast<int64_t>(report.trainingImages))
        report.findings.push_back({Weight::Warning,
                                   message("core", "A step looks at {0} images and there are {1} to train on, so it "
                                                   "sees some of them twice; set a smaller batch.")
                                       .with(perStep, report.trainingImages),
                                   "", "batch"});
    const int64_t steps = stepsOf(request.train, report.trainingImages);
    if (steps > 0 && request.train.warmupSteps >= steps)
        report.findings.push_back({Weight::Warning,
                                   message("core", "The warm-up ({0} steps) is as long as the training ({1} steps), so "
                                                   "the learning rate is never reached; shorten the warm-up, or train "
                                                   "for more epochs.")
                                       .with(request.train.warmupSteps, steps),
                                   "", "warmup-steps"});
}

void checkDevice(const TrainRequest &request, PlanReport &report)
{
    const std::string &device = request.train.device;
    if (device == "auto" || device == "cpu")
        return;
    double number = 0;
    const bool known = device == "cuda" || (device.starts_with("cuda:") && parseNumber(device.substr(5), number) &&
                                            number >= 0 && number == std::floor(number));
    if (!known)
        report.findings.push_back({Weight::Obstacle,
                                   message("core", "The option {0} is \"{1}\"; it must be one of {2}.")
                                       .with("device", device, "auto, cpu, cuda:N"),
                                   "", "device"});
    else if (number >= cudaDevices())
        report.findings.push_back({Weight::Obstacle,
                                   message("core", "There is no device {0}: this machine has {1} CUDA devices that "
                                                   "can be used; set {2} to auto or cpu.")
                                       .with(device, cudaDevices(), "device"),
                                   "", "device"});
}

/// MemAvailable of /proc/meminfo; −1 where the machine does not say.
double freeMemory()
{
    std::ifstream file("/proc/meminfo");
    std::string word;
    while (file >> word)
        if (double kilobytes = 0; word == "MemAvailable:" && file >> kilobytes)
            return kilobytes * 1024;
    return -1;
}

/// Gigabytes to a tenth, as people read them.
double gigabytes(double bytes)
{
    return std::max(0.1, std::round(bytes / 1e8) / 10);
}

void checkMemory(const TrainRequest &request, const PlanSurroundings &surroundings, PlanReport &report)
{
    if (onCuda(request))
        return;  // the trainer halves the batch by itself, and the machine's own memory says nothing of the device's
    const double free = surroundings.freeMemoryBytes >= 0 ? surroundings.freeMemoryBytes : freeMemory();
    if (free < 0 || report.memoryBytes < 0.8 * free)
        return;
    const bool more = report.memoryBytes > free;
    report.findings.push_back(
        {Weight::Warning,
         more
             ? message("core", "The training needs about {0} GB of memory and {1} GB are free; set a smaller batch or "
                               "smaller samples, or close other programs.")
                   .with(gigabytes(report.memoryBytes), gigabytes(free))
             : message("core", "The training needs about {0} GB of the {1} GB of memory that are free; a smaller batch "
                               "is safer.")
                   .with(gigabytes(report.memoryBytes), gigabytes(free)),
         "", "batch"});
}

void checkDisk(const TrainRequest &request, const PlanSurroundings &surroundings, PlanReport &report)
{
    if (surroundings.folder.empty())
        return;
    std::error_code error;
    std::filesystem::path there = std::filesystem::absolute(surroundings.folder, error);
    while (!error && !there.empty() && !std::filesystem::exists(there, error) && there.has_relative_path())
        there = there.parent_path();
    const std::filesystem::space_info space = std::filesystem::space(there, error);
    const bool goesOn = std::filesystem::exists(surroundings.folder / "checkpoints" / "last", error);
    const double needed = checkpointBytes(request) / (goesOn ? 3 : 1);
    if (error || static_cast<double>(space.available) > needed)
        return;
    report.findings.push_back(
        {Weight::Obstacle,
         message("core", "The checkpoints need {0} GB and {1} has {2} GB left; make room, or "
                         "train into another folder.")
             .with(gigabytes(needed), there.string(), std::round(static_cast<double>(space.available) / 1e8) / 10),
         "", ""});
}

/// The steps that are still to be made.
int64_t stepsLeft(const TrainRequest &request, const PlanSurroundings &surroundings, size_t images)
{
    const int64_t perStep = std::max<int64_t>(1, static_cast<int64_t>(request.train.batch) * request.train.accumulate);
    return std::max<int64_t>(0, stepsOf(request.train, images) - surroundings.samplesDone / perStep);
}

void checkLength(const TrainRequest &request, const PlanSurroundings &surroundings, PlanReport &report)
{
    if (surroundings.samplesDone > 0 && report.steps == 0)
        report.findings.push_back(
            {Weight::Obstacle,
             message("core", "The run has been through all its {0} epochs; give it more to go on.")
                 .with(request.train.epochs),
             "", "epochs"});
    const int patience = request.train.patience;
    if (surroundings.patienceSpent > 0 && patience > 0 && patience <= surroundings.patienceSpent)
        report.findings.push_back({Weight::Obstacle,
                                   message("core", "The run stopped by itself: no better AP in {0} validations. Set a "
                                                   "higher patience to go on, or 0 for none.")
                                       .with(surroundings.patienceSpent),
                                   "", "patience"});
}

}  // namespace

double expectedSeconds(const TrainRequest &request, const PlanReport &report, double secondsPerImage)
{
    const double perStep = static_cast<double>(request.train.batch) * request.train.accumulate;
    const double learnt = static_cast<double>(report.steps) * perStep;
    const double epochs = std::min(static_cast<double>(request.train.epochs),
                                   learnt / std::max(1.0, static_cast<double>(report.trainingImages)));
    const double looked =
        std::ceil(epochs / std::max(1, request.train.validateEvery)) * static_cast<double>(report.validationImages);
    return secondsPerImage * (learnt + looked / 3);
}

PlanReport checkPlan(const TrainRequest &request, const Snapshot &data, const RunContext &context,
                     const PlanSurroundings &surroundings)
{
    PlanReport report;
    report.trainingImages = data.training.images.size();
    report.validationImages = data.validation ? data.validation->images.size() : 0;
    report.cudaDevices = cudaDevices();
    report.steps = stepsLeft(request, surroundings, report.trainingImages);
    const PlanStart start = startOf(request);
    checkStart(request, start, report);
    checkDevice(request, report);
    orObstacle(report, "strides", [&] { checkProfile(request.profile); });
    orObstacle(report, "train-width", [&] { checkAugment(request.source.augment); });
    const bool fits = std::none_of(report.findings.begin(), report.findings.end(), [](const PlanFinding &finding) {
        return finding.option == "strides" || finding.option == "train-width";
    });
    checkRate(request, start.kind, report);
    checkBatch(request, report);
    checkLength(request, surroundings, report);
    checkClasses(data, report);
    checkSides(data, report);
    checkFiles(request, data, context, report);
    if (fits) {
        checkBoxes(request, data, context, report);
        report.memoryBytes = trainingMemory(request, data);
        checkMemory(request, surroundings, report);
        checkDisk(request, surroundings, report);
    }
    report.seconds = expectedSeconds(request, report, surroundings.secondsPerImage);
    std::stable_sort(report.findings.begin(), report.findings.end(),
                     [](const PlanFinding &a, const PlanFinding &b) { return a.weight > b.weight; });
    return report;
}

}  // namespace fcoscope
