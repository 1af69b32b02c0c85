// SPDX-License-Identifier: GPL-3.0-or-later
// dataset.json: written, read back to the same data, and refused in words where it is damaged or an image is not what
// it was.
#include <QFile>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/runs/run_pictures.h"
#include "core/runs/snapshot.h"

using namespace fcoscope;
namespace fs = std::filesystem;

namespace {

std::string refusal(const std::function<void()> &work)
{
    try {
        work();
    } catch (const UserError &error) {
        return error.what();
    }
    return {};
}

bool same(const Dataset &a, const Dataset &b)
{
    if (a.name != b.name || a.classNames != b.classNames || a.images.size() != b.images.size())
        return false;
    for (size_t i = 0; i < a.images.size(); ++i)
        if (a.images[i].file != b.images[i].file || !(a.images[i].size == b.images[i].size) ||
            a.images[i].labels != b.images[i].labels)
            return false;
    return true;
}

}  // namespace

class TestSnapshot : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void goesToTextAndBack();
    void anyLayoutIsRead();
    void damagedFilesAreRefused_data();
    void damagedFilesAreRefused();
    void everyTornFileIsRefused();
    void changedImagesAreRefused();
    void hashingStops();
    void changesAreNamed();
    void anEarlierTextWithoutAreasIsTheSame();
    void manyImagesAreRead();
    void picturesGoToAFileAndBack();

private:
    Snapshot some() const;
    fs::path write(const std::string &text) const
    {
        std::ofstream(folder_ / "dataset.json", std::ios::binary) << text;  // writeFile syncs, a thousand times here
        return folder_ / "dataset.json";
    }
    QTemporaryDir temporary_;
    fs::path folder_;
};

void TestSnapshot::init()
{
    static int count = 0;
    folder_ = temporary_.filePath(QString::number(++count)).toStdString();
    fs::create_directories(folder_);
    for (const char *name : {"a b.jpg", "{\"file\":.jpg", "三.jpg"})
        writeFile(folder_ / name, std::string("the bytes of ") + name);
}

Snapshot TestSnapshot::some() const
{
    Snapshot data;
    data.training.name = "mine";
    data.training.classNames = {"red cell", "血小板", "\"quoted\"\n"};
    data.training.images = {{(folder_ / "a b.jpg").string(), {640, 480}, {}, 1},
                            {(folder_ / "{\"file\":.jpg").string(), {320, 240}, {}, 2}};
    data.training.images[0].labels = {{{0.1, 2.0 / 3, 100, 200.25}, 2, false, true},
                                      {{5, 5, 10, 10}, 0, true, false, 12.5}};
    Dataset validation = data.training;
    validation.name = "held out";
    validation.images = {{(folder_ / "三.jpg").string(), {8, 8}, {}, 1}};
    validation.images[0].labels = {{{0, 0, 8, 8}, 1}};
    data.validation = validation;
    return data;
}

void TestSnapshot::goesToTextAndBack()
{
    const Snapshot data = some();
    const std::string text = snapshotText(data, {});
    QVERIFY(!QJsonDocument::fromJson(QByteArray::fromStdString(text)).isNull());
    const Snapshot back = readSnapshot(write(text), true, {});
    QVERIFY(same(back.training, data.training));
    QVERIFY(back.validation && same(*back.validation, *data.validation));
    QCOMPARE(back.training.categoryIds, (std::vector<int64_t>{1, 2, 3}));
    QCOMPARE(back.training.images[1].id, int64_t(2));
    QCOMPARE(snapshotText(back, {}), text);

    Snapshot alone = data;
    alone.validation.reset();
    QVERIFY(!readSnapshot(write(snapshotText(alone, {})), true, {}).validation);
}

void TestSnapshot::anyLayoutIsRead()
{
    const std::string text = snapshotText(some(), {});
    for (const auto layout : {QJsonDocument::Compact, QJsonDocument::Indented}) {
        const QByteArray other = QJsonDocument::fromJson(QByteArray::fromStdString(text)).toJson(layout);
        QVERIFY(other.toStdString() != text);
        const Snapshot back = readSnapshot(write(other.toStdString()), true, {});
        QVERIFY(same(back.training, some().training) && same(*back.validation, *some().validation));
    }
}

