// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the images of a list one after the other, the next one on a thread of its own while the caller looks at the
// last: on a machine with two cores or more reading then costs no time beside the network.
#pragma once

#include <future>
#include <string>
#include <vector>

#include "core/data/image.h"

namespace fcoscope {

class ImageAhead {
public:
    ImageAhead(std::vector<std::string> files, const ReadLimits &limits) : files_(std::move(files)), limits_(limits)
    {
        start();
    }

    bool atEnd() const { return at_ >= files_.size(); }
    size_t position() const { return at_; }
    const std::string &file() const { return files_[at_]; }

    /// The next image. Throws what readImage throws; either way the next call is about the next file.
    Image next()
    {
        std::future<Image> ready = std::move(ahead_);
        ++at_;
        start(ready);
        return ready.get();
    }

private:
    void start() { if (!atEnd()) ahead_ = std::async(std::launch::async, readImage, files_[at_], limits_); }
    /// The next read begins when this one is done, so that one image at a time is being decoded.
    void start(std::future<Image> &current)
    {
        current.wait();
        start();
    }

    std::vector<std::string> files_;
    ReadLimits limits_;
    size_t at_ = 0;
    std::future<Image> ahead_;
};

}  // namespace fcoscope
