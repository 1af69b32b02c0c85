// SPDX-License-Identifier: GPL-3.0-or-later
// Every format into every other: a report without notes means that nothing is different, and what is written is
// recognised for what it is.
#include "core/data/formats/conversion_report.h"
#include "label_files.h"

using namespace fcoscope;

namespace {

const LabelFormat allFormats[] = {LabelFormat::Coco, LabelFormat::Voc, LabelFormat::Yolo, LabelFormat::Labelme,
                                  LabelFormat::Csv};

fs::path targetOf(const fs::path &folder, LabelFormat format)
{
    return isPerImage(format)            ? folder / nameOf(format)
           : format == LabelFormat::Coco ? folder / "labels.json"
                                         : folder / "labels.csv";
}

/// What every format can say: boxes, classes in the order of their names, review by boxes.
LabelSet plainSet(const fs::path &root)
{
    LabelSet set;
    set.root = root;
    set.classes = {{set.newKey(), "cat", 0, -1, 0, ""}, {set.newKey(), "dog", 1, -1, 0, ""}};
    for (int i = 0; i < 6; ++i) {
        ImageEntry image;
        image.key = set.newKey();
        image.path = (i % 2 ? "one/" : "two/") + std::to_string(i) + ".png";
        image.size = {100, 80};
        image.formatId = -1;
        putImage(root / image.path);
        for (int b = 0; b < i; ++b)
            image.boxes.push_back({set.newKey(),
                                   set.classes[static_cast<size_t>(b % 2)].key,
                                   {b * 10.0, 5, b * 10.0 + 25, 45},
                                   {},
                                   false,
                                   false,
                                   false,
                                   -1,
                                   ""});
        image.status = i == 0 ? ReviewStatus::Empty : ReviewStatus::Labelled;
        set.images.push_back(image);
    }
    return set;
}

ReadLabels readBack(const fs::path &path, const fs::path &images)
{
    FormatOptions options;
    options.reading.images = images.string();
    return readLabels(path, options);
}

/// Images in one order, whatever order a format lists them in.
LabelSet comparable(LabelSet set)
{
    std::sort(set.images.begin(), set.images.end(), [&](const ImageEntry &a, const ImageEntry &b) {
        return set.fileOf(a).lexically_normal() < set.fileOf(b).lexically_normal();
    });
    for (ImageEntry &image : set.images)
        for (BoxEntry &box : image.boxes)
            box.extra.clear();
    for (ImageEntry &image : set.images)
        image.extra.clear();
    return withoutKeys(set, false);
}

}  // namespace

class TestConvertAll : public QObject, private DatasetFolder {
    Q_OBJECT

private Q_SLOTS:
    void init() { newFolder(); }

    void whatEveryFormatCanSayGoesThroughAll()
    {
        const LabelSet set = plainSet(root() / "pictures");
        for (const LabelFormat first : allFormats) {
            const fs::path at = targetOf(root() / "first", first);
            const ConversionReport report = writeLabels(set, first, at);
            QVERIFY2(report.lossless(), (std::string(nameOf(first)) + "\n" + textOf(report)).c_str());
            QCOMPARE(report.boxes, size_t(15));
            const auto found = recogniseLabels(at);
            QVERIFY2(found && *found == first, nameOf(first));
            const ReadLabels read = readBack(at, set.root);
            QVERIFY2(read.problems.empty(), textOf(read.problems).c_str());
            const std::string different = differenceOf(comparable(set), comparable(read.set));
            QVERIFY2(different.empty(), (std::string(nameOf(first)) + ": " + different).c_str());
            for (const LabelFormat second : allFormats) {
                const fs::path then = targetOf(root() / "second" / nameOf(first), second);
                QVERIFY(writeLabels(read.set, second, then).lossless());
                const std::string after = differenceOf(comparable(set), comparable(readBack(then, set.root).set));
                QVERIFY2(after.empty(), (std::string(nameOf(first)) + " to " + nameOf(second) + ": " + after).c_str());
            }
        }
    }

