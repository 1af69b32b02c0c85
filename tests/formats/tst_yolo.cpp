// SPDX-License-Identifier: GPL-3.0-or-later
// YOLO's folders as labelImg, Ultralytics, Roboflow, CVAT, Label Studio and Darknet lay them out and write them.
#include <random>

#include "core/data/formats/yolo_names.h"
#include "core/data/formats/yolo_numbers.h"
#include "format_folder.h"
#include "tests/pace.h"

using namespace fcoscope;

namespace {

Box boxOf(const std::string &line, Size image)
{
    std::array<Fraction, 4> numbers;
    size_t at = 0;
    for (Fraction &number : numbers) {
        const size_t end = std::min(line.find(' ', at), line.size());
        number = parseFraction(std::string_view(line).substr(at, end - at)).value();
        at = end + 1;
    }
    settlePrecision(numbers);
    return boxOfFractions(numbers, image);
}

}  // namespace

class TestYolo : public QObject, private FormatFolder {
    Q_OBJECT

    /// labelImg's folder: everything beside the image of 100 × 80.
    ReadLabels readText(const std::string &text, const std::string &names = "dog\ncat\n")
    {
        putImage(root() / "a.png");
        put(root() / "a.txt", text);
        put(root() / "classes.txt", names);
        return readLabels(root());
    }
    std::vector<Box> boxes(const ReadLabels &read)
    {
        std::vector<Box> found;
        for (const ImageEntry &image : read.set.images)
            for (const BoxEntry &box : image.boxes)
                found.push_back(box.box);
        return found;
    }

private Q_SLOTS:
    void init() { newFolder(); }

    void anyBoxComesBackEqual()
    {
        std::mt19937_64 random(7);
        std::uniform_real_distribution<double> unit(0, 1);
        for (int i = 0; i < 20000; ++i) {
            const Size size{1 + int(random() % 14000), 1 + int(random() % 14000)};
            const auto side = [&](int pixels) {
                double a = unit(random) * pixels, b = unit(random) * pixels;
                const double scale = std::array{1.0, 100.0, 1e6, 0.0}[size_t(i % 4)];
                if (scale > 0)
                    a = std::round(a * scale) / scale, b = std::round(b * scale) / scale;
                return std::pair{std::min(a, b), std::max(a, b)};
            };
            const auto x = side(size.width), y = side(size.height);
            const Box box{x.first, y.first, x.second, y.second};
            const std::string line = fractionsOf(box, size);
            if (!(boxOf(line, size) == box))
                QFAIL(line.c_str());
        }
        QCOMPARE(fractionsOf({260, 177, 491, 376}, {640, 480}), std::string("0.586719 0.576042 0.360938 0.414583"));
    }

    void numbersOfOtherProgramsAreTakenAsTheyMeanThem()
    {
        QVERIFY((boxOf("0.586719 0.576042 0.360938 0.414583", {640, 480}) == Box{260, 177, 491, 376}));  // %.6f
        QVERIFY((boxOf("0.5 0.5 0.25 0.5", {640, 480}) == Box{240, 120, 400, 360}));
        QVERIFY((boxOf("5e-1 .5 2.5e-01 +0.5", {640, 480}) == Box{240, 120, 400, 360}));
        // A program that prints doubles whole means every digit: nothing is rounded.
        const Box exact = boxOf("0.5 0.5 0.12345678901234568 0.5", {1000, 1000});
        QCOMPARE(exact.x1, 438.27160549382716);
        // %g: six digits, of which some are behind more zeros.
        QVERIFY((boxOf("0.0546875 0.5 0.00234375 0.5", {640, 480}) == Box{34.25, 120, 35.75, 360}));
        for (const char *bad : {"nan", "inf", "1e999", "", "-", ".", "1e", "0x1", "1,5", "100.5", "1e+", "--1",
                                "99999999999999999999999999999999999999999999"})
            QVERIFY2(!parseFraction(bad), bad);
        QVERIFY(parseFraction("1e-999999")->value == 0);
    }

    void labelImgsFolder()
    {
        const ReadLabels read =
            readText("0 0.500000 0.500000 0.200000 0.250000\n1 0.150000 0.125000 0.100000 0.050000\n");
        QCOMPARE(read.format, LabelFormat::Yolo);
        QCOMPARE(read.set.classNames(), (std::vector<std::string>{"dog", "cat"}));
        QVERIFY(boxes(read) == (std::vector<Box>{{40, 30, 60, 50}, {10, 8, 20, 12}}));
        QCOMPARE(read.set.images[0].status, ReviewStatus::Labelled);
        QCOMPARE(read.set.classes[1].formatId, int64_t(1));
        QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
    }

