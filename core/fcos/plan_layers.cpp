// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/plan_layers.h"

#include <ATen/Parallel.h>

#include <cmath>

#include "core/fcos/plan_kernels.h"

namespace fcoscope {
namespace {

constexpr int64_t pixelsInBlock = 128;     // float sums stay good to six digits over so many
constexpr int64_t worthAThread = 1 << 16;  // elements; a parallel loop costs some microseconds

/// How many pieces of `elements` each a thread should take at least.
int64_t grainFor(int64_t elements)
{
    return std::max<int64_t>(1, worthAThread / std::max<int64_t>(1, elements));
}

bool isChannelsLast(const at::Tensor &x)
{
    return x.is_cpu() && x.scalar_type() == at::kFloat && x.dim() == 4 && x.size(0) == 1 && x.stride(1) == 1 &&
           x.stride(3) >= x.size(1) && x.stride(2) == x.size(3) * x.stride(3);
}

/// x itself, or a dense copy of it.
at::Tensor denseChannelsLast(const at::Tensor &x)
{
    return isChannelsLast(x) && x.stride(3) == x.size(1) ? x : x.contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor mapLike(const at::Tensor &x, int64_t channels, int64_t height, int64_t width)
{
    return at::empty({1, channels, height, width}, x.options(), at::MemoryFormat::ChannelsLast);
}

struct ScaleShift {
    std::vector<float> scale, shift;
};

/// Group norm as one factor and one summand for each channel. Values are summed as differences from a pivot near the
/// group's mean, in floats within a block of pixels and in doubles between blocks: one pass, and no cancellation where
/// the mean is large against the deviation. The blocks are the same whatever the number of threads, and so is the sum.
ScaleShift scaleShiftOf(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, int64_t groups,
                        double epsilon)
{
    const int64_t channels = x.size(1), pixels = x.size(2) * x.size(3), inGroup = channels / groups;
    const int64_t blocks = (pixels + pixelsInBlock - 1) / pixelsInBlock;
    const auto n = static_cast<size_t>(channels);
    const float *values = x.const_data_ptr<float>();
    std::vector<float> pivot(n);
    constexpr int64_t probes = 16;
    for (int64_t g = 0; g < groups; ++g) {
        double sum = 0;
        for (int64_t i = 0; i < probes; ++i)
            for (int64_t c = g * inGroup; c < (g + 1) * inGroup; ++c)
                sum += static_cast<double>(values[i * (pixels - 1) / probes * channels + c]);
        std::fill_n(pivot.begin() + g * inGroup, inGroup,
                    static_cast<float>(sum / static_cast<double>(probes * inGroup)));
    }

    std::vector<double> sums(static_cast<size_t>(blocks * groups * 2));
    at::parallel_for(0, blocks, grainFor(pixelsInBlock * channels), [&](int64_t first, int64_t last) {
        std::vector<float> sum(n), square(n);
        for (int64_t b = first; b < last; ++b) {
            std::fill(sum.begin(), sum.end(), 0.0F);
            std::fill(square.begin(), square.end(), 0.0F);
            planKernels().statistics(values + b * pixelsInBlock * channels,
                                     std::min(pixelsInBlock, pixels - b * pixelsInBlock), channels, pivot.data(),
                                     sum.data(), square.data());
            double *into = sums.data() + b * groups * 2;
            for (int64_t c = 0; c < channels; ++c) {
                into[c / inGroup * 2] += static_cast<double>(sum[static_cast<size_t>(c)]);
                into[c / inGroup * 2 + 1] += static_cast<double>(square[static_cast<size_t>(c)]);
            }
        }
    });

    ScaleShift result{std::vector<float>(n), std::vector<float>(n)};
    const float *gamma = weight.const_data_ptr<float>(), *beta = bias.const_data_ptr<float>();
    for (int64_t g = 0; g < groups; ++g) {
        double sum = 0, square = 0;
        for (int64_t b = 0; b < blocks; ++b) {
            sum += sums[static_cast<size_t>((b * groups + g) * 2)];
            square += sums[static_cast<size_t>((b * groups + g) * 2 + 1)];
        }
        const double count = static_cast<double>(pixels * inGroup), off = sum / count;
        const double mean = static_cast<double>(pivot[static_cast<size_t>(g * inGroup)]) + off;
        const double rate = 1 / std::sqrt(std::max(0.0, square / count - off * off) + epsilon);
        for (int64_t c = g * inGroup; c < (g + 1) * inGroup; ++c) {
            const double scale = rate * static_cast<double>(gamma[c]);
            result.scale[static_cast<size_t>(c)] = static_cast<float>(scale);
            result.shift[static_cast<size_t>(c)] = static_cast<float>(static_cast<double>(beta[c]) - mean * scale);
        }
    }
    return result;
}

/// Channels [first, first + y's) of x, scaled, shifted and clipped, into y, which may be x.
void apply(const ScaleShift &by, const at::Tensor &x, int64_t first, const at::Tensor &y)
{
    const int64_t all = x.size(1), channels = y.size(1), pixels = x.size(2) * x.size(3);
    const float *from = x.const_data_ptr<float>() + first;
    float *to = y.data_ptr<float>();
    at::parallel_for(0, pixels, grainFor(channels), [&](int64_t begin, int64_t end) {
        planKernels().scaleShiftRelu(from + begin * all, all, to + begin * channels, channels, end - begin, channels,
                                     by.scale.data() + first, by.shift.data() + first);
    });
}

}  // namespace

PlannedGroupNorm::PlannedGroupNorm(const GroupNorm &norm, const at::Device &device, PlanBackend backend)
    : weight_(norm.weight.detach().to(device, at::kFloat, false, /*copy=*/true)),
      bias_(norm.bias.detach().to(device, at::kFloat, false, /*copy=*/true)), groups_(norm.groups), epsilon_(1e-5),
      own_(backend == PlanBackend::OneDnn)
{
}

at::Tensor PlannedGroupNorm::operator()(at::Tensor x) const
{
    if (!own_)
        return at::group_norm(x, groups_, weight_, bias_, epsilon_).relu_();
    x = denseChannelsLast(x);
    apply(scaleShiftOf(x, weight_, bias_, groups_, epsilon_), x, 0, x);
    return x;
}

std::pair<at::Tensor, at::Tensor> PlannedGroupNorm::halves(at::Tensor x) const
{
    const int64_t half = x.size(1) / 2;
    if (!own_) {
        const at::Tensor y = (*this)(std::move(x));
        return {y.narrow(1, 0, half), y.narrow(1, half, half)};
    }
    x = denseChannelsLast(x);
    const ScaleShift by = scaleShiftOf(x, weight_, bias_, groups_, epsilon_);
    std::pair<at::Tensor, at::Tensor> both{mapLike(x, half, x.size(2), x.size(3)),
                                           mapLike(x, half, x.size(2), x.size(3))};
    apply(by, x, 0, both.first);
    apply(by, x, half, both.second);
    return both;
}

at::Tensor maxPool(const at::Tensor &input, PlanBackend backend)
{
    if (backend != PlanBackend::OneDnn)
        return at::max_pool2d(input, 3, 2, 1);
    const at::Tensor x = denseChannelsLast(input);
    const int64_t channels = x.size(1), height = x.size(2), width = x.size(3), row = width * channels;
    at::Tensor y = mapLike(x, channels, (height + 1) / 2, (width + 1) / 2);
    const float *from = x.const_data_ptr<float>();
    float *to = y.data_ptr<float>();
    at::parallel_for(0, y.size(2), grainFor(2 * row), [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; ++i) {
            const float *middle = from + 2 * i * row;
            planKernels().maxPoolRow(i > 0 ? middle - row : middle, middle, 2 * i + 1 < height ? middle + row : middle,
                                     width, channels, to + i * y.size(3) * channels, y.size(3));
        }
    });
    return y;
}

void addEnlarged(at::Tensor &fine, const at::Tensor &coarse, PlanBackend backend)
{
    if (backend != PlanBackend::OneDnn) {
        fine.add_(at::upsample_nearest2d(coarse, {fine.size(2), fine.size(3)}));
        return;
    }
    fine = denseChannelsLast(fine);
    const at::Tensor from = denseChannelsLast(coarse);
    // The nearest pixel as LibTorch finds it: in floats, rounded down.
    const auto nearest = [](int64_t i, int64_t small, int64_t large) {
        const float factor = static_cast<float>(small) / static_cast<float>(large);
        return std::min(static_cast<int64_t>(std::floor(static_cast<float>(i) * factor)), small - 1);
    };
    const int64_t channels = fine.size(1), height = fine.size(2), width = fine.size(3);
    std::vector<int64_t> column(static_cast<size_t>(width));
    for (int64_t i = 0; i < width; ++i)
        column[static_cast<size_t>(i)] = nearest(i, from.size(3), width);
    const float *small = from.const_data_ptr<float>();
    float *rows = fine.data_ptr<float>();
    at::parallel_for(0, height, grainFor(width * channels), [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; ++i)
            planKernels().addEnlargedRow(rows + i * width * channels,
                                         small + nearest(i, from.size(2), height) * from.size(3) * channels,
                                         column.data(), width, channels);
    });
}

Grid gridOf(const at::Tensor &map)
{
    const at::Tensor here = map.to(at::kCPU, at::kFloat);
    Grid grid{static_cast<int>(here.size(1)), static_cast<int>(here.size(2)), static_cast<int>(here.size(3)), {}};
    if (!isChannelsLast(here)) {
        const at::Tensor plain = here.contiguous();
        grid.values.assign(plain.const_data_ptr<float>(), plain.const_data_ptr<float>() + plain.numel());
        return grid;
    }
    const int64_t channels = here.size(1), pixels = here.size(2) * here.size(3), stride = here.stride(3);
    grid.values.resize(static_cast<size_t>(here.numel()));
    const float *from = here.const_data_ptr<float>();
    float *to = grid.values.data();
    at::parallel_for(0, (pixels + 15) / 16, grainFor(16 * channels), [&](int64_t first, int64_t last) {
        const int64_t begin = first * 16, end = std::min(last * 16, pixels);
        planKernels().channelsOutermost(from + begin * stride, stride, end - begin, channels, to + begin, pixels);
    });
    return grid;
}

}  // namespace fcoscope
