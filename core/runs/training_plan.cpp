// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/training_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <unordered_map>
#include <utility>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/data/formats/label_format.h"

namespace fcoscope {
namespace {

/// In [0, 1), from path and seed alone, so that it is the same whatever other images there are.
double drawOf(const std::string &path, uint64_t seed)
{
    uint64_t hash = 0xCBF29CE484222325ull;  // FNV-1a
    for (const char c : path)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
    return Random(hash, seed).uniform();
}

/// Which images validate. Images are numbered by rising draw: the first ones are the first to validate.
class Sides {
public:
    Sides(std::vector<std::vector<int>> classesByDraw, size_t classCount);
    std::vector<bool> validating(size_t lowest, size_t wanted, size_t highest);

private:
    void move(size_t image, bool toValidation);
    bool trainingCanSpare(size_t image) const;
    bool validationCanSpare(size_t image) const;
    void teach(size_t classIndex);
    void measure(size_t classIndex);
    void keepWithin(size_t lowest, size_t highest);
    void validateAtLeastOne();

    std::vector<std::vector<int>> classes_;      ///< of each image
    std::vector<std::vector<size_t>> images_;    ///< of each class
    std::vector<size_t> training_, validation_;  ///< images of each class on either side
    std::vector<bool> validates_;
    size_t count_ = 0;  ///< of those that validate
};

Sides::Sides(std::vector<std::vector<int>> classesByDraw, size_t classCount)
    : classes_(std::move(classesByDraw)), images_(classCount), training_(classCount), validation_(classCount),
      validates_(classes_.size())
{
    for (size_t image = 0; image < classes_.size(); ++image)
        for (const int c : classes_[image]) {
            images_[static_cast<size_t>(c)].push_back(image);
            ++training_[static_cast<size_t>(c)];
        }
}

void Sides::move(size_t image, bool toValidation)
{
    validates_[image] = toValidation;
    toValidation ? ++count_ : --count_;
    for (const int c : classes_[image]) {
        training_[static_cast<size_t>(c)] += toValidation ? size_t(-1) : 1;
        validation_[static_cast<size_t>(c)] += toValidation ? 1 : size_t(-1);
    }
}

/// Whether every class of a training image would still be taught without it.
bool Sides::trainingCanSpare(size_t image) const
{
    return std::all_of(classes_[image].begin(), classes_[image].end(),
                       [&](int c) { return training_[static_cast<size_t>(c)] > 1; });
}

/// Whether every class of a validating image would still be measured without it.
bool Sides::validationCanSpare(size_t image) const
{
    return std::all_of(classes_[image].begin(), classes_[image].end(),
                       [&](int c) { return validation_[static_cast<size_t>(c)] > 1; });
}

/// What is not taught cannot be found: a class that only validates gets its image of the highest draw back.
void Sides::teach(size_t classIndex)
{
    if (!images_[classIndex].empty() && training_[classIndex] == 0)
        move(images_[classIndex].back(), false);
}

/// A class that only trains gives its image of the lowest draw that takes no other class out of the training.
void Sides::measure(size_t classIndex)
{
    if (images_[classIndex].size() < 2 || validation_[classIndex] > 0)
        return;
    for (const size_t image : images_[classIndex])
        if (trainingCanSpare(image))
            return move(image, true);
}

void Sides::keepWithin(size_t lowest, size_t highest)
{
    for (size_t image = classes_.size(); image-- > 0 && count_ > highest;)
        if (validates_[image] && validationCanSpare(image))
            move(image, false);
    for (size_t image = 0; image < classes_.size() && count_ < lowest; ++image)
        if (!validates_[image] && trainingCanSpare(image))
            move(image, true);
}

/// Where every image is the only one of some class, that which takes the fewest classes away from the training.
void Sides::validateAtLeastOne()
{
    size_t best = 0;
    for (size_t image = 1; image < classes_.size(); ++image)
        if (classes_[image].size() < classes_[best].size())
            best = image;
    move(best, true);
}

std::vector<bool> Sides::validating(size_t lowest, size_t wanted, size_t highest)
{
    for (size_t image = 0; image < wanted; ++image)
        move(image, true);
    std::vector<size_t> rarestFirst(images_.size());
    std::iota(rarestFirst.begin(), rarestFirst.end(), size_t(0));
    std::stable_sort(rarestFirst.begin(), rarestFirst.end(),
                     [&](size_t a, size_t b) { return images_[a].size() < images_[b].size(); });
    for (const size_t c : rarestFirst)
        teach(c);
    for (const size_t c : rarestFirst)
        measure(c);
    keepWithin(lowest, highest);
    if (count_ == 0 && lowest > 0)
        validateAtLeastOne();
    return validates_;
}

/// Which of `images` validate; from two images on.
std::vector<bool> validatingOf(const Dataset &data, const std::vector<double> &draws, double share)
{
    const size_t images = data.images.size();
    std::vector<size_t> order(images);
    std::iota(order.begin(), order.end(), size_t(0));
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return draws[a] != draws[b] ? draws[a] < draws[b] : data.images[a].file < data.images[b].file;
    });
    std::vector<std::vector<int>> classes;
    for (const size_t image : order) {
        std::set<int> its;
        for (const Label &label : data.images[image].labels)
            if (!label.crowd)
                its.insert(label.classIndex);
        classes.emplace_back(its.begin(), its.end());
    }
    const auto below = [&](double draw) { return draw < share; };
    const size_t drawn = static_cast<size_t>(std::count_if(draws.begin(), draws.end(), below));
    const size_t exact = std::clamp<size_t>(std::llround(share * static_cast<double>(images)), 1, images - 1);
    const size_t slack = std::max<size_t>(1, exact / 4);
    const size_t lowest = std::max<size_t>(1, exact - slack), highest = std::min(images - 1, exact + slack);
    const std::vector<bool> byDraw = Sides(std::move(classes), data.classNames.size())
                                         .validating(lowest, std::clamp(drawn, lowest, highest), highest);
    std::vector<bool> validates(images);
    for (size_t place = 0; place < images; ++place)
        validates[order[place]] = byDraw[place];
    return validates;
}

