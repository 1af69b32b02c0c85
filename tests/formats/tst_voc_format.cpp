// SPDX-License-Identifier: GPL-3.0-or-later
// Pascal VOC into a label set and back, written as labelImg, Pascal, CVAT, Label Studio and X-AnyLabeling write it.
#include "label_files.h"

using namespace fcoscope;

namespace {

// Tabs, whole numbers, an absolute path of another machine, truncated by its box at the edge.
const std::string labelImg = R"(<annotation verified="yes">
	<folder>pictures</folder>
	<filename>a.png</filename>
	<path>C:\Users\me\pictures\a.png</path>
	<source>
		<database>Unknown</database>
	</source>
	<size>
		<width>100</width>
		<height>80</height>
		<depth>3</depth>
	</size>
	<segmented>0</segmented>
	<object>
		<name>cat &amp; "dog"</name>
		<pose>Unspecified</pose>
		<truncated>1</truncated>
		<difficult>0</difficult>
		<bndbox>
			<xmin>1</xmin>
			<ymin>1</ymin>
			<xmax>99</xmax>
			<ymax>40</ymax>
		</bndbox>
	</object>
</annotation>
)";

const std::string pascal = R"(<annotation>
	<folder>VOC2007</folder><filename>a.png</filename>
	<source><database>The VOC2007 Database</database><annotation>PASCAL VOC2007</annotation><image>flickr</image>
	<flickrid>341012865</flickrid></source>
	<owner><flickrid>Fried Camels</flickrid><name>Jinky the Fruit Bat</name></owner>
	<size><width>100</width><height>80</height><depth>3</depth></size><segmented>1</segmented>
	<object><name>person</name><pose>Left</pose><truncated>1</truncated><occluded>0</occluded><difficult>1</difficult>
	<bndbox><xmin>10</xmin><ymin>20</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>
	<part><name>head</name><bndbox><xmin>11</xmin><ymin>21</ymin><xmax>20</xmax><ymax>30</ymax></bndbox></part>
	<part><name>hand</name><bndbox><xmin>21</xmin><ymin>31</ymin><xmax>22</xmax><ymax>32</ymax></bndbox></part>
	<actions><jumping>1</jumping></actions></object></annotation>)";

const std::string cvat = R"(<?xml version="1.0" encoding="utf-8"?>
<annotation><folder></folder><filename>a.png</filename><source><database>Unknown</database>
<annotation>Unknown</annotation><image>Unknown</image></source><size><width>100</width><height>80</height><depth></depth>
</size><segmented>0</segmented><object><name>car</name><truncated>0</truncated><occluded>0</occluded>
<difficult>0</difficult><bndbox><xmin>10.25</xmin><ymin>20.5</ymin><xmax>33.333333333333336</xmax><ymax>47.119999999999997</ymax></bndbox>
<attributes><attribute><name>rotation</name><value>0.0</value></attribute>
<attribute><name>id</name><value>007</value></attribute></attributes></object></annotation>)";

const std::string anyLabeling =
    R"(<annotation><folder>x</folder><filename>a.png</filename><source><database>https://github.com/CVHub520/X-AnyLabeling</database></source>
<size><width>100</width><height>80</height><depth>1</depth></size><segmented>0</segmented>
<object><name>car</name><pose>Unspecified</pose><truncated>0</truncated><occluded>0</occluded><difficult>1</difficult>
<score>0.123456789012</score><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox></object></annotation>)";

}  // namespace

class TestVocFormat : public QObject, private DatasetFolder {
    Q_OBJECT

