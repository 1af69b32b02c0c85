// SPDX-License-Identifier: GPL-3.0-or-later
// A label set as training, evaluation and the lenses take it.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/data/dataset_checks.h"
#include "core/data/formats/label_format.h"

namespace fcoscope {
namespace {

/// The numbers of a file where they are known and different, new ones from `first` on for the others.
template <typename Entry> std::vector<int64_t> idsOf(const std::vector<const Entry *> &entries, int64_t first)
{
    std::unordered_set<int64_t> taken;
    int64_t next = first;
    for (const Entry *entry : entries)
        if (entry->formatId >= next && entry->formatId < INT64_MAX / 2)
            next = entry->formatId + 1;
    std::vector<int64_t> ids;
    for (const Entry *entry : entries) {
        const bool own = entry->formatId != -1 && taken.insert(entry->formatId).second;
        ids.push_back(own ? entry->formatId : next++);
    }
    return ids;
}

template <typename Entry, typename Wanted>
std::vector<const Entry *> those(const std::vector<Entry> &entries, Wanted wanted)
{
    std::vector<const Entry *> found;
    for (const Entry &entry : entries)
        if (wanted(entry))
            found.push_back(&entry);
    return found;
}

void addLabels(Dataset &dataset, DatasetImage &image, const std::vector<BoxEntry> &boxes,
               const std::unordered_map<Key, int> &classIndex)
{
    image.labels.reserve(boxes.size());
    for (size_t i = 0; i < boxes.size(); ++i) {
        const BoxEntry &box = boxes[i];
        Label label{box.box, classIndex.at(box.classKey), box.crowd, box.difficult, box.area};
        if (!liesInside(box.box, image.size)) {
            const auto usable = usableBox(
                dataset.problems, box.box, image.size,
                {image.file, std::to_string(i + 1), dataset.classNames[static_cast<size_t>(label.classIndex)]});
            if (!usable)
                continue;
            label.box = *usable;
        }
        image.labels.push_back(label);
    }
}

}  // namespace

Dataset datasetOf(const LabelSet &set, bool withNew)
{
    Dataset dataset;
    dataset.name = set.root.filename().string();
    dataset.classNames = set.classNames();
    dataset.categoryIds = idsOf(those(set.classes, [](const ClassEntry &) { return true; }), 1);
    std::unordered_map<Key, int> classIndex;
    for (size_t i = 0; i < set.classes.size(); ++i)
        classIndex.emplace(set.classes[i].key, static_cast<int>(i));
    const auto images =
        those(set.images, [&](const ImageEntry &image) { return withNew || image.status != ReviewStatus::New; });
    const std::vector<int64_t> ids = idsOf(images, 0);
    dataset.images.reserve(images.size());
    for (size_t i = 0; i < images.size(); ++i) {
        DatasetImage image;
        image.file = set.fileOf(*images[i]).string();
        image.id = ids[i];
        if (!acceptImage(dataset.problems, image.file, image.size, images[i]->size, ImageSizes::Trust,
                         {image.file, images[i]->boxes.size()}))
            continue;
        addLabels(dataset, image, images[i]->boxes, classIndex);
        dataset.images.push_back(std::move(image));
    }
    dataset.labelled = set.images.empty() || std::any_of(set.images.begin(), set.images.end(), [](const auto &image) {
                           return image.status != ReviewStatus::New;
                       });
    return dataset;
}

}  // namespace fcoscope
