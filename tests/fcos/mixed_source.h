// SPDX-License-Identifier: GPL-3.0-or-later
// Training samples of several sizes, augmented without restraint, so that a batch of them needs padding: what the maps
// of the lenses are compared on with what the trainer is given. Remembers what it was asked for.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "core/base/sample_source.h"
#include "core/data/augment.h"
#include "core/data/dataset_source.h"

namespace fcoscope {

class MixedSource : public SampleSource {
public:
    /// So many drawn images, of different sizes, with boxes that touch, nest and leave the image.
    explicit MixedSource(int drawn);
    /// The first `images` of a data set; their files are read.
    MixedSource(Dataset dataset, int images);

    int size() const override { return static_cast<int>(labels_.size()); }
    std::vector<std::string> classNames() const override { return classNames_; }
    Sample trainingSample(int index, uint64_t seed, int64_t epoch) const override;
    LabelledImage original(int index) const override;

    /// What a lens knows without pixels.
    Size imageSize(int index) const { return sizes_[static_cast<size_t>(index)]; }
    const std::vector<Label> &labels(int index) const { return labels_[static_cast<size_t>(index)]; }
    static AugmentOptions options(int index);

    struct Asked {
        int index = 0;
        uint64_t seed = 0;
        int64_t epoch = 0;
    };
    /// Every sample that was asked for, in order.
    std::vector<Asked> asked() const;

private:
    std::vector<std::string> classNames_;
    std::vector<Size> sizes_;
    std::vector<std::vector<Label>> labels_;
    /// One for each kind of options; none where the images are drawn.
    std::vector<std::unique_ptr<DatasetSource>> files_;
    mutable std::mutex mutex_;
    mutable std::vector<Asked> asked_;
};

}  // namespace fcoscope
