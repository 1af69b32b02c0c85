// SPDX-License-Identifier: GPL-3.0-or-later
// The loops of 3 × 3 convolutions by Winograd's minimal filtering F(4 × 4, 3 × 3) (Lavin and Gray: Fast algorithms for
// convolutional neural networks, 2016): 36 multiplications make 16 results that take 144 otherwise. Names no Torch: the
// file is compiled once for each kind of processor.
//
// A tile is 4 × 4 results. `Tiles` are some of them in the form that the multiplications want: [36][channels / 32]
// [room][32], where `room` is the number of tiles rounded up to winogradTileBlock. `Filters` have the form
// [36][out / 32][in][32], sums [36][out][in]. All of them with winogradPointStep between the 36.
#pragma once

#include <cstdint>

namespace fcoscope {

constexpr int64_t winogradPoints = 36, winogradPanel = 32, winogradTileBlock = 12;

/// How far the data of one of the 36 points is from the next's: a little more than it needs, lest all of them fall into
/// the same few places of a cache.
constexpr int64_t winogradPointStep(int64_t floats)
{
    return floats + 48;
}

struct WinogradKernels {
    const char *name;

    /// Tile `tile` of `tiles`, from the 6 × 6 pixels round the 4 × 4 at (row, column) of a map [height, width,
    /// channels]; what lies outside is 0.
    void (*tileOfInput)(const float *map, int64_t height, int64_t width, int64_t channels, int64_t row, int64_t column,
                        float *tiles, int64_t room, int64_t tile);
    /// Likewise from the gradient of the 4 × 4 results at (row, column).
    void (*tileOfGradient)(const float *map, int64_t height, int64_t width, int64_t channels, int64_t row,
                           int64_t column, float *tiles, int64_t room, int64_t tile);
    /// The 4 × 4 results of a tile, plus bias (or null), into the map as far as it goes.
    void (*results)(const float *tiles, int64_t room, int64_t tile, const float *bias, float *map, int64_t height,
                    int64_t width, int64_t channels, int64_t row, int64_t column);

    /// Filters from taps [out][9][in], where filter `o` begins at taps + o · outStep, its tap `t` at + t · tapStep and
    /// its input channels are inStep apart: one panel of 32 outs, all of `in`. Mirrored: tap 8 − t for t.
    void (*filters)(const float *taps, int64_t in, int64_t panels, int64_t panel, int64_t outStep, int64_t tapStep,
                    int64_t inStep, bool mirrored, float *filters);
    /// One point and one panel of 32 outs: made = tiles · filters. `blocks` of winogradTileBlock tiles.
    void (*multiply)(const float *tiles, const float *filters, int64_t in, int64_t blocks, int64_t room, float *made);

    /// One point: sums[out][in] += Σ over tiles gradient · input, for one panel of 32 outs and one of 32 ins.
    void (*correlate)(const float *gradients, const float *inputs, int64_t count, float *sums, int64_t in);
    /// Gradient of the taps of filter `o`, [9][in] from the sums [36][out][in].
    void (*taps)(const float *sums, int64_t out, int64_t in, int64_t o, float *taps);
};

/// The fastest that this processor can do; null where none would be faster than LibTorch's own convolutions.
const WinogradKernels *winogradKernels();

}  // namespace fcoscope
