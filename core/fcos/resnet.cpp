// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/resnet.h"

#include "core/base/error.h"

namespace fcoscope {
namespace {

ConvNorm convNorm(int64_t in, int64_t out, int kernel, int stride, const NetworkOptions &options)
{
    return {Conv::make(in, out, kernel, stride, false),
            BatchNorm::make(out, options.normEpsilon, options.backboneNorm == BackboneNorm::Frozen), false};
}

struct Shape {
    bool bottleneck;
    std::array<int, 4> blocks;
};
Shape shapeOf(int depth)
{
    switch (depth) {
    case 18: return {false, {2, 2, 2, 2}};
    case 34: return {false, {3, 4, 6, 3}};
    case 50: return {true, {3, 4, 6, 3}};
    default:
        throw UserError(message("core", "The option {0} is {1}; it must be one of {2}.")
                            .with("backbone-depth", depth, "18, 34, 50"));
    }
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
    const Shape shape = shapeOf(options.backboneDepth);
    // Multiples of eight: vector kernels work on blocks of channels.
    const auto scaled = [&](int64_t width) {
        return std::max<int64_t>(
            8, static_cast<int64_t>(std::llround(static_cast<double>(width) * options.backboneWidth / 8)) * 8);
    };
    ResNet net;
    int64_t in = scaled(64);
    net.stem = convNorm(3, in, 7, 2, options);
    for (size_t s = 0; s < 4; ++s) {
        const int64_t width = scaled(int64_t(64) << s), out = shape.bottleneck ? 4 * width : width;
        for (int b = 0; b < shape.blocks[s]; ++b) {
            const int stride = s > 0 && b == 0 ? 2 : 1;
            ResidualBlock block;
            if (shape.bottleneck)
                block.convs = {convNorm(in, width, 1, 1, options), convNorm(width, width, 3, stride, options),
                               convNorm(width, out, 1, 1, options)};
            else
                block.convs = {convNorm(in, width, 3, stride, options), convNorm(width, out, 3, 1, options)};
            if (stride != 1 || in != out)
                block.down = {convNorm(in, out, 1, stride, options)};
            net.stages[s].push_back(std::move(block));
            in = out;
        }
        if (s > 0)
            net.channels[s - 1] = out;
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

void ResNet::fold()
{
    forEachConv(*this, "", [](ConvNorm &layer, const std::string &, const std::string &) { layer.fold(); });
}

}  // namespace fcoscope