    void emptyIsNotMissing()
    {
        putImage(root() / "b.png");
        putImage(root() / "c.png");
        put(root() / "b.txt", "");
        const ReadLabels read = readText("0 .5 .5 .1 .1");
        QCOMPARE(imageNamed(read.set, "a.png").status, ReviewStatus::Labelled);
        QCOMPARE(imageNamed(read.set, "b.png").status, ReviewStatus::Empty);
        QCOMPARE(imageNamed(read.set, "c.png").status, ReviewStatus::New);
    }

    void linesAsPeopleWriteThem()
    {
        const ReadLabels read = readText("\xEF\xBB\xBF"
                                         "1.0\t0.5  0.5 0.2 0.25 \r\n\r\n  0 0.5 0.5 0.2 0.25 0.75\r\n");
        QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
        QVERIFY(boxes(read) == (std::vector<Box>{{40, 30, 60, 50}, {40, 30, 60, 50}}));
        QCOMPARE(read.set.findClass(read.set.images[0].boxes[0].classKey)->name, std::string("cat"));
        QVERIFY(!read.set.images[0].boxes[0].score);
        QCOMPARE(read.set.images[0].boxes[1].score.value(), 0.75f);
    }

    void whatIsWrongIsListed()
    {
        const ReadLabels read = readText("0 0.5 0.5 0.2\n"           // 1: too few
                                         "dog 0.5 0.5 0.2 0.2\n"     // 2: no number
                                         "0.5 0.5 0.5 0.2 0.2\n"     // 3: no class
                                         "0 nan 0.5 0.2 0.2\n"       // 4
                                         "0 0.5 0.5 0 0.2\n"         // 5: no area
                                         "0 50 40 20 20\n"           // 6: pixels
                                         "0 0.95 0.5 0.2 0.25\n"     // 7: reaches out
                                         "7 0.5 0.5 0.2 0.25\n"      // 8: beyond the names
                                         "0 \xff\xfe 0.5 0.2 0.2\n"  // 9: no UTF-8
                                         "0 1e999 0.5 0.2 0.2\n");
        QVERIFY(boxes(read) == (std::vector<Box>{{85, 30, 100, 50}, {40, 30, 60, 50}}));
        const std::string all = textOf(read.problems);
        for (const char *words : {"Line 1 has fewer", "Line 2: \"dog\" is no class", "Line 3: \"0.5\" is no class",
                                  "Line 4: \"nan\"", "Line 5: the box has no area", "Line 6: the box lies outside",
                                  "Line 7: the box reaches outside", "Class 7 has no name", "Line 9:", "Line 10:"})
            QVERIFY2(lists(read.problems, words), (words + std::string(" is not in\n") + all).c_str());
        QVERIFY(read.set.findClass("7"));
        QCOMPARE(read.set.findClass("7")->formatId, int64_t(7));
    }

    void aFileOfNothingButErrorsIsNoNegative()
    {
        QCOMPARE(readText("0 0.5 0.5 0.2 0.2\n").set.images[0].status, ReviewStatus::Labelled);
        put(root() / "b.txt", "x\n");
        putImage(root() / "b.png");
        QCOMPARE(imageNamed(readLabels(root()).set, "b.png").status, ReviewStatus::New);
    }

    void hostileFilesAreRefusedNotFollowed()
    {
        put(root() / "data.yaml", "train: .\nnames: [dog, cat]\n");
        std::string many;
        for (int i = 0; i < 200000; ++i)
            many += "garbage\n";
        ReadLabels read = readText("0 .5 .5 .1 .1\n" + many);
        QVERIFY(lists(read.problems, "199980 more lines are wrong"));
        QCOMPARE(boxes(read).size(), size_t(1));
        std::string polygon = "0";
        for (int i = 0; i < 200000; ++i)
            polygon += " 0." + std::to_string(100000 + i);
        read = readText(polygon + "\n0 .5 .5 .1 .1\n");  // one line of 2 MB
        QCOMPARE(boxes(read).size(), size_t(2));
        put(root() / "b.txt", std::string(1000, '\0'));
        putImage(root() / "b.png");
        readLabels(root());
    }

