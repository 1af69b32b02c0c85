// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/fast_convolution.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/fcos/winograd_kernels.h"

namespace fcoscope {
namespace {

thread_local bool wantedHere = false;

constexpr int64_t fewestTiles = 64;     // below, making the filters costs more than it saves
constexpr int64_t tilesOfAThread = 96;  // their 36 points fit into the nearer caches
constexpr int64_t tilesTogether = 240;  // of the gradient of the weights, whose sums all threads share

int64_t tilesOf(const at::Tensor &map)
{
    return map.size(0) * ((map.size(2) + 3) / 4) * ((map.size(3) + 3) / 4);
}

int64_t roomFor(int64_t tiles)
{
    return (tiles + winogradTileBlock - 1) / winogradTileBlock * winogradTileBlock;
}

/// The tiles of some maps of equal channels, counted through.
class TileList {
public:
    explicit TileList(const std::vector<at::Tensor> &maps)
    {
        for (const at::Tensor &map : maps) {
            maps_.push_back({map.data_ptr<float>(), map.size(2), map.size(3), (map.size(3) + 3) / 4,
                             (map.size(2) + 3) / 4 * ((map.size(3) + 3) / 4), count_});
            channels_ = map.size(1);
            count_ += tilesOf(map);
        }
    }
    int64_t count() const { return count_; }
    int64_t channels() const { return channels_; }

