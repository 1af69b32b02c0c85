// SPDX-License-Identifier: GPL-3.0-or-later
// Writes down what the trainer's loader hands to the losses, for loader_reference.py, which works it out again from the
// images' own labels.
//
//     dump_loader PROFILE OUT [BCCD]
//
// OUT is little-endian: int32 batches; for each: int32 images, padded width, height; for each of its images: int32
// image width, height, mirrored in x, in y, content width, height; float64 crop x1 y1 x2 y2, scale x, y, least visible
// share; int32 labels; for each: float64 x1 y1 x2 y2 in the image, int32 class, crowd. Then the batch's tensors: int32
// positives; for each: int64 location, class; float32 l t r b, centerness, stride.
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "core/base/file.h"
#include "core/fcos/engine.h"
#include "core/fcos/loader.h"
#include "tests/fcos/mixed_source.h"

using namespace fcoscope;

namespace {

template <typename... Values> void put(std::string &bytes, Values... values)
{
    const auto one = [&](auto value) {
        char raw[sizeof value];
        std::memcpy(raw, &value, sizeof value);
        bytes.append(raw, sizeof raw);
    };
    (one(values), ...);
}

void putSample(std::string &bytes, const MixedSource &source, const MixedSource::Asked &asked,
               const ImageTransform &transform)
{
    const Size image = source.imageSize(asked.index);
    put(bytes, int32_t(image.width), int32_t(image.height), int32_t(transform.mirroredX), int32_t(transform.mirroredY),
        int32_t(transform.contentSize.width), int32_t(transform.contentSize.height));
    put(bytes, transform.crop.x1, transform.crop.y1, transform.crop.x2, transform.crop.y2, transform.scaleX,
        transform.scaleY, MixedSource::options(asked.index).minVisible);
    const std::vector<Label> &labels = source.labels(asked.index);
    put(bytes, static_cast<int32_t>(labels.size()));
    for (const Label &label : labels)
        put(bytes, label.box.x1, label.box.y1, label.box.x2, label.box.y2, int32_t(label.classIndex),
            int32_t(label.crowd));
}

std::string dumped(const MixedSource &source, const Profile &profile)
{
    constexpr int32_t batches = 4, images = 3;
    Loader loader(source, profile,
                  {.seed = 7, .batch = images, .batches = batches});  // one thread: samples are asked for in order
    std::vector<Batch> made;
    for (int b = 0; b < batches; ++b)
        made.push_back(loader.next());
    const auto asked = source.asked();
    std::string bytes;
    put(bytes, batches);
    for (size_t b = 0; b < made.size(); ++b) {
        const Batch &batch = made[b];
        put(bytes, images, static_cast<int32_t>(batch.pixels.size(2)), static_cast<int32_t>(batch.pixels.size(1)));
        for (size_t i = 0; i < batch.transforms.size(); ++i)
            putSample(bytes, source, asked[b * size_t(images) + i], batch.transforms[i]);
        const Targets &targets = batch.targets;
        put(bytes, static_cast<int32_t>(targets.count()));
        for (int64_t i = 0; i < targets.count(); ++i) {
            const float *d = targets.distances.const_data_ptr<float>() + 4 * i;
            put(bytes, targets.location.const_data_ptr<int64_t>()[i], targets.classIndex.const_data_ptr<int64_t>()[i],
                d[0], d[1], d[2], d[3], targets.centerness.const_data_ptr<float>()[i],
                targets.stride.const_data_ptr<float>()[i]);
        }
    }
    return bytes;
}

}  // namespace

int main(int argc, char **argv)
{
    try {
        if (argc != 3 && argc != 4)
            throw std::runtime_error("usage: dump_loader PROFILE OUT [BCCD]");
        configureEngine(1);
        const Profile profile = profileNamed(argv[1]);
        writeFile(argv[2], argc == 4 ? dumped(MixedSource(readDataset(argv[3]), 12), profile)
                                     : dumped(MixedSource(12), profile));
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "dump_loader: %s\n", error.what());
        return 1;
    }
}
