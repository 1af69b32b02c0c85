// SPDX-License-Identifier: GPL-3.0-or-later
// Says what core/base/resample makes of pictures, for resample_reference.py, which compares it with Pillow and OpenCV.
//
//     dump_resample IN OUT       answers IN with OUT
//     dump_resample WIDTH HEIGHT WIDTH HEIGHT   prints the milliseconds that each function takes for that resizing
//
// Both files are little-endian. IN: int32 cases; for each: int32 function (0 Pillow, 1 OpenCV, 2 OpenCV in floats,
// 3 Pillow without the processor's own instructions), width, height, new width, new height; the picture's bytes. OUT:
// for each case its bytes or float32.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>

#include "core/base/file.h"
#include "core/base/random.h"
#include "core/base/resample.h"
#include "tests/base/read_number.h"

using namespace fcoscope;

namespace {

template <typename Value> void put(std::string &out, const std::vector<Value> &values)
{
    out.append(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(Value));
}

/// Parts that meet in the middle of the picture, the later one first: no part may rely on another.
void inParts(int count, const std::function<void(int, int)> &part)
{
    part(count / 2, count);
    part(0, count / 2);
}

std::string answers(const std::string &in)
{
    std::string out;
    size_t at = 0;
    for (int32_t cases = number(in, at); cases > 0; --cases) {
        const int32_t function = number(in, at);
        Image image;
        image.size.width = number(in, at);
        image.size.height = number(in, at);
        Size size;
        size.width = number(in, at);
        size.height = number(in, at);
        const size_t length = static_cast<size_t>(image.size.width) * static_cast<size_t>(image.size.height) * 3;
        if (in.size() - at < length)
            throw std::runtime_error("the input is cut short");
        image.pixels.assign(in.begin() + static_cast<std::ptrdiff_t>(at),
                            in.begin() + static_cast<std::ptrdiff_t>(at + length));
        at += length;
        const RowLoop rows = cases % 2 ? RowLoop(allRows) : RowLoop(inParts);
        if (function == 0 || function == 3)
            put(out, resizedAsPillow(image, size, rows, function == 0 ? Code::Fastest : Code::Portable));
        else if (function == 1)
            put(out, resizedAsOpenCv(image, size, rows));
        else
            put(out, resizedAsOpenCvFloat(image, size, rows));
    }
    return out;
}

void inTwoThreads(int count, const std::function<void(int, int)> &part)
{
    std::thread other([&] { part(count / 2, count); });
    part(0, count / 2);
    other.join();
}

void measure(Size from, Size to)
{
    Image image{"noise", from, {}};
    Random random(1);
    image.pixels.resize(static_cast<size_t>(from.width) * static_cast<size_t>(from.height) * 3);
    for (uint8_t &value : image.pixels)
        value = static_cast<uint8_t>(random.next());
    const auto time = [&](const char *name, auto call) {
        for (const RowLoop &rows : {RowLoop(allRows), RowLoop(inTwoThreads)}) {
            double best = 1e9;
            for (int i = 0; i < 7; ++i) {
                const auto start = std::chrono::steady_clock::now();
                call(rows);
                const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
                best = std::min(best, took.count());
            }
            std::printf("%s %.1f ms\n", name, best);
        }
    };
    time("Pillow", [&](const RowLoop &rows) { resizedAsPillow(image, to, rows); });
    time("Pillow, portable", [&](const RowLoop &rows) { resizedAsPillow(image, to, rows, Code::Portable); });
    time("OpenCV", [&](const RowLoop &rows) { resizedAsOpenCv(image, to, rows); });
    time("OpenCV, floats", [&](const RowLoop &rows) { resizedAsOpenCvFloat(image, to, rows); });
}

}  // namespace

int main(int argc, char **argv)
{
    try {
        if (argc == 5)
            measure({std::stoi(argv[1]), std::stoi(argv[2])}, {std::stoi(argv[3]), std::stoi(argv[4])});
        else if (argc == 3)
            writeFile(argv[2], answers(readFile(argv[1])));
        else
            throw std::runtime_error("usage: dump_resample IN OUT");
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "dump_resample: %s\n", error.what());
        return 1;
    }
}
