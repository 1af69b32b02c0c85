// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/input.h"

namespace fcoscope {
namespace {

/// [B, 3, H, W] channels-last from [B, H, W, 3] uint8: (x / 255 − mean) / deviation.
at::Tensor normalised(const at::Tensor &bytes, const Profile &profile)
{
    const at::Tensor mean = at::tensor(profile.mean, at::kFloat).view({1, 3, 1, 1}).to(bytes.device());
    const at::Tensor deviation = at::tensor(profile.deviation, at::kFloat).view({1, 3, 1, 1}).to(bytes.device());
    return bytes.permute({0, 3, 1, 2}).to(at::kFloat).div_(255).sub_(mean).div_(deviation);
}

}  // namespace

at::Tensor networkInput(const Image &image, const ImageTransform &transform, const Profile &profile,
                        const at::Device &device)
{
    at::Tensor bytes = at::from_blob(const_cast<uint8_t *>(image.pixels.data()),
                                     {1, image.size.height, image.size.width, 3}, at::kByte);
    const std::vector<int64_t> size{transform.contentSize.height, transform.contentSize.width};
    const bool resize = transform.contentSize != image.size;
    // The antialiased filter works on the 8-bit image, as the augmentation does in training: a photograph of 200
    // megapixels need not become 2.4 GB of floats first. Plain bilinear is torchvision's, which normalises first.
    if (resize && profile.resize == ResizeRule::Antialiased)
        bytes = at::_upsample_bilinear2d_aa(bytes.permute({0, 3, 1, 2}), size, /*align_corners=*/false)
                    .permute({0, 2, 3, 1});
    at::Tensor pixels = normalised(bytes.to(device), profile);
    if (resize && profile.resize == ResizeRule::Bilinear)
        pixels = at::upsample_bilinear2d(pixels, size, /*align_corners=*/false);
    const int64_t right = transform.paddedSize.width - size[1], bottom = transform.paddedSize.height - size[0];
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
