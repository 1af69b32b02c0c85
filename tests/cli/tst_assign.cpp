// SPDX-License-Identifier: GPL-3.0-or-later
// fcos assign as a process: what it prints and writes, what it needs and does not need, how it is stopped.
#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <signal.h>

#include "fcos_process.h"

namespace {

/// JSON with its quotes written as apostrophes, for moc cannot follow raw strings, and ~ for one inside a text.
QByteArray json(QByteArray text)
{
    return text.replace('\'', '"').replace('~', '"');
}

/// A COCO file about pictures that are not there: 2 in 200 × 100 px, `more` in 640 × 480 with 20 boxes each.
QByteArray labels(int more = 0)
{
    QByteArray images = json("{'id': 1, 'file_name': 'a.jpg', 'width': 200, 'height': 100},"
                             "{'id': 2, 'file_name': 'b.jpg', 'width': 200, 'height': 100}");
    QByteArray annotations =
        json("{'id': 1, 'image_id': 1, 'category_id': 1, 'bbox': [0.1, 0.1, 0.2, 0.2], 'iscrowd': 0},"
             "{'id': 2, 'image_id': 1, 'category_id': 2, 'bbox': [20, 20, 60, 50], 'iscrowd': 0},"
             "{'id': 3, 'image_id': 1, 'category_id': 1, 'bbox': [30, 25, 40, 40], 'iscrowd': 0},"
             "{'id': 4, 'image_id': 2, 'category_id': 1, 'bbox': [0, 0, 50, 50], 'iscrowd': 1}");
    for (int i = 0; i < more; ++i) {
        images += json(",{'id': %1, 'file_name': '%1.jpg', 'width': 640, 'height': 480}")
                      .replace("%1", QByteArray::number(i + 3));
        for (int j = 0; j < 20; ++j)
            annotations += QString(json(",{'id': %1, 'image_id': %2, 'category_id': 1, 'bbox': [%3, %3, 2, 300]}"))
                               .arg(i * 20 + j + 5)
                               .arg(i + 3)
                               .arg(j * 8)
                               .toUtf8();
    }
    return json("{'images': [") + images + json("], 'annotations': [") + annotations +
           json("], 'categories': [{'id': 1, 'name': 'cat'}, {'id': 2, 'name': 'dog, \\~big\\~'}]}");
}

QString written(const QTemporaryDir &folder, const QByteArray &text, const QString &name = "labels.json")
{
    QFile file(folder.filePath(name));
    return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() ? file.fileName() : QString();
}

}  // namespace

class TestAssign : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void help();
    void textWithoutPictures();
    void jsonOutput();
    void profileOptions();
    void csv();
    void checkOpensThePictures();
    void mistakes_data();
    void mistakes();
    void stops();
    void sharedDataSet();

private:
    const QTemporaryDir folder_;
};

void TestAssign::help()
{
    const Said said = fcos({"assign", "--help"});
    QVERIFY2(said.exitCode == 0 && said.err.isEmpty(), said.all());
    for (const char *word :
         {"--json", "--csv", "--problems", "--split", "--image-sizes check|trust", "default trust", "EXIF",
          "--profile fcoscope|tz-orig", "--weights", "--strides X,X", "--center-region", "tz-orig, which"})
        QVERIFY2(said.out.contains(word), (QByteArray(word) + " is missing in\n" + said.out));
    QVERIFY(fcos({"eval", "--help"}).out.contains("default check"));  // elsewhere the pictures are looked at
}

void TestAssign::textWithoutPictures()
{
    const Said said = fcos({"assign", written(folder_, labels())});
    QVERIFY2(said.exitCode == 0, said.all());
    for (const char *word :
         {"labels: 2 images, 3 labels (1 more are not trained on", "Best possible recall", "66.67 %", "levels P3–P7",
          "single level P4", "Boxes that no location can learn: 1", "cat (0.1, 0.1, 0.3, 0.3)",
          "No location lies inside", "Remedy: ", "--image-sizes check opens every image"})
        QVERIFY2(said.out.contains(word), (QByteArray(word) + " is missing in\n" + said.out));
    QVERIFY2(!said.out.contains("could not be used"), said.out);
}

