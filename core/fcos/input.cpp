// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/input.h"

#include <ATen/Parallel.h>

#include "core/base/resample.h"

namespace fcoscope {
namespace {

/// [1, 3, 1, 1] of red, green and blue, in the order of the network's channels.
at::Tensor perChannel(const std::vector<double> &values, const Profile &profile, const at::Device &device)
{
    const at::Tensor tensor = at::tensor(values, at::kFloat);
    return (profile.channelOrder == ChannelOrder::Bgr ? tensor.flip(0) : tensor)
        .view({1, 3, 1, 1})
        .to(device, at::kFloat, /*non_blocking=*/true);
}

/// [B, 3, H, W] channels-last from [B, H, W, 3] of red, green, blue in 0…255, uint8 or float: in the profile's channel
/// order and range, (x − mean) / deviation.
at::Tensor normalised(const at::Tensor &rgb, const Profile &profile)
{
    const at::Tensor ordered = profile.channelOrder == ChannelOrder::Bgr ? rgb.flip(3) : rgb;
    at::Tensor pixels = ordered.permute({0, 3, 1, 2}).to(at::kFloat, /*non_blocking=*/false, /*copy=*/true);
    if (profile.pixelRange == PixelRange::Unit)
        pixels.div_(255);
    return pixels.sub_(perChannel(profile.mean, profile, rgb.device()))
        .div_(perChannel(profile.deviation, profile, rgb.device()));
}

template <typename Value> at::Tensor tensorOf(const std::vector<Value> &pixels, Size size, at::ScalarType type)
{
    return at::from_blob(const_cast<Value *>(pixels.data()), {1, size.height, size.width, 3}, type);
}

/// Bands of rows for as many threads as the engine has.
void rowsInParallel(int count, const std::function<void(int, int)> &part)
{
    at::parallel_for(0, count, 16,
                     [&](int64_t first, int64_t last) { part(static_cast<int>(first), static_cast<int>(last)); });
}

/// [1, H, W, 3] of `size`, in 0…255: uint8, or float where the rule does not round. Every rule but Bilinear works on
/// the 8-bit image: a photograph of 200 megapixels need not become 2.4 GB of floats first. The antialiased filter does
/// as the augmentation does in training.
at::Tensor resized(const Image &image, Size size, ResizeRule rule)
{
    switch (rule) {
    case ResizeRule::Pillow:
        return tensorOf(resizedAsPillow(image, size, rowsInParallel), size, at::kByte).clone();
    case ResizeRule::OpenCv:
        return tensorOf(resizedAsOpenCv(image, size, rowsInParallel), size, at::kByte).clone();
    case ResizeRule::OpenCvFloat:
        return tensorOf(resizedAsOpenCvFloat(image, size, rowsInParallel), size, at::kFloat).clone();
    case ResizeRule::Antialiased:
        return at::_upsample_bilinear2d_aa(tensorOf(image.pixels, image.size, at::kByte).permute({0, 3, 1, 2}),
                                           {size.height, size.width}, /*align_corners=*/false)
            .permute({0, 2, 3, 1});
    case ResizeRule::Bilinear:
        break;
    }
    return tensorOf(image.pixels, image.size, at::kByte);
}

}  // namespace

at::Tensor networkInput(const Image &image, const ImageTransform &transform, const Profile &profile,
                        const at::Device &device)
{
    const Size content = transform.contentSize;
    const bool resize = content != image.size;
    const at::Tensor bytes =
        resize ? resized(image, content, profile.resize) : tensorOf(image.pixels, image.size, at::kByte);
    at::Tensor pixels = normalised(bytes.to(device), profile);
    if (resize && profile.resize == ResizeRule::Bilinear)  // torchvision normalises first
        pixels = at::upsample_bilinear2d(pixels, {content.height, content.width}, /*align_corners=*/false);
    const int64_t right = transform.paddedSize.width - content.width;
    const int64_t bottom = transform.paddedSize.height - content.height;
    return at::constant_pad_nd(pixels, {0, right, 0, bottom}).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor networkInput(const at::Tensor &samples, const std::vector<ImageTransform> &transforms,
                        const Profile &profile, const at::Device &device)
{
    at::Tensor pixels = normalised(samples.to(device, at::kByte, /*non_blocking=*/true), profile);
    for (size_t i = 0; i < transforms.size(); ++i) {
        const Size content = transforms[i].contentSize;
        const at::Tensor image = pixels[static_cast<int64_t>(i)];
        if (content.width < image.size(2))
            image.slice(2, content.width).zero_();
        if (content.height < image.size(1))
            image.slice(1, content.height).zero_();
    }
    return pixels.contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace fcoscope