    void polygonsStayPolygons()
    {
        const std::string text = "0 0.1 0.1 0.3 0.1 0.2 0.5\n1 0.5 0.5 0.9 0.5 0.9 0.875 0.5 0.875\n";
        ReadLabels read = readText(text);
        QVERIFY(boxes(read) == (std::vector<Box>{{10, 8, 30, 40}, {50, 40, 90, 70}}));
        QVERIFY(lists(read.problems, "2 lines are polygons"));
        QVERIFY(read.set.images[0].boxes[0].extra.find("[10.0,8.0],[30.0,8.0],[20.0,40.0]") != std::string::npos);
        // A box among them is written as its corners: Ultralytics takes two kinds of lines in a file for nonsense.
        read.set.images[0].boxes.push_back(boxEntry(read.set.newKey(), read.set.classes[0].key, {1, 2, 3, 4}));
        const fs::path to = root() / "out";
        writeLabels(read.set, LabelFormat::Yolo, to);
        QCOMPARE(readFile(to / "labels/a.txt"),
                 std::string("0 0.100000 0.100000 0.300000 0.100000 0.200000 0.500000\n"
                             "1 0.500000 0.500000 0.900000 0.500000 0.900000 0.875000 0.500000 0.875000\n"
                             "0 0.010000 0.025000 0.030000 0.025000 0.030000 0.050000 0.010000 0.050000\n"));
        // A confidence behind a polygon, and key points where data.yaml says so.
        read = readText("0 0.1 0.1 0.3 0.1 0.2 0.5 0.5\n");
        QCOMPARE(read.set.images[0].boxes[0].score.value(), 0.5f);
        QVERIFY(boxes(read) == (std::vector<Box>{{10, 8, 30, 40}}));
        put(root() / "data.yaml", "train: .\nkpt_shape: [2, 3]\nnames: [dog, cat]\n");
        read = readText("0 0.5 0.5 0.2 0.25 0.45 0.5 2 0.5 0.5 1\n");
        QVERIFY2(boxes(read) == (std::vector<Box>{{40, 30, 60, 50}}), textOf(read.problems).c_str());
        QVERIFY(read.set.images[0].boxes[0].extra.find("yoloKeypoints") != std::string::npos);
    }

    void ultralyticsFolders()
    {
        putImage(root() / "images/train/a.png");
        putImage(root() / "images/val/a.png");  // the same name in another folder
        putImage(root() / "images/val/deep/b.png");
        put(root() / "labels/train/a.txt", "0 0.5 0.5 0.2 0.25\n");
        put(root() / "labels/val/a.txt", "2 0.5 0.5 0.2 0.25\n");
        put(root() / "labels/val/deep/b.txt", "");
        put(root() / "data.yaml", "# mine\npath: .\ntrain: images/train\nval:\n  - images/val\n"
                                  "names:\n  0: person\n  2: 'traffic light'\n");
        const ReadLabels read = readLabels(root());
        QCOMPARE(read.set.images.size(), size_t(3));
        QCOMPARE(imageNamed(read.set, "train/a.png").boxes.size(), size_t(1));
        QCOMPARE(imageNamed(read.set, "val/a.png").path, std::string("images/val/a.png"));
        QCOMPARE(imageNamed(read.set, "deep/b.png").status, ReviewStatus::Empty);
        QCOMPARE(read.set.classNames(), (std::vector<std::string>{"person", "traffic light"}));
        QCOMPARE(read.set.classes[1].formatId, int64_t(2));
        QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
        const ReadLabels labels = readLabels(root() / "labels");  // only their folder was dropped
        QCOMPARE(labels.set.boxCount(), size_t(2));
        QCOMPARE(labels.set.fileOf(labels.set.images.at(0)), root() / "images/train/a.png");
        FormatOptions val;
        val.reading.split = "val";
        QCOMPARE(readLabels(root() / "data.yaml", val).set.images.size(), size_t(2));
        val.reading.split = "extra";
        QVERIFY(refusalOf(root(), val).contains("\"extra\""));
    }

    void labelsAreFoundAmongManyImages()
    {
        for (int i = 0; i < 3000; ++i)
            put(root() / "images" / (std::to_string(i) + ".png"), "x");
        put(root() / "labels/2999.txt", "0 0.5 0.5 0.2 0.25\n");
        QVERIFY(recogniseLabels(root()) == LabelFormat::Yolo);
    }

