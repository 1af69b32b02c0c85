// SPDX-License-Identifier: GPL-3.0-or-later
// Images that nobody took, for measuring: grey noise with ten bright rectangles each, which are the objects.
#pragma once

#include "core/base/sample_source.h"

namespace fcoscope {

class MadeUpSource : public SampleSource {
public:
    MadeUpSource(Size size, int images, int classes) : size_(size), images_(images), classes_(classes) {}
    int size() const override { return images_; }
    std::vector<std::string> classNames() const override;
    LabelledImage original(int index) const override;
    /// The image as it is, in whatever epoch.
    Sample trainingSample(int index, uint64_t seed, int64_t epoch) const override;

private:
    Size size_;
    int images_, classes_;
};

}  // namespace fcoscope
