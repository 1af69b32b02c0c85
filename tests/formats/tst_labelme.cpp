// SPDX-License-Identifier: GPL-3.0-or-later
// labelme's and X-AnyLabeling's files. What stood in a file stands in it after it was read and written.
#include "core/data/formats/labelme.h"
#include "core/data/formats/labelme_folder.h"
#include "format_folder.h"

using namespace fcoscope;

namespace {

/// As json.dump(indent=2) writes it: what labelme 5 saves, by its own list of fields.
std::string labelme(const std::string &shapes, const std::string &more = "", const std::string &image = "a.png",
                    const std::string &data = "null")
{
    return indentedJson(compactJson("", "{\"version\":\"5.4.1\",\"flags\":{}," + more + "\"shapes\":[" + shapes +
                                            "],\"imagePath\":\"" + image + "\",\"imageData\":" + data +
                                            ",\"imageHeight\":80,\"imageWidth\":100}"));
}
std::string shape(const std::string &label, const std::string &points, const std::string &kind = "rectangle",
                  const std::string &more = "\"flags\":{},\"mask\":null")
{
    return "{\"label\":\"" + label + "\",\"points\":" + points +
           ",\"group_id\":null,\"description\":\"\",\"shape_type\":\"" + kind + "\"," + more + "}";
}
/// As X-AnyLabeling 2 and later saves it.
std::string xShape(const std::string &label, const std::string &points)
{
    return "{\"label\":\"" + label + "\",\"score\":0.875,\"points\":" + points +
           ",\"group_id\":3,\"description\":\"near\",\"difficult\":true,\"shape_type\":\"rectangle\",\"flags\":{},"
           "\"attributes\":{\"color\":{\"deep\":[1,2.50,{\"x\":1e2}]}},\"kie_linking\":[]}";
}

}  // namespace

class TestLabelme : public QObject, private FormatFolder {
    Q_OBJECT

    ReadLabels readText(const std::string &text)
    {
        putImage(root() / "a.png");
        put(root() / "a.json", text);
        return readLabels(root());
    }
    /// The bytes after everything was read and written to the same place.
    std::string written(const ReadLabels &read)
    {
        FormatOptions options;
        options.writeNew = true;
        writeLabels(read.set, LabelFormat::Labelme, root() / "out", options);
        return readFile(root() / "out/a.json");
    }

private Q_SLOTS:
    void init() { newFolder(); }

    void rectanglesInAnyOrderOfCorners()
    {
        for (const char *points : {"[[10.5,20.0],[30.25,40.0]]", "[[30.25,40],[10.5,20]]", "[[10.5,40],[30.25,20]]"}) {
            const ReadLabels read = readText(labelme(shape("cat", points)));
            QCOMPARE(read.format, LabelFormat::Labelme);
            QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
            QVERIFY((read.set.images[0].boxes.at(0).box == Box{10.5, 20, 30.25, 40}));
            QCOMPARE(read.set.images[0].boxes[0].extra, std::string());  // group_id null says nothing
            QCOMPARE(read.set.images[0].extra, std::string());
        }
    }

    void statusesFollowWhatTheFileSays()
    {
        putImage(root() / "b.png");
        QCOMPARE(readText(labelme("")).set.images[0].status, ReviewStatus::Empty);
        QCOMPARE(imageNamed(readLabels(root()).set, "b.png").status, ReviewStatus::New);
        QCOMPARE(readText(labelme(shape("c", "[[1,2],[3,4]]"), "\"checked\":true,")).set.images[0].status,
                 ReviewStatus::Verified);
        QCOMPARE(readText(labelme(shape("c", "[[1,2]]", "point"))).set.images[0].status, ReviewStatus::New);
    }

    void xAnyLabelingKeepsItsWay()
    {
        const std::string four = "[[10.0,20.0],[30.0,20.0],[30.0,40.0],[10.0,40.0]]";
        const ReadLabels read = readText(labelme(xShape("cat", four), "\"checked\":true,\"tags\":[\"x\"],"));
        QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
        const BoxEntry &box = read.set.images[0].boxes.at(0);
        QVERIFY((box.box == Box{10, 20, 30, 40}));
        QCOMPARE(box.score.value(), 0.875f);
        QVERIFY(box.difficult);
        QVERIFY2(box.extra.find("\"deep\":[1,2.50,{\"x\":1e2}]") != std::string::npos, box.extra.c_str());
        const std::string text = written(read);
        const LabelmeFile back = parseLabelme("", text);
        QCOMPARE(back.points, ShapePoints::Four);
        QVERIFY(back.checked);
        QCOMPARE(std::string(back.top.get("tags")), std::string("[\"x\"]"));
        QCOMPARE(difference(read.set, readLabels(root() / "out").set), QString());
    }

