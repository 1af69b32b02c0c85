// SPDX-License-Identifier: GPL-3.0-or-later
// Batches, prepared ahead by threads, handed out in order. What is in batch k depends on (seed, k) alone.
#pragma once

#include <condition_variable>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "core/base/sample_source.h"
#include "core/fcos/losses.h"

namespace fcoscope {

struct Batch {
    at::Tensor pixels;  ///< [B, H, W, 3] uint8: the largest sample's size, samples at the top left
    std::vector<ImageTransform> transforms;
    Targets targets;
};

class Loader {
public:
    /// Batches first … end-1 of an endless stream that goes through the source again and again, each time (epoch) in
    /// another order. At most two batches more than there are threads are held ready.
    Loader(const SampleSource &source, const Profile &profile, uint64_t seed, int batch, int64_t first, int64_t end,
           int threads);
    ~Loader();

    /// The next batch; rethrows what a thread threw while making it.
    Batch next();

private:
    struct Made {
        Batch batch;
        std::exception_ptr error;
    };
    void work();
    Batch make(int64_t number) const;

    const SampleSource &source_;
    Profile profile_;
    uint64_t seed_;
    int batch_;
    int64_t end_;
    size_t ahead_;

    std::mutex mutex_;
    std::condition_variable changed_;
    int64_t toMake_, toGive_;
    bool leaving_ = false;
    std::map<int64_t, Made> made_;
    std::vector<std::thread> threads_;
};

}  // namespace fcoscope
