// SPDX-License-Identifier: GPL-3.0-or-later
#include "random_labels.h"

#include <algorithm>
#include <array>

#include "core/base/message.h"
#include "core/data/project/edits.h"

namespace fcoscope {
namespace {

std::string randomName(Random &random, bool hostile)
{
    static const std::array<std::string, 9> parts = {"a\"b",         "it's",   std::string("n\0l", 3),
                                                     "\xff\xfe\x80", "täg",    "猫",
                                                     "\xEF\xBF\xBD", "x\ny\t", "'); DROP TABLE boxes; --"};
    std::string name = "name" + std::to_string(random.next() % 1000000);
    if (!hostile)
        return name;
    for (int i = random.below(3); i > 0; --i)
        name += parts[size_t(random.below(int(parts.size())))];
    if (random.chance(0.02))
        name += std::string(10000, 'x');
    return name;
}

Box randomBox(Random &random)
{
    const double x = random.uniform(-5, 600), y = random.uniform(-5, 400);
    // Some on whole pixels, most between them.
    Box box{x, y, x + random.uniform(1, 60), y + random.uniform(1, 60)};
    if (random.chance(0.3))
        box = {std::floor(box.x1), std::floor(box.y1), std::floor(box.x2) + 1, std::floor(box.y2) + 1};
    return box;
}

std::string randomExtra(Random &random, const RandomLabels &how)
{
    return how.extras && random.chance(0.4) ? "{\"pose\":\"Left\",\"n\":" + std::to_string(random.below(100)) + "}"
                                            : "";
}

BoxEntry randomEntry(Random &random, LabelSet &set, const RandomLabels &how)
{
    BoxEntry box;
    box.key = set.newKey();
    box.classKey = set.classes[size_t(random.below(int(set.classes.size())))].key;
    box.box = randomBox(random);
    if (random.chance(0.3))
        box.score = float(random.uniform());
    box.crowd = random.chance(0.1), box.difficult = random.chance(0.1), box.locked = random.chance(0.1);
    if (random.chance(0.3))
        box.area = random.uniform(0, 5000);
    box.extra = randomExtra(random, how);
    return box;
}

const ImageEntry &randomImage(Random &random, const LabelSet &set)
{
    return set.images[size_t(random.below(int(set.images.size())))];
}

std::vector<Key> randomBoxes(Random &random, const ImageEntry &image)
{
    std::vector<Key> keys;
    for (const BoxEntry &box : image.boxes)
        if (random.chance(0.5))
            keys.push_back(box.key);
    return keys;
}

Key randomClass(Random &random, const LabelSet &set)
{
    return set.classes.empty() ? 0 : set.classes[size_t(random.below(int(set.classes.size())))].key;
}

/// Now and then one that only a model has.
std::string randomClassName(Random &random, const LabelSet &set)
{
    const ClassEntry *known = random.chance(0.2) ? nullptr : set.findClass(randomClass(random, set));
    return known ? known->name : "stranger";
}

std::vector<NewBox> newBoxes(Random &random, const LabelSet &set)
{
    std::vector<NewBox> boxes;
    for (int i = random.below(4); i >= 0 && !set.classes.empty(); --i)
        boxes.push_back({randomClass(random, set), randomBox(random),
                         random.chance(0.5) ? std::optional(float(random.uniform())) : std::nullopt, random.chance(0.1),
                         random.chance(0.1)});
    return boxes;
}

std::vector<NamedDetection> refused(Random &random, const LabelSet &set)
{
    std::vector<NamedDetection> detections;
    for (const NewBox &box : newBoxes(random, set))
        detections.push_back({randomClassName(random, set), box.box, box.score});
    return detections;
}

LabelEdit randomMove(Random &random, const ImageEntry &image)
{
    std::vector<MovedBox> moved;
    for (const Key key : randomBoxes(random, image))
        moved.push_back({key, randomBox(random)});
    return moveBoxes(image, moved);
}

LabelEdit randomClassEdit(Random &random, const LabelSet &set, int kind)
{
    if (kind == 0 || set.classes.empty())
        return addClass(set, randomName(random, true) + std::to_string(set.nextKey));
    const Key key = randomClass(random, set);
    switch (kind) {
    case 1:
        return renameClass(set, key, randomName(random, true) + std::to_string(set.nextKey));
    case 2:
        return recolourClass(set, key, 0xFF000000u | uint32_t(random.below(0xFFFFFF)));
    case 3: {
        std::vector<Key> order;
        for (const int i : random.permutation(int(set.classes.size())))
            order.push_back(set.classes[size_t(i)].key);
        return reorderClasses(set, order);
    }
    case 4:
        return mergeClasses(set, key, randomClass(random, set));
    default:
        return deleteClass(set, key);
    }
}

LabelEdit randomAcceptance(Random &random, const LabelSet &set)
{
    std::vector<ImageDetections> found;
    for (int i = random.below(3); i >= 0; --i) {
        ImageDetections in{&randomImage(random, set), {}};
        if (std::any_of(found.begin(), found.end(), [&](const auto &other) { return other.image == in.image; }))
            continue;
        for (int n = random.below(3); n >= 0; --n)
            in.detections.push_back({"found" + std::to_string(random.below(3)), randomBox(random), 0.5f});
        found.push_back(in);
    }
    return acceptDetections(set, found);
}

}  // namespace

LabelSet randomSet(Random &random, const RandomLabels &how)
{
    LabelSet set;
    set.root = "/some/where";
    set.extra = randomExtra(random, how);
    for (int i = 0; i < how.classes; ++i) {
        ClassEntry entry{
            set.newKey(), randomName(random, how.hostileNames) + std::to_string(i), i, random.below(90), 0, {}};
        entry.colour = random.chance(0.5) ? 0xFF000000u | uint32_t(random.below(0xFFFFFF)) : 0;
        entry.extra = randomExtra(random, how);
        set.classes.push_back(entry);
    }
    for (int i = 0; i < how.images; ++i) {
        ImageEntry image{set.newKey(), randomName(random, how.hostileNames) + ".jpg", {640, 480}, {}, i, {}, {}};
        image.size = random.chance(0.2) ? Size{} : image.size;
        image.extra = randomExtra(random, how);
        for (int n = how.classes == 0 ? 0 : random.below(how.boxesInImage + 1); n > 0; --n)
            image.boxes.push_back(randomEntry(random, set, how));
        image.status = !image.boxes.empty() ? random.chance(0.3) ? ReviewStatus::Verified : ReviewStatus::Labelled
                       : random.chance(0.5) ? ReviewStatus::Empty
                                            : ReviewStatus::New;
        set.images.push_back(image);
    }
    for (int i = 0; i < how.refusals && how.classes > 0; ++i)
        set.refusals.push_back(
            {set.newKey(), randomImage(random, set).key, randomClassName(random, set), randomBox(random)});
    // Images are listed in an order of their own.
    for (size_t i = set.images.size(); i > 1; --i)
        std::swap(set.images[i - 1], set.images[size_t(random.below(int(i)))]);
    return set;
}

LabelEdit randomEdit(Random &random, const LabelSet &set, int kind)
{
    const ImageEntry &image = randomImage(random, set);
    const std::array<const ImageEntry *, 2> others = {&randomImage(random, set), &image};
    const auto images = std::span(others).first(others[0] == others[1] ? 1 : 2);
    switch (kind) {
    case 0:
        return addBoxes(set, image, newBoxes(random, set), message("core", "Draw a box"));
    case 1:
        return randomMove(random, image);
    case 2:
        return deleteBoxes(set, image, randomBoxes(random, image));
    case 3:
        return setClass(set, image, randomBoxes(random, image), randomClass(random, set));
    case 4:
        return setFlag(image, randomBoxes(random, image),
                       std::array{BoxFlag::Locked, BoxFlag::Difficult, BoxFlag::Crowd}[size_t(random.below(3))],
                       random.chance(0.5));
    case 5:
        return propagate(set, image.boxes, images);
    case 6:
        return setStatus(images, ReviewStatus(random.below(4)));
    case 7:
        return acceptDetections(set, image, newBoxes(random, set));
    case 8:
        return refuseDetections(set, image, refused(random, set));
    case 9:
        return set.classes.size() > 12 ? randomClassEdit(random, set, 5) : randomAcceptance(random, set);
    case 10:
        return randomClassEdit(random, set, random.below(2));
    default:
        return randomClassEdit(random, set, kind - 9);  // 2 … 5
    }
}

}  // namespace fcoscope