/// The images that the choice names, in the order in which the set lists them.
LabelSet chosenOf(const LabelSet &set, const TrainingChoice &choice)
{
    std::vector<size_t> places = matching(set, choice.images);
    std::sort(places.begin(), places.end());
    LabelSet chosen;
    chosen.root = set.root;
    chosen.classes = set.classes;
    chosen.nextKey = set.nextKey;
    for (const size_t place : places)
        if (choice.unreviewed || set.images[place].status != ReviewStatus::New)
            chosen.images.push_back(set.images[place]);
    if (chosen.images.empty() && !places.empty())
        throw UserError(message("core", "Nobody has looked at the images that are chosen ({0}); confirm their labels "
                                        "first, or take images without review, too.")
                            .with(places.size()));
    return chosen;
}

void requireLabels(const Dataset &data)
{
    const bool some = std::any_of(data.images.begin(), data.images.end(), [](const DatasetImage &image) {
        return std::any_of(image.labels.begin(), image.labels.end(), [](const Label &label) { return !label.crowd; });
    });
    if (!some)
        throw UserError(message("core", "None of the images that are chosen ({0}) has a label to learn from; label one "
                                        "first, or choose others.")
                            .with(data.images.size()));
}

}  // namespace

Snapshot chosenData(const LabelSet &set, const TrainingChoice &choice)
{
    const LabelSet chosen = chosenOf(set, choice);
    Dataset all = datasetOf(chosen, /*withNew=*/choice.unreviewed);
    requireLabels(all);
    Snapshot snapshot;
    if (!(choice.validationShare > 0)) {
        snapshot.training = std::move(all);
        return snapshot;
    }
    if (all.images.size() == 1) {
        snapshot.validation = all;
        snapshot.validation->problems.clear();
        snapshot.training = std::move(all);
        return snapshot;
    }
    std::unordered_map<std::string, double> drawOfFile;
    for (const ImageEntry &image : chosen.images)
        drawOfFile.emplace(set.fileOf(image).string(), drawOf(image.path, choice.seed));
    std::vector<double> draws;
    for (const DatasetImage &image : all.images)
        draws.push_back(drawOfFile.at(image.file));
    const std::vector<bool> validates = validatingOf(all, draws, std::min(choice.validationShare, 1.0));
    std::vector<DatasetImage> images = std::exchange(all.images, {});
    snapshot.training = std::move(all);
    snapshot.validation = snapshot.training;
    snapshot.validation->problems.clear();
    for (size_t i = 0; i < images.size(); ++i)
        (validates[i] ? *snapshot.validation : snapshot.training).images.push_back(std::move(images[i]));
    return snapshot;
}

}  // namespace fcoscope
