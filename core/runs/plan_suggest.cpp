// SPDX-License-Identifier: GPL-3.0-or-later
// Values that suit the data. What they rest on: blood cells (BCCD), 20 training images of 384 × 288 px unless said, AP
// on 24 test images, AdamW, cosine, batch 4, float32, one thread of a busy machine, one seed each. The packaged model
// as start, its classes renamed so that the class prediction begins anew; 100 steps unless said:
//     rate 1e-4  AP 0.418    3e-4  0.545 (50 steps in: 0.479)    1e-3  0.534 (0.524)    3e-3  0.518 (0.354)
//     average's decay 0.9 or 0.998: 0.5336 and 0.5335 (rate 1e-3): its warm-up decides in so short a run
//     5 training images, rate 3e-4: 0.526
// Nothing as start, the slim network, rate 1e-3, 300 steps:
//     AP 0.369; with stronger augmentation (scale-spread 0.5, stretch-spread 0.1, colours 0.3) 0.326
// So augmentation stays as it is, and the values for a backbone as start lie between the two; they are not measured,
// nor is anything on CUDA, frozen stages, balanced classes or patience.
#include <algorithm>
#include <cmath>
#include <thread>

#include "core/rules/locations.h"
#include "core/runs/plan_facts.h"
#include "core/runs/training_plan.h"

