// SPDX-License-Identifier: GPL-3.0-or-later
// Label files beside images while people label, and other programs write into them.
#include <random>

#include "core/data/formats/sidecars.h"
#include "core/data/formats/sidecars_match.h"
#include "format_folder.h"
#include "tests/pace.h"

using namespace fcoscope;

namespace {

const std::string xAnyLabelings = json(
    "{\n  'version': '3.3.0',\n  'flags': {},\n  'checked': false,\n  'shapes': [\n    {\n      'label': 'cat',\n"
    "      'score': null,\n      'points': [\n        [\n          10.0,\n          20.0\n        ],\n        [\n"
    "          30.0,\n          20.0\n        ],\n        [\n          30.0,\n          40.0\n        ],\n        [\n"
    "          10.0,\n          40.0\n        ]\n      ],\n      'group_id': null,\n      'description': 'near',\n"
    "      'difficult': false,\n      'shape_type': 'rectangle',\n      'flags': {},\n      'attributes': {\n"
    "        'colour': {\n          'deep': 2.50\n        }\n      },\n      'kie_linking': []\n    },\n    {\n"
    "      'label': 'spot',\n      'points': [\n        [\n          1,\n          2\n        ]\n      ],\n"
    "      'shape_type': 'point'\n    }\n  ],\n  'imagePath': 'sub\\\\a.png',\n  'imageData': 'QUJD',\n"
    "  'imageHeight': 80,\n  'imageWidth': 100,\n  'tags': []\n}");

}  // namespace

class TestSidecars : public QObject, private FormatFolder {
    Q_OBJECT

    struct Opened {
        ReadLabels read;
        SidecarLayout layout;
        LabelSet set;  ///< as a window has it
    };
    Opened open(const fs::path &path)
    {
        Opened opened{readLabels(path), {}, {}};
        opened.layout = sidecarLayout(path, opened.read).value();
        opened.set = withoutExtras(opened.read.set);
        return opened;
    }
    static std::string before(const Opened &opened, const ImageEntry &image)
    {
        const fs::path file = sidecarOf(opened.layout, opened.set, image);
        return fs::exists(file) ? readFile(file) : "";
    }
    static std::string text(const Opened &opened, size_t image = 0)
    {
        const ImageEntry &entry = opened.set.images.at(image);
        return sidecarText(opened.layout, opened.set, entry, before(opened, entry));
    }
    static QString textRefusal(const Opened &opened)
    {
        try {
            text(opened);
        } catch (const UserError &error) {
            return error.what();
        }
        return {};
    }
    Opened labelImgsYolo(const std::string &more = "")
    {
        putImage(root() / "a.png");
        putImage(root() / "b.png");
        put(root() / "a.txt", "0 0.500000 0.500000 0.200000 0.250000\n1 0.150000 0.125000 0.100000 0.050000\n" + more);
        put(root() / "classes.txt", "dog\ncat\n");
        return open(root());
    }

private Q_SLOTS:
    void init() { newFolder(); }

    void filesLieWhereTheyWereFound()
    {
        const LabelSet set = smallSet(root() / "set");
        struct Case {
            LabelFormat format;
            const char *file;
        };
        for (const auto &[format, file] :
             {Case{LabelFormat::Voc, "set/a.xml"}, Case{LabelFormat::Labelme, "set/a.json"},
              Case{LabelFormat::Yolo, "set/a.txt"}}) {
            writeLabels(set, format, root() / "set");
            fs::path written = root() / file;
            if (!fs::exists(written) && format == LabelFormat::Voc)
                written = root() / "set/Annotations/a.xml";
            QVERIFY2(fs::exists(written), nameOf(format));
            const Opened opened = open(root() / "set");
            QCOMPARE(opened.layout.format, format);
            QCOMPARE(sidecarOf(opened.layout, opened.set, imageNamed(opened.set, "a.png")), written);
            QCOMPARE(jsonOf(parseSidecarLayout(jsonOf(opened.layout))), jsonOf(opened.layout));
            QCOMPARE(parseSidecarLayout(jsonOf(opened.layout)).labels, opened.layout.labels);
            fs::remove(written);
            fs::remove(fs::path(written).replace_filename("b" + written.extension().string()));
        }
        putImage(root() / "y/images/train/a.png");
        putImage(root() / "y/images/val/a.png");
        put(root() / "y/labels/train/a.txt", "0 .5 .5 .1 .1");
        put(root() / "y/data.yaml", "train: images/train\nval: images/val\nnames: [a]\n");
        const Opened y = open(root() / "y");
        QCOMPARE(sidecarOf(y.layout, y.set, imageNamed(y.set, "val/a.png")), root() / "y/labels/val/a.txt");
        QCOMPARE(y.layout.classFile, root() / "y/data.yaml");
        putImage(root() / "r/train/images/a.png");
        put(root() / "r/train/labels/a.txt", "0 .5 .5 .1 .1");
        const Opened r = open(root() / "r");
        QCOMPARE(sidecarOf(r.layout, r.set, r.set.images.at(0)), root() / "r/train/labels/a.txt");
        put(root() / "c/labels.json", coco(""));
        putImage(root() / "c/a.png");
        QVERIFY(!sidecarLayout(root() / "c", readLabels(root() / "c")));
        for (const char *bad : {"", "{}", "[", "{\"format\":\"coco\"}", "{\"format\":\"voc\",\"root\":3}"})
            QVERIFY_THROWS_EXCEPTION(UserError, parseSidecarLayout(bad));
    }