void TestSnapshot::damagedFilesAreRefused_data()
{
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::newRow("another format") << QByteArray("fcoscope-dataset") << QByteArray("something");
    QTest::newRow("a later version") << QByteArray("\"version\":1") << QByteArray("\"version\":2");
    QTest::newRow("no training images") << QByteArray("\"train\"") << QByteArray("\"trian\"");
    QTest::newRow("a class that is none") << QByteArray("\"class\":2") << QByteArray("\"class\":3");
    QTest::newRow("half a class") << QByteArray("\"class\":2") << QByteArray("\"class\":1.5");
    QTest::newRow("a box without area") << QByteArray("200.25]") << QByteArray("0.5]");
    QTest::newRow("a box outside") << QByteArray("200.25]") << QByteArray("900]");
    QTest::newRow("three sides") << QByteArray(",200.25]") << QByteArray("]");
    QTest::newRow("no number") << QByteArray("200.25]") << QByteArray("null]");
    QTest::newRow("too large a number") << QByteArray("200.25]") << QByteArray("1e999]");
    QTest::newRow("no width") << QByteArray("\"width\":640,") << QByteArray("");
    QTest::newRow("width 0") << QByteArray("\"width\":640") << QByteArray("\"width\":0");
    QTest::newRow("names that are none") << QByteArray("[\"red cell\"") << QByteArray("[7");
    QTest::newRow("a line that is none") << QByteArray("{\"file\"") << QByteArray("{\"file\":\"x\"{");
    QTest::newRow("an image that is a number") << QByteArray("\"images\":[") << QByteArray("\"images\":[99,");
}

void TestSnapshot::damagedFilesAreRefused()
{
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    std::string text = snapshotText(some(), {});
    const size_t at = text.find(from.toStdString());
    QVERIFY(at != std::string::npos);
    text.replace(at, size_t(from.size()), to.toStdString());
    const std::string said = refusal([&] { readSnapshot(write(text), true, {}); });
    QVERIFY2(said.find("dataset.json does not hold the data of a run: ") != std::string::npos, said.c_str());
}

void TestSnapshot::everyTornFileIsRefused()
{
    const std::string text = snapshotText(some(), {});
    for (size_t size = 0; size + 1 < text.size(); size += 7)
        QVERIFY2(!refusal([&] { readSnapshot(write(text.substr(0, size)), false, {}); }).empty(),
                 std::to_string(size).c_str());
}

void TestSnapshot::changedImagesAreRefused()
{
    const fs::path file = write(snapshotText(some(), {}));
    writeFile(folder_ / "a b.jpg", "the bytes of a c.jpg");  // as many, but others
    QCOMPARE(refusal([&] { readSnapshot(file, true, {}); }),
             "The image " + (folder_ / "a b.jpg").string() + " is no longer the file that the run was started with.");
    QCOMPARE(readSnapshot(file, false, {}).training.images.size(), size_t(2));  // not asked
    init();
    const fs::path other = write(snapshotText(some(), {}));
    fs::remove(folder_ / "三.jpg");  // of the validation
    const std::string said = refusal([&] { readSnapshot(other, true, {}); });
    QVERIFY2(said.find("三.jpg cannot be read: No such file") != std::string::npos, said.c_str());
}

void TestSnapshot::hashingStops()
{
    RunContext stop;
    stop.stopRequested = [] { return true; };
    QVERIFY_EXCEPTION_THROWN(snapshotText(some(), stop), Stopped);
    QVERIFY_EXCEPTION_THROWN(readSnapshot(write(snapshotText(some(), {})), true, stop), Stopped);
}

