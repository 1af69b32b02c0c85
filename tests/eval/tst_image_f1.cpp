// SPDX-License-Identifier: GPL-3.0-or-later
// F1 of one image, on cases that can be counted by hand.
#include <QTest>

#include "core/eval/image_f1.h"

using namespace fcoscope;

namespace {

Label label(Box box, int classIndex = 0, bool crowd = false)
{
    Label made;
    made.box = box;
    made.classIndex = classIndex;
    made.crowd = crowd;
    return made;
}

Detection found(Box box, float score, int classIndex = 0)
{
    Detection made;
    made.box = box;
    made.score = score;
    made.classIndex = classIndex;
    return made;
}

constexpr Box here{10, 10, 50, 50}, near{14, 10, 54, 50}, far{200, 200, 240, 240};

}  // namespace

class TestImageF1 : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void countedByHand_data()
    {
        QTest::addColumn<ImageResult>("image");
        QTest::addColumn<double>("f1");
        QTest::newRow("nothing there, nothing found") << ImageResult{} << 1.0;
        QTest::newRow("nothing there, one found") << ImageResult{{found(here, 0.9f)}, {}} << 0.0;
        QTest::newRow("one there, nothing found") << ImageResult{{}, {label(here)}} << 0.0;
        QTest::newRow("found") << ImageResult{{found(near, 0.9f)}, {label(here)}} << 1.0;
        QTest::newRow("found twice") << ImageResult{{found(near, 0.9f), found(here, 0.8f)}, {label(here)}} << 2.0 / 3;
        QTest::newRow("another class") << ImageResult{{found(here, 0.9f, 1)}, {label(here)}} << 0.0;
        QTest::newRow("elsewhere") << ImageResult{{found(far, 0.9f)}, {label(here)}} << 0.0;
        QTest::newRow("not sure enough") << ImageResult{{found(here, 0.3f)}, {label(here)}} << 0.0;
        QTest::newRow("one of two") << ImageResult{{found(here, 0.9f)}, {label(here), label(far)}} << 2.0 / 3;
        QTest::newRow("the surest first")
            << ImageResult{{found(near, 0.6f), found(here, 0.9f)}, {label(near), label(here)}} << 1.0;
        QTest::newRow("a crowd") << ImageResult{{found(here, 0.9f), found(near, 0.8f)}, {label(here, 0, true)}} << 1.0;
    }
    void countedByHand()
    {
        QFETCH(ImageResult, image);
        QFETCH(double, f1);
        QCOMPARE(imageF1(image, 0.5), f1);
    }
};

QTEST_GUILESS_MAIN(TestImageF1)
#include "tst_image_f1.moc"
