// SPDX-License-Identifier: GPL-3.0-or-later
// Says what assign() makes of boxes, for assignment_reference.py, which compares it with its own dense computation.
//
//     dump_assignment PROFILE IN OUT
//
// Both files are little-endian. IN:  int32 images; for each: int32 width, height, whether mirrored, boxes; float64
// network pixels per image pixel; boxes × 4 float64 x1 y1 x2 y2, continuous, in the network's input.
// OUT: for each image: int32 positives; for each: int32 level, location, box; float64 l, t, r, b; float64 centerness.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/rules/assigner.h"
#include "core/rules/pixels.h"

using namespace fcoscope;

namespace {

template <typename Value> Value taken(const std::string &bytes, size_t &at)
{
    if (bytes.size() - at < sizeof(Value))
        throw std::runtime_error("the input is cut short");
    Value value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    at += sizeof value;
    return value;
}

template <typename Value> void put(std::string &bytes, Value value)
{
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof raw);
}

std::string assignAll(const std::string &in, const Profile &profile)
{
    std::string out;
    size_t at = 0;
    for (auto images = taken<int32_t>(in, at); images > 0; --images) {
        ImageTransform transform;
        transform.paddedSize.width = taken<int32_t>(in, at);
        transform.paddedSize.height = taken<int32_t>(in, at);
        transform.mirroredX = taken<int32_t>(in, at) != 0;
        std::vector<Box> boxes(static_cast<size_t>(taken<int32_t>(in, at)));
        transform.scaleX = transform.scaleY = taken<double>(in, at);
        for (Box &box : boxes) {
            for (double *side : {&box.x1, &box.y1, &box.x2, &box.y2})
                *side = taken<double>(in, at);
            box = targetBox(box, transform, profile);
        }
        const Assignment assignment = assign(boxes, levelsFor(profile, transform.paddedSize), profile);
        put(out, static_cast<int32_t>(assignment.positives.size()));
        for (const Positive &positive : assignment.positives) {
            for (int value : {positive.level, positive.location, positive.box})
                put(out, static_cast<int32_t>(value));
            const Distances &d = positive.distances;
            for (double value : {d.left, d.top, d.right, d.bottom, static_cast<double>(positive.centerness)})
                put(out, value);
        }
    }
    return out;
}

}  // namespace

int main(int argc, char **argv)
{
    try {
        if (argc != 4)
            throw std::runtime_error("usage: dump_assignment PROFILE IN OUT");
        writeFile(argv[3], assignAll(readFile(argv[2]), profileNamed(argv[1])));
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "dump_assignment: %s\n", error.what());
        return 1;
    }
}
