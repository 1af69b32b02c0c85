// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAccessible>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <ctime>

#include "tests/widgets/widget_test.h"
#include "widgets/canvas.h"
#include "widgets/canvas_notice.h"

using namespace fcoscope;

namespace {

QImage plain(int width, int height, const QColor &color)
{
    QImage image(width, height, QImage::Format_RGB888);
    image.fill(color);
    return image;
}

// Every pixel its own colour: red and green tell where it is.
QImage coordinates(int width, int height)
{
    QImage image(width, height, QImage::Format_RGB888);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            image.setPixel(x, y, qRgb(x % 256, y % 256, 40 * (x / 256) + 7 * (y / 256)));
    return image;
}

QImage checks(int width, int height)
{
    QImage image(width, height, QImage::Format_RGB888);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            image.setPixel(x, y, (x + y) % 2 ? qRgb(255, 255, 255) : qRgb(0, 0, 0));
    return image;
}

double distance(QPointF a, QPointF b) { return std::hypot(a.x() - b.x(), a.y() - b.y()); }

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

class TestCanvas : public QObject {
    Q_OBJECT

    std::unique_ptr<Canvas> canvas_;
    double ratio() const { return canvas_->devicePixelRatioF(); }
    QPointF middle() const { return canvas_->rect().toRectF().center(); }
    QPoint onScreen(QPointF image) const { return (canvas_->toWidget(image) * ratio()).toPoint(); }

    // Three nested boxes and one apart, on a dark grey picture of 400 × 300.
    std::vector<Detection> nested() const
    {
        return {detectionAt({50, 50, 250, 250}, 0, 0.9f, 2, 1), detectionAt({100, 100, 150, 150}, 1, 0.8f, 0, 2),
                detectionAt({80, 80, 200, 200}, 2, 0.7f, 1, 3), detectionAt({300, 100, 360, 160}, 1, 0.6f, 0, 4)};
    }
    void showNested()
    {
        QVERIFY(canvas_->setImage("a.png", plain(400, 300, QColor(40, 40, 40))));
        QVERIFY(canvas_->setDetections("a.png", nested(), {"cell", "dot", "blob"}));
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        canvas_ = std::make_unique<Canvas>();
        canvas_->resize(600, 400);
        canvas_->show();
        QVERIFY(QTest::qWaitForWindowExposed(canvas_.get()));
        canvas_->setFocus();
    }
    void cleanup() { canvas_.reset(); }

    void nothingOpen()
    {
        QCOMPARE(canvas_->state(), Canvas::State::Empty);
        auto *notice = canvas_->findChild<CanvasNotice *>();
        QVERIFY(notice->isVisible());
        QVERIFY(!notice->title().isEmpty());
        QSignalSpy asked(canvas_.get(), &Canvas::openRequested);
        QTest::mouseClick(notice->findChild<QPushButton *>(), Qt::LeftButton);
        QCOMPARE(asked.count(), 1);

        canvas_->setImage("a.png", plain(400, 300, Qt::red));
        QVERIFY(!notice->isVisible());
        QVERIFY(count(shown(*canvas_), QColor(Qt::red)) > 1000);
        canvas_->clear();
        QVERIFY(notice->isVisible());
        QCOMPARE(count(shown(*canvas_), QColor(Qt::red)), 0);
        QCOMPARE(canvas_->imageId(), ImageId());
    }

    void imageThatCannotBeShown()
    {
        canvas_->setLoading("/x/broken.jpg");
        QVERIFY(!canvas_->setFailed("/x/other.jpg", "No."));
        QVERIFY(canvas_->setFailed("/x/broken.jpg", "It is cut short."));
        QCOMPARE(canvas_->state(), Canvas::State::Failed);
        auto *notice = canvas_->findChild<CanvasNotice *>();
        QVERIFY(notice->isVisible());
        QVERIFY(notice->title().contains("broken.jpg"));
        QCOMPARE(notice->text(), QString("It is cut short."));
        QVERIFY(!notice->findChild<QPushButton *>()->isVisible());
    }