    void aLayoutMovesWithItsFolder()
    {
        SidecarLayout layout{LabelFormat::Yolo, "/old", "/old/images", "/old/labels", VocOrigin::Edges, "/old/c.txt"};
        const SidecarLayout moved = relocated(layout, "/new").value();
        QCOMPARE(moved.labels, fs::path("/new/labels"));
        QCOMPARE(moved.images, fs::path("/new/images"));
        QCOMPARE(moved.classFile, fs::path("/new/c.txt"));
        QCOMPARE(relocated(moved, "/new")->root, fs::path("/new"));
        layout.images = "/elsewhere";  // only read
        QCOMPARE(relocated(layout, "/new")->images, fs::path("/elsewhere"));
        layout.classFile = "/data.yaml";
        QVERIFY(relocated(layout, "/old") && !relocated(layout, "/new"));
        layout.classFile.clear();
        layout.labels = "/old-labels";
        QVERIFY(!relocated(layout, "/new"));
        // The same folder by another name was not moved.
        fs::create_directories(root() / "real/images");
        fs::create_directory_symlink(root() / "real", root() / "link");
        layout.root = layout.images = root() / "real/images";
        layout.labels = root() / "real/labels";
        const SidecarLayout linked = relocated(layout, root() / "link/images").value();
        QCOMPARE(linked.images, root() / "link/images");
        QCOMPARE(linked.labels, root() / "real/labels");
    }

    void oneFileIsWhatTheWriterWrites()
    {
        LabelSet set = smallSet(root() / "set");
        set.images[0].boxes[0].difficult = true;
        for (const LabelFormat format : {LabelFormat::Voc, LabelFormat::Labelme, LabelFormat::Yolo}) {
            const auto report = writeLabels(set, format, root() / "set");
            Opened opened = open(root() / "set");
            for (size_t i = 0; i < 2; ++i) {
                const ImageEntry &image = set.images[i];
                const fs::path file = sidecarOf(opened.layout, set, image);
                const std::string written = readFile(file);
                QCOMPARE(sidecarText(opened.layout, set, image, ""), written);
                QCOMPARE(sidecarText(opened.layout, set, image, written), written);
                fs::remove(file);
            }
            QCOMPARE(sidecarText(opened.layout, set, set.images[2], ""), std::string());
        }
    }

    void anotherProgramsFileStaysByteForByte()
    {
        putImage(root() / "a.png");
        put(root() / "a.json", xAnyLabelings);
        Opened opened = open(root());
        QCOMPARE(opened.read.set.boxCount(), size_t(1));
        QCOMPARE(text(opened), xAnyLabelings);
        // A box is moved far, gets another class and a score: only that changes.
        BoxEntry &box = opened.set.images[0].boxes[0];
        box.box = {60.5, 20, 80, 40};
        opened.set.classes.push_back(classEntry(opened.set.newKey(), "dog", 1));
        const std::string moved = text(opened);
        std::string expected = xAnyLabelings;
        for (const auto &[from, to] :
             {std::pair{"          10.0,", "          60.5,"}, {"          30.0,", "          80.0,"}})
            for (size_t at = 0; (at = expected.find(from)) != std::string::npos;)
                expected.replace(at, std::string(from).size(), to);
        QCOMPARE(moved, expected);
        box.classKey = opened.set.classes.back().key;
        box.box = {10, 20, 30, 40};
        const std::string renamed = text(opened);
        QVERIFY(renamed.find("\"label\": \"dog\"") != std::string::npos &&
                renamed.find("\"near\"") != std::string::npos);
        // A new box is written as the file writes its own; the one that is gone takes its fields with it.
        opened.set.images[0].boxes = {boxEntry(opened.set.newKey(), box.classKey, {50, 50, 60, 60})};
        const std::string drawn = text(opened);
        QVERIFY(drawn.find("near") == std::string::npos && drawn.find("\"kie_linking\": []") != std::string::npos);
        QVERIFY(drawn.find("\"spot\"") != std::string::npos && drawn.find("\"QUJD\"") != std::string::npos);
        // Verified and New.
        opened.set.images[0].status = ReviewStatus::Verified;
        QVERIFY(text(opened).find("\"checked\": true") != std::string::npos);
        opened.set.images[0].boxes.clear();
        opened.set.images[0].status = ReviewStatus::New;
        QVERIFY(text(opened).find("\"spot\"") != std::string::npos);
    }