    /// Calls visit(pixels of the image, height, width, row, column, n) for tile first + n.
    template <typename Visit> void each(int64_t first, int64_t tiles, Visit visit) const
    {
        size_t m = 0;
        for (int64_t n = 0; n < tiles; ++n) {
            while (m + 1 < maps_.size() && first + n >= maps_[m + 1].first)
                ++m;
            const Map &map = maps_[m];
            const int64_t within = first + n - map.first, image = within / map.inImage, tile = within % map.inImage;
            visit(map.pixels + image * map.height * map.width * channels_, map.height, map.width, tile / map.across * 4,
                  tile % map.across * 4, n);
        }
    }

private:
    struct Map {
        float *pixels;
        int64_t height, width, across, inImage, first;
    };
    std::vector<Map> maps_;
    int64_t count_ = 0, channels_ = 0;
};

at::Tensor floats(int64_t count)
{
    return at::empty({count}, at::device(at::kCPU).dtype(at::kFloat));
}

/// The filters of a weight [out, in, 3, 3], or, mirrored and with in and out exchanged, those of the gradient of its
/// input.
at::Tensor filtersOf(const at::Tensor &weight, bool forGradient)
{
    const WinogradKernels &kernels = *winogradKernels();
    const int64_t rows = weight.size(0), columns = weight.size(1);
    const int64_t in = forGradient ? rows : columns, panels = (forGradient ? columns : rows) / winogradPanel;
    at::Tensor made = floats(winogradPoints * winogradPointStep(panels * in * winogradPanel));
    const float *taps = weight.data_ptr<float>();  // [out][3][3][in]
    float *to = made.data_ptr<float>();
    at::parallel_for(0, panels, 1, [&](int64_t first, int64_t last) {
        for (int64_t panel = first; panel < last; ++panel)
            kernels.filters(taps, in, panels, panel, forGradient ? 1 : 9 * columns, columns,
                            forGradient ? 9 * columns : 1, forGradient, to);
    });
    return made;
}

/// to = from ∗ filters + bias
void convolve(const TileList &from, const at::Tensor &filters, const float *bias, const TileList &to)
{
    const WinogradKernels &kernels = *winogradKernels();
    const int64_t in = from.channels(), out = to.channels(),
                  chunks = (from.count() + tilesOfAThread - 1) / tilesOfAThread;
    const int64_t ofInput = winogradPoints * winogradPointStep(tilesOfAThread * in);
    const int64_t ofThread = ofInput + winogradPoints * winogradPointStep(tilesOfAThread * out);
    const at::Tensor scratch = floats(at::get_num_threads() * ofThread);
    const float *filter = filters.data_ptr<float>();
    float *all = scratch.data_ptr<float>();
    at::parallel_for(0, chunks, 1, [&](int64_t firstChunk, int64_t lastChunk) {
        float *v = all + at::get_thread_num() * ofThread, *m = v + ofInput;
        for (int64_t chunk = firstChunk; chunk < lastChunk; ++chunk) {
            const int64_t first = chunk * tilesOfAThread, count = std::min(tilesOfAThread, from.count() - first);
            const int64_t room = roomFor(count);
            from.each(first, count,
                      [&](const float *map, int64_t h, int64_t w, int64_t row, int64_t column, int64_t n) {
                          kernels.tileOfInput(map, h, w, in, row, column, v, room, n);
                      });
            for (int64_t p = 0; p < winogradPoints; ++p)
                for (int64_t k = 0; k < out / winogradPanel; ++k)
                    kernels.multiply(v + p * winogradPointStep(room * in),
                                     filter + p * winogradPointStep(out * in) + k * in * winogradPanel, in,
                                     room / winogradTileBlock, room,
                                     m + p * winogradPointStep(room * out) + k * room * winogradPanel);
            to.each(first, count, [&](float *map, int64_t h, int64_t w, int64_t row, int64_t column, int64_t n) {
                kernels.results(m, room, n, bias, map, h, w, out, row, column);
            });
        }
    });
}

/// What the weight's gradient is, in the weight's own layout.
void correlate(const TileList &inputs, const TileList &gradients, at::Tensor &ofWeight)
{
    const WinogradKernels &kernels = *winogradKernels();
    const int64_t in = inputs.channels(), out = gradients.channels(), panels = out / winogradPanel;
    at::Tensor sums = floats(winogradPoints * winogradPointStep(out * in)).zero_();
    const int64_t ofInputs = winogradPoints * winogradPointStep(tilesTogether * in);
    const at::Tensor scratch = floats(ofInputs + winogradPoints * winogradPointStep(tilesTogether * out));
    float *v = scratch.data_ptr<float>(), *z = v + ofInputs, *sum = sums.data_ptr<float>();
    for (int64_t first = 0; first < inputs.count(); first += tilesTogether) {
        const int64_t count = std::min(tilesTogether, inputs.count() - first), room = roomFor(count);
        at::parallel_for(0, count, 8, [&](int64_t from, int64_t to) {
            inputs.each(first + from, to - from,
                        [&](const float *map, int64_t h, int64_t w, int64_t row, int64_t column, int64_t n) {
                            kernels.tileOfInput(map, h, w, in, row, column, v, room, from + n);
                        });
            gradients.each(first + from, to - from,
                           [&](const float *map, int64_t h, int64_t w, int64_t row, int64_t column, int64_t n) {
                               kernels.tileOfGradient(map, h, w, out, row, column, z, room, from + n);
                           });
        });
        // Each sum is one thread's affair: the order of additions does not depend on how many there are.
        at::parallel_for(0, winogradPoints * panels, 1, [&](int64_t from, int64_t to) {
            for (int64_t i = from; i < to; ++i)
                for (int64_t c = 0; c < in / winogradPanel; ++c)
                    kernels.correlate(z + i / panels * winogradPointStep(room * out) +
                                          i % panels * room * winogradPanel,
                                      v + i / panels * winogradPointStep(room * in) + c * room * winogradPanel, count,
                                      sum + i / panels * winogradPointStep(out * in) + i % panels * winogradPanel * in +
                                          c * winogradPanel,
                                      in);
        });
    }
    float *taps = ofWeight.data_ptr<float>();
    at::parallel_for(0, out, 8, [&](int64_t from, int64_t to) {
        for (int64_t o = from; o < to; ++o)
            kernels.taps(sum, out, in, o, taps + o * 9 * in);
    });
}

std::vector<at::Tensor> mapsLike(const std::vector<at::Tensor> &maps, int64_t channels)
{
    std::vector<at::Tensor> made;
    for (const at::Tensor &map : maps)
        made.push_back(at::empty({map.size(0), channels, map.size(2), map.size(3)},
                                 map.options().requires_grad(false).memory_format(at::MemoryFormat::ChannelsLast)));
    return made;
}

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Convolution : torch::autograd::Function<Convolution> {
    static variable_list forward(AutogradContext *context, const at::Tensor &weight,
                                 const std::optional<at::Tensor> &bias, at::TensorList maps)
    {
        std::vector<at::Tensor> from;
        for (const at::Tensor &map : maps)
            from.push_back(map.contiguous(at::MemoryFormat::ChannelsLast));
        const at::Tensor taps = weight.contiguous(at::MemoryFormat::ChannelsLast);
        const std::vector<at::Tensor> made = mapsLike(from, weight.size(0));
        convolve(TileList(from), filtersOf(taps, false), bias ? bias->data_ptr<float>() : nullptr, TileList(made));
        variable_list kept{weight};
        kept.insert(kept.end(), from.begin(), from.end());
        context->save_for_backward(kept);
        context->saved_data["bias"] = bias.has_value();
        return made;
    }

    static variable_list backward(AutogradContext *context, variable_list gradients)
    {
        const variable_list kept = context->get_saved_variables();
        const at::Tensor weight = kept[0].contiguous(at::MemoryFormat::ChannelsLast);
        const std::vector<at::Tensor> from(kept.begin() + 1, kept.end());
        for (size_t i = 0; i < from.size(); ++i)
            gradients[i] = gradients[i].defined() ? gradients[i].contiguous(at::MemoryFormat::ChannelsLast)
                                                  : mapsLike({from[i]}, weight.size(0))[0].zero_();
        variable_list answer(2 + from.size());
        const TileList ofResults(gradients);
        const bool bias = context->saved_data["bias"].toBool();
        if (context->needs_input_grad(0)) {
            answer[0] = at::empty_like(weight);
            correlate(TileList(from), ofResults, answer[0]);
        }
        if (bias && context->needs_input_grad(1))
            for (const at::Tensor &gradient : gradients) {
                const at::Tensor its = gradient.sum({0, 2, 3});
                answer[1] = answer[1].defined() ? answer[1] + its : its;
            }
        if (context->needs_input_grad(bias ? 2 : 1)) {
            const std::vector<at::Tensor> made = mapsLike(from, weight.size(1));
            convolve(ofResults, filtersOf(weight, true), nullptr, TileList(made));
            std::copy(made.begin(), made.end(), answer.begin() + 2);
        }
        return answer;
    }
};

}  // namespace

FastConvolutions::FastConvolutions(bool wanted) : before_(std::exchange(wantedHere, wanted)) {}
FastConvolutions::~FastConvolutions()
{
    wantedHere = before_;
}

bool fastConvolutionSuits(at::ArrayRef<at::Tensor> maps, const at::Tensor &weight, int stride, int groups)
{
    if (!wantedHere || stride != 1 || groups != 1 || weight.size(2) != 3 || weight.size(0) % winogradPanel != 0 ||
        weight.size(1) % winogradPanel != 0 || weight.scalar_type() != at::kFloat || !winogradKernels())
        return false;
    int64_t tiles = 0;
    for (const at::Tensor &map : maps) {
        if (!map.is_cpu() || map.scalar_type() != at::kFloat || map.requires_grad() != maps[0].requires_grad())
            return false;
        tiles += tilesOf(map);
    }
    return tiles >= fewestTiles;
}

std::vector<at::Tensor> fastConvolution(at::ArrayRef<at::Tensor> maps, const at::Tensor &weight, const at::Tensor &bias)
{
    return Convolution::apply(weight, bias.defined() ? std::optional(bias) : std::nullopt, at::TensorList(maps));
}

}  // namespace fcoscope
