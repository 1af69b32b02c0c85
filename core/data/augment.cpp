// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/augment.h"

#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "core/base/error.h"

namespace fcoscope {
namespace {

/// Which source pixels make one target pixel along one axis, and how much each counts. Weights add up to 1.
struct Taps {
    std::vector<int> first, count;
    std::vector<float> weights;  ///< `stride` for each target pixel
    int stride = 0;

    const float *of(int target) const
    {
        return weights.data() + static_cast<size_t>(target) * static_cast<size_t>(stride);
    }
};

/// Triangle filter around the middle of each target pixel, as wide as the wider of a source and a target pixel.
/// `sourceAt` maps a target coordinate to a source coordinate; `scale` is target pixels per source pixel.
template <typename Map> Taps trianglesAlong(int targets, int sources, double scale, Map sourceAt)
{
    const double reach = std::max(1.0, 1 / scale);
    Taps taps;
    taps.stride = static_cast<int>(std::ceil(2 * reach)) + 2;
    taps.weights.assign(static_cast<size_t>(targets) * static_cast<size_t>(taps.stride), 0.f);
    for (int target = 0; target < targets; ++target) {
        const double middle = sourceAt(target + 0.5);
        const int first = std::clamp(static_cast<int>(std::floor(middle - reach + 0.5)), 0, sources - 1);
        const int last = std::clamp(static_cast<int>(std::floor(middle + reach - 0.5)), first, sources - 1);
        float *weight = taps.weights.data() + static_cast<size_t>(target) * static_cast<size_t>(taps.stride);
        double sum = 0;
        for (int source = first; source <= last; ++source)
            sum += std::max(0.0, 1 - std::abs(source + 0.5 - middle) / reach);
        for (int source = first; source <= last; ++source)
            weight[source - first] =
                sum > 0 ? static_cast<float>(std::max(0.0, 1 - std::abs(source + 0.5 - middle) / reach) / sum) : 1.f;
        taps.first.push_back(first);
        taps.count.push_back(sum > 0 ? last - first + 1 : 1);
    }
    return taps;
}

/// One row of the picture between `firstByte` and `lastByte`, mixed from the source rows of one target row.
void mixRows(const Image &image, int firstRow, int rows, const float *weights, size_t firstByte, size_t lastByte,
             std::vector<float> &mixed)
{
    for (int i = 0; i < rows; ++i) {
        const uint8_t *from = image.row(firstRow + i);
        const float weight = weights[i];
        float *to = mixed.data();
        if (i == 0)
            for (size_t byte = firstByte; byte < lastByte; ++byte)
                to[byte] = weight * static_cast<float>(from[byte]);
        else
            for (size_t byte = firstByte; byte < lastByte; ++byte)
                to[byte] += weight * static_cast<float>(from[byte]);
    }
}

/// The image's scale in inference, and the random changes of it, as whole content and exact ratios per axis.
ImageTransform chooseTransform(Size image, const AugmentOptions &options, Random &random)
{
    const double u = random.uniform(-1, 1), stretch = random.uniform(-1, 1) * options.stretchSpread;
    const double placeX = random.uniform(), placeY = random.uniform();
    const bool mirrorX = random.chance(0.5), mirrorY = random.chance(0.5);

    const double shorter = std::min(image.width, image.height), longer = std::max(image.width, image.height);
    const double fit =
        std::min(std::min(options.width, options.height) / shorter, std::max(options.width, options.height) / longer);
    const double factor = fit * std::exp(u * options.scaleSpread);

    // Along one axis: the whole scaled image if it fits, otherwise a window of the sample's size.
    struct Axis {
        double scale, low, high;
        int content;
    };
    const auto along = [&](int pixels, int window, double scale, double place) {
        const int scaled = std::max(1, static_cast<int>(std::floor(pixels * scale + 1e-9)));
        const double exact = static_cast<double>(scaled) / pixels;
        if (scaled <= window)
            return Axis{exact, 0, static_cast<double>(pixels), scaled};
        const double seen = window / exact, low = (pixels - seen) * (options.crop ? place : 0.5);
        return Axis{exact, low, low + seen, window};
    };
    const Axis x = along(image.width, options.width, factor * std::exp(stretch / 2), placeX);
    const Axis y = along(image.height, options.height, factor * std::exp(-stretch / 2), placeY);

    ImageTransform chosen;
    chosen.imageSize = image;
    chosen.crop = {x.low, y.low, x.high, y.high};
    chosen.mirroredX = options.flipX && mirrorX;
    chosen.mirroredY = options.flipY && mirrorY;
    chosen.scaleX = x.scale;
    chosen.scaleY = y.scale;
    chosen.contentSize = {x.content, y.content};
    chosen.paddedSize = {options.width, options.height};
    return chosen;
}

std::vector<Label> visibleLabels(const std::vector<Label> &labels, const ImageTransform &transform, double minVisible)
{
    std::vector<Label> visible;
    for (const Label &label : labels) {
        const Box whole = clipped(label.box, transform.imageSize.width, transform.imageSize.height);
        if (label.crowd || !label.box.hasArea() || !whole.hasArea())
            continue;
        const Box all = transform.toNetwork(whole);
        const Box inside = clipped(all, transform.contentSize.width, transform.contentSize.height);
        if (!inside.hasArea() || inside.area() < minVisible * all.area())
            continue;
        Label kept = label;
        kept.box = inside;
        kept.area = -1;  // the file's area was that of the whole object in image pixels
        visible.push_back(kept);
    }
    return visible;
}

using ColourMap = std::array<std::array<double, 4>, 3>;  ///< RGB and 1 → RGB

ColourMap product(const ColourMap &after, const ColourMap &before)
{
    ColourMap both{};
    for (size_t row = 0; row < 3; ++row)
        for (size_t column = 0; column < 4; ++column) {
            both[row][column] = column == 3 ? after[row][3] : 0;
            for (size_t k = 0; k < 3; ++k)
                both[row][column] += after[row][k] * before[k][column];
        }
    return both;
}

constexpr std::array<double, 3> grey{0.299, 0.587, 0.114};  ///< ITU-R BT.601 luma

/// Keeps a pixel's grey and multiplies its distance from it.
ColourMap saturationMap(double factor)
{
    ColourMap map{};
    for (size_t row = 0; row < 3; ++row)
        for (size_t column = 0; column < 3; ++column)
            map[row][column] = (1 - factor) * grey[column] + (row == column ? factor : 0);
    return map;
}

/// Turns colours around the axis of greys (Rodrigues' formula about (1, 1, 1)/√3): greys stay as they are.
ColourMap hueMap(double degrees)
{
    const double angle = degrees * std::numbers::pi / 180, c = std::cos(angle), s = std::sin(angle) / std::sqrt(3.0);
    const double same = c + (1 - c) / 3, ahead = (1 - c) / 3 - s, behind = (1 - c) / 3 + s;
    return {{{same, ahead, behind, 0}, {behind, same, ahead, 0}, {ahead, behind, same, 0}}};
}

ColourMap scaledAndShifted(double factor, double offset)
{
    return {{{factor, 0, 0, offset}, {0, factor, 0, offset}, {0, 0, factor, offset}}};
}

double meanGrey(const Image &image, Size content)
{
    std::array<uint64_t, 3> sums{};
    for (int y = 0; y < content.height; ++y) {
        const uint8_t *pixel = image.row(y);
        for (int x = 0; x < content.width; ++x, pixel += 3)
            for (size_t channel = 0; channel < 3; ++channel)
                sums[channel] += pixel[channel];
    }
    const double pixels = static_cast<double>(content.width) * content.height;
    double mean = 0;
    for (size_t channel = 0; channel < 3; ++channel)
        mean += grey[channel] * static_cast<double>(sums[channel]) / pixels;
    return mean;
}

}  // namespace

void visit(OptionTable &table, AugmentOptions &options)
{
    table.add("train-width", options.width, 32, 8192, "px",
              message("core", "Width of every training sample, a multiple of 32."));
    table.add("train-height", options.height, 32, 8192, "px",
              message("core", "Height of every training sample, a multiple of 32."));
    table.add("scale-spread", options.scaleSpread, 0, 2, "",
              message("core", "Training images are enlarged or shrunk by up to e to this power."));
    table.add("stretch-spread", options.stretchSpread, 0, 1, "",
              message("core", "The ratio of width to height is changed by up to e to this power."));
    table.add(
        "crop", options.crop,
        message("core",
                "Where an enlarged image does not fit the sample, a window at random is used; otherwise the middle."));
    table.add("flip-x", options.flipX, message("core", "Half of the samples are mirrored left to right."));
    table.add("flip-y", options.flipY, message("core", "Half of the samples are mirrored top to bottom."));
    table.add("brightness", options.brightness, 0, 1, "",
              message("core", "Brightness is multiplied by 1 plus or minus up to this."));
    table.add("contrast", options.contrast, 0, 1, "",
              message("core", "Contrast is multiplied by 1 plus or minus up to this."));
    table.add("saturation", options.saturation, 0, 1, "",
              message("core", "Saturation is multiplied by 1 plus or minus up to this."));
    table.add("hue", options.hue, 0, 180, "°", message("core", "Hues are turned by up to this angle either way."));
    table.add("min-visible", options.minVisible, 0, 1, "",
              message("core", "A label is trained on if at least this share of its area is inside the sample."));
}

void checkAugment(const AugmentOptions &options)
{
    for (const auto &[name, side] :
         {std::pair("train-width", options.width), std::pair("train-height", options.height)})
        if (side <= 0 || side % 32 != 0)
            throw UserError(message("core", "{0} is {1}; it has to be a multiple of 32.").with(name, side));
}

AugmentOptions withoutChanges(const AugmentOptions &options)
{
    AugmentOptions plain = options;
    plain.scaleSpread = plain.stretchSpread = 0;
    plain.crop = plain.flipX = plain.flipY = false;
    plain.brightness = plain.contrast = plain.saturation = plain.hue = 0;
    return plain;
}

Image resample(const Image &image, const ImageTransform &transform)
{
    const Size content = transform.contentSize, padded = transform.paddedSize;
    const Taps across = trianglesAlong(content.width, image.size.width, transform.scaleX,
                                       [&](double x) { return transform.imageX(x); });
    const Taps down = trianglesAlong(content.height, image.size.height, transform.scaleY,
                                     [&](double y) { return transform.imageY(y); });
    int leftmost = image.size.width, rightmost = 0;
    for (size_t x = 0; x < across.first.size(); ++x) {
        leftmost = std::min(leftmost, across.first[x]);
        rightmost = std::max(rightmost, across.first[x] + across.count[x]);
    }

    Image seen{image.id, padded,
               std::vector<uint8_t>(static_cast<size_t>(padded.width) * static_cast<size_t>(padded.height) * 3)};
    std::vector<float> mixed(static_cast<size_t>(image.size.width) * 3);
    for (int y = 0; y < content.height; ++y) {
        const auto row = static_cast<size_t>(y);
        mixRows(image, down.first[row], down.count[row], down.of(y), static_cast<size_t>(leftmost) * 3,
                static_cast<size_t>(rightmost) * 3, mixed);
        uint8_t *to = seen.row(y);
        for (int x = 0; x < content.width; ++x, to += 3) {
            const auto column = static_cast<size_t>(x);
            const float *weights = across.of(x), *from = mixed.data() + static_cast<size_t>(across.first[column]) * 3;
            float red = 0.5f, green = 0.5f, blue = 0.5f;
            for (int i = 0; i < across.count[column]; ++i, from += 3) {
                red += weights[i] * from[0];
                green += weights[i] * from[1];
                blue += weights[i] * from[2];
            }
            to[0] = static_cast<uint8_t>(red);  // weights add up to 1, so the value is in 0.5 … 255.5
            to[1] = static_cast<uint8_t>(green);
            to[2] = static_cast<uint8_t>(blue);
        }
    }
    return seen;
}

void changeColours(Image &image, Size content, double brightness, double contrast, double saturation, double hueDegrees)
{
    const double mean = brightness * meanGrey(image, content);
    const ColourMap map = product(scaledAndShifted(contrast * brightness, (1 - contrast) * mean),
                                  product(saturationMap(saturation), hueMap(hueDegrees)));
    // 16 fractional bits: exact to a 500th of a grey level for any factor the options allow, and quick.
    std::array<std::array<int32_t, 4>, 3> m{};
    for (size_t row = 0; row < 3; ++row)
        for (size_t column = 0; column < 4; ++column)
            m[row][column] = static_cast<int32_t>(std::lround(map[row][column] * 65536)) + (column == 3 ? 32768 : 0);
    const auto level = [](int32_t value) { return static_cast<uint8_t>(std::clamp(value >> 16, 0, 255)); };
    for (int y = 0; y < content.height; ++y) {
        uint8_t *pixel = image.row(y);
        for (int x = 0; x < content.width; ++x, pixel += 3) {
            const int32_t r = pixel[0], g = pixel[1], b = pixel[2];
            pixel[0] = level(m[0][0] * r + m[0][1] * g + m[0][2] * b + m[0][3]);
            pixel[1] = level(m[1][0] * r + m[1][1] * g + m[1][2] * b + m[1][3]);
            pixel[2] = level(m[2][0] * r + m[2][1] * g + m[2][2] * b + m[2][3]);
        }
    }
}

SampleGeometry sampleGeometry(Size image, const std::vector<Label> &labels, const AugmentOptions &options,
                              Random &random)
{
    checkAugment(options);
    if (image.width < 1 || image.height < 1)
        throw std::invalid_argument("an image without pixels makes no sample");
    SampleGeometry geometry;
    geometry.transform = chooseTransform(image, options, random);
    geometry.labels = visibleLabels(labels, geometry.transform, options.minVisible);
    return geometry;
}

SampleGeometry sampleGeometry(Size image, const std::vector<Label> &labels, const AugmentOptions &options,
                              uint64_t seed, int64_t epoch, int index)
{
    Random random = sampleRandom(seed, epoch, index);
    return sampleGeometry(image, labels, options, random);
}

Random sampleRandom(uint64_t seed, int64_t epoch, int index)
{
    return Random(seed, static_cast<uint64_t>(epoch), static_cast<uint64_t>(index));
}

Sample augment(const Image &image, const std::vector<Label> &labels, const AugmentOptions &options, Random &random)
{
    if (image.size.width < 1 || image.size.height < 1)
        throw UserError(message("core", "The image {0} is empty.").with(image.id));
    SampleGeometry geometry = sampleGeometry(image.size, labels, options, random);
    Sample sample{resample(image, geometry.transform), geometry.transform, std::move(geometry.labels)};

    const double brightness = 1 + options.brightness * random.uniform(-1, 1);
    const double contrast = 1 + options.contrast * random.uniform(-1, 1);
    const double saturation = 1 + options.saturation * random.uniform(-1, 1);
    const double hue = options.hue * random.uniform(-1, 1);
    if (brightness != 1 || contrast != 1 || saturation != 1 || hue != 0)
        changeColours(sample.image, sample.transform.contentSize, brightness, contrast, saturation, hue);
    return sample;
}

}  // namespace fcoscope