    void nothingIsWrittenOverWhatIsNotUnderstood()
    {
        putImage(root() / "a.png");
        put(root() / "a.json", xAnyLabelings);
        const Opened opened = open(root());
        put(root() / "a.json", xAnyLabelings.substr(0, 300));
        QVERIFY(textRefusal(opened).contains("a.json is not valid JSON"));
        std::string other = xAnyLabelings;
        put(root() / "a.json", other.replace(other.find("\"imageHeight\": 80"), 17, "\"imageHeight\": 79"));
        QVERIFY(textRefusal(opened).contains("made for 100 × 79 pixels"));
        putImage(root() / "b.png");
        other = xAnyLabelings;
        put(root() / "a.json", other.replace(other.find("sub\\\\a.png"), 10, "b.png"));
        QVERIFY(textRefusal(opened).contains("holds the labels of"));
    }

    void unknownFieldsOfVocAndPolygonsOfYoloSurvive()
    {
        putImage(root() / "a.png");
        put(root() / "a.xml",
            voc(vocObject("cat", "10", "20", "30", "40",
                          "<pose>Left</pose><truncated>1</truncated><occluded>1</occluded>") +
                    vocObject("dog", "50", "20", "60", "40"),
                "<size><width>100</width><height>80</height><depth>3</depth></size>", "Unknown", "a.png"));
        Opened opened = open(root());
        opened.set.images[0].boxes[0].box = {12, 20, 32, 40};
        const std::string xml = text(opened);
        QVERIFY2(xml.find("<pose>Left</pose>") != std::string::npos &&
                     xml.find("<occluded>1</occluded>") != std::string::npos &&
                     xml.find("<xmin>12</xmin>") != std::string::npos,
                 xml.c_str());
        fs::remove(root() / "a.xml");
        put(root() / "a.txt", "0 0.1 0.1 0.3 0.1 0.2 0.5\n");
        opened = open(root());
        QCOMPARE(text(opened), std::string("0 0.100000 0.100000 0.300000 0.100000 0.200000 0.500000\n"));
        opened.set.images[0].boxes[0].box = {20, 8, 40, 40};
        QCOMPARE(text(opened), std::string("0 0.200000 0.100000 0.400000 0.100000 0.300000 0.500000\n"));
    }

    void whatIsNoLabelStaysInItsFile()
    {
        putImage(root() / "a.png");
        const std::string noBox = "<object><name>sky</name><note>all of it</note></object>";
        put(root() / "a.xml", voc(noBox + vocObject("cat", "10", "20", "30", "40") +
                                  vocObject("dog", "500", "20", "600", "40", "<pose>Left</pose>")));
        Opened opened = open(root());
        QCOMPARE(opened.set.boxCount(), size_t(1));
        opened.set.images[0].boxes[0].box = {12, 20, 32, 40};
        for (int written = 0; written < 2; ++written) {
            const std::string xml = text(opened);
            QCOMPARE(QString::fromStdString(xml).count("<object>"), 3);
            for (const char *words : {"<name>sky</name>", "<note>all of it</note>", "<xmax>600</xmax>",
                                      "<pose>Left</pose>", "<xmin>12</xmin>"})
                QVERIFY2(xml.find(words) != std::string::npos, xml.c_str());
            put(root() / "a.xml", xml);
        }
        opened.set.images[0].boxes.clear();
        opened.set.images[0].status = ReviewStatus::New;
        put(root() / "a.xml", text(opened));
        QCOMPARE(QString::fromStdString(readFile(root() / "a.xml")).count("<object>"), 2);
        QVERIFY(readSidecar(opened.layout, opened.set, opened.set.images[0]) == opened.set.images[0]);
        fs::remove(root() / "a.xml");

        opened = labelImgsYolo("0 0.5 0.5 0.2\n\ncar 0.5 0.5 0.2 0.2\r\n");
        opened.set.images[0].boxes[0].box = {10, 20, 30, 40};
        const std::string txt = text(opened);
        QVERIFY2(txt.ends_with("\n0 0.5 0.5 0.2\ncar 0.5 0.5 0.2 0.2\r\n"), txt.c_str());
        put(root() / "a.txt", txt);
        QCOMPARE(text(opened), txt);
    }

