// SPDX-License-Identifier: GPL-3.0-or-later
// Labels made up for the tests of assignment over data sets.
#pragma once

#include <cmath>
#include <random>

#include "core/eval/assignment_statistics.h"

namespace fcoscope {

/// Images of this size are not resized by our own profile, so boxes below are in the network's input.
inline constexpr Size plainSize{1333, 800};

inline Label thing(Box box, int classIndex = 0, bool crowd = false, double area = -1)
{
    Label label;
    label.box = box;
    label.classIndex = classIndex;
    label.crowd = crowd;
    label.area = area;
    return label;
}

inline DatasetLabels oneImage(std::vector<Label> labels)
{
    return {"made up", {"cat", "dog", "bird"}, {{"a.jpg", plainSize, std::move(labels)}}};
}

/// Boxes that touch, nest and repeat, tiny, thin and huge, some of them crowds or outside.
inline DatasetLabels randomImages(unsigned seed, int images, int labels)
{
    std::mt19937 random(seed);
    const auto upTo = [&](double limit) { return std::uniform_real_distribution<double>(0, limit)(random); };
    DatasetLabels data{"random", {"cat", "dog", "bird"}, {}};
    for (int i = 0; i < images; ++i) {
        ImageLabels image{"image " + std::to_string(i), {100 + int(upTo(900)), 100 + int(upTo(900))}, {}};
        for (int j = 0; j < labels; ++j) {
            const double w = std::exp(upTo(6)), h = upTo(1) < 0.3 ? 2 : std::exp(upTo(6));
            const double x = upTo(image.size.width), y = upTo(image.size.height);
            Label label = thing({x, y, x + w, y + h}, int(upTo(3)), upTo(1) < 0.05);
            if (j > 0 && upTo(1) < 0.1)
                label.box = image.labels.back().box;
            image.labels.push_back(label);
        }
        data.images.push_back(image);
    }
    return data;
}

}  // namespace fcoscope
