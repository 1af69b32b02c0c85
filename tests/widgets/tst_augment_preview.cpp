// SPDX-License-Identifier: GPL-3.0-or-later
#include <QHelpEvent>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolTip>

#include "tests/widgets/widget_test.h"
#include "widgets/training/augment_preview.h"
#include "widgets/training/augment_preview_parts.h"

using namespace fcoscope;

namespace {

const QColor ground(90, 90, 90), first(230, 30, 40), second(30, 60, 230);

/// Sample i is of another grey, so that it is known again on the screen.
PreviewSample sample(int i)
{
    PreviewSample made;
    made.picture = QImage(320, 240, QImage::Format_RGB888);
    made.picture.fill(QColor(60 + 10 * i, 90, 90));
    made.boxes = {{QRectF(40, 40, 100, 80), first, "cell"}};
    made.dots = {{QPointF(90, 80), 0, first}, {QPointF(106, 80), 0, first}, {QPointF(200, 180), 2, second}};
    made.name = QString("image %1.png").arg(i);
    return made;
}
std::vector<PreviewSample> samples(int count)
{
    std::vector<PreviewSample> all;
    for (int i = 0; i < count; ++i)
        all.push_back(sample(i));
    return all;
}
const std::vector<QString> levels{"P3", "P4", "P5"};

}  // namespace

class TestAugmentPreview : public QObject {
    Q_OBJECT

    std::unique_ptr<AugmentPreview> preview_;
    SampleGrid *grid() const { return preview_->findChild<SampleGrid *>(); }
    QPushButton *another() const { return preview_->findChild<QPushButton *>(); }
    /// The screen's colour at a point of a sample's picture.
    QColor at(int which, QPointF inPicture) const
    {
        const QImage seen = shown(*preview_);
        return seen.pixelColor((preview_->placeOf(which, inPicture) * preview_->devicePixelRatioF()).toPoint());
    }
    int around(int which, QPointF inPicture, const QColor &colour, int reach) const
    {
        const double ratio = preview_->devicePixelRatioF();
        const QPoint middle = (preview_->placeOf(which, inPicture) * ratio).toPoint();
        const int far = qRound(reach * ratio);
        return count(shown(*preview_), QRect(middle - QPoint(far, far), QSize(2 * far, 2 * far)), colour);
    }
    QPoint inGrid(int which, QPointF inPicture) const
    {
        return grid()->mapFrom(preview_.get(), preview_->placeOf(which, inPicture).toPoint());
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        preview_ = std::make_unique<AugmentPreview>();
        preview_->resize(720, 560);
        preview_->show();
        QVERIFY(QTest::qWaitForWindowExposed(preview_.get()));
    }
    void cleanup() { preview_.reset(); }

    void picturesBoxesAndDotsLieWhereTheyBelong()
    {
        preview_->setSamples(samples(6), levels);
        for (int i = 0; i < 6; ++i) {
            QCOMPARE(at(i, {20, 200}), QColor(60 + 10 * i, 90, 90));
            QVERIFY(around(i, {90, 80}, first, 4) > 4);     // a dot
            QVERIFY(around(i, {90, 40}, first, 4) > 4);     // the upper side of the box
            QVERIFY(around(i, {200, 180}, second, 8) > 4);  // one with rings
            QCOMPARE(around(i, {250, 100}, first, 6), 0);
        }
        // The grid wastes no room: three in a row, two rows.
        QVERIFY(preview_->placeOf(2, {0, 0}).y() == preview_->placeOf(0, {0, 0}).y());
        QVERIFY(preview_->placeOf(3, {0, 0}).y() > preview_->placeOf(0, {0, 239}).y());
        QVERIFY(preview_->placeOf(3, {0, 0}).x() == preview_->placeOf(0, {0, 0}).x());
        // And it is not distorted.
        const QPointF size = preview_->placeOf(0, {320, 240}) - preview_->placeOf(0, {0, 0});
        QVERIFY(std::abs(size.x() / size.y() - 320.0 / 240) < 0.02);
    }

    // Rings, and not colours alone, say which level it is.
    void levelsDifferInRings()
    {
        std::vector<int> dark;
        for (int level = 0; level < 5; ++level) {
            QImage page(60, 60, QImage::Format_ARGB32_Premultiplied);
            page.fill(Qt::white);
            QPainter painter(&page);
            levelMark(first, level, 1).stamp(painter, {30, 30});
            painter.end();
            int changed = 0;
            for (int x = 30; x < 60; ++x)
                changed += page.pixelColor(x, 30) != QColor(Qt::white);
            dark.push_back(changed);
        }
        for (size_t level = 1; level < dark.size(); ++level)
            QVERIFY(dark[level] > dark[level - 1]);
    }

    void newSamplesTakeThePlaceOfTheOld()
    {
        preview_->setSamples(samples(4), levels);
        QVERIFY(grid()->accessibleDescription().contains("Samples: 4, boxes: 4, positives: 12"));
        QVERIFY(grid()->accessibleDescription().contains("P3: 8"));
        QVERIFY(grid()->accessibleDescription().contains("P4: 0"));
        std::vector<PreviewSample> changed = samples(4);
        changed[0].picture.fill(QColor(10, 200, 10));
        changed[0].dots.clear();
        preview_->setSamples(changed, levels);
        QCOMPARE(at(0, {20, 200}), QColor(10, 200, 10));
        QCOMPARE(around(0, {90, 80}, first, 4), 0);
        QVERIFY(grid()->accessibleDescription().contains("P3: 6"));
    }