    void wheelKeepsThePointUnderTheCursor_data()
    {
        QTest::addColumn<Qt::KeyboardModifiers>("modifiers");
        QTest::newRow("plain wheel") << Qt::KeyboardModifiers(Qt::NoModifier);
        QTest::newRow("Ctrl and wheel") << Qt::KeyboardModifiers(Qt::ControlModifier);
    }
    void wheelKeepsThePointUnderTheCursor()
    {
        QFETCH(Qt::KeyboardModifiers, modifiers);
        canvas_->setImage("a.png", coordinates(400, 300));
        QSignalSpy zoomed(canvas_.get(), &Canvas::zoomChanged);
        const QPointF cursor(217, 131);
        const QPointF point = canvas_->toImage(cursor);
        const double before = canvas_->zoom();
        for (int i = 1; i <= 12; ++i) {
            turnWheel(*canvas_, cursor, 120, modifiers);
            QVERIFY(canvas_->zoom() > before * std::pow(1.1, i));
            QVERIFY2(distance(canvas_->toWidget(point), cursor) <= 1, "the point moved");
            QVERIFY(!canvas_->fitted());
        }
        QCOMPARE(zoomed.count(), 12);
        for (int i = 0; i < 12; ++i)
            turnWheel(*canvas_, cursor, -120, modifiers);
        QVERIFY(std::abs(canvas_->zoom() - before) < 1e-9);
        QVERIFY(distance(canvas_->toWidget(point), cursor) <= 1);
    }

    void zoomHasLimits()
    {
        canvas_->setImage("a.png", coordinates(400, 300));
        for (int i = 0; i < 100; ++i)
            canvas_->zoomIn();
        QCOMPARE(canvas_->zoom(), 64.0);
        for (int i = 0; i < 200; ++i)
            canvas_->zoomOut();
        QVERIFY(canvas_->zoom() > 0.01 && canvas_->zoom() <= 0.5);
        const QImage screen = shown(*canvas_);
        QVERIFY(count(screen, screen.pixelColor(0, 0)) < screen.width() * screen.height());  // something is still drawn
    }

    void middleDragPans()
    {
        canvas_->setImage("a.png", coordinates(400, 300));
        canvas_->zoomAt(middle(), 6);
        const QPointF point = canvas_->toImage({300, 200});
        QTest::mousePress(canvas_.get(), Qt::MiddleButton, {}, {300, 200});
        moveMouse(*canvas_, {320, 215}, Qt::MiddleButton);
        moveMouse(*canvas_, {360, 170}, Qt::MiddleButton);
        QVERIFY(distance(canvas_->toWidget(point), {360, 170}) <= 1);
        QTest::mouseRelease(canvas_.get(), Qt::MiddleButton, {}, {360, 170});
        moveMouse(*canvas_, {100, 100}, Qt::NoButton);
        QVERIFY(distance(canvas_->toWidget(point), {360, 170}) <= 1);
        // The very pixel is drawn there.
        const QImage image = shown(*canvas_);
        const QPoint at = (QPointF(360, 170) * ratio()).toPoint();
        const QPointF source = canvas_->toImage((QPointF(at) + QPointF(0.5, 0.5)) / ratio());
        QCOMPARE(image.pixelColor(at), coordinates(400, 300).pixelColor(int(source.x()), int(source.y())));
    }

    void spaceDragPans()
    {
        showNested();
        canvas_->zoomAt(middle(), 6);
        const QPointF point = canvas_->toImage({300, 200});
        // Without Space a left drag moves nothing and selects nothing.
        QTest::mousePress(canvas_.get(), Qt::LeftButton, {}, {300, 200});
        moveMouse(*canvas_, {360, 170}, Qt::LeftButton);
        QTest::mouseRelease(canvas_.get(), Qt::LeftButton, {}, {360, 170});
        QVERIFY(distance(canvas_->toWidget(point), {300, 200}) <= 1);
        QCOMPARE(canvas_->selected(), -1);

        QTest::keyPress(canvas_.get(), Qt::Key_Space);
        QCOMPARE(canvas_->cursor().shape(), Qt::OpenHandCursor);
        QTest::mousePress(canvas_.get(), Qt::LeftButton, {}, {300, 200});
        QCOMPARE(canvas_->cursor().shape(), Qt::ClosedHandCursor);
        moveMouse(*canvas_, {360, 170}, Qt::LeftButton);
        QVERIFY(distance(canvas_->toWidget(point), {360, 170}) <= 1);
        QTest::mouseRelease(canvas_.get(), Qt::LeftButton, {}, {360, 170});
        QTest::keyRelease(canvas_.get(), Qt::Key_Space);
        QCOMPARE(canvas_->cursor().shape(), Qt::ArrowCursor);
        QCOMPARE(canvas_->selected(), -1);
        moveMouse(*canvas_, {100, 100}, Qt::NoButton);
        QVERIFY(distance(canvas_->toWidget(point), {360, 170}) <= 1);
    }

