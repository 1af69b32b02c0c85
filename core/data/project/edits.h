// SPDX-License-Identifier: GPL-3.0-or-later
// What people do to labels, as edits: each function looks at the set, changes nothing and answers the LabelEdit that
// does it; an empty one where nothing would change. New keys are drawn from set.nextKey on, which apply() then raises.
//
// Status follows by itself: an image that gets boxes while New or Empty becomes Labelled, one that loses its last box
// while Labelled becomes New again; Verified stays, because a person corrects what they have verified.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/data/project/label_edit.h"

namespace fcoscope {

/// Why a box cannot be a label, or nothing: not finite, thinner than a pixel, outside the image (whose size may be
/// {0, 0}: not known). One sentence.
std::optional<Message> reasonAgainst(const Box &box, Size image);

// Boxes without an area or with numbers that are not finite are passed over by every function here. Locked boxes keep
// their place, their class and their life until they are unlocked.

struct NewBox {
    Key classKey = 0;
    Box box;
    std::optional<float> score;
    bool crowd = false, difficult = false;
};
LabelEdit addBoxes(const LabelSet &set, const ImageEntry &image, std::span<const NewBox> boxes, Message words);

struct MovedBox {
    Key box = 0;
    Box to;
};
/// Area is forgotten where the box changes: it was of the old one. Locked boxes stay.
LabelEdit moveBoxes(const ImageEntry &image, std::span<const MovedBox> boxes);
LabelEdit deleteBoxes(const LabelSet &set, const ImageEntry &image, std::span<const Key> boxes);  ///< locked ones stay
LabelEdit setClass(const LabelSet &set, const ImageEntry &image, std::span<const Key> boxes, Key classKey);
enum class BoxFlag { Locked, Difficult, Crowd };
LabelEdit setFlag(const ImageEntry &image, std::span<const Key> boxes, BoxFlag flag, bool to);

/// The boxes again in each of `images`, clipped to their sizes; those whose place is taken already by a box of their
/// class with an IoU of 0.95 or more are passed over, so that doing it twice does it once.
LabelEdit propagate(const LabelSet &set, std::span<const BoxEntry> boxes, std::span<const ImageEntry *const> images);

/// Images that cannot have it are passed over: Empty those with boxes, Labelled those without.
LabelEdit setStatus(std::span<const ImageEntry *const> images, ReviewStatus status);

// --- Classes

/// Throw UserError if another class has the name, or it is empty.
LabelEdit addClass(const LabelSet &set, const std::string &name);
LabelEdit renameClass(const LabelSet &set, Key key, const std::string &name);
LabelEdit recolourClass(const LabelSet &set, Key key, uint32_t colour);
/// `order` holds every class once.
LabelEdit reorderClasses(const LabelSet &set, std::span<const Key> order);
/// Every box of `from` becomes one of `into`, and `from` goes.
LabelEdit mergeClasses(const LabelSet &set, Key from, Key into);
/// The class goes with all its boxes, locked ones, too.
LabelEdit deleteClass(const LabelSet &set, Key key);

/// What an edit would touch: for the preview before a class is merged or deleted.
struct Touched {
    size_t boxes = 0, images = 0;
};
Touched touchedBy(const LabelEdit &edit);

// --- What the model says

/// Labels made of detections, with their scores. One that lies on a box of its class already (IoU 0.95 or more) is
/// passed over, so that doing it twice does it once.
LabelEdit acceptDetections(const LabelSet &set, const ImageEntry &image, std::span<const NewBox> detections);
/// A detection as the model says it: the set may not have its class.
struct NamedDetection {
    std::string className;
    Box box;
    std::optional<float> score;
};
/// The same for many images and for classes that the set may not have yet: one edit adds both.
struct ImageDetections {
    const ImageEntry *image = nullptr;
    std::vector<NamedDetection> detections;
};
LabelEdit acceptDetections(const LabelSet &set, std::span<const ImageDetections> found);
LabelEdit refuseDetections(const LabelSet &set, const ImageEntry &image, std::span<const NamedDetection> detections);

}  // namespace fcoscope
