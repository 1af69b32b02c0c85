// SPDX-License-Identifier: GPL-3.0-or-later
// The shipped model through the command, on pictures it was never trained on: BCCD's test list.
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

#include "tests/cli/fcos_process.h"

class ShippedTest : public QObject {
    Q_OBJECT

    static QString bccd() { return qEnvironmentVariable("FCOSCOPE_SHARED") + QStringLiteral("/datasets/bccd/BCCD"); }

private Q_SLOTS:
    void isSmall()
    {
        const QFileInfo model(QStringLiteral(FCOSCOPE_SOURCE_DIR "/resources/models/default.safetensors"));
        QVERIFY(model.exists());
        QVERIFY(model.size() <= 15'000'000);
    }

    void reachesItsFiguresOnTheTestList()
    {
        if (!QFileInfo::exists(bccd()))
            QSKIP("SKIPPED: BCCD is not here; name the folder that holds datasets/bccd with FCOSCOPE_SHARED.");
        const Said said = fcos({"eval", bccd() + ":test", "--json"});
        QVERIFY2(said.exitCode == 0, said.all());
        const QJsonObject result = said.json().object(), figures = result["figures"].toObject();
        QCOMPARE(result["images"].toInt(), 72);
        QVERIFY2(figures["AP50"].toDouble() >= 0.92, said.all());
        QVERIFY2(figures["AP"].toDouble() >= 0.62, said.all());
        QCOMPARE(result["classes"].toArray().size(), 3);
    }

    void detectsInThreeOfItsImages()
    {
        if (!QFileInfo::exists(bccd()))
            QSKIP("SKIPPED: BCCD is not here; name the folder that holds datasets/bccd with FCOSCOPE_SHARED.");
        QStringList images;
        for (const char *number : {"00000", "00007", "00012"})
            images << bccd() + QStringLiteral("/JPEGImages/BloodImage_%1.jpg").arg(number);
        const Said said = fcos(QStringList{"detect", "--json"} + images);
        QVERIFY2(said.exitCode == 0, said.all());
        const QJsonArray pictures = said.json().array();
        QCOMPARE(pictures.size(), 3);
        for (const QJsonValue &picture : pictures) {
            int white = 0, red = 0;
            for (const QJsonValue &detection : picture["detections"].toArray()) {
                white += detection["class"].toString() == "WBC";
                red += detection["class"].toString() == "RBC";
            }
            QVERIFY2(white >= 1 && red >= 5, said.all());  // each of the three shows a white cell among many red ones
        }
    }
};

QTEST_GUILESS_MAIN(ShippedTest)
#include "tst_shipped.moc"