    void arrowsPan()
    {
        canvas_->setImage("a.png", coordinates(400, 300));
        canvas_->zoomAt(middle(), 6);
        const QPointF point = canvas_->toImage(middle());
        QTest::keyClick(canvas_.get(), Qt::Key_Right);
        QVERIFY(canvas_->toWidget(point).x() < middle().x() - 30);
        QTest::keyClick(canvas_.get(), Qt::Key_Left);
        QVERIFY(distance(canvas_->toWidget(point), middle()) <= 1);
    }

    void fitShowsTheWholeImage()
    {
        canvas_->setImage("a.png", plain(400, 300, Qt::red));
        QVERIFY(canvas_->fitted());
        const auto fits = [&] {
            const QRectF place(canvas_->toWidget({0, 0}), canvas_->toWidget({400, 300}));
            const QRectF window = canvas_->rect();
            const double spare = std::min(window.width() - place.width(), window.height() - place.height());
            return window.contains(place) && spare > 20 && spare < 28 && distance(place.center(), window.center()) <= 1;
        };
        QVERIFY(fits());
        canvas_->resize(500, 460);
        QVERIFY(fits());
        canvas_->zoomAt({10, 10}, 3);
        QVERIFY(!canvas_->fitted());
        canvas_->resize(600, 400);
        QVERIFY(std::abs(canvas_->zoom() - 3) < 1e-9);
        canvas_->zoomToFit();
        QVERIFY(fits());
    }

    void actualSizeIsOneScreenPixelForEachImagePixel()
    {
        const QImage image = coordinates(300, 200);
        canvas_->setImage("a.png", image);
        canvas_->zoomToActualSize();
        QCOMPARE(canvas_->zoom(), 1.0);
        const QImage screen = shown(*canvas_);
        const QPoint corner = onScreen({0, 0});
        for (int y = 0; y < 200; y += 3)
            for (int x = 0; x < 300; x += 3)
                QCOMPARE(screen.pixelColor(corner + QPoint(x, y)), image.pixelColor(x, y));
    }

    void nearestFromFourOnAndSmoothBelow()
    {
        const QImage image = checks(64, 48);
        canvas_->setImage("a.png", image);
        for (const double zoom : {4.0, 5.5, 8.0}) {
            canvas_->zoomAt(middle(), zoom);
            const QImage screen = shown(*canvas_);
            const QPoint corner = onScreen({0, 0});
            for (int y = 1; y < screen.height(); y += 2)
                for (int x = 1; x < screen.width(); x += 2) {
                    const int column = int((x + 0.5 - corner.x()) / zoom), row = int((y + 0.5 - corner.y()) / zoom);
                    if (x >= corner.x() && y >= corner.y() && column < 64 && row < 48)
                        QCOMPARE(screen.pixelColor(x, y), image.pixelColor(column, row));
                }
        }
        canvas_->zoomAt(middle(), 3.5);
        const QImage screen = shown(*canvas_);
        const QRect inside(onScreen({4, 4}), onScreen({60, 44}));
        const int pure = count(screen, inside, Qt::black) + count(screen, inside, Qt::white);
        const QRect seen = inside.intersected(screen.rect());
        QVERIFY2(pure < seen.width() * seen.height() / 2, "not smoothed");
    }

    void shrunkImagesAreAveraged_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::newRow("small, halved at once") << QSize(1601, 1203);
        QTest::newRow("large, halved on another thread") << QSize(2401, 1803);
    }
    void shrunkImagesAreAveraged()
    {
        QFETCH(QSize, size);
        canvas_->setImage("a.png", checks(size.width(), size.height()));
        QVERIFY(canvas_->zoom() < 0.8);
        const auto contrast = [&] {
            const QImage screen = shown(*canvas_);
            const QRect inside(onScreen({20, 20}), onScreen({size.width() - 20.0, size.height() - 20.0}));
            int lowest = 255, highest = 0;
            for (int y = inside.top(); y < inside.bottom(); ++y)
                for (int x = inside.left(); x < inside.right(); ++x) {
                    lowest = std::min(lowest, qGreen(screen.pixel(x, y)));
                    highest = std::max(highest, qGreen(screen.pixel(x, y)));
                }
            return highest - lowest;
        };
        canvas_->zoomAt(middle(), 0.2);
        QTRY_VERIFY2(contrast() < 8, "a fine pattern must become grey, not a moiré");
    }

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
        const QRect above(onScreen({50, 50}) + QPoint(4, qRound(-16 * ratio())), QSize(qRound(50 * ratio()), qRound(12 * ratio())));
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
        const auto click = [&](QPointF image) { QTest::mouseClick(canvas_.get(), Qt::LeftButton, {}, canvas_->toWidget(image).toPoint()); };
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
        QVERIFY(count(shown(*canvas_), QRect(shown(*canvas_).rect().center() - QPoint(80, 20), QSize(160, 40)), Qt::white) > 10);
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

