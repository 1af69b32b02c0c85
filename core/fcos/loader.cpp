// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/loader.h"

#include <cstring>

#include "core/base/random.h"
#include "core/rules/assigned_image.h"

namespace fcoscope {

namespace {

/// Systematic sampling: a comb with as many teeth as there are images is laid, at a random shift, on the images side by
/// side, each as wide as its weight.
std::vector<Drawn> drawnByWeight(int images, uint64_t seed, int64_t epoch, const std::vector<double> &weights)
{
    double sum = 0;
    for (const double weight : weights)
        sum += weight;
    const double shift = Random(seed, static_cast<uint64_t>(epoch), 0x62616c61).uniform();
    std::vector<Drawn> drawn;
    double edge = 0;
    int image = -1, repeat = 0;
    for (int tooth = 0; tooth < images; ++tooth) {
        const double at = (tooth + shift) / images * sum;
        ++repeat;
        while (image < 0 || (at >= edge && image + 1 < images)) {
            edge += weights[static_cast<size_t>(++image)];
            repeat = 0;
        }
        drawn.push_back({image, repeat});
    }
    return drawn;
}

}  // namespace

std::vector<Drawn> orderOfEpoch(int images, uint64_t seed, int64_t epoch, const std::vector<double> &weights)
{
    std::vector<Drawn> chosen;
    if (!weights.empty())
        chosen = drawnByWeight(images, seed, epoch, weights);
    std::vector<Drawn> order;
    for (const int i : Random(seed, static_cast<uint64_t>(epoch), 0x6f726465).permutation(images))
        order.push_back(chosen.empty() ? Drawn{i, 0} : chosen[static_cast<size_t>(i)]);
    return order;
}

Loader::Loader(const SampleSource &source, const Profile &profile, const Loading &loading)
    : source_(source), profile_(profile), loading_(loading), ahead_(static_cast<size_t>(loading.threads) + 2)
{
    if (loading.balanced)
        weights_ = source.weights();
    if (static_cast<int>(weights_.size()) != source.size())
        weights_.clear();
    try {
        for (int i = 0; i < loading.threads; ++i)
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
            changed_.wait(lock, [&] {
                return leaving_ || toMake_ >= loading_.batches || toMake_ < toGive_ + static_cast<int64_t>(ahead_);
            });
            if (leaving_ || toMake_ >= loading_.batches)
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
    Batch batch;
    std::vector<Sample> samples;
    Size largest;
    std::vector<Drawn> order;
    int64_t orderOf = -1;  // the epoch
    const int64_t first = loading_.first + number * loading_.batch;
    for (int64_t position = first; position < first + loading_.batch; ++position) {
        // Drawing the order of an epoch again costs less than sharing it.
        const int64_t epoch = position / images;
        if (epoch != orderOf)
            order = orderOfEpoch(static_cast<int>(images), loading_.seed, epoch, weights_);
        orderOf = epoch;
        const Drawn drawn = order[static_cast<size_t>(position % images)];
        // An image that comes again is augmented in another way.
        const uint64_t seed = loading_.seed + static_cast<uint64_t>(drawn.repeat) * 0xD1B54A32D192ED03ull;
        samples.push_back(source_.trainingSample(drawn.image, seed, epoch));
        batch.images.push_back(drawn.image);
        largest.width = std::max(largest.width, samples.back().image.size.width);
        largest.height = std::max(largest.height, samples.back().image.size.height);
    }
    fill(batch, samples, largest);
    return batch;
}

void Loader::fill(Batch &batch, const std::vector<Sample> &samples, Size size) const
{
    const auto count = static_cast<int64_t>(samples.size());
    batch.pixels = at::zeros({count, size.height, size.width, 3}, at::device(at::kCPU).dtype(at::kByte));
    const std::vector<Level> levels = levelsFor(profile_, size);
    for (const Level &level : levels)
        batch.locationsOfLevel.push_back(level.locations());
    TargetsBuilder targets;
    for (int i = 0; i < static_cast<int>(count); ++i) {
        const Sample &sample = samples[static_cast<size_t>(i)];
        uint8_t *to = batch.pixels.data_ptr<uint8_t>() + static_cast<int64_t>(i) * size.height * size.width * 3;
        for (int y = 0; y < sample.image.size.height; ++y)
            std::memcpy(to + static_cast<int64_t>(y) * size.width * 3, sample.image.row(y),
                        static_cast<size_t>(sample.image.size.width) * 3);
        std::vector<int> classes;
        for (const Label &label : sample.labels)
            classes.push_back(label.classIndex);
        targets.add(assignLabels(sample.labels, sample.transform, levels, profile_), classes, levels, i);
        batch.transforms.push_back(sample.transform);
    }
    batch.targets = targets.finish();
    if (loading_.pinned) {
        batch.pixels = batch.pixels.pin_memory();
        batch.targets.pin();
    }
}

}  // namespace fcoscope
