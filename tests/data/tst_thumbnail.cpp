// SPDX-License-Identifier: GPL-3.0-or-later
// Thumbnails: the same picture as readImage gives, only small.
#include <QElapsedTimer>

#include <thread>

#include "core/data/image_thumbnail.h"
#include "image_bytes.h"
#include "image_files.h"

using namespace fcoscope;

namespace {

/// The mean of the image's pixels below each pixel of the thumbnail, worked out plainly.
Image reference(const Image &image, Size size)
{
    Image small{image.id, size, {}};
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            for (int c = 0; c < 3; ++c) {
                const double left = double(x) * image.size.width / size.width,
                             right = double(x + 1) * image.size.width / size.width,
                             top = double(y) * image.size.height / size.height,
                             bottom = double(y + 1) * image.size.height / size.height;
                double sum = 0, weight = 0;
                for (int v = int(top); v < std::min(image.size.height, int(std::ceil(bottom))); ++v)
                    for (int u = int(left); u < std::min(image.size.width, int(std::ceil(right))); ++u) {
                        const double part = (std::min(right, u + 1.0) - std::max(left, double(u))) *
                                            (std::min(bottom, v + 1.0) - std::max(top, double(v)));
                        sum += part * image.row(v)[3 * u + c];
                        weight += part;
                    }
                small.pixels.push_back(static_cast<uint8_t>(std::lround(sum / weight)));
            }
    return small;
}

double meanDifference(const Image &a, const Image &b)
{
    double sum = 0;
    for (size_t i = 0; i < a.pixels.size(); ++i)
        sum += std::abs(int(a.pixels[i]) - int(b.pixels[i]));
    return sum / double(a.pixels.size());
}

/// Soft hills of colour, as photographs have them.
cv::Mat hills(int width, int height)
{
    cv::Mat picture(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            picture.at<cv::Vec3b>(y, x) = {static_cast<uint8_t>(128 + 90 * std::sin(x / 61.0)),
                                           static_cast<uint8_t>(128 + 90 * std::cos(y / 47.0)),
                                           static_cast<uint8_t>(128 + 60 * std::sin((x + 2 * y) / 83.0))};
    return picture;
}

}  // namespace

class TestThumbnail : public QObject, private ImageFolder {
    Q_OBJECT

private Q_SLOTS:
    void isThePictureShrunk_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("side");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("PNG") << "a.png" << 100 << 0.5;
        QTest::newRow("BMP") << "a.bmp" << 64 << 0.5;
        QTest::newRow("WebP") << "a.webp" << 64 << 0.5;
        QTest::newRow("JPEG at an eighth") << "a.jpg" << 64 << 2.5;
        QTest::newRow("JPEG at half") << "a.jpg" << 300 << 1.5;
        QTest::newRow("JPEG whole") << "a.jpg" << 500 << 1.5;
    }
    void isThePictureShrunk()
    {
        QFETCH(QString, name);
        QFETCH(int, side);
        QFETCH(double, tolerance);
        const std::string extension = name.mid(name.indexOf('.')).toStdString();
        const auto path = put(qPrintable(name), encoded(extension.c_str(), hills(640, 427)));
        const Image small = readThumbnail(path, side);
        QCOMPARE(small.id, path);
        QCOMPARE(small.size.width, side);
        QCOMPARE(small.size.height, static_cast<int>(std::lround(427 * side / 640.0)));
        QCOMPARE(small.pixels.size(), size_t(3) * size_t(small.size.width) * size_t(small.size.height));
        const double difference = meanDifference(small, reference(readImage(path), small.size));
        QVERIFY2(difference <= tolerance, qPrintable(QString::number(difference)));
    }

    void isNeverEnlarged()
    {
        const auto path = put("q.png", encoded(".png", quarters()));
        QCOMPARE(readThumbnail(path, 200).pixels, readImage(path).pixels);
        QVERIFY((readThumbnail(put("q.jpg", encoded(".jpg", quarters())), 200).size == Size{48, 32}));
    }

    void standsUpright()
    {
        const std::string jpeg = encoded(".jpg", quarters(), {cv::IMWRITE_JPEG_QUALITY, 95});
        for (int orientation = 1; orientation <= 8; ++orientation) {
            const auto path = put("o.jpg", bytes::withExif(jpeg, orientation, false));
            const Image small = readThumbnail(path, 24);
            QVERIFY((small.size == (orientation >= 5 ? Size{16, 24} : Size{24, 16})));
            const Image expected = reference(readImage(path), small.size);
            QVERIFY2(meanDifference(small, expected) < 4, qPrintable(QString::number(orientation)));
        }
    }

