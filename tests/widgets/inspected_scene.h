// SPDX-License-Identifier: GPL-3.0-or-later
// A made-up image for the tests of the inspector: cells within cells, and a network that sees one of them twice.
#pragma once

#include "widgets/location_inspector.h"

namespace fcoscope {

inline Label labelOf(Box box, int classIndex, bool crowd = false)
{
    Label label;
    label.box = box;
    label.classIndex = classIndex;
    label.crowd = crowd;
    return label;
}

// An input of 256 × 256 for an image of as many pixels.
inline Profile smallProfile()
{
    Profile profile = profileNamed("fcoscope");
    profile.shortSide = profile.longSide = 256;
    profile.decode.scoreThreshold = 0.3;
    return profile;
}

// A white cell within a red one, another red one apart, and a crowd that is not trained on.
inline std::vector<Label> cells()
{
    return {labelOf({0, 0, 250, 250}, 0, true), labelOf({40, 40, 140, 140}, 0), labelOf({60, 60, 110, 110}, 1),
            labelOf({170, 170, 230, 220}, 0)};
}

// The network sees a white cell at column 10, row 10 of P3, once more beside it, and nothing else.
inline RawOutputsPtr outputs(const Profile &profile)
{
    auto raw = std::make_shared<RawOutputs>();
    raw->imageId = "a.png";
    raw->transform = fitTransform({256, 256}, profile.shortSide, profile.longSide, profile.sizeDivisor);
    raw->classNames = {"WBC", "RBC", "Platelets"};
    for (const Level &level : levelsFor(profile, raw->transform.paddedSize)) {
        const auto grid = [&](int channels, float value) {
            return Grid{channels, level.height, level.width,
                        std::vector<float>(size_t(channels) * size_t(level.locations()), value)};
        };
        raw->levels.push_back({grid(3, -9), grid(1, 2), grid(4, 20)});
    }
    LevelOutputs &p3 = raw->levels[0];
    const auto at = [&](int column) { return size_t(10 * p3.classLogits.width + column); };
    p3.classLogits.values[at(10)] = 3;
    p3.classLogits.values[at(11)] = 2;
    for (int side = 0; side < 4; ++side)
        for (int column : {10, 11})
            p3.distances.values[size_t(side) * p3.distances.cells() + at(column)] = 24;
    return raw;
}

inline InspectorContext contextOf(const Profile &profile, const std::vector<Label> &labels, RawOutputsPtr raw,
                                  const ImageId &id = "a.png")
{
    InspectorContext context;
    LensInput input;
    input.imageId = id;
    if (!labels.empty())
        input.assigned = std::make_shared<const AssignedImage>(assignImage(id, {256, 256}, labels, profile));
    input.raw = raw;
    input.modelProfile = smallProfile();
    context.frame = std::make_shared<const LensFrame>(makeLensFrame(input, {}));
    context.modelProfile = smallProfile();
    context.options = context.modelProfile.decode;
    if (raw)
        context.trace = std::make_shared<const DecodeTrace>(traceDecode(*raw, context.modelProfile, context.options));
    context.labelNames = {"RBC", "WBC"};
    if (raw)
        context.modelNames = raw->classNames;
    return context;
}

}  // namespace fcoscope