namespace fcoscope {
namespace {

using Kind = PlanStart::Kind;

/// px of a sample of the packaged model; sizes of batches are counted in it.
constexpr double usualPixels = 512.0 * 384.0;

template <typename Value> Value quantile(std::vector<Value> values, double share)
{
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

int multipleOf32(double length)
{
    return std::clamp(static_cast<int>(std::lround(length / 32)) * 32, 32, 8192);
}

/// The images in the middle of the data, with the longer side along x.
struct UsualImage {
    Size size{640, 480};
    bool upright = false;  ///< most of them
    bool mixed = false;    ///< many lie each way
};
UsualImage usualImageOf(const Dataset &data)
{
    UsualImage usual;
    std::vector<int> longer, shorter;
    size_t upright = 0, lying = 0;
    for (const DatasetImage &image : data.images) {
        if (image.size.width <= 0 || image.size.height <= 0)
            continue;
        longer.push_back(std::max(image.size.width, image.size.height));
        shorter.push_back(std::min(image.size.width, image.size.height));
        upright += image.size.height > image.size.width;
        lying += image.size.width > image.size.height;
    }
    if (longer.empty())
        return usual;
    usual.size = {quantile(longer, 0.5), quantile(shorter, 0.5)};
    usual.upright = upright > lying;
    usual.mixed = 4 * std::min(upright, lying) > longer.size();
    return usual;
}

/// The shorter side, in px of the image, of boxes that are small in this data.
double smallBoxOf(const Dataset &data)
{
    std::vector<double> sides;
    for (const DatasetImage &image : data.images)
        for (const Label &label : image.labels)
            if (!label.crowd && label.box.hasArea())
                sides.push_back(std::min(label.box.width(), label.box.height()));
    return sides.empty() ? 0 : quantile(sides, 0.1);
}

/// Where the start brings no size of its own: a side of 512 px, which a processor can train, unless small boxes need
/// more. A box of 16 px has two locations of the finest level along each side; more than the image has to show, or than
/// the profile's own size, is not worth the time.
void suggestInput(TrainRequest &request, const UsualImage &usual, double smallBox)
{
    const Profile own = profileNamed(request.profileName);
    if (request.profile.shortSide != own.shortSide || request.profile.longSide != own.longSide)
        return;  // somebody chose it
    const double longer = usual.size.width, shorter = usual.size.height;
    double scale = 512 / longer;
    if (smallBox > 0)
        scale = std::max(scale, std::min(1.0, 2 * request.profile.strides.front() / smallBox));
    scale = std::min({scale, own.longSide / longer, own.shortSide / shorter});
    request.profile.shortSide = multipleOf32(shorter * scale);
    request.profile.longSide = std::max(request.profile.shortSide, multipleOf32(longer * scale));
}

/// Without any weights to keep, a slim network learns from few images as well as a large one, in a tenth of the time.
void suggestNetwork(TrainRequest &request, size_t images)
{
    NetworkOptions own = networkOfProfile(request.profileName);
    own.backboneNorm = BackboneNorm::Trained;
    own.classCount = request.network.classCount;
    if (request.network != own || images > 2000)
        return;
    request.network.backboneDepth = 18;
    request.network.backboneWidth = 0.5;
    request.network.pyramidChannels = 96;
    request.network.towerDepth = 2;
}

/// The sample is what inference sees of most images.
void suggestSample(TrainRequest &request, const UsualImage &usual)
{
    const Size seen = inferenceTransform(usual.size, request.profile).contentSize;
    int longer = multipleOf32(seen.width), shorter = multipleOf32(seen.height);
    if (usual.mixed)
        shorter = longer;  // the other way round an image would lose its ends
    request.source.augment.width = usual.upright ? shorter : longer;
    request.source.augment.height = usual.upright ? longer : shorter;
}

void suggestBatch(TrainRequest &request, size_t images)
{
    const AugmentOptions &sample = request.source.augment;
    const double pixels = static_cast<double>(sample.width) * sample.height;
    const int most = images < 64 ? 4 : onCuda(request) ? 16 : 8;
    const int fitting = static_cast<int>(most * usualPixels / pixels + 0.5);
    request.train.batch = std::min(std::clamp(fitting, 2, most), static_cast<int>(std::min<size_t>(images, 4096)));
    request.train.accumulate = 1;
}

/// How long: so many steps at least, so that few images are looked at often enough, and so many epochs at least.
void suggestLength(TrainRequest &request, Kind start, size_t images, bool validated)
{
    const double leastSteps = start == Kind::Detector ? 100 : start == Kind::Backbone ? 200 : 400;
    const double leastEpochs = start == Kind::Detector ? 12 : start == Kind::Backbone ? 24 : 36;
    TrainOptions &train = request.train;
    const double epochs = std::max(leastEpochs, leastSteps * train.batch / static_cast<double>(images));
    train.epochs = static_cast<int>(std::ceil(epochs));
    const auto steps = static_cast<double>(stepsOf(train, images));
    train.warmupSteps = static_cast<int>(std::clamp(steps / 10, 5.0, 500.0));
    train.emaDecay = std::clamp(1 - 10 / steps, 0.9, 0.9998);
    train.validateEvery = std::max(1, train.epochs / 10);
    train.checkpointEverySteps = static_cast<int>(std::clamp(steps / 10, 10.0, 500.0));
    train.patience = validated && start == Kind::Detector ? 5 : 0;
}

void suggestRate(TrainRequest &request, Kind start)
{
    TrainOptions &train = request.train;
    train.optimizer = OptimizerKind::AdamW;
    train.schedule = Schedule::Cosine;
    train.learningRate = start == Kind::Detector ? 3e-4 : start == Kind::Backbone ? 5e-4 : 1e-3;
}

/// Some class is on less than a fifth as many images as the most common one.
bool unevenClasses(const Dataset &data)
{
    size_t most = 0, fewest = data.images.size();
    for (const ClassBoxCount &count : boxesByClass(data))
        if (count.images > 0) {
            most = std::max(most, count.images);
            fewest = std::min(fewest, count.images);
        }
    return 5 * fewest < most;
}

}  // namespace

void suggestSettings(TrainRequest &request, const Snapshot &data)
{
    const size_t images = std::max<size_t>(1, data.training.images.size());
    const Kind start = startOf(request).kind;
    const UsualImage usual = usualImageOf(data.training);
    if (start == Kind::Nothing)
        suggestNetwork(request, images);
    if (start != Kind::Detector)
        suggestInput(request, usual, smallBoxOf(data.training));
    suggestSample(request, usual);
    suggestBatch(request, images);
    suggestLength(request, start, images, data.validation && data.validation->images.size() >= 5);
    suggestRate(request, start);
    request.train.balanceClasses = unevenClasses(data.training);
    request.train.frozenStages = start != Kind::Nothing && images < 200 ? 2 : 0;
    request.train.loaders = static_cast<int>(std::clamp(std::thread::hardware_concurrency() / 2, 1u, 8u));
}

}  // namespace fcoscope
