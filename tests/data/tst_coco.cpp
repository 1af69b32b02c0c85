// SPDX-License-Identifier: GPL-3.0-or-later
// COCO files as the world writes them, well and badly. Whatever is left out must be listed.
#include "dataset_files.h"

using namespace fcoscope;

class TestCoco : public QObject, private DatasetFolder {
    Q_OBJECT

private Q_SLOTS:
    void init() { newFolder(); }

    void cocoMiniIsReadWhole()
    {
        const fs::path mini = shared() / "datasets/coco-mini";
        if (!fs::exists(mini))
            QSKIP("FCOSCOPE_SHARED/datasets/coco-mini is missing: the real COCO set was NOT read");
        const Dataset dataset = readDataset(mini / "instances_val2017.json");
        QCOMPARE(dataset.images.size(), size_t(79));
        QCOMPARE(dataset.labelCount(), size_t(624));
        QVERIFY2(dataset.problems.empty(), allReasons(dataset).c_str());
        QCOMPARE(dataset.classNames.size(), size_t(80));
        QCOMPARE(dataset.classNames.front(), std::string("person"));
        QCOMPARE(dataset.categoryIds.back(), int64_t(90));
        size_t crowds = 0;
        int64_t before = -1;
        for (const auto &image : dataset.images) {
            QVERIFY(image.id > before);
            before = image.id;
            for (const auto &label : image.labels) {
                crowds += label.crowd;
                QVERIFY(label.area > 0);
            }
        }
        QCOMPARE(crowds, size_t(5));
        QCOMPARE(readDataset(mini).labelCount(), size_t(624));  // the folder stands for its only file
        const Dataset plain = readDataset(mini / "val2017");
        QCOMPARE(plain.images.size(), size_t(79));
        QVERIFY(!plain.labelled && plain.labelCount() == 0);
    }

    void brokenJsonNeverCrashes()
    {
        const fs::path corpus = shared() / "corpora/json/test_parsing";
        if (!fs::exists(corpus))
            QSKIP("FCOSCOPE_SHARED/corpora/json is missing: broken JSON was NOT tried");
        int refused = 0, files = 0;
        for (const auto &entry : fs::directory_iterator(corpus)) {
            ++files;
            refused += !refusal(entry.path()).isEmpty();  // none of them is a COCO file, valid JSON or not
        }
        QCOMPARE(refused, files);
        QVERIFY(files > 300);
    }

    void brokenJsonInsideACocoFileIsRefused()
    {
        const fs::path corpus = shared() / "corpora/json/test_parsing";
        if (!fs::exists(corpus))
            QSKIP("FCOSCOPE_SHARED/corpora/json is missing: broken JSON inside a COCO file was NOT tried");
        putImage(root() / "a.png");
        int read = 0;
        for (const auto &entry : fs::directory_iterator(corpus)) {
            std::ifstream stream(entry.path(), std::ios::binary);
            const std::string text{std::istreambuf_iterator<char>(stream), {}};
            put(root() / "labels.json", coco(annotation(1, text)));
            try {
                // Read or refused: but if it was read, the box is a label or is listed.
                const Dataset dataset = readDataset(root() / "labels.json");
                ++read;
                QVERIFY2(dataset.labelCount() + dataset.problems.size() >= 1, entry.path().c_str());
            } catch (const UserError &) {
            }
        }
        QVERIFY(read > 50);
    }

