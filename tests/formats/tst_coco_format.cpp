// SPDX-License-Identifier: GPL-3.0-or-later
// COCO into a label set and back: nothing is lost, nothing is written that is no longer true, and what other tools
// write badly is told.
#include "label_files.h"

using namespace fcoscope;

class TestCocoFormat : public QObject, private DatasetFolder {
    Q_OBJECT

    ReadLabels readText(const std::string &text)
    {
        putImage(root() / "a.png");
        put(root() / "labels.json", text);
        return readLabels(root() / "labels.json");
    }
    /// Written, read again, and equal.
    ConversionReport roundTrip(const ReadLabels &read, const FormatOptions &options = {})
    {
        FormatOptions there = options;
        there.reading.images = read.set.root.string();
        const ConversionReport report = writeLabels(read.set, LabelFormat::Coco, root() / "out/again.json", options);
        const ReadLabels again = readLabels(root() / "out/again.json", there);
        same_ = differenceOf(withoutKeys(read.set), withoutKeys(again.set));
        problems_ = textOf(again.problems);
        written_ = readFile(root() / "out/again.json");
        return report;
    }
    std::string same_, problems_, written_;

private Q_SLOTS:
    void init() { newFolder(); }

    void cocoMiniComesBackEqual()
    {
        const fs::path mini = shared() / "datasets/coco-mini";
        if (!fs::exists(mini))
            QSKIP("FCOSCOPE_SHARED/datasets/coco-mini is missing: the real COCO set was NOT converted");
        const ReadLabels read = readLabels(mini / "instances_val2017.json");
        QCOMPARE(read.set.images.size(), size_t(79));
        QCOMPARE(read.set.boxCount(), size_t(624));
        QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
        QVERIFY(read.set.root.is_absolute());
        const ConversionReport report = roundTrip(read);
        QVERIFY2(same_.empty(), same_.c_str());
        QCOMPARE(problems_, std::string());
        QVERIFY2(report.notes.empty() && report.lossless(), textOf(report).c_str());
        QCOMPARE(report.boxes, size_t(624));
        // Written twice it is the same file: an image editor's "save" changes nothing.
        const std::string first = written_;
        FormatOptions there;
        there.reading.images = read.set.root.string();
        (void)roundTrip(readLabels(root() / "out/again.json", there));
        QCOMPARE(written_, first);
    }

    void unknownFieldsSurviveByteForByte()
    {
        const std::string segmentation = R"([[1.10,2.20, 3e0,4.000,5,6.6]])";
        const ReadLabels read = readText(
            json("{'info': {'year': 2017.0, 'a': [1.50]}, 'licenses': [], 'images': [{'id': 7, 'file_name': 'a.png', "
                 "'width': 100, 'height': 80, 'license': 3, 'coco_url': 'http:\\/\\/x'}], 'categories': [{'id': 3, "
                 "'name': 'cat', 'supercategory': 'animal', 'keypoints': ['nose']}], 'annotations': [{'id': 1, "
                 "'image_id': 7, 'category_id': 3, 'bbox': [1.1, 2.2, 3.3, 4.4], 'area': 7.25, 'iscrowd': 0, 'score': "
                 "0.12345678901234567, 'attributes': {'occluded': true, 'n\\u00e4': 1.0}, 'segmentation': ") +
            segmentation + "}]}");
        QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
        QVERIFY(read.set.images[0].boxes[0].score == 0.12345678901234567f);
        const ConversionReport report = roundTrip(read);
        QVERIFY2(report.notes.empty(), textOf(report).c_str());
        QVERIFY2(same_.empty(), same_.c_str());
        for (const std::string &kept :
             {segmentation, json("'info': {'year': 2017.0, 'a': [1.50]}"), json("'licenses': []"),
              json("'coco_url': 'http:\\/\\/x'"), json("'keypoints': ['nose']"),
              json("{'occluded': true, 'n\\u00e4': 1.0}"), json("'bbox': [1.1, 2.2, 3.3, 4.4]"), json("'area': 7.25"),
              json("'score': 0.12345678901234567")})
            QVERIFY2(mentions(written_, kept.c_str()), (kept + " is not in\n" + written_).c_str());
        QVERIFY(!mentions(written_, "fcoscope"));
    }

