// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/loader.h"

#include <cstring>

#include "core/base/random.h"
#include "core/rules/assigned_image.h"

namespace fcoscope {

Loader::Loader(const SampleSource &source, const Profile &profile, uint64_t seed, int batch, int64_t first, int64_t end,
               int threads)
    : source_(source), profile_(profile), seed_(seed), batch_(batch), end_(end),
      ahead_(static_cast<size_t>(threads) + 2), toMake_(first), toGive_(first)
{
    try {
        for (int i = 0; i < threads; ++i)
            threads_.emplace_back([this] { work(); });
    } catch (const std::system_error &) {
        if (threads_.empty())
            throw;
        // The system gives no more threads: fewer prepare the same batches, only slower.
    }
}

Loader::~Loader()
{
    {
        const std::lock_guard lock(mutex_);
        leaving_ = true;
    }
    changed_.notify_all();
    for (std::thread &thread : threads_)
        thread.join();
}

void Loader::work()
{
    for (;;) {
        int64_t number = 0;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(
                lock, [&] { return leaving_ || toMake_ >= end_ || toMake_ < toGive_ + static_cast<int64_t>(ahead_); });
            if (leaving_ || toMake_ >= end_)
                return;
            number = toMake_++;
        }
        Made made;
        try {
            made.batch = make(number);
        } catch (...) {
            made.error = std::current_exception();
        }
        {
            const std::lock_guard lock(mutex_);
            made_[number] = std::move(made);
        }
        changed_.notify_all();
    }
}

Batch Loader::next()
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return made_.contains(toGive_); });
    Made made = std::move(made_.extract(toGive_++).mapped());
    lock.unlock();
    changed_.notify_all();
    if (made.error)
        std::rethrow_exception(made.error);
    return std::move(made.batch);
}

Batch Loader::make(int64_t number) const
{
    const int64_t images = source_.size();
    std::vector<Sample> samples;
    Size largest;
    std::vector<int> order;
    int64_t orderOf = -1;  // the epoch
    for (int64_t position = number * batch_; position < (number + 1) * batch_; ++position) {
        // The order of an epoch is a function of (seed, epoch); drawing it again costs less than sharing it.
        const int64_t epoch = position / images;
        if (epoch != orderOf)
            order = Random(seed_, static_cast<uint64_t>(epoch), 0x6f726465).permutation(static_cast<int>(images));
        orderOf = epoch;
        samples.push_back(source_.trainingSample(order[static_cast<size_t>(position % images)], seed_, epoch));
        largest.width = std::max(largest.width, samples.back().image.size.width);
        largest.height = std::max(largest.height, samples.back().image.size.height);
    }

    Batch batch;
    batch.pixels = at::zeros({batch_, largest.height, largest.width, 3}, at::kByte);
    const std::vector<Level> levels = levelsFor(profile_, largest);
    TargetsBuilder targets;
    for (int i = 0; i < batch_; ++i) {
        const Sample &sample = samples[static_cast<size_t>(i)];
        uint8_t *to = batch.pixels.data_ptr<uint8_t>() + static_cast<int64_t>(i) * largest.height * largest.width * 3;
        for (int y = 0; y < sample.image.size.height; ++y)
            std::memcpy(to + static_cast<int64_t>(y) * largest.width * 3, sample.image.row(y),
                        static_cast<size_t>(sample.image.size.width) * 3);
        std::vector<int> classes;
        for (const Label &label : sample.labels)
            classes.push_back(label.classIndex);
        targets.add(assignLabels(sample.labels, sample.transform, levels, profile_), classes, levels, i);
        batch.transforms.push_back(sample.transform);
    }
    batch.targets = targets.finish();
    return batch;
}

}  // namespace fcoscope
