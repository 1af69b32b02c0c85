// SPDX-License-Identifier: GPL-3.0-or-later
// A label set as training, evaluation and the lenses take it.
#include <algorithm>
#include <unordered_map>

#include "core/data/dataset_checks.h"
#include "core/data/formats/format.h"

namespace fcoscope {
namespace {

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
    std::unordered_map<Key, int> classIndex;
    std::vector<int64_t> wanted;
    for (size_t i = 0; i < set.classes.size(); ++i) {
        classIndex.emplace(set.classes[i].key, static_cast<int>(i));
        wanted.push_back(set.classes[i].formatId);
    }
    dataset.categoryIds = idsOf(wanted, 1);
    std::vector<const ImageEntry *> images;
    wanted.clear();
    for (const ImageEntry &image : set.images)
        if (withNew || image.status != ReviewStatus::New) {
            images.push_back(&image);
            wanted.push_back(image.formatId);
        }
    const std::vector<int64_t> ids = idsOf(wanted, 0);
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
