// SPDX-License-Identifier: GPL-3.0-or-later
// Pascal VOC folders as the world writes them, well and badly. Whatever is left out must be listed.
#include "dataset_files.h"

using namespace fcoscope;

class TestVoc : public QObject, private DatasetFolder {
    Q_OBJECT

private Q_SLOTS:
    void init() { newFolder(); }

    void bccdIsReadWhole()
    {
        const fs::path bccd = shared() / "datasets/bccd";
        if (!fs::exists(bccd))
            QSKIP("FCOSCOPE_SHARED/datasets/bccd is missing: the real VOC set was NOT read");
        const Dataset all = readDataset(bccd);  // the VOC folder is one level down
        QCOMPARE(all.images.size(), size_t(364));
        QCOMPARE(all.classNames, (std::vector<std::string>{"Platelets", "RBC", "WBC"}));
        QCOMPARE(all.categoryIds, (std::vector<int64_t>{1, 2, 3}));
        QVERIFY(all.vocOrigin == VocOrigin::Edges);
        QCOMPARE(all.labelCount(), size_t(4886));
        std::map<int, int> perClass;
        for (const auto &image : all.images) {
            QVERIFY((image.size == Size{640, 480}));
            for (const auto &label : image.labels)
                ++perClass[label.classIndex];
        }
        QCOMPARE(perClass, (std::map<int, int>{{0, 361}, {1, 4153}, {2, 372}}));

        // 4888 objects in the files: 4886 and the two without area.
        QCOMPARE(all.problems.size(), size_t(2));
        for (size_t i = 0; i < 2; ++i) {
            QVERIFY(QString::fromStdString(all.problems[i].file)
                        .endsWith(i == 0 ? "BloodImage_00338.xml" : "BloodImage_00343.xml"));
            QVERIFY(lists(all, i == 0 ? "(504, 337, 504, 337) has no area" : "(181, 329, 181, 329) has no area"));
        }
        const auto &first = all.images.front();
        QVERIFY(QString::fromStdString(first.file).endsWith("JPEGImages/BloodImage_00000.jpg"));
        QVERIFY((first.labels.front().box == Box{260, 177, 491, 376}));
        QCOMPARE(first.labels.front().classIndex, 2);
    }

    void bccdHasItsSplits()
    {
        const fs::path bccd = shared() / "datasets/bccd/BCCD";
        if (!fs::exists(bccd))
            QSKIP("FCOSCOPE_SHARED/datasets/bccd is missing: its splits were NOT read");
        const auto read = [&](const char *split) { return readDataset(bccd, {.split = split}); };
        QCOMPARE(read("train").images.size(), size_t(205));
        QCOMPARE(read("val").images.size(), size_t(87));
        QCOMPARE(read("test").images.size(), size_t(72));
        QCOMPARE(read("trainval").images.size(), size_t(292));
        QCOMPARE(read("test").labelCount(), size_t(945));
        QCOMPARE(read("test").name, std::string("BCCD test"));
        QVERIFY(refusal(bccd, {.split = "tset"}).contains("tset"));
    }

    void vocOriginDecidesTheEdges()
    {
        const std::string text = voc(vocObject("cell", "10", "20", "30", "40"));
        const auto boxWith = [&](VocOrigin origin) {
            return readVocText(text, {.vocOrigin = origin}).images.at(0).labels.at(0).box;
        };
        QVERIFY((boxWith(VocOrigin::Edges) == Box{10, 20, 30, 40}));
        QVERIFY((boxWith(VocOrigin::PixelsFrom1) == Box{9, 19, 30, 40}));
        QVERIFY((boxWith(VocOrigin::PixelsFrom0) == Box{10, 20, 31, 41}));
        QVERIFY((boxWith(VocOrigin::Auto) == Box{10, 20, 30, 40}));
        const Dataset pascal =
            readVocText(voc(vocObject("cell", "1", "1", "100", "80") + vocObject("cell", "5", "5", "5", "5"), "",
                            "The VOC2007 Database"));
        QVERIFY(pascal.vocOrigin == VocOrigin::PixelsFrom1);
        QVERIFY((pascal.images[0].labels[0].box == Box{0, 0, 100, 80}));
        QVERIFY((pascal.images[0].labels[1].box == Box{4, 4, 5, 5}));  // one pixel, counted inclusively, has an area
        QVERIFY(pascal.problems.empty());
    }

    void vocOptionsAreVisited()
    {
        DatasetOptions options;
        OptionTable table;
        visit(table, options);
        table.set("voc-origin", "0", "test");
        table.set("split", "val", "test");
        QVERIFY(options.vocOrigin == VocOrigin::PixelsFrom0 && options.split == "val");
        QVERIFY_EXCEPTION_THROWN(table.set("voc-origin", "2", "test"), UserError);
    }

    void vocPartsAreNoObjectsAndDifficultIsKept()
    {
        const std::string part =
            "<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></part>";
        const Dataset dataset =
            readVocText(voc(vocObject("person", " 10.5 ", "20", "30", "40", part + "<difficult>1</difficult>") +
                            vocObject("cat", "1", "1", "9", "9")));
        QVERIFY2(dataset.problems.empty(), allReasons(dataset).c_str());
        QCOMPARE(dataset.classNames, (std::vector<std::string>{"cat", "person"}));
        QCOMPARE(dataset.images[0].labels.size(), size_t(2));
        QVERIFY(dataset.images[0].labels[0].difficult && !dataset.images[0].labels[1].difficult);
        QVERIFY((dataset.images[0].labels[0].box == Box{10.5, 20, 30, 40}));
    }

