// SPDX-License-Identifier: GPL-3.0-or-later
// The canvas under lenses: layers lie between picture and detections, overlays over both, and a tool is asked before
// the canvas itself, as a mouse and a keyboard tell it.
#include <QPainter>
#include <QSignalSpy>
#include <QTest>

#include "widgets/canvas.h"
#include "widgets/canvas_overlay.h"
#include "widgets/view.h"

using namespace fcoscope;

namespace {

constexpr QRgb grey = 0xff808080, mark = 0xff2040c0;

QImage plain(int width, int height)
{
    QImage image(width, height, QImage::Format_RGB32);
    image.fill(grey);
    return image;
}

/// One label in the middle, one layer over the image.
LensFramePtr frameOf(const ImageId &id, LayerKind kind, double opacity = 1)
{
    Profile profile;
    profile.shortSide = 256;
    profile.longSide = 256;
    LensInput input;
    input.imageId = id;
    input.assigned =
        std::make_shared<const AssignedImage>(assignImage(id, {256, 256}, {Label{{64, 64, 192, 192}, 0}}, profile));
    std::vector<Layer> layers = standardLayers();
    std::erase_if(layers, [&](const Layer &layer) { return layer.kind != kind; });
    layers.front().visible = true;
    layers.front().opacity = opacity;
    return std::make_shared<const LensFrame>(makeLensFrame(input, layers));
}

/// Fills an image rectangle; takes presses inside of it and the key X.
class Square : public CanvasTool {
public:
    QRectF place{100, 100, 20, 20};
    QStringList told;

    void paint(QPainter &painter, const View &view) override
    {
        painter.fillRect(QRectF(view.toScreen(place.topLeft()), view.toScreen(place.bottomRight())), QColor(mark));
    }
    bool press(const Mouse &mouse) override
    {
        if (!place.contains(mouse.inImage))
            return false;
        tell("press", mouse);
        return true;
    }
    void move(const Mouse &mouse) override
    {
        place.moveCenter(mouse.inImage);
        tell("move", mouse);
    }
    void release(const Mouse &mouse) override { tell("release", mouse); }
    Qt::CursorShape cursor(const Mouse &mouse) const override
    {
        return place.contains(mouse.inImage) ? Qt::SizeAllCursor : Qt::CrossCursor;
    }
    bool key(int key, Qt::KeyboardModifiers) override
    {
        if (key == Qt::Key_X)
            told += QStringLiteral("key");
        return key == Qt::Key_X;
    }

private:
    void tell(const char *what, const Mouse &mouse)
    {
        told += QStringLiteral("%1 %2 %3").arg(what).arg(qRound(mouse.inImage.x())).arg(qRound(mouse.inImage.y()));
    }
};

}  // namespace

class CanvasLensTest : public QObject {
    Q_OBJECT

    std::unique_ptr<Canvas> canvas_;

    /// The screen's pixel at an image point.
    QRgb at(double x, double y) const
    {
        const QImage shot = canvas_->grab().toImage();
        const QPointF place = canvas_->toWidget({x, y}) * shot.devicePixelRatio();
        return shot.pixel(place.toPoint());
    }
    QPoint widgetPoint(double x, double y) const { return canvas_->toWidget({x, y}).toPoint(); }

private Q_SLOTS:
    void init()
    {
        canvas_ = std::make_unique<Canvas>();
        canvas_->resize(400, 400);
        canvas_->setImage("a", plain(256, 256));
        canvas_->show();
        QVERIFY(QTest::qWaitForWindowExposed(canvas_.get()));
    }

    void layersLieOverThePicture()
    {
        QCOMPARE(at(128, 128), grey);
        QVERIFY(canvas_->setLens(frameOf("a", LayerKind::CenternessTarget), {"cell"}));
        QVERIFY(at(128, 128) != grey);  // a positive location
        QCOMPARE(at(20, 20), grey);     // nothing is learnt there
        QVERIFY(canvas_->setLens(nullptr, {}));
        QCOMPARE(at(128, 128), grey);
    }

    void layersOfAnotherImageAreRefused()
    {
        QVERIFY(!canvas_->setLens(frameOf("b", LayerKind::CenternessTarget), {"cell"}));
        QCOMPARE(at(128, 128), grey);
        QVERIFY(canvas_->setLens(frameOf("a", LayerKind::CenternessTarget), {"cell"}));
        canvas_->setImage("b", plain(256, 256));  // the layers go with their image
        QCOMPARE(at(128, 128), grey);
    }

