// SPDX-License-Identifier: GPL-3.0-or-later
// Data sets of either kind or none: plain images, folders that are no data set, a class list that is given.
#include "dataset_files.h"

using namespace fcoscope;

class TestDataset : public QObject, private DatasetFolder {
    Q_OBJECT

private Q_SLOTS:
    void init() { newFolder(); }

    void plainImagesAreADataSetWithoutLabels()
    {
        putImage(root() / "b10.png");
        putImage(root() / "b2.png");
        put(root() / "torn.png", "\x89PNG\r\n\x1A\n");
        const Dataset dataset = readDataset(root());
        QVERIFY(!dataset.labelled);
        QCOMPARE(dataset.images.size(), size_t(2));
        QVERIFY(fs::path(dataset.images[0].file).filename() == "b2.png");
        QVERIFY(lists(dataset, "torn.png is cut short"));
        QCOMPARE(readDataset(root() / "b2.png").images.size(), size_t(1));
        QVERIFY(refusal(root(), {.split = "train"}).contains("train"));
    }

    void whatIsNoDataSetIsRefused()
    {
        QVERIFY(refusal(root() / "absent").contains("absent"));
        QVERIFY(refusal(root()).contains("holds no data set"));
        put(root() / "notes.txt", "words");
        QVERIFY(refusal(root() / "notes.txt").contains("neither an image nor a COCO file"));
        for (const char *year : {"VOC2007", "VOC2012"})
            put(root() / year / "Annotations/a.xml", voc(""));
        QVERIFY(refusal(root()).contains("VOC2007, VOC2012"));
    }

    void classesCanBeGiven()
    {
        putImage(root() / "a.png");
        put(root() / "labels.json", coco(annotation(1, "[1, 1, 4, 4]") + "," +
                                         annotation(2, "[1, 1, 4, 4]", R"("image_id": 7, "category_id": 1)")));
        const Dataset dataset = readDataset(root() / "labels.json", {.classes = "bird, cat"});
        QCOMPARE(dataset.classNames, (std::vector<std::string>{"bird", "cat"}));
        QCOMPARE(dataset.categoryIds, (std::vector<int64_t>{-1, 3}));
        QCOMPARE(dataset.labelCount(), size_t(1));
        QCOMPARE(dataset.images[0].labels[0].classIndex, 1);
        QVERIFY(lists(dataset, "A label of class \"dog\" was left out"));
        QVERIFY(refusal(root() / "labels.json", {.classes = "cat,,dog"}).contains("classes"));
        QVERIFY(refusal(root() / "labels.json", {.classes = "cat,cat"}).contains("classes"));
    }

    void imageSizesOfTheLabelFileCanBeTrusted()
    {
        const std::string images = cocoImage + R"(, {"id": 8, "file_name": "b.png"})";
        put(root() / "labels.json", coco(annotation(1, "[1, 1, 104, 4]"), images));
        QVERIFY(refusal(root() / "labels.json").contains("a.png"));  // no folder has the images
        DatasetOptions trust;
        trust.imageSizes = ImageSizes::Trust;
        const Dataset absent = readDataset(root() / "labels.json", trust);
        QCOMPARE(absent.images.size(), size_t(1));
        QVERIFY((absent.images[0].size == Size{100, 80}));
        QVERIFY((absent.images[0].labels[0].box == Box{1, 1, 100, 5}));  // boxes are held against the trusted size
        QVERIFY(lists(absent, "reaches outside"));
        QVERIFY(lists(absent, "b.png is missing"));  // its size stands nowhere

        putImage(root() / "a.png", 100, 81);  // another size: refused where it is looked at
        QCOMPARE(readDataset(root() / "labels.json").images.size(), size_t(0));
        QCOMPARE(readDataset(root() / "labels.json", trust).images.size(), size_t(1));

        put(root() / "voc/Annotations/a.xml", voc(vocObject("cat", "1", "1", "9", "9"), "", "Unknown", "a.png"));
        put(root() / "voc/Annotations/b.xml", voc(vocObject("cat", "1", "1", "9", "9")));
        fs::create_directories(root() / "voc/JPEGImages");
        QCOMPARE(readDataset(root() / "voc").images.size(), size_t(0));
        const Dataset vocs = readDataset(root() / "voc", trust);
        QCOMPARE(vocs.images.size(), size_t(1));  // the other says no size
        QVERIFY(vocs.images[0].file.ends_with("JPEGImages/anything.jpg") && (vocs.images[0].size == Size{100, 80}));
        QVERIFY(lists(vocs, "There is no image named a"));
    }
};

QTEST_APPLESS_MAIN(TestDataset)
#include "tst_dataset.moc"