    void runLengthsStayRunLengths()
    {
        const ReadLabels read = readText(coco(
            annotation(
                1, "[1, 2, 3, 4]",
                R"("image_id": 7, "category_id": 3, "iscrowd": 1, "segmentation": {"counts": [0, 5, 7], "size": [80, 100]})") +
            "," +
            annotation(2, "[1, 2, 3, 4]",
                       R"("image_id": 7, "category_id": 3, "segmentation": {"counts": "PPYo0", "size": [80, 100]})")));
        QVERIFY(read.set.images[0].boxes[0].crowd);
        QVERIFY((read.set.images[0].boxes[0].box == Box{1, 2, 4, 6}));
        QVERIFY(roundTrip(read).notes.empty());
        QVERIFY2(same_.empty(), same_.c_str());
        QVERIFY(mentions(written_, R"("segmentation": {"counts": [0, 5, 7], "size": [80, 100]})"));
        QVERIFY(mentions(written_, R"("segmentation": {"counts": "PPYo0", "size": [80, 100]})"));
    }

    void aPolygonIsNotWrittenForABoxThatWasMoved()
    {
        ReadLabels read = readText(coco(annotation(
            1, "[1, 2, 3, 4]",
            R"("image_id": 7, "category_id": 3, "segmentation": [[1,2,4,2,4,6]], "keypoints": [1,2,2], "track": 9)")));
        BoxEntry &box = read.set.images[0].boxes[0];
        box.box.x2 += 0.5;
        ConversionReport report = roundTrip(read);
        QVERIFY(!mentions(written_, "segmentation") && !mentions(written_, "keypoints") && mentions(written_, "track"));
        QVERIFY2(mentions(textOf(report), "segmentation of a cat was left out"), textOf(report).c_str());
        QVERIFY(!report.lossless() && report.notes.size() == 2);
        box.box.x2 -= 0.5;  // undone: it is right again
        report = roundTrip(read);
        QVERIFY(report.lossless() && mentions(written_, "segmentation"));
        QVERIFY2(same_.empty(), same_.c_str());
    }

    void annotationsAreNumberedFromOne()
    {
        // labelme's and X-AnyLabeling's exports start at 0; one gives 0 to all.
        const ReadLabels read =
            readText(coco(annotation(0, "[1, 2, 3, 4]") + "," + annotation(0, "[2, 2, 3, 4]") + "," +
                          annotation(5, "[3, 2, 3, 4]") + "," + annotation(5, "[4, 2, 3, 4]")));
        QCOMPARE(read.set.boxCount(), size_t(3));
        QVERIFY2(mentions(textOf(read.problems), "2 annotations have the id 0") &&
                     mentions(textOf(read.problems), "Two annotations have the id 5"),
                 textOf(read.problems).c_str());
        (void)roundTrip(read);
        QVERIFY2(same_.empty(), same_.c_str());
        QVERIFY(mentions(written_, R"({"id": 1, "image_id": 7)") && mentions(written_, R"({"id": 3, "image_id": 7)"));
        QVERIFY(!mentions(written_, R"({"id": 0)"));
    }

    void idsOfImagesAndCategoriesStay()
    {
        putImage(root() / "b.png");
        const ReadLabels read = readText(coco(
            annotation(1, "[1, 1, 4, 4]", R"("image_id": 0, "category_id": 0)"),
            R"({"id": 0, "file_name": "a.png", "width": 100, "height": 80}, {"id": 9000000000, "file_name": "b.png"})",
            R"([{"id": 0, "name": "zebra"}, {"id": 12, "name": "ant"}])"));
        QVERIFY(roundTrip(read).notes.empty());
        QVERIFY2(same_.empty(), same_.c_str());
        QVERIFY(mentions(written_, R"("id": 9000000000)") && mentions(written_, R"({"id": 0, "name": "zebra"})"));
        QVERIFY(mentions(written_, R"("width": 100, "height": 80)"));
        // New ones get numbers that nobody has.
        LabelSet more = read.set;
        more.classes.push_back({more.newKey(), "bee", 2, -1, 0, ""});
        writeLabels(more, LabelFormat::Coco, root() / "more.json");
        QVERIFY(mentions(readFile(root() / "more.json"), R"({"id": 13, "name": "bee"})"));
    }

