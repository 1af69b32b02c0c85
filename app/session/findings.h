// SPDX-License-Identifier: GPL-3.0-or-later
// What the session makes of an image: its picture, what was found in it, and how much of both is kept so that going
// back costs nothing.
#pragma once

#include <QImage>

#include <algorithm>
#include <list>
#include <memory>
#include <vector>

#include "app/session/backend.h"
#include "core/rules/trace.h"

namespace fcoscope {

/// An image for the network and for the screen.
struct Picture {
    Image image;
    QImage shown;
};
using PicturePtr = std::shared_ptr<const Picture>;

/// How detections are made of what the network said. A what if may read it by other rules than the model's own.
struct Decoding {
    Profile rules;  ///< of which decoding counts, thresholds among it; the geometry is the model's whatever stands here
    CenternessSource centerness = CenternessSource::Branch;
    std::vector<Label> labels;  ///< for CenternessSource::Labels: in image coordinates
    bool operator==(const Decoding &) const = default;
};

/// What was found in one image, with everything it was made from.
struct Findings {
    std::vector<Detection> detections;
    Decoding decoding;
    Profile profile;     ///< by which they were decoded: the model's geometry, the rules of the decoding
    RawOutputsPtr raw;   ///< what the network said
    RawOutputsPtr read;  ///< what was decoded: raw, or raw with the centerness of a what if
    ModelPtr model;
    double networkMs = 0;  ///< wall time of the network's run, resizing included
    double decodeMs = 0;
};
using FindingsPtr = std::shared_ptr<const Findings>;

/// The picture as Qt paints it fastest.
QImage toQImage(const Image &image);

// These three are work for a thread: reading, decoding anew what the network said, running the network and decoding.
PicturePtr readPicture(const Backend &backend, const ImageId &id);
FindingsPtr decoded(const RawOutputsPtr &raw, const ModelPtr &model, const Decoding &decoding, double networkMs);
FindingsPtr detectIn(const Image &image, const ModelPtr &model, const Decoding &decoding, bool features,
                     const RunContext &context);
inline FindingsPtr detectIn(const Picture &picture, const ModelPtr &model, const Decoding &decoding, bool features,
                            const RunContext &context)
{
    return detectIn(picture.image, model, decoding, features, context);
}

inline const ImageId &imageOf(const Picture &picture)
{
    return picture.image.id;
}
inline const ImageId &imageOf(const Findings &findings)
{
    return findings.raw->imageId;
}
size_t bytesOf(const Picture &picture);
size_t bytesOf(const Findings &findings);

/// One value for each of the images last used, as many as fit into `limit` bytes; the latest always stays.
template <typename Value> class Kept {
public:
    using Ptr = std::shared_ptr<const Value>;
    explicit Kept(size_t limit) : limit_(limit) {}

    void keep(Ptr value)
    {
        values_.remove_if([&](const Ptr &other) { return imageOf(*other) == imageOf(*value); });
        values_.push_front(std::move(value));
        size_t bytes = 0;
        for (auto it = values_.begin(); it != values_.end();) {
            bytes += bytesOf(**it);
            it = it != values_.begin() && bytes > limit_ ? values_.erase(it) : std::next(it);
        }
    }
    /// Null if it is not kept.
    Ptr of(const ImageId &id) const
    {
        const auto it = std::find_if(values_.begin(), values_.end(), [&](const Ptr &v) { return imageOf(*v) == id; });
        return it == values_.end() ? nullptr : *it;
    }
    void clear() { values_.clear(); }

private:
    size_t limit_;
    std::list<Ptr> values_;  // the latest used first
};

}  // namespace fcoscope
