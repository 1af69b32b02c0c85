// SPDX-License-Identifier: GPL-3.0-or-later
// Label sets and snapshots made up for the tests of a plan.
#pragma once

#include <string>
#include <vector>

#include "core/data/label_set.h"
#include "core/runs/training_plan.h"

namespace fcoscope {

/// A set with classes "a", "b", …, its images added one by one: 640 × 480 px, Labelled, one box of 60 × 60 px for each
/// class named.
struct MadeSet {
    explicit MadeSet(const std::string &classes)
    {
        set.root = "/made";
        for (const char name : classes) {
            ClassEntry entry;
            entry.key = set.newKey();
            entry.name = std::string(1, name);
            entry.rank = static_cast<int>(set.classes.size());
            set.classes.push_back(entry);
        }
    }
    ImageEntry &add(const std::string &path, const std::string &boxes)
    {
        ImageEntry image;
        image.key = set.newKey();
        image.path = path;
        image.size = {640, 480};
        image.status = boxes.empty() ? ReviewStatus::Empty : ReviewStatus::Labelled;
        for (const char name : boxes) {
            BoxEntry box;
            box.key = set.newKey();
            box.classKey = set.findClass(std::string_view(&name, 1))->key;
            const double at = 10 + 70.0 * static_cast<double>(image.boxes.size() % 6);
            box.box = {at, at, at + 60, at + 60};
            image.boxes.push_back(box);
        }
        set.images.push_back(image);
        return set.images.back();
    }
    LabelSet set;
};

/// A snapshot of `training` and `validating` images that need no files, each with `boxes` boxes of the classes "a" and
/// "b" by turns.
inline Snapshot madeSnapshot(size_t training, size_t validating, int boxes = 6, Size size = {640, 480})
{
    Snapshot snapshot;
    snapshot.training.classNames = {"a", "b"};
    snapshot.training.categoryIds = {1, 2};
    snapshot.validation = snapshot.training;
    for (size_t i = 0; i < training + validating; ++i) {
        DatasetImage image;
        image.file = "/made/" + std::to_string(i) + ".png";
        image.size = size;
        for (int b = 0; b < boxes; ++b) {
            Label label;
            label.classIndex = b % 2;
            const double x = 10 + 70.0 * (b % 6);
            label.box = {x, 20, x + 60, 80};
            image.labels.push_back(label);
        }
        (i < training ? snapshot.training : *snapshot.validation).images.push_back(image);
    }
    if (validating == 0)
        snapshot.validation.reset();
    return snapshot;
}

}  // namespace fcoscope
