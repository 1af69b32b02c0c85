// SPDX-License-Identifier: GPL-3.0-or-later
// The canvas and its detections: boxes, selection, results that come late, and how fast many boxes are.
#include <QSignalSpy>
#include <ctime>

#include "tests/widgets/widget_test.h"

using namespace fcoscope;

namespace {

// Processor time in milliseconds, so that a busy machine does not fail a test.
template <typename Call>
double quickest(Call call)
{
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
        const std::clock_t begin = std::clock();
        call();
        best = std::min(best, 1000.0 * double(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    return best;
}

}  // namespace

class TestCanvasDetections : public QObject, private CanvasInWindow {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init() { openCanvas(); }
    void cleanup() { canvas_.reset(); }

    void boxesAreDrawnInClassColourAtTheirPlace()
    {
        showNested();
        canvas_->setTagsShown(false);
        canvas_->zoomAt(middle(), 1);
        const QImage screen = shown(*canvas_);
        for (const Detection &d : nested()) {
            const QColor color = classColor(d.classIndex);
            const QPoint from = onScreen({d.box.x1, d.box.y1}), to = onScreen({d.box.x2, d.box.y2});
            const int y = (from.y() + to.y()) / 2, x = (from.x() + to.x()) / 2 + 5;
            // A line of two logical pixels lies on the edge, of pure colour, and nothing beside it.
            const int line = std::max(1, qRound(2 * ratio()));
            for (const int edge : {from.x(), to.x()})
                QCOMPARE(count(screen, QRect(edge - 5, y, 10, 1), color), line);
            for (const int edge : {from.y(), to.y()})
                QCOMPARE(count(screen, QRect(x, edge - 5, 1, 10), color), line);
        }
        QCOMPARE(screen.pixelColor(onScreen({125, 125})), QColor(40, 40, 40));
        canvas_->setBoxesShown(false);
        QCOMPARE(count(shown(*canvas_), classColor(0)), 0);
    }

    void tagsNameTheClass()
    {
        showNested();
        const QRect above(onScreen({50, 50}) + QPoint(4, qRound(-16 * ratio())),
                          QSize(qRound(50 * ratio()), qRound(12 * ratio())));
        const int filled = above.width() * above.height();
        QVERIFY(count(shown(*canvas_), above, classColor(0)) > filled / 3);
        QVERIFY(count(shown(*canvas_), above, classColor(0)) < filled);  // letters are on it
        canvas_->setTagsShown(false);
        QCOMPARE(count(shown(*canvas_), above, classColor(0)), 0);
    }

    void classFilterHidesTheOthers()
    {
        showNested();
        canvas_->setClassFilter(1);
        QVERIFY(count(shown(*canvas_), classColor(1)) > 0);
        QCOMPARE(count(shown(*canvas_), classColor(0)), 0);
        QTest::mouseClick(canvas_.get(), Qt::LeftButton, {}, canvas_->toWidget({60, 150}).toPoint());
        QCOMPARE(canvas_->selected(), -1);
    }

    void clickSelectsTheSmallestAndCycles()
    {
        showNested();
        QSignalSpy selected(canvas_.get(), &Canvas::selectionChanged);
        const auto click = [&](QPointF image) {
            QTest::mouseClick(canvas_.get(), Qt::LeftButton, {}, canvas_->toWidget(image).toPoint());
        };
        click({125, 125});
        QCOMPARE(canvas_->selected(), 1);
        click({125, 125});
        QCOMPARE(canvas_->selected(), 2);
        click({125, 125});
        QCOMPARE(canvas_->selected(), 0);
        click({125, 125});
        QCOMPARE(canvas_->selected(), 1);
        click({170, 170});  // elsewhere: the smallest there, not the next
        QCOMPARE(canvas_->selected(), 2);
        click({390, 290});
        QCOMPARE(canvas_->selected(), -1);
        QCOMPARE(selected.count(), 6);
        QCOMPARE(selected.last().at(0).toInt(), -1);

        click({330, 130});
        QTest::keyClick(canvas_.get(), Qt::Key_Escape);
        QCOMPARE(canvas_->selected(), -1);
        canvas_->select(3);
        QCOMPARE(selected.count(), 8);  // select() itself is silent
        canvas_->select(99);
        QCOMPARE(canvas_->selected(), -1);
    }

    void selectedAndHoveredAreEmphasised()
    {
        showNested();
        moveMouse(*canvas_, {2, 2}, Qt::NoButton);
        const QPoint inside = onScreen({330, 130});
        QCOMPARE(shown(*canvas_).pixelColor(inside), QColor(40, 40, 40));
        canvas_->select(3);
        QVERIFY(shown(*canvas_).pixelColor(inside) != QColor(40, 40, 40));
        QVERIFY(count(shown(*canvas_), Qt::white) > 100);
        canvas_->select(-1);
        QCOMPARE(count(shown(*canvas_), Qt::white), 0);

        QSignalSpy hovered(canvas_.get(), &Canvas::hovered);
        moveMouse(*canvas_, canvas_->toWidget({330, 130}), Qt::NoButton);
        QCOMPARE(canvas_->hoveredDetection(), 3);
        QCOMPARE(hovered.count(), 1);
        QVERIFY(distance(hovered.last().at(0).toPointF(), {330, 130}) < 1e-6);
        QVERIFY(hovered.last().at(1).toBool());
        QVERIFY(shown(*canvas_).pixelColor(inside) != QColor(40, 40, 40));
        moveMouse(*canvas_, {2, 2}, Qt::NoButton);
        QVERIFY(!hovered.last().at(1).toBool());
        QCOMPARE(canvas_->hoveredDetection(), -1);
    }

    void resultsForAnotherImageAreIgnored()
    {
        showNested();
        const QImage before = shown(*canvas_);
        QVERIFY(!canvas_->setDetections("b.png", {detectionAt({10, 10, 390, 290}, 1, 1)}, {"cell", "dot"}));
        QVERIFY(!canvas_->setDetecting("b.png", true));
        QCOMPARE(canvas_->detections().size(), size_t(4));
        QCOMPARE(shown(*canvas_), before);

        canvas_->setLoading("b.png");
        QVERIFY(!canvas_->setDetections("a.png", nested(), {}));
        QVERIFY(!canvas_->setDetections("b.png", nested(), {}));  // its picture is not there yet
        canvas_->setLoading("c.png");
        QVERIFY(!canvas_->setImage("b.png", plain(400, 300, Qt::red)));
        QCOMPARE(canvas_->state(), Canvas::State::Loading);
        QCOMPARE(canvas_->imageId(), ImageId("c.png"));
        QCOMPARE(count(shown(*canvas_), Qt::red), 0);
        QVERIFY(canvas_->setImage("c.png", plain(400, 300, Qt::green)));
        QVERIFY(canvas_->detections().empty());
        QCOMPARE(count(shown(*canvas_), classColor(0)), 0);
        QVERIFY(count(shown(*canvas_), Qt::green) > 1000);
    }

    void selectionSurvivesNewDetections()
    {
        showNested();
        canvas_->select(2);
        QSignalSpy selected(canvas_.get(), &Canvas::selectionChanged);
        std::vector<Detection> fewer = nested();
        fewer.erase(fewer.begin());  // the same box is now number 1
        canvas_->setDetections("a.png", fewer, {"cell", "dot", "blob"});
        QCOMPARE(canvas_->selected(), 1);
        QCOMPARE(selected.count(), 0);
        fewer.erase(fewer.begin() + 1);
        canvas_->setDetections("a.png", fewer, {"cell", "dot", "blob"});
        QCOMPARE(canvas_->selected(), -1);
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected.last().at(0).toInt(), -1);
    }

    void loadingIsSeenAfterAMoment()
    {
        showNested();
        canvas_->setLoading("b.png");
        QCOMPARE(canvas_->state(), Canvas::State::Loading);
        QCOMPARE(count(shown(*canvas_), classColor(0)), 0);  // no box of the former image
        const QPoint corner = onScreen({10, 10});
        QTRY_VERIFY(shown(*canvas_).pixelColor(corner) != QColor(40, 40, 40));  // dimmed
        QVERIFY(count(shown(*canvas_), QRect(shown(*canvas_).rect().center() - QPoint(80, 20), QSize(160, 40)),
                      Qt::white) > 10);
        QVERIFY(canvas_->accessibleDescription().contains("b.png"));
    }

    void detectingBadgeLeavesThePictureFree()
    {
        canvas_->setImage("a.png", plain(400, 300, QColor(90, 160, 90)));
        const QImage before = shown(*canvas_);
        QVERIFY(canvas_->setDetecting("a.png", true));
        QVERIFY(canvas_->detecting());
        const QImage busy = shown(*canvas_);
        QVERIFY(busy != before);
        const QRect most(0, 0, busy.width(), qRound(busy.height() * 0.85));
        QCOMPARE(busy.copy(most), before.copy(most));
        canvas_->setDetections("a.png", {}, {});
        QVERIFY(!canvas_->detecting());
        QCOMPARE(shown(*canvas_), before);
    }

    void ensureVisibleBringsABoxIntoView()
    {
        showNested();
        canvas_->zoomAt(canvas_->toWidget({399, 299}), 8);
        const auto visible = [&](int i) {
            const Box b = nested()[size_t(i)].box;
            return canvas_->rect().toRectF().contains(
                QRectF(canvas_->toWidget({b.x1, b.y1}), canvas_->toWidget({b.x2, b.y2})));
        };
        QVERIFY(!visible(1));
        const double zoom = 2 * ratio();
        canvas_->zoomAt(canvas_->toWidget({399, 299}), zoom);
        canvas_->ensureVisible(1);
        QVERIFY(visible(1));
        QCOMPARE(canvas_->zoom(), zoom);  // it fits: only moved
        canvas_->zoomAt(middle(), 8 * ratio());
        canvas_->ensureVisible(0);
        QVERIFY(visible(0));
        QVERIFY(canvas_->zoom() < 8 * ratio());
    }

    void saysWhatItShows()
    {
        QVERIFY(!canvas_->accessibleName().isEmpty());
        showNested();
        QVERIFY(canvas_->accessibleDescription().contains("a.png"));
        QVERIFY(canvas_->accessibleDescription().contains("400"));
        canvas_->select(1);
        QVERIFY(canvas_->accessibleDescription().contains("dot 0.80"));
    }

    void boxesWithoutAreaAndFarAwayAreHarmless()
    {
        canvas_->setImage("a.png", plain(400, 300, QColor(40, 40, 40)));
        const double nan = std::nan("");
        canvas_->setDetections("a.png",
                               {detectionAt({10, 10, 10, 10}, 0, 1), detectionAt({nan, 0, 9, 9}, 0, 1),
                                detectionAt({-1e9, -1e9, 1e9, 1e9}, 1, 1), detectionAt({9, 9, 0, 0}, 0, 1)},
                               {});
        canvas_->select(1);
        canvas_->ensureVisible(1);
        canvas_->select(2);
        canvas_->ensureVisible(2);
        canvas_->zoomAt({10, 10}, 64);
        QCOMPARE(count(shown(*canvas_), classColor(0)), 0);
    }

    void largePicturesAndManyBoxesStayFluid()
    {
        canvas_->setImage("a.png", plain(6000, 4000, Qt::gray));
        QTest::qWait(1);
        std::vector<Detection> many;
        for (int i = 0; i < 20000; ++i) {
            const double x = (i * 7919) % 5900, y = (i * 104729) % 3900, size = 20 + i % 80;
            many.push_back(detectionAt({x, y, x + size, y + size}, i % 12, 1 - float(i) / 20000, 0, i));
        }
        const auto pan = [&] {
            QTest::keyClick(canvas_.get(), Qt::Key_Right);
            canvas_->grab();
        };
        canvas_->zoomAt(middle(), 0.5);
        const double alone = quickest(pan);
        canvas_->setDetections("a.png", many, {});
        const double near = quickest(pan);
        canvas_->zoomToFit();
        canvas_->zoomAt(middle(), canvas_->zoom() * 1.01);
        const double whole = quickest(pan);
        moveMouse(*canvas_, {5, 5}, Qt::NoButton);
        canvas_->grab();
        int at = 0;
        const double hover = quickest([&] {
            moveMouse(*canvas_, {50.0 + 10 * ++at, 100}, Qt::NoButton);
            canvas_->grab();
        });
        qInfo("pan %.1f ms, with 20,000 boxes %.1f ms near and %.1f ms whole, hover %.1f ms", alone, near, whole,
              hover);
        const double slack = ratio() * ratio() * slower;
        QVERIFY(alone < 50 * slack);
        QVERIFY(near < 150 * slack);
        QVERIFY(whole < 150 * slack);
        QVERIFY(hover < 30 * slack);
    }
};

QTEST_MAIN(TestCanvasDetections)
#include "tst_canvas_detections.moc"
