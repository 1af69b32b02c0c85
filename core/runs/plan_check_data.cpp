// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <unordered_set>

#include "core/base/error.h"
#include "core/eval/unlearnable.h"
#include "core/runs/plan_check.h"

namespace fcoscope {
namespace {

using Weight = PlanFinding::Weight;

/// A class with fewer boxes is learnt by heart at best.
constexpr size_t fewBoxes = 5;
/// So many findings of one kind one by one; the others are counted in one more.
constexpr size_t listed = 5;
/// Images that one check looks at, and the time it takes for that: a person waits for the answer.
constexpr size_t mostImages = 10000;
constexpr double mostSeconds = 2;

/// Places among `count` images, spread over all of them, until the time is up.
class Spread {
public:
    Spread(size_t count, const RunContext &context)
        : count_(count), wanted_(std::min(count, mostImages)), context_(context)
    {
    }
    /// False when enough were looked at. Throws Stopped.
    bool next(size_t &place)
    {
        if (context_.shouldStop())
            throw Stopped();
        if (looked_ == wanted_ || std::chrono::duration<double>(Clock::now() - start_).count() > mostSeconds)
            return false;
        // Neighbouring numbers in bit-reversed order would be spread at every moment; a stride through all of them that
        // has no divisor in common with their count is as good, and visits each once.
        place = looked_++ * stride() % count_;
        return true;
    }
    size_t looked() const { return looked_; }
    bool all() const { return looked_ == count_; }

private:
    using Clock = std::chrono::steady_clock;
    size_t stride() const
    {
        constexpr size_t prime = 7919;
        return count_ % prime == 0 ? 1 : prime;
    }
    size_t count_, wanted_, looked_ = 0;
    const RunContext &context_;
    Clock::time_point start_ = Clock::now();
};

std::string listOf(const std::vector<std::string> &names)
{
    std::string text;
    for (size_t i = 0; i < std::min(names.size(), listed); ++i)
        text += (i ? ", " : "") + names[i];
    return text + (names.size() > listed ? ", …" : "");
}

size_t boxesIn(const Dataset &data)
{
    size_t boxes = 0;
    for (const ClassBoxCount &count : boxesByClass(data))
        boxes += count.boxes;
    return boxes;
}

void tellClassesWithout(const std::vector<std::string> &names, PlanReport &report)
{
    if (names.size() > listed) {
        report.findings.push_back(
            {Weight::Warning, message("core", "{0} classes have no box to learn from ({1}); label some, or remove "
                                              "the classes that are not needed.")
                                  .with(names.size(), listOf(names))});
        return;
    }
    for (const std::string &name : names)
        report.findings.push_back(
            {Weight::Warning,
             message("core", "Class {0} has no box to learn from; label some, or remove the class.").with(name)});
}

void tellClassesWithFew(const std::vector<std::pair<size_t, std::string>> &few, PlanReport &report)
{
    for (size_t i = 0; i < std::min(few.size(), listed); ++i)
        report.findings.push_back(
            {Weight::Warning,
             few[i].first == 1
                 ? message("core", "Class {0} has 1 box to learn from, which is learnt by heart at best; label at "
                                   "least {1}, better 50.")
                       .with(few[i].second, fewBoxes)
                 : message("core", "Class {0} has {1} boxes to learn from, which are learnt by heart at best; label at "
                                   "least {2}, better 50.")
                       .with(few[i].second, few[i].first, fewBoxes)});
    if (few.size() > listed)
        report.findings.push_back(
            {Weight::Warning, message("core", "{0} more classes have fewer than {1} boxes to learn from; label "
                                              "more of them.")
                                  .with(few.size() - listed, fewBoxes)});
}

}  // namespace

void checkClasses(const Snapshot &data, PlanReport &report)
{
    const std::vector<ClassBoxCount> taught = boxesByClass(data.training);
    std::vector<std::string> without;
    std::vector<std::pair<size_t, std::string>> few;
    for (size_t c = 0; c < taught.size(); ++c) {
        report.boxes += taught[c].boxes;
        if (taught[c].boxes == 0)
            without.push_back(data.training.classNames[c]);
        else if (taught[c].boxes < fewBoxes)
            few.emplace_back(taught[c].boxes, data.training.classNames[c]);
    }
    if (report.boxes == 0) {
        report.findings.push_back(
            {Weight::Obstacle, message("core", "None of the images to train on ({0}) has a label to learn from; "
                                               "label one first, or choose others.")
                                   .with(report.trainingImages)});
        return;
    }
    std::sort(few.begin(), few.end());
    tellClassesWithout(without, report);
    tellClassesWithFew(few, report);
}

void checkSides(const Snapshot &data, PlanReport &report)
{
    if (report.validationImages == 0) {
        report.findings.push_back(
            {Weight::Warning, message("core", "No images are kept for validation, so nobody will know how good the "
                                              "model is; keep some.")});
        return;
    }
    std::unordered_set<std::string> training;
    for (const DatasetImage &image : data.training.images)
        training.insert(image.file);
    const auto both =
        static_cast<size_t>(std::count_if(data.validation->images.begin(), data.validation->images.end(),
                                          [&](const DatasetImage &image) { return training.contains(image.file); }));
    if (both > 0)
        report.findings.push_back(
            {Weight::Warning, message("core", "{0} of {1} validation images are also trained on, which measures "
                                              "memory and not skill; label more images, or validate on others.")
                                  .with(both, report.validationImages)});
    const std::vector<ClassBoxCount> taught = boxesByClass(data.training), measured = boxesByClass(*data.validation);
    if (boxesIn(*data.validation) == 0) {
        report.findings.push_back(
            {Weight::Warning, message("core", "The validation images ({0}) have no boxes, so there is nothing to "
                                              "measure; validate on images with labels.")
                                  .with(report.validationImages)});
        return;
    }
    std::vector<std::string> unmeasured;
    for (size_t c = 0; c < std::min(taught.size(), measured.size()); ++c)
        if (taught[c].boxes > 0 && measured[c].boxes == 0)
            unmeasured.push_back(data.training.classNames[c]);
    if (!unmeasured.empty())
        report.findings.push_back(
            {Weight::Note, message("core", "No validation image has a box of {0}, so the AP leaves this out; "
                                           "label more such boxes to measure it, too.")
                               .with(listOf(unmeasured))});
}

namespace {

/// What is wrong with an image file; nothing if nothing is.
std::optional<Message> problemOf(const DatasetImage &image, const ReadLimits &limits)
{
    std::error_code error;
    if (!std::filesystem::exists(image.file, error))
        return message("core", "The image {0} is not there; restore the file, or leave the image out.")
            .with(image.file);
    try {
        const Size size = readImageSize(image.file);
        if (size != image.size)
            return message("core", "The image {0} is {1} × {2} px, but its labels were made for {3} × {4} px; label it "
                                   "anew, or leave it out.")
                .with(image.file, size.width, size.height, image.size.width, image.size.height);
        if (const double megapixels = 1e-6 * size.width * size.height; megapixels > limits.megapixels)
            return message("core", "The image {0} has {1} megapixels and the limit is {2}; leave it out, or raise the "
                                   "limit.")
                .with(image.file, std::round(10 * megapixels) / 10, limits.megapixels);
    } catch (const UserError &why) {
        return why.message();
    }
    return {};
}

void tellProblems(const Dataset &data, PlanReport &report)
{
    for (size_t i = 0; i < std::min(data.problems.size(), listed); ++i)
        report.findings.push_back({Weight::Warning, data.problems[i].reason, data.problems[i].file});
    if (data.problems.size() > listed)
        report.findings.push_back(
            {Weight::Warning, message("core", "{0} more entries of the labels could not be used as they stand; "
                                              "correct them, or train without them.")
                                  .with(data.problems.size() - listed)});
}

}  // namespace

void checkFiles(const TrainRequest &request, const Snapshot &data, const RunContext &context, PlanReport &report)
{
    tellProblems(data.training, report);
    const size_t training = data.training.images.size(), count = training + report.validationImages;
    Spread spread(count, context);
    size_t bad = 0;
    for (size_t place = 0; spread.next(place);) {
        const DatasetImage &image =
            place < training ? data.training.images[place] : data.validation->images[place - training];
        const auto problem = problemOf(image, request.source.limits);
        if (problem && ++bad <= listed)
            report.findings.push_back({Weight::Obstacle, *problem, image.file});
    }
    if (bad > listed)
        report.findings.push_back(
            {Weight::Obstacle, message("core", "{0} more image files cannot be used; restore them, or leave the "
                                               "images out.")
                                   .with(bad - listed)});
    if (!spread.all())
        report.findings.push_back(
            {Weight::Note, message("core", "Of {0} image files {1} were looked at; the others are read when the "
                                           "training starts, so wait for its first minute.")
                               .with(count, spread.looked())});
}

namespace {

/// What training without random changes would see of an image.
std::vector<Label> seenLabels(const DatasetImage &image, const AugmentOptions &options, ImageTransform &transform)
{
    Random random(0);
    SampleGeometry geometry = sampleGeometry(image.size, image.labels, options, random);
    transform = geometry.transform;
    return std::move(geometry.labels);
}

struct BoxCounts {
    size_t boxes = 0, unlearnt = 0, narrow = 0;
    std::vector<size_t> images;  ///< the first with a box that is not learnt
};

BoxCounts countBoxes(const TrainRequest &request, const Dataset &data, Spread &spread)
{
    const AugmentOptions options = withoutChanges(request.source.augment);
    const std::vector<Level> levels = levelsFor(request.profile, {options.width, options.height});
    const double finest = request.profile.strides.front();
    BoxCounts counts;
    for (size_t place = 0; spread.next(place);) {
        if (data.images[place].size.width <= 0 || data.images[place].size.height <= 0)
            continue;
        ImageTransform transform;
        const std::vector<Label> labels = seenLabels(data.images[place], options, transform);
        std::vector<bool> learnt(labels.size());
        for (const Positive &positive : assignLabels(labels, transform, levels, request.profile).positives)
            learnt[static_cast<size_t>(positive.box)] = true;
        const auto unlearnt = static_cast<size_t>(std::count(learnt.begin(), learnt.end(), false));
        counts.boxes += labels.size();
        counts.unlearnt += unlearnt;
        for (const Label &label : labels)
            counts.narrow += std::min(label.box.width(), label.box.height()) < finest;
        if (unlearnt > 0 && counts.images.size() < 3)
            counts.images.push_back(place);
    }
    return counts;
}

/// One box that is not learnt, and why.
void tellReason(const TrainRequest &request, const DatasetImage &image, const RunContext &context, PlanReport &report)
{
    const AugmentOptions options = withoutChanges(request.source.augment);
    ImageTransform transform;
    const std::vector<Label> labels = seenLabels(image, options, transform);
    const AssignedImage assigned =
        assignSample(image.file, labels, transform, {options.width, options.height}, request.profile);
    for (const UnlearnableBox &box : explainUnlearnable(assigned, context)) {
        report.findings.push_back({Weight::Note, box.reason, image.file});
        return;
    }
}

}  // namespace

void checkBoxes(const TrainRequest &request, const Snapshot &data, const RunContext &context, PlanReport &report)
{
    if (report.boxes == 0)
        return;
    Spread spread(data.training.images.size(), context);
    const BoxCounts counts = countBoxes(request, data.training, spread);
    const AugmentOptions &sample = request.source.augment;
    report.unlearnable = counts.unlearnt;
    if (counts.unlearnt > 0) {
        const bool many = 20 * counts.unlearnt > counts.boxes;
        report.findings.push_back(
            {many ? Weight::Warning : Weight::Note,
             message("core",
                     "{0} of {1} boxes that were looked at are learnt by no location in samples of {2} × {3} px; "
                     "larger samples, or other ranges, may help.")
                 .with(counts.unlearnt, counts.boxes, sample.width, sample.height),
             "", "train-width"});
        for (const size_t place : counts.images)
            tellReason(request, data.training.images[place], context, report);
    }
    if (4 * counts.narrow > counts.boxes)
        report.findings.push_back(
            {Weight::Warning,
             message("core",
                     "{0} of {1} boxes are narrower than {2} px in samples of {3} × {4} px, the distance of the "
                     "finest locations; train on larger samples.")
                 .with(counts.narrow, counts.boxes, request.profile.strides.front(), sample.width, sample.height),
             "", "train-width"});
}

}  // namespace fcoscope
