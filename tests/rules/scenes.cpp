// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/rules/scenes.h"

#include <cmath>

namespace fcoscope {

Profile smallProfile(const std::string &name, int side)
{
    Profile profile = profileNamed(name);
    profile.shortSide = side;
    profile.longSide = side * 3 / 2;
    return profile;
}

std::vector<Label> randomLabels(Random &random, int count, Size image, int classes)
{
    std::vector<Label> labels;
    for (int i = 0; i < count; ++i) {
        Label label;
        if (!labels.empty() && random.chance(0.1)) {
            label.box = labels[static_cast<size_t>(random.below(static_cast<int>(labels.size())))].box;  // a tie
        } else {
            const double w = std::exp(random.uniform(0, 6)), h = w * std::exp(random.uniform(-1, 1));
            const double x = random.uniform(-w / 2, image.width), y = random.uniform(-h / 2, image.height);
            label.box = random.chance(0.05) ? Box{x, y, x, y + h} : Box{x, y, x + w, y + h};
        }
        label.classIndex = random.below(classes);
        label.crowd = random.chance(0.1);
        labels.push_back(label);
    }
    return labels;
}

RawOutputs evenOutputs(const Profile &profile, Size image, int classes, float logit, float distance)
{
    RawOutputs raw;
    raw.transform = inferenceTransform(image, profile);
    for (const Level &level : levelsFor(profile, raw.transform.paddedSize)) {
        const auto grid = [&](int channels, float value) {
            return Grid{channels, level.height, level.width,
                        std::vector<float>(size_t(channels) * size_t(level.locations()), value)};
        };
        raw.levels.push_back({grid(classes, logit), grid(1, 0), grid(4, distance)});
    }
    for (int c = 0; c < classes; ++c)
        raw.classNames.push_back("class " + std::to_string(c));
    return raw;
}

RawOutputs randomOutputs(Random &random, const Profile &profile, Size image, int classes, bool coarse)
{
    RawOutputs raw = evenOutputs(profile, image, classes);
    const double middle = random.uniform(-6, 1);
    const auto fill = [&](Grid &grid, double low, double high) {
        for (float &value : grid.values) {
            const double v = random.uniform(low, high);
            value = static_cast<float>(coarse ? std::round(v) : v);
        }
    };
    for (LevelOutputs &level : raw.levels) {
        fill(level.classLogits, middle - 4, middle + 3);
        fill(level.centernessLogits, -4, 3);
        fill(level.distances, -1, 90);
    }
    return raw;
}

}  // namespace fcoscope
