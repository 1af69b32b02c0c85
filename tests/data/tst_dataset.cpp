// SPDX-License-Identifier: GPL-3.0-or-later
// Data sets: COCO and VOC as the world writes them, well and badly. Whatever is left out must be listed.
#include <QtTest>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/base/error.h"
#include "core/data/dataset.h"
#include "core/data/image.h"

using namespace fcoscope;
namespace fs = std::filesystem;

namespace {

void put(const fs::path &path, const std::string &content)
{
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
}

void putImage(const fs::path &path, int width = 100, int height = 80)
{
    fs::create_directories(path.parent_path());
    Image image{"", {width, height}, {}};
    image.pixels.assign(static_cast<size_t>(width * height * 3), 90);
    writePng(path.string(), image);
}

std::string vocObject(const std::string &name, const std::string &x1, const std::string &y1, const std::string &x2, const std::string &y2,
                      const std::string &more = "")
{
    return "<object><name>" + name + "</name>" + more + "<bndbox><xmin>" + x1 + "</xmin><ymin>" + y1 + "</ymin><xmax>" + x2 +
           "</xmax><ymax>" + y2 + "</ymax></bndbox></object>";
}

std::string voc(const std::string &objects, const std::string &size = "<size><width>100</width><height>80</height><depth>3</depth></size>",
                const std::string &database = "Unknown", const std::string &fileName = "anything.jpg")
{
    return "<annotation><filename>" + fileName + "</filename><source><database>" + database + "</database></source>" + size + objects +
           "</annotation>";
}

std::string allReasons(const Dataset &dataset)
{
    std::string text;
    for (const auto &problem : dataset.problems)
        text += problem.file + ": " + problem.reason.english() + "\n";
    return text;
}

bool lists(const Dataset &dataset, const std::string &words)
{
    for (const auto &problem : dataset.problems)
        if (problem.reason.english().find(words) != std::string::npos && !problem.file.empty())
            return true;
    return false;
}

QString refusal(const fs::path &path, const DatasetOptions &options = {})
{
    try {
        readDataset(path, options);
    } catch (const UserError &error) {
        return QString::fromStdString(error.what());
    }
    return {};
}

/// JSON with its quotes written as apostrophes, for texts that moc cannot follow as raw strings.
std::string json(std::string text)
{
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

const std::string cocoImage = R"({"id": 7, "file_name": "a.png", "width": 100, "height": 80})";
const std::string cocoCategories = R"([{"id": 3, "name": "cat"}, {"id": 1, "name": "dog"}])";

std::string coco(const std::string &annotations, const std::string &images = cocoImage, const std::string &categories = cocoCategories)
{
    return "{\"images\": [" + images + "], \"categories\": " + categories + ", \"annotations\": [" + annotations + "]}";
}

std::string annotation(int id, const std::string &bbox, const std::string &rest = R"("image_id": 7, "category_id": 3)")
{
    return "{\"id\": " + std::to_string(id) + ", \"bbox\": " + bbox + ", " + rest + "}";
}

}  // namespace

class TestDataset : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> folder_;
    fs::path root() const { return folder_->path().toStdString(); }
    static fs::path shared() { return qEnvironmentVariable("FCOSCOPE_SHARED").toStdString(); }

    /// A COCO file beside the image a.png of 100 × 80 pixels.
    Dataset readCocoText(const std::string &text)
    {
        putImage(root() / "a.png");
        put(root() / "labels.json", text);
        return readDataset(root() / "labels.json");
    }
    Dataset readVocText(const std::string &text, const DatasetOptions &options = {})
    {
        putImage(root() / "JPEGImages/a.png");
        put(root() / "Annotations/a.xml", text);
        return readDataset(root(), options);
    }

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    // --- the real sets ---------------------------------------------------------------------------------------------

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
            QVERIFY(QString::fromStdString(all.problems[i].file).endsWith(i == 0 ? "BloodImage_00338.xml" : "BloodImage_00343.xml"));
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

    // --- COCO ------------------------------------------------------------------------------------------------------

