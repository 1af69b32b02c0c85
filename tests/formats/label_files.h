// SPDX-License-Identifier: GPL-3.0-or-later
// What every test of a format needs: label sets compared but for their keys, and files made on the spot.
#pragma once

#include "../data/dataset_files.h"
#include "core/data/formats/label_format.h"

namespace fcoscope {

/// Keys as positions, images by their files: what is left is what a format can carry.
inline LabelSet withoutKeys(LabelSet set, bool formatIds = true)
{
    std::map<Key, Key> classes;
    Key next = 1;
    for (ClassEntry &entry : set.classes) {
        classes[entry.key] = next;
        entry.key = next++;
        entry.formatId = formatIds ? entry.formatId : -1;
    }
    for (ImageEntry &image : set.images) {
        image.path = set.fileOf(image).lexically_normal().string();
        image.key = next++;
        image.formatId = formatIds ? image.formatId : -1;
        for (BoxEntry &box : image.boxes) {
            box.key = next++;
            box.classKey = classes.at(box.classKey);
        }
    }
    set.refusals.clear();
    set.nextKey = next;
    set.root.clear();
    return set;
}

inline std::string textOf(const ConversionReport &report)
{
    std::string text;
    for (const ConversionNote &note : report.notes)
        text += note.file + ": " + note.what.english() + "\n";
    return text;
}

inline std::string textOf(const std::vector<Problem> &problems)
{
    std::string text;
    for (const Problem &problem : problems)
        text += problem.file + ": " + problem.reason.english() + "\n";
    return text;
}

/// The first thing in which two sets differ, "" if they are equal: QCOMPARE could not print them.
inline std::string difference(const LabelSet &a, const LabelSet &b)
{
    if (a.extra != b.extra)
        return "extra: " + a.extra + " | " + b.extra;
    if (a.classes.size() != b.classes.size() || a.images.size() != b.images.size())
        return std::to_string(a.classes.size()) + "/" + std::to_string(b.classes.size()) + " classes, " +
               std::to_string(a.images.size()) + "/" + std::to_string(b.images.size()) + " images";
    for (size_t i = 0; i < a.classes.size(); ++i)
        if (!(a.classes[i] == b.classes[i]))
            return "class " + a.classes[i].name + " | " + b.classes[i].name + ": " + a.classes[i].extra + " | " +
                   b.classes[i].extra + " ids " + std::to_string(a.classes[i].formatId) + " | " +
                   std::to_string(b.classes[i].formatId);
    for (size_t i = 0; i < a.images.size(); ++i) {
        const ImageEntry &x = a.images[i], &y = b.images[i];
        if (x == y)
            continue;
        std::string text = "image " + x.path + " | " + y.path + ": " + nameOf(x.status) + " | " + nameOf(y.status) +
                           " " + x.extra + " | " + y.extra + " " + std::to_string(x.boxes.size()) + " | " +
                           std::to_string(y.boxes.size());
        for (size_t b2 = 0; b2 < x.boxes.size() && b2 < y.boxes.size(); ++b2)
            if (!(x.boxes[b2] == y.boxes[b2]))
                return text + " box " + std::to_string(b2) + ": " + x.boxes[b2].extra + " | " + y.boxes[b2].extra +
                       " " + std::to_string(x.boxes[b2].area) + " | " + std::to_string(y.boxes[b2].area);
        return text;
    }
    return a == b ? "" : "something else";
}

inline std::string bytesOf(const fs::path &path)
{
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline FormatOptions trusting()
{
    FormatOptions options;
    options.reading.imageSizes = ImageSizes::Trust;
    return options;
}

}  // namespace fcoscope
