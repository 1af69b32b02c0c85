// SPDX-License-Identifier: GPL-3.0-or-later
// A small world whose answer is known: bright rectangles and discs on grey.
#pragma once

#include "core/base/sample_source.h"
#include "core/fcos/network_options.h"
#include "core/rules/profile.h"

namespace fcoscope {

class DrawnSource : public SampleSource {
public:
    explicit DrawnSource(int images, bool flips = false) : images_(images), flips_(flips) {}
    int size() const override { return images_; }
    std::vector<std::string> classNames() const override { return {"rectangle", "disc"}; }
    Sample trainingSample(int index, uint64_t seed, int64_t epoch) const override;
    LabelledImage original(int index) const override;

    static constexpr Size imageSize{160, 128};

private:
    int images_;
    bool flips_;  ///< mirror half of the samples, to have random choices to repeat
};

/// A network that trains in seconds, and the profile for the drawn images.
NetworkOptions smallNetwork();
Profile smallProfile();

}  // namespace fcoscope
