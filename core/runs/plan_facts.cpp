// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/plan_facts.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/error.h"
#include "core/fcos/checkpoint.h"
#include "core/fcos/engine.h"
#include "core/rules/locations.h"

namespace fcoscope {

PlanStart startOf(const TrainRequest &request)
{
    PlanStart start;
    if (request.startFrom.empty())
        return start;
    start.kind = PlanStart::Kind::Detector;
    try {
        start.model = readModelInfo(request.startFrom);
        if (start.model->backboneOnly)
            start.kind = PlanStart::Kind::Backbone;
    } catch (const UserError &error) {
        start.problem = error.message();
    }
    return start;
}

bool onCuda(const TrainRequest &request)
{
    return request.train.device != "cpu" && cudaDevices() > 0;
}

std::vector<ClassBoxCount> boxesByClass(const Dataset &data)
{
    std::vector<ClassBoxCount> counts(data.classNames.size());
    std::vector<size_t> lastImage(counts.size(), size_t(-1));
    for (size_t i = 0; i < data.images.size(); ++i)
        for (const Label &label : data.images[i].labels) {
            if (label.crowd || label.classIndex < 0 || static_cast<size_t>(label.classIndex) >= counts.size())
                continue;
            const size_t c = static_cast<size_t>(label.classIndex);
            ++counts[c].boxes;
            counts[c].images += lastImage[c] != i;
            lastImage[c] = i;
        }
    return counts;
}

int64_t stepsOf(const TrainOptions &options, size_t images)
{
    const int64_t perStep = std::max<int64_t>(1, static_cast<int64_t>(options.batch) * options.accumulate);
    return (static_cast<int64_t>(options.epochs) * static_cast<int64_t>(images) + perStep - 1) / perStep;
}

namespace {

/// Adds up layers over maps of given sizes.
class Counting {
public:
    explicit Counting(Size input) : pixels_(static_cast<double>(input.width) * input.height) {}

    /// A convolution over maps of `stride`; `copies` of what it answers with are kept: itself, and what a norm makes of
    /// it.
    void conv(double in, double out, int kernel, double stride, double copies, int groups = 1)
    {
        cost.weights += in / groups * out * kernel * kernel + 2 * out;
        keep(out, stride, copies);
    }
    void keep(double channels, double stride, double copies)
    {
        cost.kept += channels * pixels_ / (stride * stride) * copies;
    }
    NetworkCost cost;

private:
    double pixels_;
};

double scaledWidth(double channels, double factor)
{
    return std::max(8.0, std::round(channels * factor / 8) * 8);
}

/// The channels of C3, C4 and C5.
std::array<double, 3> countBackbone(const NetworkOptions &network, Counting &count)
{
    const bool bottleneck = network.backboneDepth >= 50;
    const int third = network.backboneDepth == 18    ? 2
                      : network.backboneDepth == 101 ? 23
                      : network.backboneDepth == 152 ? 36
                                                     : 6;
    const std::array<int, 4> blocks{network.backboneDepth == 18 ? 2 : 3,
                                    network.backboneDepth == 18    ? 2
                                    : network.backboneDepth == 152 ? 8
                                                                   : 4,
                                    third, network.backboneDepth == 18 ? 2 : 3};
    double in = scaledWidth(64, network.backboneWidth), stride = 4;
    count.conv(3, in, 7, 2, 2);
    count.keep(in, stride, 3);  // the pooled map, and for each of its cells where its maximum was (8 bytes)
    std::array<double, 3> answers{};
    for (size_t s = 0; s < 4; ++s, stride *= 2) {
        const double out = (bottleneck ? 4 : 1) * scaledWidth(64 << s, network.backboneWidth);
        const double inner =
            network.backboneGroups == 1
                ? scaledWidth(network.groupWidth << s, network.backboneWidth)
                : network.backboneGroups * std::round((network.groupWidth << s) * network.backboneWidth);
        for (int b = 0; b < blocks[s]; ++b) {
            if (b == 0 && (s > 0 || in != out))
                count.conv(in, out, 1, stride, 1);
            if (bottleneck) {
                count.conv(in, inner, 1, b == 0 && s > 0 ? stride / 2 : stride, 2);
                count.conv(inner, inner, 3, stride, 2, network.backboneGroups);
                count.conv(inner, out, 1, stride, 2);
            } else {
                count.conv(in, out, 3, stride, 2);
                count.conv(out, out, 3, stride, 2);
            }
            in = out;
        }
        if (s > 0)
            answers[s - 1] = out;
        if (s == 3)
            break;
    }
    return answers;
}

}  // namespace

NetworkCost costOf(const NetworkOptions &network, const Profile &profile, Size input)
{
    Counting count(input);
    const std::array<double, 3> in = countBackbone(network, count);
    const double channels = network.pyramidChannels;
    const double towers = network.sharedTowerDepth + 2.0 * network.towerDepth;
    for (size_t i = 0; i < 3; ++i) {
        const double stride = 8 << i;
        count.conv(in[i], channels, 1, stride, 2);
        count.conv(channels, channels, 3, stride, 1);
    }
    const double outputs = network.classCount + 4 + (network.centernessBranch == CenternessBranch::None ? 0 : 1);
    for (const double stride : profile.strides) {
        count.keep(channels, stride, 2 * towers);
        count.keep(outputs, stride, 8);  // logits, flattened, and what the losses keep of them
        if (stride > 32)
            count.conv(channels, channels, 3, stride, 1);
    }
    count.cost.weights += towers * (9 * channels * channels + 3 * channels) + 9 * channels * outputs;
    return count.cost;
}

}  // namespace fcoscope