    void reviewIsKept()
    {
        for (const char *name : {"b.png", "c.png", "d.png"})
            putImage(root() / name);
        ReadLabels read =
            readText(coco(annotation(1, "[1, 1, 4, 4]"),
                          cocoImage + R"(, {"id": 8, "file_name": "b.png", "width": 100, "height": 80})"));
        QCOMPARE(read.set.images.size(), size_t(4));  // c and d lie beside them
        QVERIFY(read.set.images[0].status == ReviewStatus::Labelled);
        QVERIFY(read.set.images[1].status == ReviewStatus::Empty);
        QVERIFY(read.set.images[2].status == ReviewStatus::New && read.set.images[2].path == "c.png");
        ConversionReport report = writeLabels(read.set, LabelFormat::Coco, root() / "out/x.json");
        QCOMPARE(report.imagesLeftOut, size_t(2));
        QVERIFY(report.lossless() && !mentions(readFile(root() / "out/x.json"), "c.png"));
        QCOMPARE(datasetOf(read.set, false).images.size(), size_t(2));
        QCOMPARE(datasetOf(read.set, true).images.size(), size_t(4));

        read.set.images[0].status = ReviewStatus::Verified;
        read.set.images[1].status = ReviewStatus::Verified;
        FormatOptions all;
        all.writeNew = true;
        for (ImageEntry &image : read.set.images) {  // as the sizes of new images become known
            image.size = {100, 80};
            image.formatId = image.key + 100;
        }
        report = roundTrip(read, all);
        QVERIFY2(same_.empty(), same_.c_str());
        QVERIFY(mentions(written_, R"("fcoscope_status": "verified")"));
        QVERIFY(report.notes.empty());
    }

    void everyFieldSurvives()
    {
        putImage(root() / "sub/a.png");
        putImage(root() / "other/a.png");
        LabelSet set;
        set.root = root();
        set.classes = {{set.newKey(), "b \"q\" ä", 0, 2, 0xFF112233, ""}, {set.newKey(), "a", 1, 1, 0, ""}};
        for (const char *path : {"sub/a.png", "other/a.png"}) {
            ImageEntry image{set.newKey(), path, {100, 80}, ReviewStatus::Labelled, set.nextKey, {}, ""};
            const double third = 1.0 / 3;
            image.boxes.push_back(
                {set.newKey(), 1, {third, 2 * third, 50 + third, 70.1}, 0.3f, true, true, true, 12.5, ""});
            image.boxes.push_back({set.newKey(), 2, {0.1, 0.2, 0.1 + 0.7, 79.99}, {}, false, false, false, -1, ""});
            set.images.push_back(image);
        }
        ReadLabels read;
        read.set = set;
        QVERIFY(roundTrip(read).notes.empty());
        QVERIFY2(same_.empty(), same_.c_str());
    }

    void coordinatesComeBackValueEqual()
    {
        putImage(root() / "a.png", 4000, 3000);
        ReadLabels read;
        LabelSet &set = read.set;
        set.root = root();
        set.classes = {{set.newKey(), "a", 0, 1, 0, ""}};
        ImageEntry image{set.newKey(), "a.png", {4000, 3000}, ReviewStatus::Labelled, 1, {}, ""};
        uint64_t state = 1;
        const auto random = [&] {
            state = state * 6364136223846793005ull + 1442695040888963407ull;
            return static_cast<double>(state >> 11) * 0x1.0p-53;
        };
        for (int i = 0; i < 20000; ++i) {
            const double x = random() * 3000, y = random() * (i % 2 ? 1e-3 : 2000);
            image.boxes.push_back({set.newKey(),
                                   1,
                                   {x, y, x + random() * 900 + 1e-9, y + random() * 900 + 1e-9},
                                   {},
                                   false,
                                   false,
                                   false,
                                   -1,
                                   ""});
        }
        set.images.push_back(image);
        QVERIFY(roundTrip(read).notes.empty());
        QVERIFY2(same_.empty(), same_.c_str());
    }

    void fieldsThatAreNoJsonAreLeftOutAndListed()
    {
        const ReadLabels read = readText(coco(annotation(
            1, "[1, 2, 3, 4]", R"("image_id": 7, "category_id": 3, "depth": NaN, "list": [1, 02], "good": -0.0)")));
        QCOMPARE(read.set.boxCount(), size_t(1));
        QCOMPARE(read.problems.size(), size_t(2));
        QVERIFY(mentions(textOf(read.problems), "\"depth\" of entry 0 of \"annotations\" is not valid JSON"));
        QCOMPARE(read.set.images[0].boxes[0].extra, std::string(R"({"good":-0.0})"));
    }