    ReadLabels readText(const std::string &text, const FormatOptions &options = {})
    {
        putImage(root() / "set/a.png");
        put(root() / "set/a.xml", text);
        return readLabels(root() / "set", options);
    }
    /// Written elsewhere, read again, and equal.
    ConversionReport roundTrip(const ReadLabels &read, const FormatOptions &options = {})
    {
        fs::remove_all(root() / "out");
        FormatOptions written = options;
        if (read.vocOrigin != VocOrigin::Auto)
            written.writtenVocOrigin = read.vocOrigin;
        const ConversionReport report = writeLabels(read.set, LabelFormat::Voc, root() / "out", written);
        FormatOptions there = options;
        there.reading.vocOrigin = written.writtenVocOrigin;
        const ReadLabels again = readLabels(root() / "out", there);
        same_ = differenceOf(withoutKeys(read.set, false), withoutKeys(again.set, false));
        problems_ = textOf(again.problems);
        const fs::path file = root() / "out/a.xml";
        written_ = fs::exists(file) ? readFile(file) : "";
        return report;
    }
    std::string same_, problems_, written_;

private Q_SLOTS:
    void init() { newFolder(); }

    void bccdComesBackEqual()
    {
        const fs::path bccd = shared() / "datasets/bccd/BCCD";
        if (!fs::exists(bccd))
            QSKIP("FCOSCOPE_SHARED/datasets/bccd is missing: the real VOC set was NOT converted");
        const ReadLabels read = readLabels(bccd);
        QCOMPARE(read.set.boxCount(), size_t(4886));
        const ConversionReport report = roundTrip(read);
        QVERIFY2(same_.empty(), same_.c_str());
        QCOMPARE(problems_, std::string());
        QVERIFY2(report.notes.empty(), textOf(report).c_str());
        // Into COCO, too, and from there.
        (void)writeLabels(read.set, LabelFormat::Coco, root() / "bccd.json");
        FormatOptions there;
        there.reading.images = (bccd / "JPEGImages").string();
        ReadLabels coco = readLabels(root() / "bccd.json", [&] {
            FormatOptions options;
            options.reading.images = bccd.string();
            return options;
        }());
        std::erase_if(coco.set.images, [](const ImageEntry &image) { return image.status == ReviewStatus::New; });
        QCOMPARE(differenceOf(withoutKeys(read.set, false), withoutKeys(coco.set, false)), std::string());
    }

