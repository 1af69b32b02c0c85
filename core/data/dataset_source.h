// SPDX-License-Identifier: GPL-3.0-or-later
// Training samples from a data set: reads, remembers and augments its images.
//
// Every image is used once in each epoch, so pushing out the oldest to make room for the newest would keep nothing that
// is needed soon. The memory therefore keeps the images that came first until it is full, and the others are read each
// time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/sample_source.h"
#include "core/data/augment.h"
#include "core/data/dataset.h"
#include "core/data/image.h"

namespace fcoscope {

struct DatasetSourceOptions {
    AugmentOptions augment;
    ReadLimits limits;
    int cacheMegabytes = 1024;  ///< decoded images kept in memory
};

/// All options of the three structs in one table; cache-size is its own.
void visit(OptionTable &table, DatasetSourceOptions &options);

class DatasetSource : public SampleSource {
public:
    /// Throws UserError if `dataset` has no image or the augmentation's sample size does not fit.
    explicit DatasetSource(Dataset dataset, DatasetSourceOptions options = {});
    ~DatasetSource() override;

    int size() const override;
    std::vector<std::string> classNames() const override;
    /// Throws UserError, naming the file, if the image cannot be read or has another size than when the data set was
    /// read: its labels would lie in the wrong places.
    Sample trainingSample(int index, uint64_t seed, int64_t epoch) const override;
    LabelledImage original(int index) const override;
    /// Repeat factors (LVIS, Gupta et al., 2019, section 3.1): √(t / f) of its rarest class, at least 1, where f is the
    /// share of the images that have the class. t is what f is on average, so that a data set of twenty images is
    /// balanced as one of a hundred thousand is.
    std::vector<double> weights() const override;

private:
    std::shared_ptr<const Image> image(int index) const;

    struct Cache;
    Dataset dataset_;
    DatasetSourceOptions options_;
    std::unique_ptr<Cache> cache_;
};

/// Several sources as one, one after the other: real images and drawn ones in the same epochs. All must have the same
/// class names in the same order; throws UserError otherwise.
class JoinedSource : public SampleSource {
public:
    explicit JoinedSource(std::vector<std::shared_ptr<const SampleSource>> parts);

    int size() const override;
    std::vector<std::string> classNames() const override;
    Sample trainingSample(int index, uint64_t seed, int64_t epoch) const override;
    LabelledImage original(int index) const override;
    std::vector<double> weights() const override;

private:
    std::pair<const SampleSource *, int> find(int index) const;

    std::vector<std::shared_ptr<const SampleSource>> parts_;
};

}  // namespace fcoscope