void TestAssign::jsonOutput()
{
    const Said said = fcos({"assign", written(folder_, labels()), "--json"});
    QVERIFY2(said.exitCode == 0, said.all());
    const QJsonObject all = said.json().object();
    QCOMPARE(all["images"].toInt(), 2);
    QCOMPARE(all["labels"].toInt(), 3);
    QCOMPARE(all["left_out"].toInt(), 1);
    QCOMPARE(all["profile"].toString(), QString("fcoscope"));
    QCOMPARE(all["pyramid"].toObject()["recalled"].toInt(), 2);
    QCOMPARE(all["pyramid"].toObject()["levels"].toArray().size(), 5);
    QCOMPARE(all["single_level"].toObject()["levels"].toArray()[0].toObject()["stride"].toDouble(), 16.0);
    QCOMPARE(all["classes"].toArray()[1].toObject()["class"].toString(), QString("dog, \"big\""));
    QCOMPARE(all["unlearnable"].toArray()[0].toObject()["verdict"].toString(), QString("outside-box"));
    QVERIFY(all["seconds"].toDouble() > 0 && all["problems"].toArray().isEmpty());
    // A pair of classes meets where the smaller box lies in the larger one.
    const QJsonObject pair = all["pairs"].toArray()[0].toObject();
    QCOMPARE(pair["classes"].toArray()[0].toString(), QString("cat"));
    QVERIFY(pair["locations"].toInt() > 0);
    QCOMPARE(pair["learn"].toArray()[0].toInt(), pair["locations"].toInt());
}

void TestAssign::profileOptions()
{
    const QString file = written(folder_, labels());
    const auto recalled = [&](const QStringList &more) {
        const Said said = fcos(QStringList{"assign", file, "--json"} + more);
        return said.exitCode == 0 ? said.json().object()["pyramid"].toObject()["recalled"].toInt() : -1;
    };
    QCOMPARE(recalled({"--profile", "tz-orig"}), 2);
    QCOMPARE(recalled({"--strides", "8,16", "--range-limits", "64"}), 1);  // both on P4, with one centre region
    QCOMPARE(recalled({"--strides", "1,8,16,32,64,128", "--range-limits", "16,64,128,256,512"}), 3);  // 1.3 px wide
    const Said strides = fcos({"assign", file, "--json", "--profile", "ad-rt"});
    QCOMPARE(strides.json().object()["pyramid"].toObject()["levels"].toArray().size(), 3);
}

void TestAssign::csv()
{
    const QString to = folder_.filePath("tables/of today");
    const Said said = fcos({"assign", written(folder_, labels()), "--csv", to});
    QVERIFY2(said.exitCode == 0, said.all());
    const auto lines = [&](const char *name) { return contents(to + "/" + name).split('\n'); };
    QVERIFY(lines("levels.csv")[0].startsWith("arrangement,level,stride,range_low,range_high,locations,positives,"));
    QCOMPARE(lines("levels.csv").size(), 1 + 5 + 1 + 1);  // head, pyramid, single level, what follows the last line
    QCOMPARE(lines("classes.csv")[2].left(20), QByteArray("\"dog, \"\"big\"\"\",1,1,1"));
    QVERIFY(lines("pairs.csv")[1].startsWith("cat,\"dog, \"\"big\"\"\","));
    QCOMPARE(lines("unlearnable.csv")[0], QByteArray("image,label,class,x1,y1,x2,y2,verdict,reason,remedy,change\r"));
    QVERIFY(lines("unlearnable.csv")[1].contains(",0,cat,0.1,0.1,"));
    QCOMPARE(lines("unlearnable.csv").size(), 3);
    const Said refused = fcos({"assign", written(folder_, labels()), "--csv", "/proc/nowhere"});
    QVERIFY2(refused.exitCode == 2 && refused.err.contains("/proc/nowhere"), refused.all());
}

void TestAssign::checkOpensThePictures()
{
    // With nothing to trust the file is as it was: no folder holds the pictures.
    const Said said = fcos({"assign", written(folder_, labels()), "--image-sizes", "check"});
    QVERIFY2(said.exitCode == 2 && said.err.contains("a.jpg"), said.all());
    // A picture without a size in the file is looked for, and listed where it is missing.
    QByteArray sizeless = labels();
    sizeless.replace(json("'file_name': 'b.jpg', 'width': 200, 'height': 100"), json("'file_name': 'b.jpg'"));
    const Said listed = fcos({"assign", written(folder_, sizeless), "--problems"});
    QVERIFY2(listed.exitCode == 0, listed.all());
    QVERIFY2(listed.out.contains("1 images, 3 labels") && listed.out.contains("b.jpg is missing"), listed.out);
}