    void roboflowFoldersAndLists()
    {
        for (const char *split : {"train", "valid", "test"}) {
            putImage(root() / split / "images/a_jpg.rf.0123.png");
            put(root() / split / "labels/a_jpg.rf.0123.txt", "1 0.5 0.5 0.2 0.25");
        }
        put(root() / "data.yaml", "train: ../train/images\nval: ../valid/images\ntest: ../test/images\n\nnc: 2\n"
                                  "names: ['Platelets', 'RBC']\n\nroboflow:\n  license: Public Domain\n");
        ReadLabels read = readLabels(root());
        QCOMPARE(read.set.images.size(), size_t(3));
        QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
        QCOMPARE(read.set.boxCount(), size_t(3));
        read = readLabels(root() / "train");  // dropped alone: the names are one folder up
        QCOMPARE(read.set.classNames(), (std::vector<std::string>{"Platelets", "RBC"}));
        QCOMPARE(read.set.boxCount(), size_t(1));

        put(root() / "list/data.yaml", "train: train.txt\nnames: [a, b]\n");  // CVAT
        put(root() / "list/train.txt", "images/one.png\n./images/two.png\r\nimages/gone.png\n");
        putImage(root() / "list/images/one.png");
        putImage(root() / "list/images/two.png");
        put(root() / "list/labels/two.txt", "0 0.5 0.5 0.2 0.25");
        read = readLabels(root() / "list/data.yaml");
        QCOMPARE(read.set.images.size(), size_t(2));
        QVERIFY(lists(read.problems, "images/gone.png"));
    }

    void darknetFolder()
    {
        putImage(root() / "data/obj/a.png");
        put(root() / "data/obj/a.txt", "1 0.5 0.5 0.2 0.25\n");
        put(root() / "data/obj.names", "dog\ncat\n");
        put(root() / "data/train.txt", "data/obj/a.png\n");
        put(root() / "data/obj.data",
            "classes = 2\ntrain  = data/train.txt\nnames = data/obj.names\nbackup = backup/\n");
        const ReadLabels read = readLabels(root() / "data/obj.data");
        QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
        QCOMPARE(read.set.images.size(), size_t(1));
        QCOMPARE(read.set.findClass(read.set.images[0].boxes.at(0).classKey)->name, std::string("cat"));
        QCOMPARE(readLabels(root() / "data/train.txt").set.boxCount(), size_t(1));
    }

    void namesAreNeverShuffled()
    {
        // labelImg's #738: two images, classes.txt written anew at each save, and every label is another class.
        put(root() / "classes.txt", "zebra\r\nant\r\n");
        LabelSet set = smallSet(root());
        set.classes = {classEntry(1, "ant", 0), classEntry(2, "bee", 1)};
        writeLabels(set, LabelFormat::Yolo, root());
        QCOMPARE(readFile(root() / "classes.txt"), std::string("zebra\r\nant\nbee\n"));
        QVERIFY(QString::fromStdString(readFile(root() / "a.txt")).startsWith("1 "));
        const LabelSet back = readLabels(root()).set;
        QCOMPARE(back.classNames(), (std::vector<std::string>{"zebra", "ant", "bee"}));
        // Nothing new: not a byte changes, and a deleted class keeps its number.
        std::erase_if(set.classes, [](const ClassEntry &c) { return c.key == 2; });
        for (ImageEntry &image : set.images)
            std::erase_if(image.boxes, [](const BoxEntry &box) { return box.classKey == 2; });
        writeLabels(set, LabelFormat::Yolo, root());
        QCOMPARE(readFile(root() / "classes.txt"), std::string("zebra\r\nant\nbee\n"));
    }

    void yamlIsChangedOnlyWhereItHasTo()
    {
        const std::string head = "# how we made it\npath: .  # here\ntrain: .\n", tail = "roboflow:\n  version: 3\n";
        for (const char *names : {"names: ['zebra', 'ant']\n", "names:\n- zebra\n- ant\n",
                                  "names:\n  0: zebra\n  1: ant\n", "names: [zebra,\n  ant]\n"}) {
            const YoloNames longer{"zebra", "ant", "it's: \"new\""};
            const std::string before = head + "nc: 2\n" + names + tail;
            QCOMPARE(yoloNamesText("data.yaml", before, {"zebra", "ant"}), before);
            const std::string after = yoloNamesText("data.yaml", before, longer);
            QVERIFY2(after.starts_with(head + "nc: 3\n") && after.ends_with(tail), after.c_str());
            QVERIFY(parseYoloYaml("data.yaml", after).names == longer);
        }
    }