    void toolsFilesComeBackEqual_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("labelImg") << QByteArray::fromStdString(labelImg);
        QTest::newRow("Pascal VOC") << QByteArray::fromStdString(pascal);
        QTest::newRow("CVAT, Label Studio") << QByteArray::fromStdString(cvat);
        QTest::newRow("X-AnyLabeling") << QByteArray::fromStdString(anyLabeling);
        QTest::newRow("bare") << QByteArray::fromStdString(voc(vocObject("cell", "1.5", "2", "30", "40")));
        QTest::newRow("without objects") << QByteArray::fromStdString(voc(""));
    }
    void toolsFilesComeBackEqual()
    {
        QFETCH(QByteArray, text);
        const ReadLabels read = readText(text.toStdString());
        QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
        const ConversionReport report = roundTrip(read);
        QVERIFY2(same_.empty(), same_.c_str());
        QCOMPARE(problems_, std::string());
        QVERIFY2(report.notes.empty(), textOf(report).c_str());
        // And through COCO, which has room for all of it.
        putImage(root() / "a.png");
        const ConversionReport coco = writeLabels(read.set, LabelFormat::Coco, root() / "set/c/c.json");
        QVERIFY2(coco.notes.empty(), textOf(coco).c_str());
        FormatOptions there;
        there.reading.images = (root() / "set").string();
        const ReadLabels again = readLabels(root() / "set/c/c.json", there);
        QCOMPARE(differenceOf(withoutKeys(read.set, false), withoutKeys(again.set, false)), std::string());
    }

    void whatLabelImgWroteIsUnderstood()
    {
        const ReadLabels read = readText(labelImg);
        QVERIFY(read.set.images[0].status == ReviewStatus::Verified);
        QCOMPARE(read.set.classes[0].name, std::string("cat & \"dog\""));
        QCOMPARE(read.set.images[0].boxes[0].extra, std::string(R"({"truncated":1})"));
        (void)roundTrip(read);
        QVERIFY(mentions(written_, "<annotation verified=\"yes\">\n\t<folder>pictures</folder>"));
        QVERIFY(mentions(written_, "<xmin>1</xmin>") && mentions(written_, "<pose>Unspecified</pose>"));
        QVERIFY(mentions(written_, (root() / "set/a.png").string().c_str()));
        QVERIFY(!mentions(written_, "C:\\Users"));
    }

    void pascalsFieldsSurvive()
    {
        const ReadLabels read = readText(pascal);
        QVERIFY(read.vocOrigin == VocOrigin::PixelsFrom1);
        QVERIFY((read.set.images[0].boxes[0].box == Box{9, 19, 30, 40}) && read.set.images[0].boxes[0].difficult);
        (void)roundTrip(read);
        QVERIFY(mentions(written_, "<xmin>10</xmin>") && mentions(written_, "<xmax>30</xmax>"));
        for (const char *kept :
             {"<pose>Left</pose>", "<flickrid>341012865</flickrid>", "<name>Jinky the Fruit Bat</name>",
              "<segmented>1</segmented>", "<jumping>1</jumping>", "<folder>VOC2007</folder>"})
            QVERIFY2(mentions(written_, kept), written_.c_str());
        QCOMPARE(QString::fromStdString(written_).count("<part>"), 2);
    }

    void aPartIsNotWrittenForABoxThatWasMoved()
    {
        ReadLabels read = readText(pascal);
        read.set.images[0].boxes[0].box.x1 += 1;
        const ConversionReport report = roundTrip(read);
        QVERIFY(!mentions(written_, "<part>") && mentions(written_, "<pose>Left</pose>"));
        QVERIFY2(mentions(textOf(report), "part of a person was left out"), textOf(report).c_str());
    }

    void decimalsAndOddTextsSurvive()
    {
        const ReadLabels read = readText(cvat);
        QVERIFY((read.set.images[0].boxes[0].box == Box{10.25, 20.5, 100.0 / 3, 47.12}));
        (void)roundTrip(read);
        QVERIFY(mentions(written_, "<value>007</value>") && mentions(written_, "<value>0.0</value>"));
        QVERIFY(mentions(written_, "<xmax>33.333333333333336</xmax>") && mentions(written_, "<ymax>47.12</ymax>"));
        const ReadLabels scored = readText(anyLabeling);
        QVERIFY(scored.set.images[0].boxes[0].score == 0.123456789012f);
        (void)roundTrip(scored);
        QVERIFY(mentions(written_, "<score>0.123456789012</score>") && mentions(written_, "<depth>1</depth>"));
    }

    void everyOriginComesBackValueEqual()
    {
        putImage(root() / "set/a.png", 4000, 3000);
        for (const VocOrigin origin : {VocOrigin::Edges, VocOrigin::PixelsFrom1, VocOrigin::PixelsFrom0}) {
            ReadLabels read;
            read.vocOrigin = origin;
            LabelSet &set = read.set;
            set.root = root() / "set";
            set.classes = {{set.newKey(), "a", 0, -1, 0, ""}};
            ImageEntry image{set.newKey(), "a.png", {4000, 3000}, ReviewStatus::Labelled, -1, {}, ""};
            uint64_t state = 7;
            const auto random = [&] {
                state = state * 6364136223846793005ull + 1442695040888963407ull;
                return std::round(static_cast<double>(state >> 11) * 0x1.0p-53 * 1e6) / 1e3;
            };
            for (int i = 0; i < 500; ++i) {
                const double x = random() + 1, y = random() + 1;
                image.boxes.push_back({set.newKey(),
                                       1,
                                       {x, y, x + 1 + random(), y + 1 + random()},
                                       0.25f,
                                       i % 2 == 0,
                                       i % 3 == 0,
                                       i % 5 == 0,
                                       i % 7 == 0 ? 3.5 : -1,
                                       ""});
            }
            set.images.push_back(image);
            const ConversionReport report = roundTrip(read);
            if (report.notes.empty()) {
                QVERIFY2(same_.empty(), same_.c_str());
            } else {
                // One more digit than a double has before the point: listed, not silent.
                QVERIFY(origin != VocOrigin::Edges && mentions(textOf(report), "was rounded"));
                QVERIFY(report.notes.size() < 20);
            }
        }
    }

    void imagesWithoutAFileAreNewAndThoseWithoutObjectsEmpty()
    {
        putImage(root() / "set/b10.png");
        putImage(root() / "set/b9.png");
        const ReadLabels read = readText(voc(""));
        QCOMPARE(read.set.images.size(), size_t(3));
        QVERIFY(read.set.images[0].status == ReviewStatus::Empty);
        QVERIFY(read.set.images[1].status == ReviewStatus::New && read.set.images[1].path == "b9.png");
        const ConversionReport report = roundTrip(read);
        QCOMPARE(report.imagesLeftOut, size_t(2));
        QVERIFY(report.lossless());
        QVERIFY(fs::exists(root() / "out/a.xml") && !fs::exists(root() / "out/b9.xml"));
        // Training leaves them out, too, and says so.
        const Dataset dataset = readDataset(root() / "set");
        QCOMPARE(dataset.images.size(), size_t(1));
        QVERIFY(lists(dataset, "b9.png has no label file"));
    }

    void aBrokenFileIsAProblemAndNeverWithoutBoxes()
    {
        putImage(root() / "set/good.png");
        put(root() / "set/good.xml", voc(vocObject("cell", "1", "1", "9", "9")));
        const ReadLabels read = readText(labelImg.substr(0, labelImg.size() / 2));
        QCOMPARE(read.set.images.size(), size_t(1));
        QCOMPARE(read.problems.size(), size_t(1));
        QVERIFY(mentions(textOf(read.problems), "a.xml is not valid XML"));
    }

    void whatXmlCannotSayIsListed()
    {
        ReadLabels read = readText(voc(vocObject("cell", "1", "1", "9", "9")));
        read.set.images[0].boxes[0].extra = R"({"segmentation":[[1,2,3]],"flag":true,"list":[1,2],"one":[1],"a b":1})";
        read.set.classes[0].extra = R"({"supercategory":"blood"})";
        read.set.extra = R"({"info":{}})";
        const ConversionReport report = roundTrip(read);
        const std::string text = textOf(report);
        QVERIFY2(mentions(text, "fields of cell: segmentation, flag, one, a b."), text.c_str());
        QVERIFY2(mentions(text, "supercategory") && mentions(text, "info") && !report.lossless(), text.c_str());
        QVERIFY(mentions(written_, "<list>1</list>"));
    }

    void equalNamesInSeveralFolders()
    {
        LabelSet set;
        set.root = root() / "pictures";
        set.classes = {{set.newKey(), "a", 0, -1, 0, ""}};
        for (const char *path : {"one/x.png", "one/y.png", "two/x.jpg", "two/x.png"}) {
            putImage(set.root / path);
            ImageEntry image{set.newKey(), path, {100, 80}, ReviewStatus::Labelled, -1, {}, ""};
            image.boxes.push_back(
                {set.newKey(), 1, {1, 2, 3 + double(set.nextKey), 4}, {}, false, false, false, -1, ""});
            set.images.push_back(image);
        }
        ReadLabels read;
        read.set = set;
        QVERIFY(roundTrip(read).notes.empty());
        QVERIFY2(same_.empty(), same_.c_str());
        QVERIFY(fs::exists(root() / "out/Annotations/one/x.xml") &&
                fs::exists(root() / "out/Annotations/two/x.png.xml"));
        // Beside the images, by their names alone.
        FormatOptions there;
        there.reading.images = set.root.string();
        fs::rename(root() / "out", root() / "away");
        QCOMPARE(differenceOf(withoutKeys(set), withoutKeys(readLabels(root() / "away", there).set)), std::string());
    }

    void oneFileIsASetOfItsOwn()
    {
        (void)readText(labelImg);
        putImage(root() / "set/b.png");
        const ReadLabels read = readLabels(root() / "set/a.xml");
        QCOMPARE(read.set.images.size(), size_t(1));
        QCOMPARE(read.set.images[0].path, std::string("a.png"));
    }
};

QTEST_APPLESS_MAIN(TestVocFormat)
#include "tst_voc_format.moc"