    void fieldsOfABoxThatComesBackAreTheProjects()
    {
        putImage(root() / "a.png");
        const std::string one = vocObject("cat", "10", "20", "30", "40", "<pose>Left</pose>");
        const std::string both = one + vocObject("cat", "50", "20", "60", "40", "<pose>Right</pose>");
        put(root() / "a.xml", voc(both));
        const Opened opened = open(root());
        const ImageEntry &image = opened.set.images[0], &full = opened.read.set.images[0];
        const auto extraOf = [&](Key key) { return key == full.key ? full.extra : findBox(full, key)->extra; };
        for (const std::string &before : {voc(one), std::string()}) {
            const std::string xml = sidecarText(opened.layout, opened.set, image, before, extraOf);
            QVERIFY2(xml.find("<pose>Left</pose>") != std::string::npos &&
                         xml.find("<pose>Right</pose>") != std::string::npos,
                     xml.c_str());
        }
        // What stands in the file counts, not what once stood there.
        const std::string changed = voc(vocObject("cat", "10", "20", "30", "40", "<pose>Rear</pose>"));
        QVERIFY(sidecarText(opened.layout, opened.set, image, changed, extraOf).find("Rear") != std::string::npos);
        fs::remove(root() / "a.xml");
        put(root() / "a.json", xAnyLabelings);
        const Opened labelme = open(root());
        const ImageEntry &entry = labelme.read.set.images[0];
        const std::string text = sidecarText(labelme.layout, labelme.set, labelme.set.images[0], "", [&](Key key) {
            return key == entry.key ? entry.extra : findBox(entry, key)->extra;
        });
        QVERIFY2(text.find("\"near\"") != std::string::npos && text.find("\"spot\"") != std::string::npos,
                 text.c_str());
    }

    void yolosNamesGrowAndNeverMove()
    {
        Opened opened = labelImgsYolo();
        QCOMPARE(text(opened), readFile(root() / "a.txt"));
        const auto classes = [&] {
            return sidecarClasses(opened.layout, opened.set, readFile(root() / "classes.txt"));
        };
        QCOMPARE(classes(), std::string("dog\ncat\n"));
        // Two new classes, put before the old ones in the list of classes.
        opened.set.classes.insert(opened.set.classes.begin(), classEntry(opened.set.newKey(), "ant", -2));
        opened.set.classes.insert(opened.set.classes.begin(), classEntry(opened.set.newKey(), "bee", -3));
        QCOMPARE(classes(), std::string("dog\ncat\nant\nbee\n"));
        put(root() / "classes.txt", classes());
        opened.set.images[0].boxes[0].classKey = opened.set.findClass("bee")->key;
        QVERIFY(text(opened).starts_with("3 "));
        // The older of them goes: the younger keeps its number.
        std::erase_if(opened.set.classes, [](const ClassEntry &c) { return c.name == "ant"; });
        QCOMPARE(classes(), std::string("dog\ncat\nant\nbee\n"));
        QVERIFY(text(opened).starts_with("3 "));
        // A class that the file has is renamed in its line.
        for (ClassEntry &entry : opened.set.classes)
            if (entry.name == "cat")
                entry.name = "kitten";
        QCOMPARE(classes(), std::string("dog\nkitten\nant\nbee\n"));
        QVERIFY(text(opened).find("\n1 0.15") != std::string::npos);
    }

