// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/resample.h"

#include <array>
#include <cmath>
#include <cstring>

// The inner loops of Pillow's filter stand here twice: for every processor, and for x86-64 with AVX2, which does the
// same whole-number arithmetic several times as fast.
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define FCOSCOPE_AVX2 __attribute__((target("avx2")))
#endif

namespace fcoscope {
namespace {

constexpr int channels = 3;

// --- Pillow ---------------------------------------------------------------------------------------------------------

constexpr int weightBits = 22;  // 32 of the sum, less 8 of the pixels and 2 to spare

/// Which source pixels make an output pixel, and how much each counts.
struct Taps {
    int first = 0, count = 0;
    size_t weights = 0;  // where they begin in Filter::weights
};
/// Weights come in whole groups: behind the last one of each output pixel stand zeros.
constexpr size_t group = 4;
struct Filter {
    std::vector<Taps> taps;  // one for each output pixel
    std::vector<int32_t> weights;
};

/// The triangle filter along one axis that turns `from` pixels into `to`.
Filter triangle(int from, int to)
{
    Filter filter;
    const double scale = static_cast<double>(from) / to, support = std::max(scale, 1.0), slope = 1 / support;
    std::vector<double> shares;
    for (int i = 0; i < to; ++i) {
        const double centre = (i + 0.5) * scale;
        const int first = std::max(0, static_cast<int>(centre - support + 0.5));
        const int last = std::min(from, static_cast<int>(centre + support + 0.5));
        filter.taps.push_back({first, last - first, filter.weights.size()});
        double sum = 0;
        shares.clear();
        for (int source = first; source < last; ++source) {
            shares.push_back(std::max(0.0, 1 - std::abs((source - centre + 0.5) * slope)));
            sum += shares.back();
        }
        for (const double share : shares)
            filter.weights.push_back(static_cast<int32_t>((sum == 0 ? share : share / sum) * (1 << weightBits) + 0.5));
        filter.weights.resize((filter.weights.size() + group - 1) / group * group);
    }
    return filter;
}

uint8_t rounded(int32_t sum)
{
    return static_cast<uint8_t>(std::clamp(sum >> weightBits, 0, 255));
}
constexpr int32_t half = 1 << (weightBits - 1);
constexpr size_t rowBlock = 32;  // sums that stay in registers

void filterColumnsAnywhere(const uint8_t *in, const Filter &filter, uint8_t *out)
{
    for (const Taps &taps : filter.taps)
        for (int c = 0; c < channels; ++c) {
            const uint8_t *pixel = in + static_cast<size_t>(taps.first) * channels + c;
            int32_t sum = half;
            for (int i = 0; i < taps.count; ++i)
                sum += pixel[i * channels] * filter.weights[taps.weights + static_cast<size_t>(i)];
            *out++ = rounded(sum);
        }
}

inline __attribute__((always_inline)) void filterBlock(const uint8_t *in, size_t length, const Taps &taps,
                                                       const int32_t *weights, size_t count, uint8_t *out)
{
    int32_t sum[rowBlock];
    std::fill(sum, sum + count, half);
    for (int i = 0; i < taps.count; ++i, in += length)
        for (size_t x = 0; x < count; ++x)
            sum[x] += in[x] * weights[i];
    for (size_t x = 0; x < count; ++x)
        out[x] = rounded(sum[x]);
}

inline __attribute__((always_inline)) void filterRowsAnywhere(const uint8_t *in, size_t length, const Taps &taps,
                                                              const int32_t *weights, uint8_t *out)
{
    size_t at = 0;
    for (; at + rowBlock <= length; at += rowBlock)
        filterBlock(in + at, length, taps, weights, rowBlock, out + at);
    filterBlock(in + at, length, taps, weights, length - at, out + at);
}

void filterRowsPortable(const uint8_t *in, size_t length, const Taps &taps, const int32_t *weights, uint8_t *out)
{
    filterRowsAnywhere(in, length, taps, weights, out);
}

#ifdef FCOSCOPE_AVX2

/// A weight of 22 bits is no 16-bit factor, but two of 11 bits are: first the upper halves of a group's weights, as
/// often as the instruction below needs them, then the lower ones.
std::vector<int16_t> halvesOf(const Filter &filter)
{
    std::vector<int16_t> halves;
    halves.reserve(filter.weights.size() * 2 * group);
    for (size_t at = 0; at < filter.weights.size(); at += group)
        for (const bool upper : {true, false})
            for (const size_t pair : {0, 2})
                for (size_t copy = 0; copy < group; ++copy)
                    for (const size_t one : {0, 1}) {
                        const int32_t weight = filter.weights[at + pair + one];
                        halves.push_back(static_cast<int16_t>(upper ? weight >> 11 : weight & 2047));
                    }
    return halves;
}

/// Four pixels at a time, the first two in the lower half of a register, the others in the upper: red, red, green,
/// green, blue, blue as 16-bit numbers, which one instruction multiplies by their weights and adds in pairs.
FCOSCOPE_AVX2 void filterColumnsAvx2(const uint8_t *in, const Filter &filter, const std::vector<int16_t> &halves,
                                     uint8_t *out)
{
    constexpr char no = -1;
    const __m256i order = _mm256_setr_epi8(0, no, 3, no, 1, no, 4, no, 2, no, 5, no, no, no, no, no,  //
                                           6, no, 9, no, 7, no, 10, no, 8, no, 11, no, no, no, no, no);
    for (const Taps &taps : filter.taps) {
        const uint8_t *pixel = in + static_cast<size_t>(taps.first) * channels;
        const auto *weight = reinterpret_cast<const __m256i *>(halves.data() + taps.weights * 2 * group);
        __m256i high = _mm256_setzero_si256(), low = _mm256_setzero_si256();
        for (int i = 0; i < taps.count; i += group, pixel += group * channels, weight += 2) {
            const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i *>(pixel));
            const __m256i pairs = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(four), order);
            high = _mm256_add_epi32(high, _mm256_madd_epi16(pairs, _mm256_loadu_si256(weight)));
            low = _mm256_add_epi32(low, _mm256_madd_epi16(pairs, _mm256_loadu_si256(weight + 1)));
        }
        const __m256i both = _mm256_add_epi32(_mm256_slli_epi32(high, 11), low);
        __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
        sum = _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(half)), weightBits);
        const __m128i words = _mm_packs_epi32(sum, sum);
        const int bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
        std::memcpy(out, &bytes, channels);
        out += channels;
    }
}

