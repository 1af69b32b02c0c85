// SPDX-License-Identifier: GPL-3.0-or-later
// Through 10,000 images, one after the other, with list, thumbnails, canvas and minimap: memory stays where it was.
#include <QApplication>
#include <QElapsedTimer>
#include <QListView>
#include <QScrollBar>
#include <QtTest>

#include "tests/memory.h"
#include "widgets/canvas.h"
#include "widgets/image_list.h"
#include "widgets/labels/minimap.h"

using namespace fcoscope;

namespace {

constexpr int images = 10000;

/// In MB; below 0 where the system does not say.
double residentMemory()
{
    return double(memoryKb("VmRSS")) / 1000;
}

/// Sizes change from image to image, as they do in a folder.
QImage pictureOf(int i)
{
    QImage image(600 + 40 * (i % 5), 400 + 40 * (i % 3), QImage::Format_RGB32);
    image.fill(QColor::fromHsv(i % 360, 120, 200));
    return image;
}

std::vector<Detection> detectionsOf(int i)
{
    std::vector<Detection> found(size_t(i % 40));
    for (size_t k = 0; k < found.size(); ++k) {
        found[k].box = {10.0f * float(k), 20, 10.0f * float(k) + 30, 60};
        found[k].score = 0.9f;
        found[k].location = static_cast<int>(k);
    }
    return found;
}

}  // namespace

class TestFlipping : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void memoryStaysFlat()
    {
        if (residentMemory() < 0)
            QSKIP("this system does not tell a process's memory");
        ImageList list;
        list.resize(260, 700);
        list.show();
        Canvas canvas;
        canvas.resize(800, 600);
        auto *map = new Minimap(&canvas);
        std::vector<ImageId> ids;
        for (int i = 0; i < images; ++i)
            ids.push_back("/data/image_" + std::to_string(i) + ".jpg");
        list.setImages(ids);
        size_t thumbnails = 0;
        int shown = 0;
        const auto numberOf = [](const ImageId &id) { return std::atoi(id.c_str() + id.find('_') + 1); };
        connect(&list, &ImageList::thumbnailsWanted, this, [&](const std::vector<ImageId> &wanted, int side) {
            for (const ImageId &id : wanted)
                list.setThumbnail(id, pictureOf(numberOf(id)).scaled(side, side, Qt::KeepAspectRatio));
            thumbnails += wanted.size();
        });
        connect(&list, &ImageList::activated, this, [&](const ImageId &id) {
            const int i = numberOf(id);
            canvas.setLoading(id);
            canvas.setImage(id, pictureOf(i));
            map->setDots({{{100, 100}, Qt::red}});
            canvas.setDetections(id, detectionsOf(i), {"cell"});
            canvas.zoomAt({400, 300}, i % 7 == 0 ? 3 : canvas.zoom());
            list.setState(id, {ImageState::Kind::Detected, i % 40, {}});
            list.setReview(id, {ListStatus::Labelled, i % 40});
            ++shown;
        });

        QImage screen(canvas.size(), QImage::Format_RGB32);
        double first = 0;
        QElapsedTimer clock;
        clock.start();
        for (int i = 0; i < images; ++i) {
            list.next();
            if (i % 8 == 0) {  // as quick as fingers are, not every image is painted
                canvas.render(&screen);
                QTest::qWait(1);
            }
            if (i == images * 2 / 5)
                first = residentMemory();
        }
        const double last = residentMemory();
        qInfo("%d images, %zu thumbnails in %lld ms: %.1f MB after two fifths, %.1f MB at the end", shown, thumbnails,
              clock.elapsed(), first, last);
        QCOMPARE(shown, images);
        QVERIFY(thumbnails > 5000);  // many more than are kept
        QVERIFY2(last - first < 50, qPrintable(QString::number(last - first)));
    }
};

QTEST_MAIN(TestFlipping)
#include "tst_flipping.moc"