    void anExternalChangeIsASmallEdit()
    {
        Opened opened = labelImgsYolo();
        ImageEntry &image = opened.set.images[0];
        image.boxes[0].score = 0.9f;
        image.boxes[0].locked = true;
        image.status = ReviewStatus::Verified;
        const Key first = image.boxes[0].key, second = image.boxes[1].key;
        QVERIFY(readSidecar(opened.layout, opened.set, image) == image);  // nothing changed: nothing changes
        // The other program moves the dog a little, makes the cat an elephant, and adds a dog.
        put(root() / "classes.txt", "dog\ncat\nelephant\n");
        put(root() / "a.txt", "0 0.9 0.9 0.1 0.1\n2 0.150000 0.125000 0.100000 0.050000\n0 0.51 0.5 0.2 0.25\n");
        const Key fresh = opened.set.nextKey;
        const ImageEntry now = readSidecar(opened.layout, opened.set, image);
        QCOMPARE(now.boxes.size(), size_t(3));
        QCOMPARE(now.status, ReviewStatus::Labelled);
        QVERIFY((findBox(now, first)->box == Box{41, 30, 61, 50}));
        QVERIFY(findBox(now, first)->locked && findBox(now, first)->score == 0.9f);
        QCOMPARE(opened.set.findClass(findBox(now, second)->classKey)->name, std::string("elephant"));
        QVERIFY(now.boxes.back().key >= fresh && (now.boxes.back().box == Box{85, 68, 95, 76}));
        QVERIFY(std::is_sorted(now.boxes.begin(), now.boxes.end(),
                               [](const auto &a, const auto &b) { return a.key < b.key; }));
        put(root() / "a.txt", "");
        QCOMPARE(readSidecar(opened.layout, opened.set, image).status, ReviewStatus::Empty);
        fs::remove(root() / "a.txt");
        QCOMPARE(readSidecar(opened.layout, opened.set, image).status, ReviewStatus::New);
        QCOMPARE(fingerprintOf(root() / "a.txt"), std::string());
        put(root() / "a.txt", "abc");
        QCOMPARE(fingerprintOf(root() / "a.txt"),
                 std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }

    void boxesAreMatchedAsTheHeaderSays()
    {
        const NamedBox a{"a", {0, 0, 10, 10}}, b{"a", {20, 0, 30, 10}}, c{"b", {40, 0, 50, 10}};
        const auto same = [](std::vector<NamedBox> was, std::vector<NamedBox> is, bool inPlace) {
            return sameBoxes(was, is, inPlace);
        };
        QCOMPARE(same({a, b, c}, {c, b, a}, false), (std::vector<int>{2, 1, 0}));
        QCOMPARE(same({a, a}, {a, a, a}, false), (std::vector<int>{0, 1, -1}));
        // The best overlap wins, not the first.
        QCOMPARE(same({{"a", {0, 0, 10, 10}}, {"a", {2, 0, 12, 10}}}, {{"a", {3, 0, 13, 10}}}, false),
                 (std::vector<int>{1}));
        QCOMPARE(same({a}, {{"b", {1, 0, 11, 10}}}, false), (std::vector<int>{-1}));
        QCOMPARE(same({a}, {{"b", {0, 0, 10, 10}}}, false), (std::vector<int>{0}));
        const NamedBox far{"a", {70, 50, 80, 60}};
        QCOMPARE(same({a, b, c}, {a, far, c}, false), (std::vector<int>{0, -1, 2}));
        QCOMPARE(same({a, b, c}, {a, far, c}, true), (std::vector<int>{0, 1, 2}));
        QCOMPARE(same({a, c, b}, {a, c, far}, true), (std::vector<int>{0, 1, -1}));  // may be a new one
        const double nan = std::nan("");
        QCOMPARE(same({{"a", {nan, nan, nan, nan}}}, {{"a", {nan, nan, nan, nan}}}, false), (std::vector<int>{-1}));
    }

    void manyBoxesTakeNoTime()
    {
        std::mt19937 random(3);
        std::vector<NamedBox> was, is;
        for (int i = 0; i < 20000; ++i) {
            const double x = random() % 14000, y = random() % 14000;
            was.push_back({"c", {x, y, x + 20, y + 20}});
            is.push_back({"c", {x + 1, y, x + 21, y + 20}});
        }
        std::vector<int> same;
        const double took = wallMs([&] { same = sameBoxes(was, is, true); });
        qInfo("20,000 moved boxes matched in %.0f ms", took);
        QVERIFY(took < 2000 * slower);
        QVERIFY(std::count(same.begin(), same.end(), -1) < 200);
    }
};

QTEST_GUILESS_MAIN(TestSidecars)
#include "tst_sidecars.moc"