    void hostileYamlIsRefusedInOneSentence()
    {
        putImage(root() / "a.png");
        std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
        for (char c = 'b'; c <= 'z'; ++c)
            bomb += std::string(1, c) + ": &" + c + " [*" + std::string(1, char(c - 1)) + ",*" + char(c - 1) + ",*" +
                    char(c - 1) + ",*" + char(c - 1) + "]\n";
        const std::vector<std::string> texts{bomb + "names: *z\n",
                                             std::string(100000, '['),
                                             "names: " + std::string(50000, '{'),
                                             "names: &a [*a]\n",
                                             "names: [[a], [b]]\n",
                                             "names: {99999999999: a}\n",
                                             "names: {-1: a}\n",
                                             "names: 3\n",
                                             "- a\n- b\n",
                                             "\"",
                                             "names: [a\n",
                                             std::string("\0\xff\xfe names", 8),
                                             "? ? ? ? :\n",
                                             "names: {x: 1}\n",
                                             std::string(200000, '-'),
                                             "a: &a {<<: *a}\nnames: *a"};
        for (const std::string &text : texts) {
            put(root() / "data.yaml", text);
            QString sentence;
            const double took = wallMs([&] { sentence = refusalOf(root() / "data.yaml"); });
            QVERIFY2(!sentence.isEmpty() && !sentence.contains('\n'),
                     (text.substr(0, 60) + " gave " + sentence.toStdString()).c_str());
            QVERIFY2(took < 3000 * slower, text.substr(0, 60).c_str());
        }
        put(root() / "data.yaml", std::string(5 << 20, ' ') + "names: [a]");
        QVERIFY(!refusalOf(root() / "data.yaml").isEmpty());
    }

    void roundTripOfASmallSet()
    {
        LabelSet set = smallSet(root() / "set");
        set.images[0].boxes[1].difficult = true;
        set.images[0].boxes[2].score = 0.5f;
        set.images[0].status = ReviewStatus::Verified;
        const ConversionReport report = writeLabels(set, LabelFormat::Yolo, root() / "out");
        QVERIFY(!report.lossless());
        for (const char *words : {"\"difficult\": 1", "scores: 1", "\"verified\": 1 image", "1 images without review"})
            QVERIFY2(says(report, words), words);
        const ReadLabels read = readLabels(root() / "out");
        QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
        QCOMPARE(difference(set, read.set, {.scores = false, .flags = false, .verified = false}), QString());
        QCOMPARE(read.set.classNames(), set.classNames());
        // In place, beside the images, as labelImg has it.
        writeLabels(set, LabelFormat::Yolo, root() / "set");
        QVERIFY(fs::exists(root() / "set/a.txt") && fs::exists(root() / "set/classes.txt"));
        QVERIFY(!fs::exists(root() / "set/c.txt"));
        QCOMPARE(readFile(root() / "set/b.txt"), std::string());
        QCOMPARE(difference(set, readLabels(root() / "set").set, {.scores = false, .flags = false, .verified = false}),
                 QString());
    }

    void germanNumbersChangeNothing()
    {
        const GermanNumbers german;
        const LabelSet set = smallSet(root() / "set");
        for (const LabelFormat format : {LabelFormat::Yolo, LabelFormat::Labelme}) {
            const fs::path to = root() / nameOf(format);
            writeLabels(set, format, to);
            QCOMPARE(difference(set, readLabels(to).set, {.newOnes = false}), QString());
        }
        writeLabels(set, LabelFormat::Csv, root() / "table.csv");
        QCOMPARE(difference(set, readLabels(root() / "table.csv").set, {.newOnes = false}), QString());
    }

    void realSetsComeBackValueEqual()
    {
        if (!hasShared())
            QSKIP("FCOSCOPE_SHARED is missing: real sets were NOT converted");
        for (const LabelSet &set : {bccd(), cocoMini()}) {
            const fs::path to = root() / std::to_string(set.images.size());
            const ConversionReport report = writeLabels(set, LabelFormat::Yolo, to);
            QCOMPARE(report.boxes, set.boxCount());
            const ReadLabels read = readLabels(to);
            QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
            QCOMPARE(difference(set, read.set, {.scores = false, .flags = false, .verified = false, .extras = false}),
                     QString());
        }
    }
};

QTEST_GUILESS_MAIN(TestYolo)
#include "tst_yolo.moc"