void TestSnapshot::changesAreNamed()
{
    const std::string before = snapshotText(some(), {});
    const auto change = [&](const std::function<void(Snapshot &)> &work) {
        Snapshot now = some();
        work(now);
        const auto said = dataChanged(before, snapshotText(now, {}), folder_);
        return said ? said->english() : std::string();
    };
    QCOMPARE(change([](Snapshot &) {}), std::string());
    QCOMPARE(change([](Snapshot &s) { s.training.name = "called otherwise"; }), std::string());
    const std::string classes = change([](Snapshot &s) {
        s.training.classNames.resize(2), s.validation.reset(), s.training.images.pop_back(),
            s.training.images[0].labels.clear();
    });
    QVERIFY2(classes.find("was started with the classes red cell, 血小板, \"quoted\"\n, not red cell, 血小板 (see") !=
                 std::string::npos,
             classes.c_str());
    const std::string images = change([](Snapshot &s) { s.training.images.pop_back(); });
    QVERIFY2(images.find("was started with 2 images in mine, not 1") != std::string::npos, images.c_str());
    const std::string labels = change([](Snapshot &s) { s.training.images[0].labels[0].box.x2 += 1; });
    QVERIFY2(labels.find("was started with other labels of ") != std::string::npos &&
                 labels.find("a b.jpg") != std::string::npos,
             labels.c_str());
    const std::string held = change([](Snapshot &s) { s.validation->images[0].labels.clear(); });
    QVERIFY2(held.find("三.jpg") != std::string::npos, held.c_str());
    QVERIFY(!change([](Snapshot &s) { s.validation.reset(); }).empty());
    writeFile(folder_ / "a b.jpg", "other bytes");
    const std::string bytes = change([](Snapshot &) {});
    QVERIFY2(bytes.find("was started with another image than") != std::string::npos, bytes.c_str());
}

void TestSnapshot::anEarlierTextWithoutAreasIsTheSame()
{
    Snapshot data = some();
    const std::string now = snapshotText(data, {});
    data.training.images[0].labels[1].area = -1;
    const std::string before = snapshotText(data, {});
    QVERIFY(before != now);
    QVERIFY(!dataChanged(before, now, folder_));
    QVERIFY(dataChanged(now, before, folder_));
}

/// Random data of some size, as a check that lines and classes stay together.
void TestSnapshot::manyImagesAreRead()
{
    Snapshot data = some();
    data.validation.reset();
    data.training.images.clear();
    for (int i = 0; i < 500; ++i) {
        Random random(7, static_cast<uint64_t>(i));
        DatasetImage image{(folder_ / "a b.jpg").string(), {1000, 1000}, {}, i + 1};
        for (int n = random.below(20); n > 0; --n) {
            const double x = random.uniform(0, 900), y = random.uniform(0, 900);
            image.labels.push_back({{x, y, x + random.uniform(1, 90), y + random.uniform(1, 90)}, random.below(3)});
        }
        data.training.images.push_back(image);
    }
    QVERIFY(same(readSnapshot(write(snapshotText(data, {})), true, {}).training, data.training));
}

void TestSnapshot::picturesGoToAFileAndBack()
{
    RunPictures pictures{120, 14, {"red", "血小板"}, {{"/x/三.jpg", {640, 480}, {}}, {"/x/b.jpg", {10, 10}, {}}}};
    for (int i = 0; i < 150; ++i) {
        Detection detection;
        detection.box = {1.5, 2.25, 100.0 + i, 200};
        detection.classIndex = i % 2;
        detection.score = static_cast<float>(i) / 256;
        pictures.images[0].detections.push_back(detection);
    }
    QCOMPARE(writePictures(folder_, pictures), std::string("pictures/120.json"));
    const RunPictures back = readPictures(folder_ / "pictures/120.json");
    QCOMPARE(back.step, int64_t(120));
    QCOMPARE(back.epoch, int64_t(14));
    QCOMPARE(back.classNames, pictures.classNames);
    QCOMPARE(back.images.size(), size_t(2));
    QCOMPARE(back.images[0].file, std::string("/x/三.jpg"));
    QVERIFY((back.images[0].size == Size{640, 480}));
    QCOMPARE(back.images[0].detections.size(), size_t(100));
    QCOMPARE(back.images[0].detections[0].score, 149.0f / 256);  // the best first
    QCOMPARE(back.images[0].detections[0].box.x2, 249.0);
    QCOMPARE(back.images[0].detections[0].classIndex, 1);
    const std::string text = readFile(folder_ / "pictures/120.json");
    for (size_t size = 0; size + 1 < text.size(); size += 37) {
        std::ofstream(folder_ / "torn.json", std::ios::binary) << text.substr(0, size);
        const std::string said = refusal([&] { readPictures(folder_ / "torn.json"); });
        QVERIFY2(said.find("torn.json does not hold what a model saw") != std::string::npos, said.c_str());
    }
}

QTEST_GUILESS_MAIN(TestSnapshot)
#include "tst_snapshot.moc"