    void nextImageKeepsZoomIfItHasTheSameSize()
    {
        canvas_->setImage("a.png", plain(400, 300, Qt::red));
        canvas_->zoomAt({100, 100}, 5);
        const QPointF point = canvas_->toImage({0, 0});
        canvas_->setLoading("b.png");
        canvas_->setImage("b.png", plain(400, 300, Qt::green));
        QCOMPARE(canvas_->zoom(), 5.0);
        QCOMPARE(canvas_->toImage({0, 0}), point);
        canvas_->setImage("c.png", plain(300, 400, Qt::green));
        QVERIFY(canvas_->fitted());
        canvas_->zoomAt({100, 100}, 5);
        canvas_->setKeepZoom(false);
        canvas_->setImage("d.png", plain(300, 400, Qt::green));
        QVERIFY(canvas_->fitted());
    }

    void ensureVisibleBringsABoxIntoView()
    {
        showNested();
        canvas_->zoomAt(canvas_->toWidget({399, 299}), 8);
        const auto visible = [&](int i) {
            const Box b = nested()[size_t(i)].box;
            return canvas_->rect().toRectF().contains(QRectF(canvas_->toWidget({b.x1, b.y1}), canvas_->toWidget({b.x2, b.y2})));
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

    void filesAreDropped()
    {
        QSignalSpy dropped(canvas_.get(), &Canvas::filesDropped);
        QMimeData files;
        files.setUrls({QUrl::fromLocalFile("/x/a.png"), QUrl::fromLocalFile("/x/folder")});
        QDragEnterEvent enter({50, 50}, Qt::CopyAction, &files, Qt::LeftButton, Qt::NoModifier);
        enter.ignore();
        const QImage before = shown(*canvas_);
        QApplication::sendEvent(canvas_.get(), &enter);
        QVERIFY(enter.isAccepted());
        QVERIFY(shown(*canvas_) != before);
        QDropEvent drop({50, 50}, Qt::CopyAction, &files, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(canvas_.get(), &drop);
        QCOMPARE(dropped.count(), 1);
        QCOMPARE(dropped.last().at(0).value<QList<QUrl>>(), files.urls());
        QCOMPARE(shown(*canvas_), before);

        QMimeData words;
        words.setText("words");
        QDragEnterEvent other({50, 50}, Qt::CopyAction, &words, Qt::LeftButton, Qt::NoModifier);
        other.ignore();
        QApplication::sendEvent(canvas_.get(), &other);
        QVERIFY(!other.isAccepted());
    }

    void groundFollowsThePalette()
    {
        canvas_->setImage("a.png", plain(400, 300, Qt::red));
        QVERIFY(shown(*canvas_).pixelColor(1, 1).lightness() > 180);
        applyTheme(ThemeChoice::Dark);
        QTRY_VERIFY(shown(*canvas_).pixelColor(1, 1).lightness() < 60);
        applyTheme(ThemeChoice::Light);
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

    void aPictureWithAlphaLiesOnWhite()
    {
        QImage image(50, 50, QImage::Format_ARGB32);
        image.fill(Qt::transparent);
        canvas_->setImage("a.png", image);
        QCOMPARE(shown(*canvas_).pixelColor(onScreen({25, 25})), QColor(Qt::white));
        QVERIFY(canvas_->setImage("b.png", QImage()));
        QCOMPARE(canvas_->state(), Canvas::State::Failed);
    }

    void boxesWithoutAreaAndFarAwayAreHarmless()
    {
        canvas_->setImage("a.png", plain(400, 300, QColor(40, 40, 40)));
        const double nan = std::nan("");
        canvas_->setDetections("a.png", {detectionAt({10, 10, 10, 10}, 0, 1), detectionAt({nan, 0, 9, 9}, 0, 1),
                                         detectionAt({-1e9, -1e9, 1e9, 1e9}, 1, 1), detectionAt({9, 9, 0, 0}, 0, 1)}, {});
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
        qInfo("pan %.1f ms, with 20,000 boxes %.1f ms near and %.1f ms whole, hover %.1f ms", alone, near, whole, hover);
        const double slack = ratio() * ratio() * (qEnvironmentVariableIsSet("FCOSCOPE_SANITIZED") ? 10 : 1);
        QVERIFY(alone < 50 * slack);
        QVERIFY(near < 150 * slack);
        QVERIFY(whole < 150 * slack);
        QVERIFY(hover < 30 * slack);
    }
};

QTEST_MAIN(TestCanvas)
#include "tst_canvas.moc"