void TestAssign::mistakes_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QStringList>("words");
    const QString good = written(folder_, labels());
    QTest::newRow("no data set") << QStringList{} << QStringList{"DATASET"};
    QTest::newRow("nowhere") << QStringList{"/nowhere/at/all"} << QStringList{"/nowhere/at/all"};
    QTest::newRow("no such profile") << QStringList{good, "--profile", "yolo"} << QStringList{"yolo", "tz-orig"};
    QTest::newRow("levels and limits") << QStringList{good, "--strides", "8,16"} << QStringList{"range-limits"};
    QTest::newRow("no such model") << QStringList{good, "--weights", "/nowhere/model"} << QStringList{"/nowhere/model"};
    QTest::newRow("no labels") << QStringList{written(
                                      folder_,
                                      json("{'images': [{'id': 1, 'file_name': 'a.jpg', 'width': 9, 'height': 9}],"
                                           "'annotations': [], 'categories': [{'id': 1, 'name': 'cat'}]}"),
                                      "none.json")}
                               << QStringList{"has no labels"};
    QTest::newRow("empty") << QStringList{written(folder_, json("{'images': [], 'annotations': [], 'categories': []}"),
                                                  "empty.json")}
                           << QStringList{"has no images"};
}

void TestAssign::mistakes()
{
    QFETCH(QStringList, arguments);
    QFETCH(QStringList, words);
    const Said said = fcos(QStringList{"assign"} + arguments);
    QVERIFY2(said.exitCode == 2, said.all());
    QVERIFY2(said.out.isEmpty(), said.out);
    QVERIFY2(said.err.startsWith("fcos: ") && said.err.count('\n') == 1, said.err);
    for (const QString &word : words)
        QVERIFY2(said.err.contains(word.toUtf8()), said.err);
}

void TestAssign::stops()
{
    // Thin boxes side by side that no location learns: each takes a search, so that there is time to stop.
    const QString file = written(folder_, labels(20000), "many.json");
    QProcess process;
    startFcos(process, {"assign", file, "--threads", "2", "--csv", folder_.filePath("never")});
    QVERIFY(process.waitForStarted());
    // The file is read before the first image is assigned; wherever the signal comes, nothing may be written.
    QTRY_VERIFY_WITH_TIMEOUT(contents(QString("/proc/%1/status").arg(process.processId())).contains("Threads:\t2"),
                             20000);
    QCOMPARE(::kill(static_cast<pid_t>(process.processId()), SIGINT), 0);
    const Said said = ended(process);
    QVERIFY2(said.exitCode == 130 && said.out.isEmpty() && said.err.contains("stopped"), said.all());
    QVERIFY(!QFile::exists(folder_.filePath("never")));
}

void TestAssign::sharedDataSet()
{
    const QString file = qEnvironmentVariable("FCOSCOPE_SHARED") + "/datasets/coco-mini/instances_val2017.json";
    if (!QFile::exists(file))
        QSKIP("FCOSCOPE_SHARED has no coco-mini: the table of the docs was not looked at");
    const Said trusted = fcos({"assign", file, "--json", "--profile", "tz-orig"}),
               checked = fcos({"assign", file, "--json", "--profile", "tz-orig", "--image-sizes", "check"});
    QVERIFY2(trusted.exitCode == 0 && checked.exitCode == 0, trusted.all() + checked.all());
    QJsonObject first = trusted.json().object(), second = checked.json().object();
    first.remove("seconds");
    second.remove("seconds");
    QCOMPARE(first, second);  // its label file tells the truth
    QCOMPARE(first["pyramid"].toObject()["recalled"].toInt(), 613);
    QCOMPARE(first["labels"].toInt(), 619);
    QCOMPARE(first["single_level"].toObject()["recalled"].toInt(), 603);
    QCOMPARE(first["pyramid"].toObject()["ambiguous"].toInt(), 1143);
    QCOMPARE(first["single_level"].toObject()["ambiguous_across_classes"].toInt(), 30624);
}

QTEST_GUILESS_MAIN(TestAssign)
#include "tst_assign.moc"
