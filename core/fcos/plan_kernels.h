// SPDX-License-Identifier: GPL-3.0-or-later
// The loops of inference that are our own, each compiled several times for what processors can do. Plain pointers and
// counts, nothing of LibTorch and nothing of the standard library: an inline function compiled here for AVX-512 could
// otherwise be the copy that the linker keeps for the whole program. All maps are channels-last: one pixel's channels
// lie side by side, the next pixel's `…Stride` floats further on. Nothing here starts threads.
#pragma once

#include <cstdint>

namespace fcoscope {

struct PlanKernels {
    const char *name;  ///< "AVX-512", "AVX2" or "baseline"

    /// For each channel: sum += Σ (x − pivot), square += Σ (x − pivot)². For a few hundred pixels at a time: the sums
    /// are floats.
    void (*statistics)(const float *x, int64_t pixels, int64_t channels, const float *pivot, float *sum, float *square);

    /// y = max(0, x · scale + shift), scale and shift by channel.
    void (*scaleShiftRelu)(const float *x, int64_t xStride, float *y, int64_t yStride, int64_t pixels, int64_t channels,
                           const float *scale, const float *shift);

    /// One row of a 3 × 3 maximum with stride 2. above and below may be the middle row itself, where there is none.
    void (*maxPoolRow)(const float *above, const float *middle, const float *below, int64_t width, int64_t channels,
                       float *y, int64_t yWidth);

    /// row[x] += small[column[x]]: adds a row of a coarser map, enlarged.
    void (*addEnlargedRow)(float *row, const float *small, const int64_t *column, int64_t width, int64_t channels);

    /// y[c · yStride + p] = x[p · xStride + c]: channels-last to channels outermost.
    void (*channelsOutermost)(const float *x, int64_t xStride, int64_t pixels, int64_t channels, float *y,
                              int64_t yStride);
};

/// The fastest that this processor can run.
const PlanKernels &planKernels();

/// All that were compiled and can run here, the fastest first; `list` holds `room` of them. Returns how many.
int usablePlanKernels(const PlanKernels **list, int room);

}  // namespace fcoscope