    void sixteenBitsAndAlphaAreThere()
    {
        const std::string row("\xC8\x0A\x64\x80"
                              "\xC8\x0A\x64\x80",
                              8);
        QVERIFY((pixel(readThumbnail(put("rgba.png", bytes::png(2, 8, 6, {row})), 1), 0, 0) == Pixel{227, 132, 177}));
        const std::string deep("\x40\x40\x80\x80\xFF\xFF", 6);
        QVERIFY((pixel(readThumbnail(put("c16.png", bytes::png(1, 16, 2, {deep})), 9), 0, 0) == Pixel{64, 128, 255}));
    }

    void tooDearOnesHaveNone()
    {
        const auto path = put("big.png", encoded(".png", cv::Mat(300, 400, CV_8UC3, cv::Scalar(9, 9, 9))));
        QVERIFY(readThumbnail(path, 64, {0.1}).pixels.empty());
        QVERIFY((readThumbnail(path, 64, {0.1}).size == Size{0, 0}));
        QVERIFY(!readThumbnail(path, 64, {0.2}).pixels.empty());
        const auto jpeg = put("big.jpg", encoded(".jpg", cv::Mat(300, 400, CV_8UC3, cv::Scalar(9, 9, 9))));
        QVERIFY(!readThumbnail(jpeg, 64, {0.1}).pixels.empty());
    }

    void refusesWhatReadImageRefuses()
    {
        const std::string jpeg = encoded(".jpg", hills(640, 427)), png = encoded(".png", hills(64, 42));
        const std::pair<const char *, std::string> files[] = {{"empty.jpg", ""},
                                                              {"text.png", "no image at all"},
                                                              {"short.jpg", jpeg.substr(0, jpeg.size() / 2)},
                                                              {"short.png", png.substr(0, png.size() / 2)},
                                                              {"gif.gif", "GIF89a\x01\x00\x01\x00"}};
        for (const auto &[name, content] : files) {
            const auto path = put(name, content);
            QString sentence;
            try {
                readThumbnail(path, 64);
            } catch (const UserError &error) {
                sentence = error.what();
            }
            QVERIFY(!sentence.isEmpty());
            QCOMPARE(sentence, refusal(path));
        }
        QVERIFY_THROWS_EXCEPTION(UserError, readThumbnail(pathOf("missing.jpg"), 64));
    }

    void severalThreadsAtOnce()
    {
        const auto jpeg = put("t.jpg", encoded(".jpg", hills(640, 427))),
                   png = put("t.png", encoded(".png", hills(640, 427)));
        const Image a = readThumbnail(jpeg, 64), b = readThumbnail(png, 64);
        std::atomic<int> wrong = 0;
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 20; ++i)
                    wrong += readThumbnail(jpeg, 64).pixels != a.pixels || readThumbnail(png, 64).pixels != b.pixels;
            });
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(wrong.load(), 0);
    }

    void isQuick()
    {
        cv::Mat photo = hills(4000, 3000), noise(3000, 4000, CV_8UC3);
        cv::randn(noise, cv::Scalar::all(8), cv::Scalar::all(6));
        photo += noise;
        const auto path = put("12mp.jpg", encoded(".jpg", photo, {cv::IMWRITE_JPEG_QUALITY, 85}));
        double least = 1e9, whole = 1e9;
        QElapsedTimer clock;
        for (int i = 0; i < 5; ++i) {
            clock.start();
            readThumbnail(path, 128);
            least = std::min(least, double(clock.nsecsElapsed()) / 1e6);
            clock.start();
            readImage(path);
            whole = std::min(whole, double(clock.nsecsElapsed()) / 1e6);
        }
        qInfo("12 MP JPEG of %.1f MB: thumbnail %.1f ms, whole image %.1f ms",
              double(QFileInfo(QString::fromStdString(path)).size()) / 1e6, least, whole);
        QVERIFY(least < whole * 0.8);
    }
};

QTEST_APPLESS_MAIN(TestThumbnail)
#include "tst_thumbnail.moc"