    void whatIsNotListedIsNotLost()
    {
        // Each field for itself: a report without a note, or the same set again.
        using Change = void (*)(LabelSet &);
        const std::pair<const char *, Change> changes[] = {
            {"score", [](LabelSet &s) { s.images[3].boxes[1].score = 0.123f; }},
            {"crowd", [](LabelSet &s) { s.images[3].boxes[1].crowd = true; }},
            {"difficult", [](LabelSet &s) { s.images[3].boxes[1].difficult = true; }},
            {"locked", [](LabelSet &s) { s.images[3].boxes[1].locked = true; }},
            {"area", [](LabelSet &s) { s.images[3].boxes[1].area = 12.5; }},
            {"decimals",
             [](LabelSet &s) {
                 s.images[3].boxes[1].box = {1.0 / 3, 2.0 / 7, 40.1, 50.123456789};
             }},
            {"verified", [](LabelSet &s) { s.images[3].status = ReviewStatus::Verified; }},
            {"verified without boxes", [](LabelSet &s) { s.images[0].status = ReviewStatus::Verified; }},
            {"colour", [](LabelSet &s) { s.classes[0].colour = 0xFF102030; }},
            {"order", [](LabelSet &s) { std::swap(s.classes[0].name, s.classes[1].name); }},
            {"unused class",
             [](LabelSet &s) {
                 s.classes.push_back({s.newKey(), "eel", 2, -1, 0, ""});
             }},
            {"odd name", [](LabelSet &s) { s.classes[1].name = "do, g: \"<&\n 'é"; }},
            {"name with blanks", [](LabelSet &s) { s.classes[1].name = " dog "; }},
        };
        for (const auto &[name, change] : changes)
            for (const LabelFormat format : allFormats) {
                LabelSet set = plainSet(root() / "pictures");
                change(set);
                const fs::path at = targetOf(root() / name, format);
                const ConversionReport report = writeLabels(set, format, at);
                const std::string after = differenceOf(comparable(set), comparable(readBack(at, set.root).set));
                QVERIFY2(after.empty() || !report.lossless(),
                         (std::string(name) + " in " + nameOf(format) + ": " + after).c_str());
            }
    }

    void reportsAreGrouped()
    {
        ConversionReport report;
        report.images = 1;
        for (int i = 0; i < 3000; ++i)
            report.notes.push_back({ConversionNote::Kind::Changed, "image " + std::to_string(i % 10),
                                    message("core", "{0} was rounded.").with(i % 30)});
        report.notes.push_back({ConversionNote::Kind::Dropped, "x", message("core", "{0} is gone.").with(1)});
        report.notes.push_back({ConversionNote::Kind::LeftOut, "", message("core", "{0} stays.").with(1)});
        const auto groups = groupedNotes(report);
        QCOMPARE(groups.size(), size_t(3));
        QVERIFY(groups[0].kind == ConversionNote::Kind::Dropped && groups[1].notes.size() == 3000);
        const QString text = QString::fromStdString(reportText(report, 20));
        QVERIFY2(text.contains("changed (3000):") && text.contains("0 was rounded. (100 times)") &&
                     text.contains("… and 10 more") && text.contains("x: 1 is gone.") && text.count('\n') < 40,
                 qPrintable(text));
        QVERIFY(!report.lossless());
        const QJsonObject json = QJsonDocument::fromJson(QByteArray::fromStdString(reportJson(report))).object();
        QCOMPARE(json["notes"].toArray().size(), 3002);
        QVERIFY(!json["lossless"].toBool() && json["images"].toInt() == 1);
    }

    void theFirstOfSeveralFormatsWins()
    {
        const LabelSet set = plainSet(root());
        QVERIFY(!recogniseLabels(root()) && !recogniseLabels(root() / "one/1.png"));
        // The other way round: what is added is stronger than what is there.
        for (const LabelFormat format :
             {LabelFormat::Csv, LabelFormat::Yolo, LabelFormat::Labelme, LabelFormat::Coco, LabelFormat::Voc}) {
            writeLabels(set, format, isPerImage(format) ? root() : targetOf(root(), format));
            const auto found = recogniseLabels(root());
            QVERIFY2(found && *found == format, nameOf(format));
        }
    }

    void otherFilesAreNoLabels()
    {
        put(root() / "settings.json", R"({"theme": "dark"})");
        put(root() / "notes.txt", "call Anna at 5\n");
        put(root() / "window.xml", "<ui version=\"4.0\"/>");
        put(root() / "prices.csv", "name,price\nbread,3\n");
        putImage(root() / "a.png");
        QVERIFY(!recogniseLabels(root()));
        for (const char *name : {"settings.json", "notes.txt", "window.xml", "prices.csv", "absent"}) {
            QVERIFY2(!recogniseLabels(root() / name), name);
            QVERIFY_EXCEPTION_THROWN(readLabels(root() / name), UserError);
        }
    }

    void classesCanBeGiven()
    {
        const LabelSet set = plainSet(root());
        writeLabels(set, LabelFormat::Coco, root() / "labels.json");
        FormatOptions options;
        options.reading.classes = "eel, dog";
        const ReadLabels read = readLabels(root() / "labels.json", options);
        QCOMPARE(read.set.classNames(), (std::vector<std::string>{"eel", "dog"}));
        QCOMPARE(read.set.boxCount(), size_t(6));
        QCOMPARE(read.problems.size(), size_t(9));
    }

    void aStopStops()
    {
        const LabelSet set = plainSet(root());
        RunContext stopping;
        stopping.stopRequested = [] { return true; };
        for (const LabelFormat format : allFormats) {
            const fs::path at = targetOf(root() / "out", format);
            QVERIFY_EXCEPTION_THROWN(writeLabels(set, format, at, {}, stopping), Stopped);
            writeLabels(set, format, at);
            QVERIFY_EXCEPTION_THROWN(readLabels(at, trusting(), stopping), Stopped);
        }
    }
};

QTEST_APPLESS_MAIN(TestConvertAll)
#include "tst_convert_all.moc"
