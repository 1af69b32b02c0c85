// SPDX-License-Identifier: GPL-3.0-or-later
// Labels of a file come into a set as one edit, and nothing a person has said is lost by it.
#include <QTest>

#include "core/data/project/import_labels.h"

using namespace fcoscope;

class ImportLabelsTest : public QObject {
    Q_OBJECT

    static LabelSet made(const char *root, std::initializer_list<const char *> paths, const char *className)
    {
        LabelSet set;
        set.root = root;
        set.classes.push_back({set.newKey(), className, 0, 1, 0, {}});
        for (const char *path : paths) {
            ImageEntry image;
            image.key = set.newKey();
            image.path = path;
            image.size = {100, 100};
            set.images.push_back(image);
        }
        return set;
    }
    static void put(LabelSet &set, size_t image, const Box &box, Key classKey)
    {
        BoxEntry entry;
        entry.key = set.newKey();
        entry.classKey = classKey;
        entry.box = box;
        set.images[image].boxes.push_back(entry);
        set.images[image].status = ReviewStatus::Labelled;
    }

private Q_SLOTS:
    void oneEditThatCanBeUndone()
    {
        LabelSet set = made("/data", {"a.png", "sub/b.png", "one/same.png", "two/same.png"}, "cell");
        put(set, 0, {10, 10, 30, 30}, set.classes[0].key);
        LabelSet from = made("/other", {"a.png", "b.png", "same.png", "gone.png"}, "cell");
        from.root = "/data";
        from.classes.push_back({from.newKey(), "plate", 1, 2, 0xff112233, {}});
        put(from, 0, {10, 10, 30, 30}, from.classes[0].key);  // is there already
        put(from, 0, {50, 50, 60, 60}, from.classes[1].key);
        put(from, 1, {1, 1, 20, 20}, from.classes[0].key);  // by its name
        put(from, 2, {1, 1, 20, 20}, from.classes[0].key);  // two have the name
        put(from, 3, {1, 1, 20, 20}, from.classes[0].key);

        const ImportedLabels imported = importLabels(set, from);
        QCOMPARE(imported.boxes, 2u);
        QCOMPARE(imported.images, 2u);
        QCOMPARE(imported.known, 1u);
        QCOMPARE(imported.strangers, (std::vector<std::string>{"same.png", "gone.png"}));
        const LabelSet before = set;
        const ImagePlaces places(set);
        const LabelEdit inverse = apply(set, places, imported.edit);
        QCOMPARE(set.classNames(), (std::vector<std::string>{"cell", "plate"}));
        QCOMPARE(set.images[0].boxes.size(), 2u);
        QCOMPARE(set.images[0].boxes[1].classKey, set.classes[1].key);
        QCOMPARE(set.images[1].boxes.size(), 1u);
        QCOMPARE(set.images[1].status, ReviewStatus::Labelled);
        QVERIFY(importLabels(set, from).edit.empty());  // doing it twice does it once
        apply(set, places, inverse);
        QCOMPARE(set.images, before.images);
        QCOMPARE(set.classes, before.classes);
    }

    void whatAPersonSaidCounts()
    {
        LabelSet set = made("/data", {"a.png", "b.png"}, "cell");
        set.images[0].status = ReviewStatus::Verified;
        LabelSet from = made("/data", {"a.png", "b.png"}, "cell");
        from.images[0].status = from.images[1].status = ReviewStatus::Empty;
        const ImportedLabels imported = importLabels(set, from);
        QCOMPARE(imported.edit.statuses.size(), 1u);
        QCOMPARE(imported.edit.statuses[0].image, set.images[1].key);
    }
};

QTEST_APPLESS_MAIN(ImportLabelsTest)
#include "tst_import_labels.moc"
