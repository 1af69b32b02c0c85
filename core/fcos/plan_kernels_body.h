// SPDX-License-Identifier: GPL-3.0-or-later
// The loops of plan_kernels.h, included once by each plan_kernels_*.cpp: FCOSCOPE_LANES is the width of its vectors in
// floats and the compiler's flags are what makes them machine instructions.
#include "core/fcos/plan_kernels.h"

namespace fcoscope {
namespace {

constexpr int64_t lanes = FCOSCOPE_LANES;
typedef float Lanes __attribute__((vector_size(FCOSCOPE_LANES * sizeof(float))));
typedef float LooseLanes __attribute__((vector_size(FCOSCOPE_LANES * sizeof(float)), aligned(4), may_alias));

inline Lanes load(const float *p)
{
    return *reinterpret_cast<const LooseLanes *>(p);
}
inline void store(float *p, Lanes v)
{
    *reinterpret_cast<LooseLanes *>(p) = v;
}
inline Lanes larger(Lanes a, Lanes b)
{
    return a < b ? b : a;
}
inline float larger(float a, float b)
{
    return a < b ? b : a;
}

void statistics(const float *x, int64_t pixels, int64_t channels, const float *pivot, float *sum, float *square)
{
    int64_t p = 0;
    for (; p + 4 <= pixels; p += 4) {  // four pixels for each load and store of the sums
        const float *a = x + p * channels, *b = a + channels, *c = b + channels, *d = c + channels;
        int64_t i = 0;
        for (; i + lanes <= channels; i += lanes) {
            const Lanes at = load(pivot + i);
            const Lanes va = load(a + i) - at, vb = load(b + i) - at, vc = load(c + i) - at, vd = load(d + i) - at;
            store(sum + i, load(sum + i) + ((va + vb) + (vc + vd)));
            store(square + i, load(square + i) + ((va * va + vb * vb) + (vc * vc + vd * vd)));
        }
        for (; i < channels; ++i) {
            const float va = a[i] - pivot[i], vb = b[i] - pivot[i], vc = c[i] - pivot[i], vd = d[i] - pivot[i];
            sum[i] += (va + vb) + (vc + vd);
            square[i] += (va * va + vb * vb) + (vc * vc + vd * vd);
        }
    }
    for (; p < pixels; ++p)
        for (int64_t i = 0; i < channels; ++i) {
            const float v = x[p * channels + i] - pivot[i];
            sum[i] += v;
            square[i] += v * v;
        }
}

void scaleShiftRelu(const float *x, int64_t xStride, float *y, int64_t yStride, int64_t pixels, int64_t channels,
                    const float *scale, const float *shift)
{
    for (int64_t p = 0; p < pixels; ++p, x += xStride, y += yStride) {
        int64_t i = 0;
        for (; i + lanes <= channels; i += lanes)
            store(y + i, larger(load(x + i) * load(scale + i) + load(shift + i), Lanes{}));
        for (; i < channels; ++i)
            y[i] = larger(x[i] * scale[i] + shift[i], 0.0F);
    }
}

void maxPoolRow(const float *above, const float *middle, const float *below, int64_t width, int64_t channels, float *y,
                int64_t yWidth)
{
    for (int64_t column = 0; column < yWidth; ++column, y += channels) {
        // Beyond the border the middle column stands in for its neighbour, as the middle row does: no new maximum.
        const int64_t centre = 2 * column, left = centre > 0 ? centre - 1 : 0,
                      right = centre + 1 < width ? centre + 1 : centre;
        const float *rows[3] = {above, middle, below};
        int64_t i = 0;
        for (; i + lanes <= channels; i += lanes) {
            Lanes best = load(middle + centre * channels + i);
            for (const float *row : rows) {
                best = larger(best, load(row + left * channels + i));
                best = larger(best, load(row + centre * channels + i));
                best = larger(best, load(row + right * channels + i));
            }
            store(y + i, best);
        }
        for (; i < channels; ++i) {
            float best = middle[centre * channels + i];
            for (const float *row : rows) {
                best = larger(best, row[left * channels + i]);
                best = larger(best, row[centre * channels + i]);
                best = larger(best, row[right * channels + i]);
            }
            y[i] = best;
        }
    }
}

void addEnlargedRow(float *row, const float *small, const int64_t *column, int64_t width, int64_t channels)
{
    for (int64_t p = 0; p < width; ++p, row += channels) {
        const float *from = small + column[p] * channels;
        int64_t i = 0;
        for (; i + lanes <= channels; i += lanes)
            store(row + i, load(row + i) + load(from + i));
        for (; i < channels; ++i)
            row[i] += from[i];
    }
}

void channelsOutermost(const float *x, int64_t xStride, int64_t pixels, int64_t channels, float *y, int64_t yStride)
{
    constexpr int64_t tile = 16;  // floats in a cache line: each line of x and of y is touched once
    for (int64_t p = 0; p < pixels; p += tile)
        for (int64_t c = 0; c < channels; c += tile) {
            const int64_t lastP = p + tile < pixels ? p + tile : pixels,
                          lastC = c + tile < channels ? c + tile : channels;
            for (int64_t i = c; i < lastC; ++i)
                for (int64_t j = p; j < lastP; ++j)
                    y[i * yStride + j] = x[j * xStride + i];
        }
}

}  // namespace

#define FCOSCOPE_PLAN_KERNELS(name)                                                                                    \
    {                                                                                                                  \
        name, statistics, scaleShiftRelu, maxPoolRow, addEnlargedRow, channelsOutermost                                \
    }

}  // namespace fcoscope
