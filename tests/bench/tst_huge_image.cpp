// SPDX-License-Identifier: GPL-3.0-or-later
// An image of 14,000 × 14,000 pixels from the file to the screen, and what it costs in memory: the peak of the whole
// process while it is read, shown, halved and moved about.
#include <QApplication>
#include <QElapsedTimer>
#include <QtTest>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "app/session/findings.h"
#include "core/data/image.h"
#include "tests/memory.h"
#include "widgets/canvas.h"

using namespace fcoscope;

namespace {

constexpr int side = 14000;

/// Flat areas with an edge here and there and a little noise: what a scanner makes of a slide.
void makeImage(const std::string &path)
{
    cv::Mat picture(side, side, CV_8UC3);
    uint32_t state = 1;
    for (int y = 0; y < side; ++y) {
        uint8_t *row = picture.ptr(y);
        for (int x = 0; x < side; ++x) {
            state = state * 1664525u + 1013904223u;
            const int noise = static_cast<int>(state >> 29);
            for (int c = 0; c < 3; ++c)
                row[3 * x + c] = static_cast<uint8_t>(60 + 40 * c + 50 * ((x / 200 + y / 200) % 2) + noise);
        }
    }
    cv::imwrite(path, picture, {cv::IMWRITE_PNG_COMPRESSION, 1, cv::IMWRITE_JPEG_QUALITY, 90});
}

/// In MB; below 0 where the system does not say.
double statusOf(const char *field)
{
    return double(memoryKb(field)) / 1000;
}

}  // namespace

class TestHugeImage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fromFileToScreen_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("JPEG") << "huge.jpg";
        QTest::newRow("PNG") << "huge.png";
    }
    void fromFileToScreen()
    {
        QFETCH(QString, name);
        QTemporaryDir folder;
        const std::string path = folder.filePath(name).toStdString();
        makeImage(path);
        if (!forgetPeak() || statusOf("VmHWM") < 0 || statusOf("VmHWM") > 600)
            QSKIP("this system does not tell the peak of a process's memory anew");
        const double before = statusOf("VmHWM");

        QElapsedTimer clock;
        clock.start();
        Backend backend;
        backend.readImage = [](const ImageId &id) { return readImage(id); };
        PicturePtr picture = readPicture(backend, path);
        const qint64 readMs = clock.restart();
        Canvas canvas;
        canvas.resize(1600, 1000);
        canvas.show();
        QVERIFY(canvas.setImage(path, shownImage(picture)));
        QCOMPARE(canvas.imageSize(), QSize(side, side));
        canvas.grab();
        const qint64 shownMs = clock.restart();
        QThreadPool::globalInstance()->waitForDone();  // the halves
        QCoreApplication::processEvents();
        const qint64 halvedMs = clock.restart();

        double slowest = 0;
        QImage screen(canvas.size(), QImage::Format_RGB32);
        for (const double zoom : {0.1, 0.3, 0.8, 1.0, 1.5, 6.0}) {
            canvas.zoomAt(canvas.rect().center(), zoom);
            for (int i = 0; i < 10; ++i) {
                constexpr Qt::Key round[] = {Qt::Key_Right, Qt::Key_Down, Qt::Key_Left, Qt::Key_Up};
                QTest::keyClick(&canvas, round[i % 4]);
                clock.restart();
                canvas.render(&screen);
                slowest = std::max(slowest, double(clock.nsecsElapsed()) / 1e6);
            }
        }
        // Red and blue where they belong, also in pixels that are shared.
        const QColor colour = screen.pixelColor(800, 500);
        QVERIFY(colour.red() > colour.blue());
        picture.reset();
        canvas.render(&screen);  // the canvas keeps the pixels
        QCOMPARE(screen.pixelColor(800, 500), colour);

        const double peak = statusOf("VmHWM");
        qInfo("%s: read %lld ms, shown %lld ms, halved %lld ms, slowest frame %.1f ms, peak %.0f MB (%.0f MB before)",
              qPrintable(name), readMs, shownMs, halvedMs, slowest, peak, before);
        QVERIFY2(peak < 1500, qPrintable(QString::number(peak)));
        QVERIFY(slowest < 100);
        canvas.clear();
        QVERIFY(statusOf("VmRSS") < before + 200);  // and gives them back
    }
};

QTEST_MAIN(TestHugeImage)
#include "tst_huge_image.moc"