    void ignoreMeansDifficult()
    {
        ReadLabels read =
            readText(coco(annotation(1, "[1, 2, 3, 4]", R"("image_id": 7, "category_id": 3, "ignore": 1)") + "," +
                          annotation(2, "[1, 2, 3, 4]", R"("image_id": 7, "category_id": 3, "ignore": 0)")));
        QVERIFY(read.set.images[0].boxes[0].difficult && !read.set.images[0].boxes[1].difficult);
        (void)roundTrip(read);
        QVERIFY2(same_.empty(), same_.c_str());
        QVERIFY(!mentions(written_, "difficult"));
        read.set.images[0].boxes[0].difficult = false;
        (void)roundTrip(read);
        QVERIFY(!mentions(written_, R"("ignore": 1)"));
    }

    void windowsSeparatorsAndEqualNames()
    {
        putImage(root() / "one/x.png");
        putImage(root() / "two/x.png", 50, 40);
        const ReadLabels read = readText(coco(
            annotation(1, "[1, 1, 4, 4]", R"("image_id": 1, "category_id": 1)"),
            R"({"id": 1, "file_name": "one\\x.png"}, {"id": 2, "file_name": "two/x.png"}, {"id": 7, "file_name": "a.png"})"));
        QCOMPARE(read.set.images.size(), size_t(3));
        QCOMPARE(read.set.images[0].path, std::string("one/x.png"));
        QVERIFY((read.set.images[1].size == Size{50, 40}));
        (void)roundTrip(read);
        QVERIFY2(same_.empty(), same_.c_str());
    }

    void categoriesOfOneNameAreToldApart()
    {
        const ReadLabels read = readText(coco(annotation(1, "[1, 1, 4, 4]", R"("image_id": 7, "category_id": 4)"),
                                              cocoImage, R"([{"id": 3, "name": "cat"}, {"id": 4, "name": "cat"}])"));
        QCOMPARE(read.set.classNames(), (std::vector<std::string>{"cat", "cat (4)"}));
        QCOMPARE(read.set.images[0].boxes[0].classKey, read.set.classes[1].key);
        QVERIFY(mentions(textOf(read.problems), "Two categories are called \"cat\""));
    }

    void aFieldOfAnotherFormatDoesNotTakeOursPlace()
    {
        ReadLabels read = readText(coco(annotation(1, "[1, 1, 4, 4]")));
        read.set.images[0].boxes[0].extra = R"({"id":"x9","pose":"Left"})";
        const ConversionReport report = writeLabels(read.set, LabelFormat::Coco, root() / "o.json");
        QVERIFY(mentions(readFile(root() / "o.json"), R"("pose": "Left")"));
        QVERIFY(!mentions(readFile(root() / "o.json"), "x9") && !report.lossless());
    }

    void hostileFilesAreRefusedOrRead()
    {
        const fs::path corpus = shared() / "corpora/json/test_parsing";
        if (!fs::exists(corpus))
            QSKIP("FCOSCOPE_SHARED/corpora/json is missing: hostile JSON was NOT tried");
        putImage(root() / "a.png");
        int files = 0, read = 0;
        for (const auto &entry : fs::directory_iterator(corpus)) {
            const std::string text = readFile(entry.path());
            // As a file, and as every kind of value that is kept without being looked at.
            put(root() / "labels.json", text);
            try {
                (void)readLabels(root() / "labels.json");
                QVERIFY2(false, entry.path().c_str());
            } catch (const UserError &) {
            }
            put(root() / "labels.json",
                coco(annotation(1, "[1, 1, 4, 4]", "\"image_id\": 7, \"category_id\": 3, \"x\": " + text)));
            ++files;
            try {
                const ReadLabels labels = readLabels(root() / "labels.json");
                ++read;
                // What was read can be written, and that is JSON: it reads again to the same.
                (void)writeLabels(labels.set, LabelFormat::Coco, root() / "written.json");
                const ReadLabels again = readLabels(root() / "written.json");
                QVERIFY2(differenceOf(withoutKeys(labels.set), withoutKeys(again.set)).empty(), entry.path().c_str());
            } catch (const UserError &) {
            }
        }
        QVERIFY(files > 300 && read > 80);
    }

    void aPreviewWritesNothing()
    {
        const ReadLabels read = readText(coco(annotation(1, "[1, 1, 4, 4]")));
        const ConversionReport report = previewLabels(read.set, LabelFormat::Coco, root() / "never/x.json");
        QCOMPARE(report.boxes, size_t(1));
        QVERIFY(!fs::exists(root() / "never"));
    }
};

QTEST_APPLESS_MAIN(TestCocoFormat)
#include "tst_coco_format.moc"