    void drawOthersAsksForOthers()
    {
        QSignalSpy wanted(preview_.get(), &AugmentPreview::anotherWanted);
        QTest::mouseClick(another(), Qt::LeftButton);
        another()->setFocus();
        QTest::keyClick(another(), Qt::Key_Space);
        QCOMPARE(wanted.count(), 2);
        preview_->setSamples(samples(2), levels);
        preview_->setMaking(true);
        QCOMPARE(at(1, {20, 200}), QColor(70, 90, 90));  // those that are there stay till others come
    }

    void aClickOrEnterEnlargesOne()
    {
        preview_->setSamples(samples(6), levels);
        const double small = preview_->placeOf(4, {320, 0}).x() - preview_->placeOf(4, {0, 0}).x();
        QTest::mouseClick(grid(), Qt::LeftButton, {}, inGrid(4, {160, 120}));
        QCOMPARE(preview_->enlarged(), 4);
        QVERIFY(preview_->placeOf(4, {320, 0}).x() - preview_->placeOf(4, {0, 0}).x() > 1.8 * small);
        QCOMPARE(at(4, {20, 200}), QColor(100, 90, 90));
        QVERIFY(around(4, {45, 36}, first, 5) > 30);  // the plate of the class's name
        QTest::mouseClick(grid(), Qt::LeftButton, {}, inGrid(4, {160, 120}));
        QCOMPARE(preview_->enlarged(), -1);

        grid()->setFocus();
        QTest::keyClick(grid(), Qt::Key_Left);
        QTest::keyClick(grid(), Qt::Key_Up);
        QTest::keyClick(grid(), Qt::Key_Return);
        QCOMPARE(preview_->enlarged(), 0);
        QTest::keyClick(grid(), Qt::Key_Right);
        QCOMPARE(preview_->enlarged(), 1);
        preview_->setSamples(samples(6), levels);  // an option has changed: the same one is looked at
        QCOMPARE(preview_->enlarged(), 1);
        QTest::keyClick(grid(), Qt::Key_Escape);
        QCOMPARE(preview_->enlarged(), -1);
        QTest::keyClick(grid(), Qt::Key_Space);
        preview_->setSamples(samples(1), levels);
        QCOMPARE(preview_->enlarged(), -1);
    }

    void namesAreToldWhereTheMouseRests()
    {
        preview_->setSamples(samples(6), levels);
        const QPoint where = inGrid(3, {100, 200});
        QHelpEvent help(QEvent::ToolTip, where, grid()->mapToGlobal(where));
        QApplication::sendEvent(grid(), &help);
        QCOMPARE(QToolTip::text(), QString("image 3.png"));
    }

    void whatCannotBeShownHarmsNothing()
    {
        std::vector<PreviewSample> odd = samples(3);
        odd[0].picture = QImage();
        odd[1].dots.push_back({QPointF(NAN, 3), 1, first});
        odd[1].dots.push_back({QPointF(1e9, -1e9), 77, first});
        odd[1].dots.push_back({QPointF(3, 3), -5, first});
        odd[2].boxes.push_back({QRectF(-1e7, -1e7, 2e7, 2e7), second, ""});
        preview_->setSamples(odd, levels);
        QCOMPARE(at(0, {20, 200}), QColor(70, 90, 90));
        preview_->setSamples({}, {});
        shown(*preview_);
        QTest::keyClick(grid(), Qt::Key_Return);
        QTest::keyClick(grid(), Qt::Key_Down);
        QTest::mouseClick(grid(), Qt::LeftButton);
        QCOMPARE(preview_->enlarged(), -1);
        preview_->setSamples(samples(2), levels);
        preview_->setFailed("train-width is 500; it must be a multiple of 32.");
        QVERIFY(grid()->accessibleDescription().contains("multiple of 32"));
        QCOMPARE(preview_->placeOf(0, {1, 1}), QPointF(grid()->mapTo(preview_.get(), QPoint())));
        preview_->resize(300, 300);
        preview_->setSamples(samples(6), levels);
        QVERIFY(preview_->minimumSizeHint().width() <= 300);
        QCOMPARE(at(5, {20, 200}), QColor(110, 90, 90));
    }

    // Twelve samples with as many positives as COCO's crowded pictures have: a redraw is no pause.
    void manyDotsAreQuick()
    {
        std::vector<PreviewSample> many = samples(12);
        for (PreviewSample &each : many)
            for (int i = 0; i < 3000; ++i)
                each.dots.push_back({QPointF(i % 60 * 5 + 3, i / 60 * 4.5 + 3), i % 3, i % 2 ? first : second});
        preview_->setSamples(many, levels);
        shown(*preview_);
        QVERIFY(within(timed("12 samples with 3,000 positives each", [&] { preview_->grab(); }), 50));
    }
};

QTEST_MAIN(TestAugmentPreview)
#include "tst_augment_preview.moc"
