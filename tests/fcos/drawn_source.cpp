// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fcos/drawn_source.h"

#include "core/base/random.h"

namespace fcoscope {

LabelledImage DrawnSource::original(int index) const
{
    Random random(99, static_cast<uint64_t>(index));
    LabelledImage drawn;
    drawn.image.id = "drawn " + std::to_string(index);
    drawn.image.size = imageSize;
    drawn.image.pixels.assign(size_t(imageSize.width) * size_t(imageSize.height) * 3, 90);
    for (int i = 0; i < 3; ++i) {
        const int kind = random.below(2), w = 20 + random.below(40), h = kind ? w : 20 + random.below(40);
        const int x = random.below(imageSize.width - w), y = random.below(imageSize.height - h);
        for (int row = y; row < y + h; ++row)
            for (int column = x; column < x + w; ++column) {
                const double dx = column + 0.5 - x - w / 2.0, dy = row + 0.5 - y - h / 2.0;
                if (kind == 0 || dx * dx + dy * dy <= w * w / 4.0)
                    drawn.image.row(row)[column * 3 + kind] = static_cast<uint8_t>(200 + 20 * i);
            }
        drawn.labels.push_back({{double(x), double(y), double(x + w), double(y + h)}, kind});
    }
    return drawn;
}

Sample DrawnSource::trainingSample(int index, uint64_t seed, int64_t epoch) const
{
    LabelledImage drawn = original(index);
    Sample sample{drawn.image, fitTransform(imageSize, imageSize.height, imageSize.width, 32), {}};
    sample.transform.mirroredX = flips_ && Random(seed, uint64_t(epoch), uint64_t(index)).chance(0.5);
    if (sample.transform.mirroredX)
        for (int y = 0; y < imageSize.height; ++y)
            for (int x = 0; x < imageSize.width; ++x)
                for (int c = 0; c < 3; ++c)
                    sample.image.row(y)[x * 3 + c] = drawn.image.row(y)[(imageSize.width - 1 - x) * 3 + c];
    for (Label label : drawn.labels) {
        label.box = sample.transform.toNetwork(label.box);
        sample.labels.push_back(label);
    }
    return sample;
}

NetworkOptions smallNetwork()
{
    NetworkOptions network;
    network.backboneDepth = 18;
    network.backboneWidth = 0.25;
    network.pyramidChannels = 32;
    network.towerDepth = 1;
    network.towerGroups = 8;
    network.classCount = 2;
    return network;
}

Profile smallProfile()
{
    Profile profile = profileNamed("fcoscope");
    profile.shortSide = 128;
    profile.longSide = 160;
    profile.strides = {8, 16, 32};
    profile.rangeLimits = {64, 128};
    return profile;
}

}  // namespace fcoscope