    void detectionsLieOverLayers()
    {
        canvas_->setLens(frameOf("a", LayerKind::CenternessTarget), {"cell"});
        const QRgb heat = at(128, 128);
        Detection detection;
        detection.box = {128, 40, 240, 220};
        detection.score = 0.9f;
        canvas_->setTagsShown(false);
        canvas_->setDetections("a", {detection}, {"cell"});
        const QImage shot = canvas_->grab().toImage();
        const QPointF edge = canvas_->toWidget({128, 128}) * shot.devicePixelRatio();
        bool lineSeen = false;
        for (int dx = -3; dx <= 3; ++dx)
            lineSeen |= shot.pixel(edge.toPoint() + QPoint(dx, 0)) != heat;
        QVERIFY(lineSeen);
    }

    void overlaysArePaintedAndTakenAway()
    {
        Square square;
        canvas_->addOverlay(&square);
        QCOMPARE(at(110, 110), mark);
        QCOMPARE(at(90, 90), grey);
        canvas_->zoomAt(canvas_->toWidget({110, 110}), 4);
        QCOMPARE(at(118, 118), mark);
        QCOMPARE(at(122, 122), grey);
        canvas_->removeOverlay(&square);
        QCOMPARE(at(110, 110), grey);
        canvas_->setTool(nullptr);
    }

    void toolTakesItsGestures()
    {
        Square square;
        canvas_->setTool(&square);
        QSignalSpy clicked(canvas_.get(), &Canvas::clicked), selected(canvas_.get(), &Canvas::selectionChanged);
        QTest::mouseMove(canvas_.get(), widgetPoint(110, 110));
        QCOMPARE(canvas_->cursor().shape(), Qt::SizeAllCursor);
        QTest::mousePress(canvas_.get(), Qt::LeftButton, {}, widgetPoint(110, 110));
        QTest::mouseMove(canvas_.get(), widgetPoint(200, 60));
        QCOMPARE(at(200, 60), mark);
        QTest::mouseRelease(canvas_.get(), Qt::LeftButton, {}, widgetPoint(200, 60));
        QCOMPARE(square.told.size(), 3);
        QVERIFY(square.told[0].startsWith(QLatin1String("press 1")));
        QVERIFY(square.told[2].startsWith(QLatin1String("release")));
        QCOMPARE(clicked.count(), 0);

        // What it does not take is the canvas's: a click beside it.
        QTest::mouseClick(canvas_.get(), Qt::LeftButton, {}, widgetPoint(30, 30));
        QCOMPARE(square.told.size(), 3);
        QCOMPARE(clicked.count(), 1);
        const QPointF where = clicked[0][0].toPointF();
        QVERIFY(QLineF(where, {30, 30}).length() < 2);

        QTest::keyClick(canvas_.get(), Qt::Key_X);
        QCOMPARE(square.told.back(), QStringLiteral("key"));
        canvas_->setTool(nullptr);
        QTest::keyClick(canvas_.get(), Qt::Key_X);
        QCOMPARE(square.told.size(), 4);
        QCOMPARE(at(200, 60), grey);
    }

    void toolSurvivesAnImageThatGoes()
    {
        Square square;
        canvas_->setTool(&square);
        QTest::mousePress(canvas_.get(), Qt::LeftButton, {}, widgetPoint(110, 110));
        canvas_->clear();
        QTest::mouseMove(canvas_.get(), QPoint(5, 5));
        QTest::mouseRelease(canvas_.get(), Qt::LeftButton, {}, QPoint(5, 5));
        QTest::mousePress(canvas_.get(), Qt::LeftButton, {}, QPoint(9, 9));
        QCOMPARE(square.told.size(), 1);
        canvas_->setTool(nullptr);
    }

    void spacePansUnderATool()
    {
        Square square;
        canvas_->setTool(&square);
        canvas_->zoomAt(canvas_->toWidget({110, 110}), 4);
        const QPointF before = canvas_->toImage({200, 200});
        QTest::keyPress(canvas_.get(), Qt::Key_Space);
        QTest::mousePress(canvas_.get(), Qt::LeftButton, {}, widgetPoint(110, 110));
        QTest::mouseMove(canvas_.get(), widgetPoint(110, 110) + QPoint(40, 0));
        QTest::mouseRelease(canvas_.get(), Qt::LeftButton, {}, widgetPoint(110, 110));
        QTest::keyRelease(canvas_.get(), Qt::Key_Space);
        QVERIFY(square.told.isEmpty());
        QVERIFY(canvas_->toImage({200, 200}).x() < before.x() - 5);
        canvas_->setTool(nullptr);
    }

    void showsABoxThatIsFarAway()
    {
        canvas_->zoomAt(canvas_->toWidget({20, 20}), 8);
        canvas_->showBox({200, 200, 240, 250});
        const QRectF seen(canvas_->toImage({0, 0}), canvas_->toImage(QPointF(400, 400)));
        QVERIFY(seen.contains(QRectF(QPointF(200, 200), QPointF(240, 250))));
    }
};

QTEST_MAIN(CanvasLensTest)
#include "tst_canvas_lens.moc"
