// SPDX-License-Identifier: GPL-3.0-or-later
// Batches, prepared ahead by threads, handed out in order. The samples are an endless stream that goes through the
// source again and again, each time (epoch) in another order. What the k-th sample of the stream is depends on (seed,
// k) alone, whatever the batches it comes in: so a run can go on with another batch and meet no sample twice.
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
    std::vector<int64_t> locationsOfLevel;  ///< of one image
    std::vector<int> images;                ///< which of the source, in their order
};

/// What of the stream is wanted, and how.
struct Loading {
    uint64_t seed = 1;
    int batch = 1;
    int64_t first = 0;  ///< sample of the stream that begins the first batch
    int64_t batches = 0;
    int threads = 1;
    bool balanced = false;  ///< images come as often as the source's weights say; an epoch keeps its length
    bool pinned = false;    ///< into memory that a CUDA device copies from by itself
};

/// One place in the order of an epoch.
struct Drawn {
    int image = 0;
    int repeat = 0;  ///< how often the image came before in the same epoch, by its place in the source
};
/// The order of an epoch: a function of its arguments alone. Every image once, or, with weights, as often as its share
/// of them asks for, rounded up or down by the luck of the draw.
std::vector<Drawn> orderOfEpoch(int images, uint64_t seed, int64_t epoch, const std::vector<double> &weights);

class Loader {
public:
    /// At most two batches more than there are threads are held ready.
    Loader(const SampleSource &source, const Profile &profile, const Loading &loading);
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
    void fill(Batch &batch, const std::vector<Sample> &samples, Size size) const;

    const SampleSource &source_;
    Profile profile_;
    Loading loading_;
    std::vector<double> weights_;  ///< of the images; empty: all the same
    size_t ahead_;

    std::mutex mutex_;
    std::condition_variable changed_;
    int64_t toMake_ = 0, toGive_ = 0;
    bool leaving_ = false;
    std::map<int64_t, Made> made_;
    std::vector<std::thread> threads_;
};

}  // namespace fcoscope