    void cocoBoxesAndClasses()
    {
        const Dataset dataset = readCocoText(coco(annotation(1, "[10, 20, 30.5, 40]", R"("image_id": 7, "category_id": 3, "area": 77.5, "iscrowd": 1)") +
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
        row("image dangling", annotation(5, "[1, 1, 4, 4]", R"("image_id": 8, "category_id": 3)"), "belongs to image 8");
        row("image id a text", annotation(5, "[1, 1, 4, 4]", R"("image_id": "7", "category_id": 3)"), "no whole number as image_id");
        row("image id missing", annotation(5, "[1, 1, 4, 4]", R"("category_id": 3)"), "no whole number as image_id");
        row("image id broken", annotation(5, "[1, 1, 4, 4]", R"("image_id": 7.5, "category_id": 3)"), "no whole number as image_id");
        row("category dangling", annotation(5, "[1, 1, 4, 4]", R"("image_id": 7, "category_id": 2)"), "category \"2\"");
        row("category missing", annotation(5, "[1, 1, 4, 4]", R"("image_id": 7)"), "category \"\"");
        row("same id twice", annotation(5, "[1, 1, 4, 4]") + "," + annotation(5, "[2, 2, 4, 4]"), "Two annotations have the id 5", 1);
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
        const Dataset dataset = readCocoText(coco(annotation(1, "[-5, 70, 20, 20]") + "," + annotation(2, "[80.25, 0, 20, 10]")));
        QVERIFY((dataset.images[0].labels[0].box == Box{0, 70, 15, 80}));
        QVERIFY((dataset.images[0].labels[1].box == Box{80.25, 0, 100.25, 10}));  // a quarter pixel: somebody's rounding
        QCOMPARE(dataset.problems.size(), size_t(1));
    }

    void cocoImagesThatCannotBeUsedAreListed()
    {
        putImage(root() / "b.png", 50, 60);
        putImage(root() / "sub/c.png");
        put(root() / "broken.png", "no image");
        const std::string images =
            cocoImage + json(", {'id': 8, 'file_name': 'absent.png'}, {'id': 9, 'file_name': 'b.png', 'width': 60, 'height': 50}"
                             ", {'id': 10, 'file_name': 'broken.png'}, {'id': 7, 'file_name': 'b.png'}, {'id': 'x', 'file_name': 'b.png'}"
                             ", {'id': 11}, 3, {'id': 12, 'file_name': 'sub\\\\c.png', 'width': 0}, {'id': 14, 'file_name': 'b\\u0000.png'}"
                             ", {'id': 13, 'file_name': 'sub/../../" + root().filename().string() + "/b.png'}");
        const Dataset dataset = readCocoText(coco(annotation(1, "[1, 1, 4, 4]", R"("image_id": 8, "category_id": 1)"), images));
        for (const char *words : {"absent.png is missing; it and its 1 labels", "made for 60 × 50 pixels, but the image has 50 × 60",
                                  "broken.png is not an image", "Two images have the id 7", "no whole number as id", "id 11 has no file_name",
                                  "Entry 7 of \"images\" is not an object", "leads out of the images' folder"})
            QVERIFY2(lists(dataset, words), qPrintable(QString("%1 not in\n%2").arg(words, QString::fromStdString(allReasons(dataset)))));
        std::vector<int64_t> ids;
        for (const auto &image : dataset.images)
            ids.push_back(image.id);
        QCOMPARE(ids, (std::vector<int64_t>{7, 12, 13}));
        QVERIFY2(dataset.problems.size() == 9, allReasons(dataset).c_str());  // and the name with a NUL, as missing
    }

    void cocoCategoriesThatCannotBeUsedAreListed()
    {
        const Dataset dataset = readCocoText(coco(annotation(1, "[1, 1, 4, 4]"), cocoImage,
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
        QTest::newRow("annotations twice") << QByteArray(R"({"images": [], "categories": [], "annotations": [], "annotations": []})") << "two lists";
        QTest::newRow("cut short") << QByteArray::fromStdString(good.substr(0, good.size() / 2)) << "not valid JSON";
        QTest::newRow("trailing comma") << QByteArray::fromStdString(good.substr(0, good.size() - 2) + ",]}") << "not valid JSON";
        QTest::newRow("more behind") << QByteArray::fromStdString(good + "{}") << "not valid JSON";
        QTest::newRow("UTF-16") << QByteArray("\xFF\xFE{\0}\0", 6) << "not valid JSON";
        QTest::newRow("deep") << QByteArray::fromStdString(R"({"images": )" + std::string(100000, '[')) << "not valid JSON";
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

    void aByteOrderMarkDoesNoHarm() { QCOMPARE(readCocoText("\xEF\xBB\xBF" + coco(annotation(1, "[1, 1, 4, 4]"))).labelCount(), size_t(1)); }

    void withoutAnnotationsNothingIsLabelled()
    {
        const Dataset dataset = readCocoText("{\"images\": [" + cocoImage + "], \"categories\": []}");
        QVERIFY(!dataset.labelled && dataset.images.size() == 1);
    }

    void imagesAreFoundNearTheFile()
    {
        const std::string text = coco(annotation(1, "[1, 1, 4, 4]"));
        for (const char *place : {"a.png", "train2017/a.png", "images/a.png", "images/train2017/a.png", "../train2017/a.png", "../images/a.png"}) {
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
        QCOMPARE(readDataset(root() / "set.json", {.images = (root() / "elsewhere/deep").string()}).labelCount(), size_t(1));
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

    // --- Pascal VOC ------------------------------------------------------------------------------------------------

    void vocOriginDecidesTheEdges()
    {
        const std::string text = voc(vocObject("cell", "10", "20", "30", "40"));
        const auto boxWith = [&](VocOrigin origin) { return readVocText(text, {.vocOrigin = origin}).images.at(0).labels.at(0).box; };
        QVERIFY((boxWith(VocOrigin::Edges) == Box{10, 20, 30, 40}));
        QVERIFY((boxWith(VocOrigin::PixelsFrom1) == Box{9, 19, 30, 40}));
        QVERIFY((boxWith(VocOrigin::PixelsFrom0) == Box{10, 20, 31, 41}));
        QVERIFY((boxWith(VocOrigin::Auto) == Box{10, 20, 30, 40}));
        const Dataset pascal = readVocText(voc(vocObject("cell", "1", "1", "100", "80") + vocObject("cell", "5", "5", "5", "5"), "", "The VOC2007 Database"));
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
        const std::string part = "<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></part>";
        const Dataset dataset = readVocText(voc(vocObject("person", " 10.5 ", "20", "30", "40", part + "<difficult>1</difficult>") +
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
        row("no name", "<object><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>", "Object 1 has no name");
        row("no ymax", "<object><name>cell</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax></bndbox></object>", "lacks xmin");
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
        for (const char *words : {"cut.xml is not valid XML", "lion.xml is not a Pascal VOC annotation", "made for 80 × 100 pixels",
                                  "share this label file", "no image named absent", "other.png has no label file", "alone.png has no label file"})
            QVERIFY2(lists(dataset, words), qPrintable(QString("%1 not in\n%2").arg(words, QString::fromStdString(allReasons(dataset)))));
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
        QVERIFY2(lists(dataset, "b.xml is missing") && lists(dataset, "a is listed twice"), allReasons(dataset).c_str());
        QCOMPARE(dataset.problems.size(), size_t(2));
    }

    void xmlBesideTheImagesIsReadToo()
    {
        putImage(root() / "a.png");
        put(root() / "a.xml", voc(vocObject("cell", "1", "1", "9", "9")));
        QCOMPARE(readDataset(root()).labelCount(), size_t(1));
    }

    // --- the rest --------------------------------------------------------------------------------------------------

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
        put(root() / "labels.json", coco(annotation(1, "[1, 1, 4, 4]") + "," + annotation(2, "[1, 1, 4, 4]", R"("image_id": 7, "category_id": 1)")));
        const Dataset dataset = readDataset(root() / "labels.json", {.classes = "bird, cat"});
        QCOMPARE(dataset.classNames, (std::vector<std::string>{"bird", "cat"}));
        QCOMPARE(dataset.categoryIds, (std::vector<int64_t>{-1, 3}));
        QCOMPARE(dataset.labelCount(), size_t(1));
        QCOMPARE(dataset.images[0].labels[0].classIndex, 1);
        QVERIFY(lists(dataset, "A label of class \"dog\" was left out"));
        QVERIFY(refusal(root() / "labels.json", {.classes = "cat,,dog"}).contains("classes"));
        QVERIFY(refusal(root() / "labels.json", {.classes = "cat,cat"}).contains("classes"));
    }
};

QTEST_APPLESS_MAIN(TestDataset)
#include "tst_dataset.moc"
