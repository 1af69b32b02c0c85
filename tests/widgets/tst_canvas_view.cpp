// SPDX-License-Identifier: GPL-3.0-or-later
// The canvas as a viewer: zoom, pan, and what is drawn of the picture itself.
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>

#include "tests/widgets/widget_test.h"
#include "widgets/canvas_notice.h"

using namespace fcoscope;

namespace {

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

}  // namespace

class TestCanvasView : public QObject, private CanvasInWindow {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init() { openCanvas(); }
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

    void aPictureWithAlphaLiesOnWhite()
    {
        QImage image(50, 50, QImage::Format_ARGB32);
        image.fill(Qt::transparent);
        canvas_->setImage("a.png", image);
        QCOMPARE(shown(*canvas_).pixelColor(onScreen({25, 25})), QColor(Qt::white));
        QVERIFY(canvas_->setImage("b.png", QImage()));
        QCOMPARE(canvas_->state(), Canvas::State::Failed);
    }

    void groundFollowsThePalette()
    {
        canvas_->setImage("a.png", plain(400, 300, Qt::red));
        QVERIFY(shown(*canvas_).pixelColor(1, 1).lightness() > 180);
        applyTheme(ThemeChoice::Dark);
        QTRY_VERIFY(shown(*canvas_).pixelColor(1, 1).lightness() < 60);
        applyTheme(ThemeChoice::Light);
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
};

QTEST_MAIN(TestCanvasView)
#include "tst_canvas_view.moc"