    void otherShapesAreBoxesAndStayShapes()
    {
        const ReadLabels read =
            readText(labelme(shape("poly", "[[10,10],[30,20],[20,50.5]]", "polygon") + "," +
                             shape("round", "[[50,40],[53,44]]", "circle") + "," +
                             shape("mask", "[[5,6],[7,9]]", "mask", "\"mask\":\"iVBORw0KGgo=\"") + "," +
                             shape("spot", "[[1,2]]", "point") + "," + shape("level", "[[1,2],[9,2]]", "line") + "," +
                             shape("turned", "[[20,10],[30,20],[20,30],[10,20]]", "rotation", "\"direction\":0.785")));
        const auto &boxes = read.set.images[0].boxes;
        QCOMPARE(boxes.size(), size_t(4));
        QVERIFY((boxes[0].box == Box{10, 10, 30, 50.5}));
        QVERIFY((boxes[1].box == Box{45, 35, 55, 45}));
        QVERIFY((boxes[2].box == Box{5, 6, 8, 10}));
        QVERIFY((boxes[3].box == Box{10, 10, 30, 30}));
        QVERIFY(lists(read.problems, "Shape 1 (poly) is a polygon of 3 points: its bounding box is used"));
        QVERIFY(lists(read.problems, "Shape 4 (spot) is a point without an area; it stays in the file"));
        QVERIFY(lists(read.problems, "Shape 5 (level) is a line without an area"));
        const LabelmeFile back = parseLabelme("", written(read));
        QCOMPARE(back.shapes.size(), size_t(6));
        QCOMPARE(std::string(JsonFields(back.shapes[0]).get("points")), std::string("[[10,10],[30,20],[20,50.5]]"));
        QCOMPARE(std::string(JsonFields(back.shapes[2]).get("mask")), std::string("\"iVBORw0KGgo=\""));
        QCOMPARE(std::string(JsonFields(back.shapes[3]).get("direction")), std::string("0.785"));
        QCOMPARE(difference(read.set, readLabels(root() / "out").set), QString());
    }

    void aShapeMovesWithItsBox()
    {
        ReadLabels read = readText(labelme(shape("poly", "[[10,10],[30,20],[20,50]]", "polygon") + "," +
                                           shape("round", "[[50,40],[53,44]]", "circle")));
        read.set.images[0].boxes[0].box = {20, 10, 60, 50};  // moved and twice as wide
        read.set.images[0].boxes[1].box = {45.1, 35, 55, 45};
        const LabelmeFile back = parseLabelme("", written(read));
        QCOMPARE(std::string(JsonFields(back.shapes[0]).get("points")),
                 std::string("[[20.0,10.0],[60.0,20.0],[40.0,50.0]]"));
        QCOMPARE(std::string(JsonFields(back.shapes[1]).get("shape_type")), std::string("\"rectangle\""));
        QVERIFY((back.meaning[1].box == Box{45.1, 35, 55, 45}));
    }

    void picturesInsideSurviveWithoutBeingHeld()
    {
        const std::string data = "\"" + std::string(100000, 'A') + "=\"";
        const ReadLabels read = readText(labelme(shape("c", "[[1,2],[3,4]]"), "", "a.png", data));
        QVERIFY(read.set.images[0].extra.size() < 100);
        QVERIFY(written(read).find(data) != std::string::npos);
        fs::remove(root() / "a.json");
        const auto report = writeLabels(read.set, LabelFormat::Labelme, root() / "out");
        QVERIFY(says(report, "imageData"));
    }

    void imagesAreFoundAsTheFileSaysIt()
    {
        putImage(root() / "images/a.png");
        put(root() / "json/a.json", labelme(shape("c", "[[1,2],[3,4]]"), "", "..\\\\images\\\\a.png"));
        QCOMPARE(readLabels(root()).set.images.at(0).path, std::string("images/a.png"));
        const ReadLabels alone = readLabels(root() / "json");  // the images lie outside
        QCOMPARE(alone.set.fileOf(alone.set.images.at(0)), fs::path(root() / "images/a.png"));
        QVERIFY((alone.set.images[0].size == Size{100, 80}));
        put(root() / "json/b.json", labelme(shape("c", "[[1,2],[3,4]]"), "", "gone.png"));
        const ReadLabels gone = readLabels(root() / "json");
        QVERIFY(lists(gone.problems, "There is no image named gone.png; its 1 labels were left out"));
        // a.json is of a.png, whatever it names: people rename files.
        putImage(root() / "two/a.png");
        putImage(root() / "two/b.png");
        put(root() / "two/a.json", labelme(shape("c", "[[1,2],[3,4]]"), "", "b.png"));
        const ReadLabels two = readLabels(root() / "two");
        QCOMPARE(imageNamed(two.set, "a.png").boxes.size(), size_t(1));
        QVERIFY(lists(two.problems, "names the image b.png"));
    }

    void labelsOfAnotherSizeAreLeftOut()
    {
        std::string text = labelme(shape("c", "[[1,2],[3,4]]"));
        text.replace(text.find("\"imageHeight\": 80"), 17, "\"imageHeight\": 81");
        const ReadLabels read = readText(text);
        QCOMPARE(read.set.boxCount(), size_t(0));
        QVERIFY(lists(read.problems, "made for 100 × 81 pixels, but the image has 100 × 80"));
    }

