// SPDX-License-Identifier: GPL-3.0-or-later
// Says what fitTransform() and networkInput() make of pictures, for input_reference.py, which compares it with what
// each codebase's own preprocessing would make of them.
//
//     dump_input IN OUT PROFILE [OPTION=VALUE]…
//
// Both files are little-endian. IN: int32 pictures; for each: int32 width, height; RGB bytes. OUT: for each picture
// int32 width and height of the content, width and height with padding; float32 [3, height, width] with padding.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>

#include "core/base/file.h"
#include "core/fcos/input.h"
#include "core/rules/locations.h"
#include "tests/base/read_number.h"

using namespace fcoscope;

namespace {

void put(std::string &out, int32_t value)
{
    out.append(reinterpret_cast<const char *>(&value), sizeof value);
}

std::string inputs(const std::string &in, const Profile &profile)
{
    const c10::InferenceMode inference;
    std::string out;
    size_t at = 0;
    for (int32_t pictures = number(in, at); pictures > 0; --pictures) {
        Image image;
        image.size.width = number(in, at);
        image.size.height = number(in, at);
        const size_t length = static_cast<size_t>(image.size.width) * static_cast<size_t>(image.size.height) * 3;
        if (in.size() - at < length)
            throw std::runtime_error("the input is cut short");
        const auto first = in.begin() + static_cast<std::ptrdiff_t>(at);
        image.pixels.assign(first, first + static_cast<std::ptrdiff_t>(length));
        at += length;
        const ImageTransform fit = inferenceTransform(image.size, profile);
        for (int side : {fit.contentSize.width, fit.contentSize.height, fit.paddedSize.width, fit.paddedSize.height})
            put(out, side);
        const at::Tensor input = networkInput(image, fit, profile, at::kCPU).contiguous();
        out.append(reinterpret_cast<const char *>(input.data_ptr<float>()),
                   static_cast<size_t>(input.numel()) * sizeof(float));
    }
    return out;
}

}  // namespace

int main(int argc, char **argv)
{
    try {
        if (argc < 4)
            throw std::runtime_error("usage: dump_input IN OUT PROFILE [OPTION=VALUE]...");
        Profile profile = profileNamed(argv[3]);
        OptionTable table;
        visit(table, profile);
        for (int i = 4; i < argc; ++i) {
            const std::string option = argv[i];
            const size_t equals = option.find('=');
            table.set(option.substr(0, equals), option.substr(equals + 1), option);
        }
        writeFile(argv[2], inputs(readFile(argv[1]), profile));
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "dump_input: %s\n", error.what());
        return 1;
    }
}
