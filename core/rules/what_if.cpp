// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/what_if.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/base/error.h"

namespace fcoscope {

void visit(OptionTable &table, WhatIf &whatIf)
{
    table.addChoice("centerness-source", whatIf.centerness,
                    {{"branch", CenternessSource::Branch},
                     {"none", CenternessSource::None},
                     {"box", CenternessSource::Box},
                     {"labels", CenternessSource::Labels}},
                    message("core",
                            "Where centerness comes from: what the network says, 1 everywhere, computed from the "
                            "predicted box, or the target where a location learns a label and 0 elsewhere."));
    table.addChoice(
        "label-source", whatIf.labels,
        {{"auto", LabelSource::Auto}, {"labels", LabelSource::Labels}, {"detections", LabelSource::Detections}},
        message("core", "Whose boxes are assigned: the image's labels, what the model detects, or its "
                        "detections only where the image has no labels."));
    table.add("training-sample", whatIf.trainingSample,
              message("core",
                      "Assigns one random sample of training, with its flip, scale, crop and padding, instead of "
                      "the whole image."));
    table.add("sample-seed", whatIf.sampleSeed, 0, std::numeric_limits<int64_t>::max(), "",
              message("core", "Which random sample of training."));
}

Profile withoutLevel(const Profile &profile, size_t level)
{
    if (level >= profile.strides.size())
        throw std::out_of_range("withoutLevel: there is no such level");
    if (profile.strides.size() == 1)
        throw UserError(message("core", "The last level cannot be left out."));
    Profile fewer = profile;
    fewer.strides.erase(fewer.strides.begin() + static_cast<std::ptrdiff_t>(level));
    fewer.rangeLimits.erase(fewer.rangeLimits.begin() + static_cast<std::ptrdiff_t>(level == 0 ? 0 : level - 1));
    return fewer;
}

std::vector<double> proposedLimits(const std::vector<Box> &boxes, const Profile &profile)
{
    std::vector<double> reach;
    for (const Box &box : boxes)
        if (box.hasArea())
            reach.push_back(std::max(box.width(), box.height()) / 2);
    const size_t levels = profile.strides.size();
    if (reach.size() < levels)
        return {};
    std::sort(reach.begin(), reach.end());
    std::vector<double> limits;
    for (size_t k = 1; k < levels; ++k) {
        // Half-way between the last box of one share and the first of the next.
        const size_t next = k * reach.size() / levels;
        const double limit = std::round((reach[next - 1] + reach[next]) / 2);
        limits.push_back(std::max(limit, limits.empty() ? 1 : limits.back() + 1));
    }
    return limits;
}

}  // namespace fcoscope
