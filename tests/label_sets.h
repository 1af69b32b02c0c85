// SPDX-License-Identifier: GPL-3.0-or-later
// Two label sets that are to be the same: where they are not, in words, because QCOMPARE could not print them.
#pragma once

#include <string>

#include "core/data/label_set.h"

namespace fcoscope {

/// What is read where extras stay behind.
inline LabelSet withoutExtras(LabelSet set)
{
    set.extra.clear();
    for (ClassEntry &entry : set.classes)
        entry.extra.clear();
    for (ImageEntry &image : set.images) {
        image.extra.clear();
        for (BoxEntry &box : image.boxes)
            box.extra.clear();
    }
    return set;
}

/// "" where two classes are equal.
inline std::string differenceOf(const ClassEntry &a, const ClassEntry &b)
{
    return a == b ? ""
                  : "class " + a.name + " | " + b.name + ", ids " + std::to_string(a.formatId) + " | " +
                        std::to_string(b.formatId) + ", extras " + a.extra + " | " + b.extra;
}

inline std::string differenceOf(const ImageEntry &a, const ImageEntry &b)
{
    const std::string where = "image " + a.path + " | " + b.path + ": ";
    if (a.status != b.status)
        return where + "status " + nameOf(a.status) + " | " + nameOf(b.status);
    if (a.boxes.size() != b.boxes.size())
        return where + std::to_string(a.boxes.size()) + " | " + std::to_string(b.boxes.size()) + " boxes";
    for (size_t i = 0; i < a.boxes.size(); ++i)
        if (const BoxEntry &left = a.boxes[i], &right = b.boxes[i]; left != right)
            return where + "box " + std::to_string(left.key) + " | " + std::to_string(right.key) + ", areas " +
                   std::to_string(left.area) + " | " + std::to_string(right.area) + ", extras " + left.extra + " | " +
                   right.extra;
    return a == b ? "" : where + "its own fields, extras " + a.extra + " | " + b.extra;
}

/// Where two sets first differ; "" where they are equal.
inline std::string differenceOf(const LabelSet &a, const LabelSet &b)
{
    if (a.root != b.root || a.extra != b.extra)
        return "root or extra: " + a.root.string() + " | " + b.root.string() + " | " + a.extra + " | " + b.extra;
    if (a.nextKey != b.nextKey)
        return "nextKey: " + std::to_string(a.nextKey) + " | " + std::to_string(b.nextKey);
    if (a.classes.size() != b.classes.size() || a.images.size() != b.images.size())
        return std::to_string(a.classes.size()) + " | " + std::to_string(b.classes.size()) + " classes, " +
               std::to_string(a.images.size()) + " | " + std::to_string(b.images.size()) + " images";
    for (size_t i = 0; i < a.classes.size(); ++i)
        if (const std::string found = differenceOf(a.classes[i], b.classes[i]); !found.empty())
            return found;
    if (a.refusals != b.refusals)
        return "refusals";
    for (size_t i = 0; i < a.images.size(); ++i)
        if (const std::string found = differenceOf(a.images[i], b.images[i]); !found.empty())
            return std::to_string(i) + ": " + found;
    return a == b ? "" : "something";
}

}  // namespace fcoscope
