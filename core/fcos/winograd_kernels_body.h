// SPDX-License-Identifier: GPL-3.0-or-later
// The loops of winograd_kernels.h, included once by each winograd_kernels_*.cpp: FCOSCOPE_LANES is the width of its
// vectors in floats and the compiler's flags are what makes them machine instructions.
#include "core/fcos/winograd_kernels.h"

namespace fcoscope {
namespace {

constexpr int64_t lanes = FCOSCOPE_LANES, panel = winogradPanel;
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

/// Where the lanes of channel `c` of a tile's first point stand.
inline int64_t placeOf(int64_t c, int64_t room, int64_t tile)
{
    return c / panel * room * panel + tile * panel + c % panel;
}

/// Bᵀ of F(4, 3) on six values, `step` apart.
inline void inputTransform(const Lanes *d, int64_t step, Lanes *v)
{
    const Lanes d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
    v[0] = 4.0f * d0 - 5.0f * d2 + d4;
    const Lanes a = d4 - 4.0f * d2, b = d3 - 4.0f * d1;
    v[1] = a + b;
    v[2] = a - b;
    const Lanes c = d4 - d2, e = 2.0f * (d3 - d1);
    v[3] = c + e;
    v[4] = c - e;
    v[5] = 4.0f * d1 - 5.0f * d3 + d5;
}

/// A of F(4, 3) on four values: the transpose of resultTransform.
inline void gradientTransform(const Lanes *g, int64_t step, Lanes *v)
{
    const Lanes g0 = g[0], g1 = g[step], g2 = g[2 * step], g3 = g[3 * step];
    v[0] = g0;
    const Lanes a = g0 + g2, b = g1 + g3;
    v[1] = a + b;
    v[2] = a - b;
    const Lanes c = g0 + 4.0f * g2, e = 2.0f * g1 + 8.0f * g3;
    v[3] = c + e;
    v[4] = c - e;
    v[5] = g3;
}

/// Aᵀ of F(4, 3): four results from six values, `step` apart.
inline void resultTransform(const Lanes *m, int64_t step, Lanes *y)
{
    const Lanes a = m[step] + m[2 * step], b = m[step] - m[2 * step];
    const Lanes c = m[3 * step] + m[4 * step], e = m[3 * step] - m[4 * step];
    y[0] = m[0] + a + c;
    y[1] = b + 2.0f * e;
    y[2] = a + 4.0f * c;
    y[3] = b + 8.0f * e + m[5 * step];
}

/// G of F(4, 3) on three values.
inline void filterTransform(const Lanes *g, int64_t step, Lanes *u)
{
    const Lanes g0 = g[0], g1 = g[step], g2 = g[2 * step];
    u[0] = g0 * 0.25f;
    const Lanes a = (g0 + g2) * (-1.0f / 6), b = g1 * (-1.0f / 6);
    u[1] = a + b;
    u[2] = a - b;
    const Lanes c = g0 * (1.0f / 24) + g2 * (1.0f / 6), e = g1 * (1.0f / 12);
    u[3] = c + e;
    u[4] = c - e;
    u[5] = g2;
}

/// Gᵀ of F(4, 3): three from six.
inline void tapTransform(const Lanes *u, int64_t step, Lanes *g)
{
    const Lanes a = u[step] + u[2 * step], b = u[step] - u[2 * step];
    const Lanes c = u[3 * step] + u[4 * step], e = u[3 * step] - u[4 * step];
    g[0] = u[0] * 0.25f + a * (-1.0f / 6) + c * (1.0f / 24);
    g[1] = b * (-1.0f / 6) + e * (1.0f / 12);
    g[2] = a * (-1.0f / 6) + c * (1.0f / 6) + u[5 * step];
}

void storeTile(const Lanes *v, float *to, int64_t between)
{
    for (int64_t p = 0; p < winogradPoints; ++p)
        store(to + p * between, v[p]);
}

void tileOfInput(const float *map, int64_t height, int64_t width, int64_t channels, int64_t row, int64_t column,
                 float *tiles, int64_t room, int64_t tile)
{
    for (int64_t c = 0; c < channels; c += lanes) {
        Lanes d[36], half[36], v[36];
        for (int64_t i = 0; i < 6; ++i)
            for (int64_t j = 0; j < 6; ++j) {
                const int64_t y = row + i - 1, x = column + j - 1;
                const bool inside = y >= 0 && y < height && x >= 0 && x < width;
                d[i * 6 + j] = inside ? load(map + (y * width + x) * channels + c) : Lanes{};
            }
        for (int64_t i = 0; i < 6; ++i)
            inputTransform(d + i * 6, 1, half + i * 6);
        for (int64_t j = 0; j < 6; ++j) {
            Lanes made[6];
            inputTransform(half + j, 6, made);
            for (int64_t i = 0; i < 6; ++i)
                v[i * 6 + j] = made[i];
        }
        storeTile(v, tiles + placeOf(c, room, tile), winogradPointStep(room * channels));
    }
}

void tileOfGradient(const float *map, int64_t height, int64_t width, int64_t channels, int64_t row, int64_t column,
                    float *tiles, int64_t room, int64_t tile)
{
    for (int64_t c = 0; c < channels; c += lanes) {
        Lanes g[16], half[24], v[36];
        for (int64_t i = 0; i < 4; ++i)
            for (int64_t j = 0; j < 4; ++j) {
                const bool inside = row + i < height && column + j < width;
                g[i * 4 + j] = inside ? load(map + ((row + i) * width + column + j) * channels + c) : Lanes{};
            }
        for (int64_t i = 0; i < 4; ++i)
            gradientTransform(g + i * 4, 1, half + i * 6);
        for (int64_t j = 0; j < 6; ++j) {
            Lanes made[6];
            gradientTransform(half + j, 6, made);
            for (int64_t i = 0; i < 6; ++i)
                v[i * 6 + j] = made[i];
        }
        storeTile(v, tiles + placeOf(c, room, tile), winogradPointStep(room * channels));
    }
}

void results(const float *tiles, int64_t room, int64_t tile, const float *bias, float *map, int64_t height,
             int64_t width, int64_t channels, int64_t row, int64_t column)
{
    for (int64_t c = 0; c < channels; c += lanes) {
        const float *from = tiles + placeOf(c, room, tile);
        Lanes m[36], half[24];
        for (int64_t p = 0; p < winogradPoints; ++p)
            m[p] = load(from + p * winogradPointStep(room * channels));
        for (int64_t i = 0; i < 6; ++i)
            resultTransform(m + i * 6, 1, half + i * 4);
        const Lanes shift = bias ? load(bias + c) : Lanes{};
        for (int64_t j = 0; j < 4 && column + j < width; ++j) {
            Lanes y[4];
            resultTransform(half + j, 4, y);
            for (int64_t i = 0; i < 4 && row + i < height; ++i)
                store(map + ((row + i) * width + column + j) * channels + c, y[i] + shift);
        }
    }
}

void filters(const float *taps, int64_t in, int64_t panels, int64_t which, int64_t outStep, int64_t tapStep,
             int64_t inStep, bool mirrored, float *made)
{
    const float *first = taps + which * panel * outStep;
    for (int64_t c = 0; c < in; ++c)
        for (int64_t k = 0; k < panel; k += lanes) {
            Lanes g[9], half[18], u[36];
            for (int64_t t = 0; t < 9; ++t) {
                const float *from = first + (mirrored ? 8 - t : t) * tapStep + c * inStep + k * outStep;
                if (outStep == 1) {
                    g[t] = load(from);
                } else {
                    for (int64_t lane = 0; lane < lanes; ++lane)
                        g[t][lane] = from[lane * outStep];
                }
            }
            for (int64_t i = 0; i < 3; ++i)
                filterTransform(g + i * 3, 1, half + i * 6);
            for (int64_t j = 0; j < 6; ++j) {
                Lanes column[6];
                filterTransform(half + j, 6, column);
                for (int64_t i = 0; i < 6; ++i)
                    u[i * 6 + j] = column[i];
            }
            storeTile(u, made + (which * in + c) * panel + k, winogradPointStep(panels * in * panel));
        }
}

constexpr int64_t rows = FCOSCOPE_LANES == 16 ? 12 : 6;  // what the registers hold beside two vectors of filters
static_assert(winogradTileBlock % rows == 0);

void multiply(const float *tiles, const float *filter, int64_t in, int64_t blocks, int64_t room, float *made)
{
    for (int64_t first = 0; first < blocks * winogradTileBlock; first += rows)
        for (int64_t k = 0; k < panel; k += 2 * lanes) {
            Lanes sum[rows][2] = {};
            for (int64_t c = 0; c < in; ++c) {
                const float *a = tiles + c / panel * room * panel + first * panel + c % panel;
                const Lanes b0 = load(filter + c * panel + k), b1 = load(filter + c * panel + k + lanes);
#pragma GCC unroll 12
                for (int64_t r = 0; r < rows; ++r) {
                    sum[r][0] += a[r * panel] * b0;
                    sum[r][1] += a[r * panel] * b1;
                }
            }
#pragma GCC unroll 12
            for (int64_t r = 0; r < rows; ++r) {
                store(made + (first + r) * panel + k, sum[r][0]);
                store(made + (first + r) * panel + k + lanes, sum[r][1]);
            }
        }
}

constexpr int64_t outs = FCOSCOPE_LANES == 16 ? 8 : 4;

void correlate(const float *gradients, const float *inputs, int64_t count, float *sums, int64_t in)
{
    for (int64_t o = 0; o < panel; o += outs)
        for (int64_t k = 0; k < panel; k += 2 * lanes) {
            Lanes sum[outs][2];
#pragma GCC unroll 8
            for (int64_t r = 0; r < outs; ++r) {
                sum[r][0] = load(sums + (o + r) * in + k);
                sum[r][1] = load(sums + (o + r) * in + k + lanes);
            }
            for (int64_t t = 0; t < count; ++t) {
                const float *a = gradients + t * panel + o;
                const Lanes b0 = load(inputs + t * panel + k), b1 = load(inputs + t * panel + k + lanes);
#pragma GCC unroll 8
                for (int64_t r = 0; r < outs; ++r) {
                    sum[r][0] += a[r] * b0;
                    sum[r][1] += a[r] * b1;
                }
            }
#pragma GCC unroll 8
            for (int64_t r = 0; r < outs; ++r) {
                store(sums + (o + r) * in + k, sum[r][0]);
                store(sums + (o + r) * in + k + lanes, sum[r][1]);
            }
        }
}

void taps(const float *sums, int64_t out, int64_t in, int64_t o, float *made)
{
    for (int64_t c = 0; c < in; c += lanes) {
        Lanes u[36], half[18];
        for (int64_t p = 0; p < winogradPoints; ++p)
            u[p] = load(sums + p * winogradPointStep(out * in) + o * in + c);
        for (int64_t i = 0; i < 6; ++i)
            tapTransform(u + i * 6, 1, half + i * 3);
        for (int64_t j = 0; j < 3; ++j) {
            Lanes g[3];
            tapTransform(half + j, 3, g);
            for (int64_t i = 0; i < 3; ++i)
                store(made + (i * 3 + j) * in + c, g[i]);
        }
    }
}

}  // namespace
}  // namespace fcoscope

#define FCOSCOPE_WINOGRAD_KERNELS(NAME)                                                                                \
    {                                                                                                                  \
        NAME, tileOfInput, tileOfGradient, results, filters, multiply, correlate, taps                                 \
    }