FCOSCOPE_AVX2 void filterRowsAvx2(const uint8_t *in, size_t length, const Taps &taps, const int32_t *weights,
                                  uint8_t *out)
{
    filterRowsAnywhere(in, length, taps, weights, out);
}

/// Bytes behind a row that may be read with it: pixels are taken four at a time.
constexpr size_t slack = 32;

void columnsAvx2(const Image &image, const Filter &filter, const RowLoop &rows, uint8_t *out)
{
    const std::vector<int16_t> halves = halvesOf(filter);
    const uint8_t *end = image.pixels.data() + image.pixels.size();
    const size_t length = static_cast<size_t>(image.size.width) * channels;
    rows(image.size.height, [&](int first, int last) {
        for (int y = first; y < last; ++y) {
            const uint8_t *row = image.row(y);
            std::vector<uint8_t> padded;
            if (static_cast<size_t>(end - row) < length + slack) {
                padded.assign(row, row + length);
                padded.resize(length + slack);
                row = padded.data();
            }
            filterColumnsAvx2(row, filter, halves, out + static_cast<size_t>(y) * filter.taps.size() * channels);
        }
    });
}

#endif

bool mayUseAvx2([[maybe_unused]] Code code)
{
#ifdef FCOSCOPE_AVX2
    return code == Code::Fastest && __builtin_cpu_supports("avx2");
#else
    return false;
#endif
}

std::vector<uint8_t> withColumnsFiltered(const Image &image, int width, const RowLoop &rows, Code code)
{
    const Filter filter = triangle(image.size.width, width);
    const size_t length = static_cast<size_t>(width) * channels;
    std::vector<uint8_t> out(length * static_cast<size_t>(image.size.height));
#ifdef FCOSCOPE_AVX2
    if (mayUseAvx2(code)) {
        columnsAvx2(image, filter, rows, out.data());
        return out;
    }
#endif
    rows(image.size.height, [&](int first, int last) {
        for (int y = first; y < last; ++y)
            filterColumnsAnywhere(image.row(y), filter, out.data() + static_cast<size_t>(y) * length);
    });
    return out;
}

/// `in`: rows of `length` bytes, as many as the image is high.
std::vector<uint8_t> withRowsFiltered(const std::vector<uint8_t> &in, size_t length, int from, int to,
                                      const RowLoop &rows, Code code)
{
    const Filter filter = triangle(from, to);
    auto *call = filterRowsPortable;
#ifdef FCOSCOPE_AVX2
    if (mayUseAvx2(code))
        call = filterRowsAvx2;
#endif
    std::vector<uint8_t> out(length * static_cast<size_t>(to));
    rows(to, [&](int first, int last) {
        for (int y = first; y < last; ++y) {
            const Taps &taps = filter.taps[static_cast<size_t>(y)];
            call(in.data() + static_cast<size_t>(taps.first) * length, length, taps,
                 filter.weights.data() + taps.weights, out.data() + static_cast<size_t>(y) * length);
        }
    });
    return out;
}

// --- OpenCV ---------------------------------------------------------------------------------------------------------

/// The two neighbours of an output pixel along one axis, and how much each counts.
template <typename Weight> struct Pair {
    int first = 0, second = 0;
    Weight firstWeight{}, secondWeight{};
};

/// 11-bit weights, rounded to nearest, halves to even. Beyond the border there is the border's pixel alone: as one of
/// full weight or, where OpenCV does it so for rows, as both neighbours, which rounds differently.
enum class Border { OneNeighbour, BothNeighbours };

