// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fcos/mixed_source.h"

#include <algorithm>
#include <cmath>

namespace fcoscope {
namespace {

constexpr int kinds = 3;

std::vector<Label> drawnLabels(Size size, Random &random)
{
    std::vector<Label> labels;
    while (labels.size() < 25) {
        const double w = std::exp(random.uniform(2, std::log(0.95 * size.width)));
        const double h = std::exp(random.uniform(2, std::log(0.95 * size.height)));
        const double x = random.uniform(-0.2 * w, size.width - 0.8 * w),
                     y = random.uniform(-0.2 * h, size.height - 0.8 * h);
        Label label{{x, y, x + w, y + h}, random.below(3)};
        if (labels.size() % 5 == 4)  // the same box of another class
            label.box = labels.back().box;
        if (labels.size() % 7 == 6)  // on whole pixels
            label.box = {std::floor(x / 8) * 8, std::floor(y / 8) * 8, std::ceil((x + w) / 8) * 8,
                         std::ceil((y + h) / 8) * 8};
        label.crowd = labels.size() == 11;
        labels.push_back(label);
    }
    labels.push_back({{30, 30, 30, 60}, 0});  // no area
    return labels;
}

}  // namespace

AugmentOptions MixedSource::options(int index)
{
    AugmentOptions options;
    const Size sizes[kinds] = {{1088, 800}, {480, 640}, {736, 384}};
    options.width = sizes[index % kinds].width;
    options.height = sizes[index % kinds].height;
    options.scaleSpread = 0.7;
    options.stretchSpread = 0.2;
    options.flipY = true;
    return options;
}

MixedSource::MixedSource(int drawn) : classNames_{"a", "b", "c"}
{
    for (int i = 0; i < drawn; ++i) {
        Random random(17, static_cast<uint64_t>(i));
        sizes_.push_back({200 + random.below(500), 200 + random.below(500)});
        labels_.push_back(drawnLabels(sizes_.back(), random));
    }
}

MixedSource::MixedSource(Dataset dataset, int images) : classNames_(dataset.classNames)
{
    dataset.images.resize(std::min(dataset.images.size(), static_cast<size_t>(images)));
    for (const DatasetImage &image : dataset.images) {
        sizes_.push_back(image.size);
        labels_.push_back(image.labels);
    }
    for (int kind = 0; kind < kinds; ++kind) {
        DatasetSourceOptions sourceOptions;
        sourceOptions.augment = options(kind);
        files_.push_back(std::make_unique<DatasetSource>(dataset, sourceOptions));
    }
}

Sample MixedSource::trainingSample(int index, uint64_t seed, int64_t epoch) const
{
    {
        const std::lock_guard lock(mutex_);
        asked_.push_back({index, seed, epoch});
    }
    if (!files_.empty())
        return files_[static_cast<size_t>(index % kinds)]->trainingSample(index, seed, epoch);
    Random random = sampleRandom(seed, epoch, index);
    return augment(original(index).image, labels(index), options(index), random);
}

LabelledImage MixedSource::original(int index) const
{
    if (!files_.empty())
        return files_.front()->original(index);
    const Size size = imageSize(index);
    Image image{"drawn " + std::to_string(index), size, {}};
    image.pixels.assign(static_cast<size_t>(size.width) * static_cast<size_t>(size.height) * 3, 90);
    for (const Label &label : labels(index)) {
        const Box box = clipped(label.box, size.width, size.height);
        for (int y = static_cast<int>(box.y1); y < static_cast<int>(box.y2); ++y)
            for (int x = static_cast<int>(box.x1); x < static_cast<int>(box.x2); ++x)
                image.row(y)[x * 3 + label.classIndex] = static_cast<uint8_t>(130 + 5 * (x % 20));
    }
    return {std::move(image), labels(index)};
}

std::vector<MixedSource::Asked> MixedSource::asked() const
{
    const std::lock_guard lock(mutex_);
    return asked_;
}

}  // namespace fcoscope