    void cocoBoxesAndClasses()
    {
        const Dataset dataset = readCocoText(
            coco(annotation(1, "[10, 20, 30.5, 40]", R"("image_id": 7, "category_id": 3, "area": 77.5, "iscrowd": 1)") +
                 "," + annotation(2, "[0, 0, 100, 80]", R"("image_id": 7.0, "category_id": 1)")));
        QVERIFY2(dataset.problems.empty(), allReasons(dataset).c_str());
        QCOMPARE(dataset.classNames, (std::vector<std::string>{"dog", "cat"}));  // by rising id
        QCOMPARE(dataset.categoryIds, (std::vector<int64_t>{1, 3}));
        QCOMPARE(dataset.images.size(), size_t(1));
        QCOMPARE(dataset.images[0].id, int64_t(7));
        QVERIFY((dataset.images[0].size == Size{100, 80}));
        const Label &first = dataset.images[0].labels[0];
        QVERIFY((first.box == Box{10, 20, 40.5, 60}));
        QCOMPARE(first.classIndex, 1);
        QCOMPARE(first.area, 77.5);
        QVERIFY(first.crowd);
        QVERIFY(!dataset.images[0].labels[1].crowd && dataset.images[0].labels[1].area < 0);
    }

    void cocoEntriesThatCannotBeUsedAreListed_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("words");
        QTest::addColumn<int>("kept");  // labels that stay
        const auto row = [](const char *name, const std::string &annotations, const char *words, int kept = 0) {
            QTest::newRow(name) << QString::fromStdString(coco(annotations)) << QString(words) << kept;
        };
        row("no area", annotation(5, "[10, 10, 0, 20]"), "Object 5 (cat): its box (10, 10, 10, 30) has no area");
        row("negative", annotation(5, "[10, 10, -4, 20]"), "has no area");
        row("three numbers", annotation(5, "[10, 10, 4]"), "no bbox of four numbers");
        row("five numbers", annotation(5, "[10, 10, 4, 4, 4]"), "no bbox of four numbers");
        row("texts", annotation(5, R"(["10", 10, 4, 4])"), "no bbox of four numbers");
        row("null", annotation(5, "null"), "no bbox of four numbers");
        row("null inside", annotation(5, "[10, null, 4, 4]"), "no bbox of four numbers");
        row("NaN", annotation(5, "[NaN, 10, 4, 4]"), "no bbox of four numbers");
        row("Infinity", annotation(5, "[10, 10, Infinity, 4]"), "no bbox of four numbers");
        row("too large for a double", annotation(5, "[1e999, 10, 4, 4]"), "no bbox of four numbers");
        row("sum too large", annotation(5, "[1.7e308, 10, 1.7e308, 4]"), "not a finite number");
        row("no bbox", R"({"id": 5, "image_id": 7, "category_id": 3})", "no bbox of four numbers");
        row("outside", annotation(5, "[200, 10, 4, 4]"), "lies outside the image");
        row("half outside", annotation(5, "[90, 70, 20, 20]"), "reaches outside the image; it was clipped", 1);
        row("image dangling", annotation(5, "[1, 1, 4, 4]", R"("image_id": 8, "category_id": 3)"),
            "belongs to image 8");
        row("image id a text", annotation(5, "[1, 1, 4, 4]", R"("image_id": "7", "category_id": 3)"),
            "no whole number as image_id");
        row("image id missing", annotation(5, "[1, 1, 4, 4]", R"("category_id": 3)"), "no whole number as image_id");
        row("image id broken", annotation(5, "[1, 1, 4, 4]", R"("image_id": 7.5, "category_id": 3)"),
            "no whole number as image_id");
        row("category dangling", annotation(5, "[1, 1, 4, 4]", R"("image_id": 7, "category_id": 2)"), "category \"2\"");
        row("category missing", annotation(5, "[1, 1, 4, 4]", R"("image_id": 7)"), "category \"\"");
        row("same id twice", annotation(5, "[1, 1, 4, 4]") + "," + annotation(5, "[2, 2, 4, 4]"),
            "Two annotations have the id 5", 1);
        row("no object", "42", "Entry 0 of \"annotations\" is not an object");
        row("no id", R"({"bbox": [1, 1, 0, 4], "image_id": 7, "category_id": 3})", "Object #0 (cat)");
    }
    void cocoEntriesThatCannotBeUsedAreListed()
    {
        QFETCH(QString, text);
        QFETCH(QString, words);
        QFETCH(int, kept);
        // A good label behind the bad one must not be lost with it.
        const std::string good = annotation(99, "[1, 2, 3, 4]");
        const std::string whole = text.toStdString();
        const Dataset dataset = readCocoText(whole.substr(0, whole.size() - 2) + "," + good + "]}");
        QCOMPARE(dataset.problems.size(), size_t(1));
        QVERIFY2(lists(dataset, words.toStdString()), allReasons(dataset).c_str());
        QVERIFY(QString::fromStdString(dataset.problems[0].file).endsWith("labels.json"));
        QCOMPARE(dataset.labelCount(), static_cast<size_t>(kept + 1));
        QVERIFY((dataset.images[0].labels.back().box == Box{1, 2, 4, 6}));
    }

    void clippedBoxesLieInside()
    {
        const Dataset dataset =
            readCocoText(coco(annotation(1, "[-5, 70, 20, 20]") + "," + annotation(2, "[80.25, 0, 20, 10]")));
        QVERIFY((dataset.images[0].labels[0].box == Box{0, 70, 15, 80}));
        QVERIFY(
            (dataset.images[0].labels[1].box == Box{80.25, 0, 100.25, 10}));  // a quarter pixel: somebody's rounding
        QCOMPARE(dataset.problems.size(), size_t(1));
    }

    void cocoImagesThatCannotBeUsedAreListed()
    {
        putImage(root() / "b.png", 50, 60);
        putImage(root() / "sub/c.png");
        put(root() / "broken.png", "no image");
        const std::string images =
            cocoImage +
            json(", {'id': 8, 'file_name': 'absent.png'}, {'id': 9, 'file_name': 'b.png', 'width': 60, 'height': 50}"
                 ", {'id': 10, 'file_name': 'broken.png'}, {'id': 7, 'file_name': 'b.png'}"
                 ", {'id': 'x', 'file_name': 'b.png'}, {'id': 11}, 3"
                 ", {'id': 12, 'file_name': 'sub\\\\c.png', 'width': 0}, {'id': 14, 'file_name': 'b\\u0000.png'}"
                 ", {'id': 13, 'file_name': 'sub/../../" +
                 root().filename().string() + "/b.png'}");
        const Dataset dataset =
            readCocoText(coco(annotation(1, "[1, 1, 4, 4]", R"("image_id": 8, "category_id": 1)"), images));
        for (const char *words :
             {"absent.png is missing; it and its 1 labels", "made for 60 × 50 pixels, but the image has 50 × 60",
              "broken.png is not an image", "Two images have the id 7", "no whole number as id",
              "id 11 has no file_name", "Entry 7 of \"images\" is not an object", "leads out of the images' folder"})
            QVERIFY2(lists(dataset, words),
                     qPrintable(QString("%1 not in\n%2").arg(words, QString::fromStdString(allReasons(dataset)))));
        std::vector<int64_t> ids;
        for (const auto &image : dataset.images)
            ids.push_back(image.id);
        QCOMPARE(ids, (std::vector<int64_t>{7, 12, 13}));
        QVERIFY2(dataset.problems.size() == 9, allReasons(dataset).c_str());  // and the name with a NUL, as missing
    }

    void cocoCategoriesThatCannotBeUsedAreListed()
    {
        const Dataset dataset =
            readCocoText(coco(annotation(1, "[1, 1, 4, 4]"), cocoImage,
                              R"([{"id": 3, "name": "cat"}, {"id": 3, "name": "lion"}, {"name": "x"}, {"id": 4}])"));
        QCOMPARE(dataset.classNames, (std::vector<std::string>{"cat"}));
        QVERIFY(lists(dataset, "Two categories have the id 3; \"lion\""));
        QCOMPARE(dataset.problems.size(), size_t(3));
        QCOMPARE(dataset.labelCount(), size_t(1));
    }

    void filesThatAreNoCocoAreRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("words");
        const std::string good = coco(annotation(1, "[1, 1, 4, 4]"));
        QTest::newRow("empty") << QByteArray("") << "not valid JSON";
        QTest::newRow("list") << QByteArray("[]") << "does not hold an object";
        QTest::newRow("no images") << QByteArray(R"({"annotations": [], "categories": []})") << "no \"images\"";
        QTest::newRow("no categories") << QByteArray(R"({"annotations": [], "images": []})") << "no \"categories\"";
        QTest::newRow("images no list") << QByteArray(R"({"images": {}})") << "\"images\" is not a list";
        QTest::newRow("annotations twice")
            << QByteArray(R"({"images": [], "categories": [], "annotations": [], "annotations": []})") << "two lists";
        QTest::newRow("cut short") << QByteArray::fromStdString(good.substr(0, good.size() / 2)) << "not valid JSON";
        QTest::newRow("trailing comma") << QByteArray::fromStdString(good.substr(0, good.size() - 2) + ",]}")
                                        << "not valid JSON";
        QTest::newRow("more behind") << QByteArray::fromStdString(good + "{}") << "not valid JSON";
        QTest::newRow("UTF-16") << QByteArray("\xFF\xFE{\0}\0", 6) << "not valid JSON";
        QTest::newRow("deep") << QByteArray::fromStdString(R"({"images": )" + std::string(100000, '['))
                              << "not valid JSON";
    }
    void filesThatAreNoCocoAreRefused()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, words);
        putImage(root() / "a.png");
        put(root() / "labels.json", text.toStdString());
        const QString sentence = refusal(root() / "labels.json");
        QVERIFY2(sentence.contains(words) && sentence.contains("labels.json"), qPrintable(sentence));
    }

    void aByteOrderMarkDoesNoHarm()
    {
        QCOMPARE(readCocoText("\xEF\xBB\xBF" + coco(annotation(1, "[1, 1, 4, 4]"))).labelCount(), size_t(1));
    }

    void withoutAnnotationsNothingIsLabelled()
    {
        const Dataset dataset = readCocoText("{\"images\": [" + cocoImage + "], \"categories\": []}");
        QVERIFY(!dataset.labelled && dataset.images.size() == 1);
    }

    void imagesAreFoundNearTheFile()
    {
        const std::string text = coco(annotation(1, "[1, 1, 4, 4]"));
        for (const char *place : {"a.png", "train2017/a.png", "images/a.png", "images/train2017/a.png",
                                  "../train2017/a.png", "../images/a.png"}) {
            QTemporaryDir folder;
            const fs::path labels = fs::path(folder.path().toStdString()) / "annotations";
            put(labels / "instances_train2017.json", text);
            putImage(labels / place);
            QCOMPARE(readDataset(labels / "instances_train2017.json").labelCount(), size_t(1));
            QCOMPARE(readDataset(labels.parent_path(), {.split = "train2017"}).labelCount(), size_t(1));
        }
        put(root() / "set.json", text);
        QVERIFY(refusal(root() / "set.json").contains("a.png"));
        putImage(root() / "elsewhere/deep/a.png");
        QCOMPARE(readDataset(root() / "set.json", {.images = (root() / "elsewhere/deep").string()}).labelCount(),
                 size_t(1));
    }

    void theSplitChoosesTheFile()
    {
        putImage(root() / "a.png");
        put(root() / "train.json", coco(annotation(1, "[1, 1, 4, 4]") + "," + annotation(2, "[1, 1, 4, 4]")));
        put(root() / "val.json", coco(annotation(1, "[1, 1, 4, 4]")));
        QCOMPARE(readDataset(root(), {.split = "train"}).labelCount(), size_t(2));
        QCOMPARE(readDataset(root(), {.split = "val"}).labelCount(), size_t(1));
        QVERIFY(refusal(root(), {.split = "test"}).contains("test"));
        QVERIFY(refusal(root()).contains("train.json, val.json"));
        QVERIFY(refusal(root() / "val.json", {.split = "train"}).contains("train"));
    }
};

QTEST_APPLESS_MAIN(TestCoco)
#include "tst_coco.moc"