    void cocoIsNotTakenForIt()
    {
        putImage(root() / "a.png");
        put(root() / "labels.json", coco(annotation(1, "[1,2,3,4]")));
        QCOMPARE(readLabels(root()).format, LabelFormat::Coco);
        QVERIFY(recogniseLabels(root() / "labels.json") == LabelFormat::Coco);
        put(root() / "one/a.json", labelme(""));
        QVERIFY(recogniseLabels(root() / "one/a.json") == LabelFormat::Labelme);
    }

    void badFilesAreOneSentenceEach()
    {
        putImage(root() / "a.png");
        const std::string deep(100000, '[');
        for (const std::string &text :
             {std::string("{\"shapes\":["), "{\"shapes\":" + deep, std::string("{\"shapes\":{},\"imagePath\":\"\"}"),
              std::string("{\"shapes\":[],\"x\":1e999}"), std::string("{\"shapes\":[],\"x\":\"\xff\"}"),
              std::string("{\"shapes\":[],\"x\":NaN}"), std::string("{\"shapes\":[]}}"),
              "{\"shapes\":[{\"a\":" + std::string(600, '[') + std::string(600, ']') + "}]}"}) {
            put(root() / "a.json", text);
            const QString sentence = refusalOf(root() / "a.json");
            QVERIFY2(sentence.contains("a.json") && !sentence.contains('\n'),
                     (text.substr(0, 40) + sentence.toStdString()).c_str());
            const ReadLabels folder = readLabels(root());
            QCOMPARE(folder.set.images.at(0).status, ReviewStatus::New);
            QCOMPARE(folder.problems.size(), size_t(1));
        }
    }

    void badShapesAreListedAndStay()
    {
        const std::string bad = "3,null,{\"label\":5,\"points\":[]},{\"label\":\"\",\"points\":[[1,2],[3,4]]}," +
                                shape("a", "[[1,2],[3]]") + "," + shape("b", "[[1,\"2\"],[3,4]]") + "," +
                                shape("c", "[[1,2],[1,2]]") + "," + shape("d", "[[1e308,0],[-1e308,1e308]]") + "," +
                                shape("good", "[[1,2],[3,4]]");
        const ReadLabels read = readText(labelme(bad));
        QVERIFY(lists(read.problems, "Shape 5 (a) has points that are no pairs"));
        QVERIFY(lists(read.problems, "Shape 7 (c) is a rectangle without an area"));
        QVERIFY(read.set.findClass("good"));
        QCOMPARE(parseLabelme("", written(read)).shapes.size(), size_t(9));
    }

    void newFilesAreLabelmes()
    {
        LabelSet set = smallSet(root() / "set");
        set.images[0].boxes[0].score = 0.25f;
        set.images[0].boxes[1].difficult = set.images[0].boxes[1].crowd = true;
        set.images[0].boxes[2].area = 77.5;
        set.images[1].status = ReviewStatus::Verified;
        const auto report = writeLabels(set, LabelFormat::Labelme, root() / "out");
        QVERIFY(report.lossless());
        const std::string text = readFile(root() / "out/a.json");
        const QString begin = QString::fromStdString(text.substr(0, 210));
        QVERIFY2(begin.startsWith(
                     "{\n  \"version\": \"5.5.0\",\n  \"flags\": {},\n  \"shapes\": [\n    {\n      \"label\": "
                     "\"red, cell\",\n      \"points\": [\n        [\n          10.0,\n          20.0\n        ],"),
                 text.c_str());
        QVERIFY(text.find("\"imagePath\": \"../set/a.png\"") != std::string::npos);
        QVERIFY(!fs::exists(root() / "out/c.json"));
        const ReadLabels read = readLabels(root() / "out");
        QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
        QCOMPARE(difference(set, read.set, {.newOnes = false}), QString());
        QCOMPARE(imageNamed(read.set, "a.png").boxes[2].area, 77.5);
        // Beside the images, and two images of one name.
        putImage(root() / "set/a.jpg");
        ImageEntry twin = set.images[0];
        twin.path = "a.jpg";
        set.images.push_back(twin);
        QVERIFY(says(writeLabels(set, LabelFormat::Labelme, root() / "set"), "Another image has the same name"));
        QCOMPARE(difference(set, readLabels(root() / "set").set), QString());
    }

    void realSetsComeBackValueEqual()
    {
        if (!hasShared())
            QSKIP("FCOSCOPE_SHARED is missing: real sets were NOT converted");
        for (const LabelSet &set : {bccd(), cocoMini()}) {
            const fs::path to = root() / std::to_string(set.images.size());
            const auto report = writeLabels(set, LabelFormat::Labelme, to);
            QCOMPARE(report.boxes, set.boxCount());
            const ReadLabels read = readLabels(to);
            QVERIFY2(read.problems.empty(), textOf(read.problems).substr(0, 1000).c_str());
            QCOMPARE(difference(set, read.set, {.extras = false, .newOnes = false}), QString());
        }
    }
};

QTEST_GUILESS_MAIN(TestLabelme)
#include "tst_labelme.moc"