    void vocObjectsThatCannotBeUsedAreListed_data()
    {
        QTest::addColumn<QString>("object");
        QTest::addColumn<QString>("words");
        const auto row = [](const char *name, const std::string &object, const char *words) {
            QTest::newRow(name) << QString::fromStdString(object) << QString(words);
        };
        row("no area", vocObject("cell", "9", "9", "9", "20"), "Object 1 (cell): its box (9, 9, 9, 20) has no area");
        row("swapped", vocObject("cell", "30", "9", "10", "20"), "has no area");
        row("no box", "<object><name>cell</name></object>", "Object 1 (cell) has no box");
        row("no name", "<object><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>",
            "Object 1 has no name");
        row("no ymax", "<object><name>cell</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax></bndbox></object>",
            "lacks xmin");
        row("word", vocObject("cell", "1", "one", "9", "9"), "lacks xmin");
        row("nan", vocObject("cell", "1", "nan", "9", "9"), "not a finite number");
        row("outside", vocObject("cell", "-30", "1", "-10", "9"), "lies outside");
    }
    void vocObjectsThatCannotBeUsedAreListed()
    {
        QFETCH(QString, object);
        QFETCH(QString, words);
        const Dataset dataset = readVocText(voc(object.toStdString() + vocObject("cell", "1", "2", "3", "4")));
        QCOMPARE(dataset.problems.size(), size_t(1));
        QVERIFY2(lists(dataset, words.toStdString()), allReasons(dataset).c_str());
        QVERIFY(QString::fromStdString(dataset.problems[0].file).endsWith("a.xml"));
        QCOMPARE(dataset.labelCount(), size_t(1));
    }

    void vocFilesThatCannotBeUsedAreListed()
    {
        const auto xml = [&](const char *name) { return root() / "Annotations" / (std::string(name) + ".xml"); };
        const std::string object = vocObject("cell", "1", "1", "9", "9");
        put(xml("a"), voc(object));
        for (const char *stem : {"a", "cut", "lion", "other", "size", "twice", "alone", "bomb"})
            putImage(root() / "JPEGImages" / (std::string(stem) + ".png"));
        putImage(root() / "JPEGImages/twice.bmp");
        putImage(root() / "JPEGImages/named.png");
        put(xml("cut"), voc(object).substr(0, 150));
        put(xml("lion"), "<lion/>");
        put(xml("size"), voc(object, "<size><width>80</width><height>100</height></size>"));
        put(xml("twice"), voc(object));
        put(xml("absent"), voc(object));
        put(xml("renamed"), voc(object, "", "", "some/where/named.png"));
        put(xml("bomb"), "<!DOCTYPE b [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>" +
                             voc(vocObject("&b;", "1", "1", "9", "9")));  // entities are not expanded
        const Dataset dataset = readDataset(root());
        for (const char *words : {"cut.xml is not valid XML", "lion.xml is not a Pascal VOC annotation",
                                  "made for 80 × 100 pixels", "share this label file", "no image named absent",
                                  "other.png has no label file", "alone.png has no label file"})
            QVERIFY2(lists(dataset, words),
                     qPrintable(QString("%1 not in\n%2").arg(words, QString::fromStdString(allReasons(dataset)))));
        QVERIFY2(dataset.problems.size() == 7, allReasons(dataset).c_str());
        std::vector<std::string> stems;
        for (const auto &image : dataset.images)
            stems.push_back(fs::path(image.file).stem().string());
        QCOMPARE(stems, (std::vector<std::string>{"a", "bomb", "named"}));
        QCOMPARE(dataset.classNames, (std::vector<std::string>{"&b;", "cell"}));
    }

    void vocSplitsListTheirFaults()
    {
        putImage(root() / "JPEGImages/a.png");
        put(root() / "Annotations/a.xml", voc(vocObject("cell", "1", "1", "9", "9")));
        put(root() / "ImageSets/Main/train.txt", "a  1\r\n\r\nb -1\na\n");
        const Dataset dataset = readDataset(root(), {.split = "train"});
        QCOMPARE(dataset.images.size(), size_t(1));
        QVERIFY2(lists(dataset, "b.xml is missing") && lists(dataset, "a is listed twice"),
                 allReasons(dataset).c_str());
        QCOMPARE(dataset.problems.size(), size_t(2));
    }

    void splitsMayNameFilesWithBlanks()
    {
        for (const char *stem : {"blood smear 7", "plate 1", "plate"}) {
            putImage(root() / "JPEGImages" / (std::string(stem) + ".png"));
            put(root() / "Annotations" / (std::string(stem) + ".xml"), voc(vocObject("cell", "1", "1", "9", "9")));
        }
        put(root() / "ImageSets/Main/train.txt", "blood smear 7\nplate 1\nplate -1\n");
        const Dataset dataset = readDataset(root(), {.split = "train"});
        QVERIFY2(dataset.problems.empty(), allReasons(dataset).c_str());
        QCOMPARE(dataset.images.size(), size_t(3));
    }

    void xmlBesideTheImagesIsReadToo()
    {
        putImage(root() / "a.png");
        put(root() / "a.xml", voc(vocObject("cell", "1", "1", "9", "9")));
        QCOMPARE(readDataset(root()).labelCount(), size_t(1));
    }
};

QTEST_APPLESS_MAIN(TestVoc)
#include "tst_voc.moc"