std::vector<Pair<int32_t>> fixedPairs(int from, int to, Border border)
{
    std::vector<Pair<int32_t>> pairs;
    const double scale = 1 / (static_cast<double>(to) / from);
    for (int i = 0; i < to; ++i) {
        auto position = static_cast<float>((i + 0.5) * scale - 0.5);
        const int first = static_cast<int>(std::floor(position));
        position -= static_cast<float>(first);
        if (border == Border::OneNeighbour && (first < 0 || first >= from - 1))
            position = 0;
        pairs.push_back({std::clamp(first, 0, from - 1), std::clamp(first + 1, 0, from - 1),
                         static_cast<int32_t>(std::lrint((1 - position) * 2048)),
                         static_cast<int32_t>(std::lrint(position * 2048))});
    }
    return pairs;
}

std::vector<Pair<float>> realPairs(int from, int to)
{
    std::vector<Pair<float>> pairs;
    const double scale = static_cast<double>(from) / to;
    for (int i = 0; i < to; ++i) {
        const double position = std::clamp((i + 0.5) * scale - 0.5, 0.0, from - 1.0);
        const int first = static_cast<int>(position);
        const auto weight = static_cast<float>(position - first);
        pairs.push_back({first, std::min(first + 1, from - 1), 1 - weight, weight});
    }
    return pairs;
}

template <typename Weight> void blendColumns(const uint8_t *in, const std::vector<Pair<Weight>> &columns, Weight *out)
{
    for (const Pair<Weight> &pair : columns) {
        const uint8_t *a = in + static_cast<size_t>(pair.first) * channels;
        const uint8_t *b = in + static_cast<size_t>(pair.second) * channels;
        for (int c = 0; c < channels; ++c)
            *out++ = static_cast<Weight>(a[c]) * pair.firstWeight + static_cast<Weight>(b[c]) * pair.secondWeight;
    }
}

/// The products' low bits are cut before they are added, as a 16-bit multiplication that keeps the high half does.
void blendRows(const int32_t *a, const int32_t *b, const Pair<int32_t> &pair, size_t length, uint8_t *out)
{
    const int32_t first = pair.firstWeight, second = pair.secondWeight;
    for (size_t x = 0; x < length; ++x)
        out[x] = static_cast<uint8_t>((((first * (a[x] >> 4)) >> 16) + ((second * (b[x] >> 4)) >> 16) + 2) >> 2);
}

void blendRows(const float *a, const float *b, const Pair<float> &pair, size_t length, float *out)
{
    for (size_t x = 0; x < length; ++x)
        out[x] = a[x] * pair.firstWeight + b[x] * pair.secondWeight;
}

template <typename Weight, typename Value>
std::vector<Value> blended(const Image &image, const std::vector<Pair<Weight>> &columns,
                           const std::vector<Pair<Weight>> &lines, const RowLoop &rows)
{
    const size_t length = columns.size() * channels;
    std::vector<Value> out(length * lines.size());
    rows(static_cast<int>(lines.size()), [&](int first, int last) {
        // The two source rows that were used last: when enlarging, they serve several output rows.
        std::array<std::vector<Weight>, 2> kept{std::vector<Weight>(length), std::vector<Weight>(length)};
        std::array<int, 2> keptRow{-1, -1};
        const auto source = [&](int row, int other) -> const Weight * {
            for (size_t i = 0; i < 2; ++i)
                if (keptRow[i] == row)
                    return kept[i].data();
            const size_t i = keptRow[0] == other ? 1 : 0;
            keptRow[i] = row;
            blendColumns(image.row(row), columns, kept[i].data());
            return kept[i].data();
        };
        for (int y = first; y < last; ++y) {
            const Pair<Weight> &pair = lines[static_cast<size_t>(y)];
            const Weight *a = source(pair.first, pair.second), *b = source(pair.second, pair.first);
            blendRows(a, b, pair, length, out.data() + static_cast<size_t>(y) * length);
        }
    });
    return out;
}

}  // namespace

void allRows(int count, const std::function<void(int, int)> &part)
{
    part(0, count);
}

std::vector<uint8_t> resizedAsPillow(const Image &image, Size size, const RowLoop &rows, Code code)
{
    // A pass that would change nothing is left out.
    const size_t length = static_cast<size_t>(size.width) * channels;
    const int from = image.size.height, to = size.height;
    if (size.width == image.size.width)
        return from == to ? image.pixels : withRowsFiltered(image.pixels, length, from, to, rows, code);
    std::vector<uint8_t> narrowed = withColumnsFiltered(image, size.width, rows, code);
    return from == to ? narrowed : withRowsFiltered(narrowed, length, from, to, rows, code);
}

std::vector<uint8_t> resizedAsOpenCv(const Image &image, Size size, const RowLoop &rows)
{
    return blended<int32_t, uint8_t>(image, fixedPairs(image.size.width, size.width, Border::OneNeighbour),
                                     fixedPairs(image.size.height, size.height, Border::BothNeighbours), rows);
}

std::vector<float> resizedAsOpenCvFloat(const Image &image, Size size, const RowLoop &rows)
{
    return blended<float, float>(image, realPairs(image.size.width, size.width),
                                 realPairs(image.size.height, size.height), rows);
}

}  // namespace fcoscope
