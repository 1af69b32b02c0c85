// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/resnet.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace fcoscope {
namespace {

ConvNorm convNorm(int64_t in, int64_t out, int kernel, int stride, const NetworkOptions &options, int groups = 1)
{
    return {Conv::make(in, out, kernel, stride, false, groups),
            BatchNorm::make(out, options.normEpsilon, options.backboneNorm == BackboneNorm::Frozen), false};
}

struct Shape {
    bool bottleneck;
    std::array<int, 4> blocks;
};
Shape shapeOf(int depth)
{
    switch (depth) {
    case 18:
        return {false, {2, 2, 2, 2}};
    case 34:
        return {false, {3, 4, 6, 3}};
    case 50:
        return {true, {3, 4, 6, 3}};
    case 101:
        return {true, {3, 4, 23, 3}};
    case 152:
        return {true, {3, 8, 36, 3}};
    default:
        throw UserError(message("core", "The option {0} is {1}; it must be one of {2}.")
                            .with("backbone-depth", depth, "18, 34, 50, 101, 152"));
    }
}

/// Channels everywhere in a backbone.
struct Widths {
    explicit Widths(const NetworkOptions &options) : shape(shapeOf(options.backboneDepth)), o(options)
    {
        if (!shape.bottleneck && (o.backboneGroups != 1 || o.groupWidth != 64))
            throw UserError(message("core", "ResNet-{0} has no bottlenecks; the options {1} and {2} must be 1 and 64.")
                                .with(o.backboneDepth, "backbone-groups", "group-width"));
    }

    int64_t stem() const { return scaled(64); }
    /// Of the convolutions inside a block of stage `s` (from 0).
    int64_t inner(int s) const
    {
        if (o.backboneGroups == 1)
            return scaled(static_cast<int64_t>(o.groupWidth) << s);
        return o.backboneGroups * std::max<int64_t>(1, std::llround((o.groupWidth << s) * o.backboneWidth));
    }
    /// Of what the stage answers with.
    int64_t out(int s) const { return (shape.bottleneck ? 4 : 1) * scaled(int64_t(64) << s); }

    Shape shape;

private:
    /// Multiples of eight: vector kernels work on blocks of channels.
    int64_t scaled(int64_t width) const
    {
        return std::max<int64_t>(8, std::llround(static_cast<double>(width) * o.backboneWidth / 8) * 8);
    }
    const NetworkOptions &o;
};

ResidualBlock blockOf(int64_t in, int64_t inner, int64_t out, int stride, bool bottleneck,
                      const NetworkOptions &options)
{
    ResidualBlock block;
    if (bottleneck) {
        const bool first = options.strideConv == StrideConv::First1x1;
        block.convs = {convNorm(in, inner, 1, first ? stride : 1, options),
                       convNorm(inner, inner, 3, first ? 1 : stride, options, options.backboneGroups),
                       convNorm(inner, out, 1, 1, options)};
    } else {
        block.convs = {convNorm(in, out, 3, stride, options), convNorm(out, out, 3, 1, options)};
    }
    if (stride != 1 || in != out)
        block.down = {convNorm(in, out, 1, stride, options)};
    return block;
}

template <typename Visit> void forEachConv(ResNet &net, const std::string &prefix, Visit visit)
{
    visit(net.stem, prefix + ".stem.conv", prefix + ".stem.bn");
    for (size_t s = 0; s < net.stages.size(); ++s)
        for (size_t b = 0; b < net.stages[s].size(); ++b) {
            ResidualBlock &block = net.stages[s][b];
            const std::string name = prefix + ".layer" + std::to_string(s + 1) + "." + std::to_string(b);
            for (size_t c = 0; c < block.convs.size(); ++c)
                visit(block.convs[c], name + ".conv" + std::to_string(c + 1), name + ".bn" + std::to_string(c + 1));
            for (ConvNorm &down : block.down)
                visit(down, name + ".down.conv", name + ".down.bn");
        }
}

}  // namespace

at::Tensor ResidualBlock::operator()(const at::Tensor &x, const Pass &pass) const
{
    at::Tensor y = x;
    for (size_t i = 0; i + 1 < convs.size(); ++i)
        y = convs[i](y, pass).relu_();
    y = convs.back()(y, pass);
    return y.add_(down.empty() ? x : down.front()(x, pass)).relu_();
}

ResNet ResNet::make(const NetworkOptions &options)
{
    const Widths widths(options);
    ResNet net;
    int64_t in = widths.stem();
    net.stem = convNorm(3, in, 7, 2, options);
    for (int s = 0; s < 4; ++s) {
        for (int b = 0; b < widths.shape.blocks[static_cast<size_t>(s)]; ++b) {
            net.stages[static_cast<size_t>(s)].push_back(
                blockOf(in, widths.inner(s), widths.out(s), s > 0 && b == 0 ? 2 : 1, widths.shape.bottleneck, options));
            in = widths.out(s);
        }
        if (s > 0)
            net.channels[static_cast<size_t>(s) - 1] = in;
    }
    return net;
}

std::array<at::Tensor, 3> ResNet::operator()(const at::Tensor &images, const Pass &pass) const
{
    at::Tensor x = at::max_pool2d(stem(images, pass).relu_(), 3, 2, 1);
    std::array<at::Tensor, 3> levels;
    for (size_t s = 0; s < 4; ++s) {
        for (const ResidualBlock &block : stages[s])
            x = block(x, pass);
        if (s > 0)
            levels[s - 1] = x;
    }
    return levels;
}

void ResNet::collect(NamedTensors &names, const std::string &prefix)
{
    forEachConv(*this, prefix, [&](ConvNorm &layer, const std::string &conv, const std::string &norm) {
        layer.conv.collect(names, conv);
        layer.norm.collect(names, norm);
    });
}

void ResNet::freeze(int count)
{
    const auto keep = [](ConvNorm &layer) { layer.conv.frozen = layer.norm.frozen = true; };
    if (count > 0)
        keep(stem);
    for (size_t s = 0; s < stages.size() && static_cast<int>(s) + 1 < count; ++s)
        for (ResidualBlock &block : stages[s]) {
            std::for_each(block.convs.begin(), block.convs.end(), keep);
            std::for_each(block.down.begin(), block.down.end(), keep);
        }
}

void ResNet::fold()
{
    forEachConv(*this, "", [](ConvNorm &layer, const std::string &, const std::string &) { layer.fold(); });
}

}  // namespace fcoscope
