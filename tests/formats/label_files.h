// SPDX-License-Identifier: GPL-3.0-or-later
// What every test of a format needs: label sets compared but for their keys, and files made on the spot.
#pragma once

#include "core/base/file.h"
#include "core/data/formats/label_format.h"
#include "tests/data/dataset_files.h"
#include "tests/label_sets.h"

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

inline bool mentions(const std::string &text, const char *words)
{
    return text.find(words) != std::string::npos;
}

inline FormatOptions trusting()
{
    FormatOptions options;
    options.reading.imageSizes = ImageSizes::Trust;
    return options;
}

}  // namespace fcoscope
