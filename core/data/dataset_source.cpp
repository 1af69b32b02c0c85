// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_source.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"

namespace fcoscope {

struct DatasetSource::Cache {
    std::mutex mutex;
    std::vector<std::shared_ptr<const Image>> images;  ///< one for each image; null while it is not kept
    uint64_t roomBytes = 0;
};

void visit(OptionTable &table, DatasetSourceOptions &options)
{
    visit(table, options.augment);
    visit(table, options.limits);
    table.add("cache-size", options.cacheMegabytes, 0, 1 << 20, "MB",
              message("core", "Memory for decoded training images; those that do not fit are read in every epoch."));
}

DatasetSource::DatasetSource(Dataset dataset, DatasetSourceOptions options)
    : dataset_(std::move(dataset)), options_(std::move(options)), cache_(std::make_unique<Cache>())
{
    if (dataset_.images.empty())
        throw UserError(message("core", "The data set {0} has no images.").with(dataset_.name));
    checkAugment(options_.augment);
    cache_->images.resize(dataset_.images.size());
    cache_->roomBytes = static_cast<uint64_t>(options_.cacheMegabytes) * 1000000;
}

DatasetSource::~DatasetSource() = default;

int DatasetSource::size() const
{
    return static_cast<int>(dataset_.images.size());
}

std::vector<std::string> DatasetSource::classNames() const
{
    return dataset_.classNames;
}

std::shared_ptr<const Image> DatasetSource::image(int index) const
{
    const DatasetImage &entry = dataset_.images.at(static_cast<size_t>(index));
    std::shared_ptr<const Image> &kept = cache_->images[static_cast<size_t>(index)];
    {
        const std::lock_guard lock(cache_->mutex);
        if (kept)
            return kept;
    }
    // Decoded without the lock: two threads may read the same file once, but none waits for another's.
    auto image = std::make_shared<const Image>(readImage(entry.file, options_.limits));
    if (image->size != entry.size)
        throw UserError(
            message("core", "The image {0} has {1} × {2} pixels now; it had {3} × {4} when the data set was read.")
                .with(entry.file, image->size.width, image->size.height, entry.size.width, entry.size.height));
    const std::lock_guard lock(cache_->mutex);
    if (!kept && image->pixels.size() <= cache_->roomBytes) {
        cache_->roomBytes -= image->pixels.size();
        kept = image;
    }
    return image;
}

Sample DatasetSource::trainingSample(int index, uint64_t seed, int64_t epoch) const
{
    Random random = sampleRandom(seed, epoch, index);
    return augment(*image(index), dataset_.images.at(static_cast<size_t>(index)).labels, options_.augment, random);
}

LabelledImage DatasetSource::original(int index) const
{
    return {*image(index), dataset_.images.at(static_cast<size_t>(index)).labels};
}

std::vector<double> DatasetSource::weights() const
{
    std::vector<double> imagesWith(dataset_.classNames.size(), 0);
    std::vector<std::set<int>> classesOf;
    for (const DatasetImage &entry : dataset_.images) {
        std::set<int> &classes = classesOf.emplace_back();
        for (const Label &label : entry.labels)
            classes.insert(label.classIndex);
        for (const int c : classes)
            ++imagesWith.at(static_cast<size_t>(c));
    }
    double sum = 0, known = 0;
    for (const double count : imagesWith) {
        sum += count;
        known += count > 0;
    }
    std::vector<double> weights;
    for (const std::set<int> &classes : classesOf) {
        double factor = 1;
        for (const int c : classes)
            factor = std::max(factor, std::sqrt(sum / known / imagesWith[static_cast<size_t>(c)]));
        weights.push_back(factor);
    }
    return weights;
}

JoinedSource::JoinedSource(std::vector<std::shared_ptr<const SampleSource>> parts) : parts_(std::move(parts))
{
    if (parts_.empty())
        throw std::invalid_argument("JoinedSource needs a part");
    for (const auto &part : parts_)
        if (part->classNames() != parts_.front()->classNames())
            throw UserError(
                message("core", "Data sets to train on together need the same classes; one has {0}, another {1}.")
                    .with(joined(parts_.front()->classNames()), joined(part->classNames())));
}

int JoinedSource::size() const
{
    int sum = 0;
    for (const auto &part : parts_)
        sum += part->size();
    return sum;
}

std::vector<std::string> JoinedSource::classNames() const
{
    return parts_.front()->classNames();
}

std::pair<const SampleSource *, int> JoinedSource::find(int index) const
{
    for (const auto &part : parts_) {
        if (index < part->size())
            return {part.get(), index};
        index -= part->size();
    }
    throw std::out_of_range("no such image in a JoinedSource");
}

// The part sees the index within itself; the number of the part is mixed into the seed, so that the first images of two
// parts do not meet the same random choices.
Sample JoinedSource::trainingSample(int index, uint64_t seed, int64_t epoch) const
{
    const auto [part, within] = find(index);
    return part->trainingSample(within, seed + static_cast<uint64_t>(index - within) * 0x9E3779B97F4A7C15ull, epoch);
}

LabelledImage JoinedSource::original(int index) const
{
    const auto [part, within] = find(index);
    return part->original(within);
}

std::vector<double> JoinedSource::weights() const
{
    std::vector<double> all;
    for (const auto &part : parts_) {
        std::vector<double> own = part->weights();
        own.resize(static_cast<size_t>(part->size()), 1.0);
        all.insert(all.end(), own.begin(), own.end());
    }
    return all;
}

}  // namespace fcoscope
