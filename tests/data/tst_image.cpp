// SPDX-License-Identifier: GPL-3.0-or-later
// Image files: every defined case of the decoder, against files made here.
#include "core/base/file.h"
#include "image_bytes.h"
#include "image_files.h"

using namespace fcoscope;

namespace {

/// The corners of the picture as a viewer must see it: top left, top right, bottom left, bottom right.
std::array<Pixel, 4> cornersFor(int orientation)
{
    switch (orientation) {
    case 2: return {green, red, yellow, blue};
    case 3: return {yellow, blue, green, red};
    case 4: return {blue, yellow, red, green};
    case 5: return {red, blue, green, yellow};
    case 6: return {blue, red, yellow, green};
    case 7: return {yellow, green, blue, red};
    case 8: return {green, yellow, red, blue};
    default: return {red, green, blue, yellow};
    }
}

bool showsQuarters(const Image &image, int orientation, int tolerance)
{
    const bool lying = orientation >= 5;
    if (image.size != (lying ? Size{32, 48} : Size{48, 32}))
        return false;
    const auto corners = cornersFor(orientation);
    const int right = image.size.width - 3, bottom = image.size.height - 3;
    const std::array<Pixel, 4> seen{pixel(image, 2, 2), pixel(image, right, 2), pixel(image, 2, bottom),
                                    pixel(image, right, bottom)};
    for (size_t i = 0; i < 4; ++i)
        for (size_t c = 0; c < 3; ++c)
            if (std::abs(seen[i][c] - corners[i][c]) > tolerance)
                return false;
    return true;
}

std::string quartersBytes(int bits)
{
    std::string pixels;
    const cv::Mat picture = quarters();
    for (int y = 0; y < picture.rows; ++y)
        for (int x = 0; x < picture.cols; ++x)
            for (const int c : {2, 1, 0}) {
                const int value = picture.at<cv::Vec3b>(y, x)[c];
                pixels += bytes::number(static_cast<uint64_t>(bits == 16 ? value * 257 : value), bits / 8, false);
            }
    return pixels;
}

const QByteArray cmykJpeg = QByteArray::fromBase64(  // 16 × 8 pixels of rgb(200, 30, 60), Adobe's CMYK
    "/9j/7gAOQWRvYmUAZAAAAAAC/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYICwwLCg"
    "wJCgoK/9sAQwECAgICAgIFAwMFCgcGBwoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoK/8AAFAgACAAQ"
    "BAERAAIRAQMRAQQRAP/EABYAAQEBAAAAAAAAAAAAAAAAAAAHCf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAWAQEBAQAAAAAAAAAAAAAAAAAABw"
    "n/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADgQBAAIRAxEEAAA/AKgojFtpAAP/2Q==");

}  // namespace

class TestImage : public QObject, private ImageFolder {
    Q_OBJECT

private Q_SLOTS:
    void pngKeepsEveryPixel()
    {
        const auto path = put(
            "a.png",
            bytes::png(2, 8, 2, {std::string("\x01\x02\x03\xFF\xFE\xFD", 6), std::string("\x80\x40\x20\0\0\0", 6)}));
        const Image image = readImage(path);
        QCOMPARE(image.id, path);
        QVERIFY((image.size == Size{2, 2}));
        QCOMPARE(image.pixels, (std::vector<uint8_t>{1, 2, 3, 255, 254, 253, 128, 64, 32, 0, 0, 0}));
        QVERIFY((readImageSize(path) == Size{2, 2}));
    }

    void greyBecomesRgb()
    {
        QVERIFY((pixel(readImage(put("g8.png", bytes::png(1, 8, 0, {"\x4D"}))), 0, 0) == Pixel{77, 77, 77}));
        const Image bits = readImage(put("g1.png", bytes::png(8, 1, 0, {"\xA0"})));  // 1 0 1 0 0 0 0 0
        QVERIFY((pixel(bits, 0, 0) == Pixel{255, 255, 255}) && (pixel(bits, 1, 0) == Pixel{0, 0, 0}) &&
                (pixel(bits, 2, 0) == Pixel{255, 255, 255}));
        const cv::Mat flat(16, 16, CV_8UC1, cv::Scalar(90));
        QVERIFY((pixel(readImage(put("g.jpg", encoded(".jpg", flat))), 5, 5) == Pixel{90, 90, 90}));
    }

    void sixteenBitsAreDividedBy257AndRounded()
    {
        std::string row;
        std::vector<int> expected;
        for (const int value : {0, 128, 129, 257, 385, 386, 32767, 32768, 65406, 65407, 65535}) {
            row += bytes::number(static_cast<uint64_t>(value), 2, true);
            expected.push_back(static_cast<int>(std::lround(value / 257.0)));
        }
        const Image grey = readImage(put("g16.png", bytes::png(11, 16, 0, {row})));
        for (int x = 0; x < 11; ++x)
            QCOMPARE(pixel(grey, x, 0)[1], expected[static_cast<size_t>(x)]);
        const Image colour =
            readImage(put("c16.png", bytes::png(1, 16, 2, {std::string("\x40\x40\x80\x80\xFF\xFF", 6)})));
        QVERIFY((pixel(colour, 0, 0) == Pixel{64, 128, 255}));
    }

    void alphaIsLaidOverWhite()
    {
        const std::string row("\xC8\x0A\x64\xFF" "\xC8\x0A\x64\x80" "\xC8\x0A\x64\x00", 12);
        const Image image = readImage(put("rgba.png", bytes::png(3, 8, 6, {row})));
        QVERIFY((pixel(image, 0, 0) == Pixel{200, 10, 100}));
        QVERIFY((pixel(image, 1, 0) == Pixel{227, 132, 177}));  // 200·128/255 + 127 …
        QVERIFY((pixel(image, 2, 0) == Pixel{255, 255, 255}));
        const Image grey = readImage(put("ga.png", bytes::png(2, 8, 4, {std::string("\x32\xFF\x32\x00", 4)})));
        QVERIFY((pixel(grey, 0, 0) == Pixel{50, 50, 50}) && (pixel(grey, 1, 0) == Pixel{255, 255, 255}));
        const Image deep =
            readImage(put("rgba16.png", bytes::png(1, 16, 6, {std::string("\xC8\xC8\x0A\x0A\x64\x64\x80\x80", 8)})));
        QVERIFY((pixel(deep, 0, 0) == Pixel{227, 132, 177}));
    }

    void paletteIsLookedUp()
    {
        const std::string colours("\x0A\x14\x1E\xFA\xF0\xE6", 6);
        const Image plain = readImage(put("p.png", bytes::png(8, 1, 3, {"\x40"}, bytes::chunk("PLTE", colours))));
        QVERIFY((pixel(plain, 0, 0) == Pixel{10, 20, 30}) && (pixel(plain, 1, 0) == Pixel{250, 240, 230}));
        const Image clear = readImage(
            put("pt.png", bytes::png(8, 1, 3, {"\x40"},
                                     bytes::chunk("PLTE", colours) + bytes::chunk("tRNS", std::string("\0", 1)))));
        QVERIFY((pixel(clear, 0, 0) == Pixel{255, 255, 255}) && (pixel(clear, 1, 0) == Pixel{250, 240, 230}));
    }

    void jpegHasOpenCvsPixels()
    {
        cv::Mat noise(61, 83, CV_8UC3);
        cv::setRNGSeed(7);
        cv::randu(noise, 0, 256);
        for (const int progressive : {0, 1}) {
            const std::string file =
                encoded(".jpg", noise, {cv::IMWRITE_JPEG_QUALITY, 80, cv::IMWRITE_JPEG_PROGRESSIVE, progressive});
            const Image image = readImage(put("noise.jpg", file));
            const cv::Mat theirs = cv::imdecode(std::vector<uint8_t>(file.begin(), file.end()), cv::IMREAD_COLOR);
            QVERIFY((image.size == Size{83, 61}));
            for (int y = 0; y < 61; ++y)
                for (int x = 0; x < 83; ++x) {
                    const auto p = theirs.at<cv::Vec3b>(y, x);
                    QVERIFY((pixel(image, x, y) == Pixel{p[2], p[1], p[0]}));
                }
        }
    }

    void cmykJpegIsReadByAdobesConvention()
    {
        const Image image = readImage(put("cmyk.jpg", cmykJpeg.toStdString()));
        QVERIFY((image.size == Size{16, 8}));
        for (const auto &[seen, wanted] :
             {std::pair{pixel(image, 3, 3)[0], 200}, {pixel(image, 3, 3)[1], 30}, {pixel(image, 3, 3)[2], 60}})
            QVERIFY(std::abs(seen - wanted) <= 2);
    }

    void orientationIsApplied_data()
    {
        QTest::addColumn<int>("orientation");
        for (int i = 1; i <= 8; ++i)
            QTest::newRow(qPrintable(QString::number(i))) << i;
    }
    void orientationIsApplied()
    {
        QFETCH(int, orientation);
        const std::string jpeg = encoded(".jpg", quarters(), {cv::IMWRITE_JPEG_QUALITY, 95});
        const Size shown = orientation >= 5 ? Size{32, 48} : Size{48, 32};
        for (const bool bigEndian : {false, true}) {
            const auto path = put("o.jpg", bytes::withExif(jpeg, orientation, bigEndian));
            QVERIFY(showsQuarters(readImage(path), orientation, 12));
            QVERIFY(readImageSize(path) == shown);
        }
        // A PNG may say it before or behind its pixels.
        const std::string png = encoded(".png", quarters()),
                          chunk = bytes::chunk("eXIf", bytes::exif(orientation, true));
        for (const size_t at : {size_t(33), png.size() - 12}) {
            const auto path = put("o.png", png.substr(0, at) + chunk + png.substr(at));
            QVERIFY(showsQuarters(readImage(path), orientation, 0));
            QVERIFY(readImageSize(path) == shown);
        }
        for (const int bits : {8, 16}) {
            const auto path = put("o.tif", bytes::tiff(48, 32, bits, quartersBytes(bits), orientation));
            QVERIFY(showsQuarters(readImage(path), orientation, 0));
            QVERIFY(readImageSize(path) == shown);
        }
        // WebP: the lossless picture in an extended container with an EXIF chunk behind it.
        const std::string webp = encoded(".webp", quarters(), {cv::IMWRITE_WEBP_QUALITY, 101});
        const std::string exif = bytes::exif(orientation, false);
        const std::string extended = "VP8X" + bytes::number(10, 4, false) + "\x08" + std::string(3, '\0') +
                                     bytes::number(47, 3, false) + bytes::number(31, 3, false);
        const std::string body =
            "WEBP" + extended + webp.substr(12) + "EXIF" + bytes::number(exif.size(), 4, false) + exif;
        const auto path = put("o.webp", "RIFF" + bytes::number(body.size(), 4, false) + body);
        QVERIFY(showsQuarters(readImage(path), orientation, 0));
        QVERIFY(readImageSize(path) == shown);
    }

    void otherFormats()
    {
        const auto bmp = put("q.bmp", encoded(".bmp", quarters()));
        QVERIFY(showsQuarters(readImage(bmp), 1, 0));
        QVERIFY((readImageSize(bmp) == Size{48, 32}));
        const auto webp = put("q.webp", encoded(".webp", quarters(), {cv::IMWRITE_WEBP_QUALITY, 101}));
        QVERIFY(showsQuarters(readImage(webp), 1, 0));
        QVERIFY((readImageSize(webp) == Size{48, 32}));
        const auto lossy = put("l.webp", encoded(".webp", quarters(), {cv::IMWRITE_WEBP_QUALITY, 90}));
        QVERIFY(showsQuarters(readImage(lossy), 1, 25));
        QVERIFY((readImageSize(lossy) == Size{48, 32}));
        const auto tiff = put("q.tif", encoded(".tif", quarters()));  // compressed, the directory behind the pixels
        QVERIFY(showsQuarters(readImage(tiff), 1, 0));
        QVERIFY((readImageSize(tiff) == Size{48, 32}));
    }

    void contentDecidesNotTheName()
    {
        const auto path = put("really.jpg", encoded(".png", quarters()));
        QVERIFY(showsQuarters(readImage(path), 1, 0));
        QVERIFY(isImageFile(put("picture.dat", encoded(".jpg", quarters()))));
        QVERIFY(!isImageFile(put("text.png", "BMW is a car maker, not a bitmap.")));
        QVERIFY(!isImageFile(put("nothing.png", "")));
        QVERIFY(!isImageFile(pathOf("absent.png")));
        QVERIFY(!isImageFile(folder_.path().toStdString()));
    }

    void writtenPngReadsBack()
    {
        Image image{"x", {3, 2}, {}};
        for (int i = 0; i < 18; ++i)
            image.pixels.push_back(static_cast<uint8_t>(i * 14));
        writePng(pathOf("out.png"), image);
        const Image back = readImage(pathOf("out.png"));
        QVERIFY(back.size == image.size);
        QCOMPARE(back.pixels, image.pixels);
        QVERIFY_EXCEPTION_THROWN(writePng(pathOf("no/such/folder/out.png"), image), UserError);
    }

    void foldersAreListedInNaturalOrder()
    {
        QTemporaryDir folder;
        const auto name = [&](const char *n) { return folder.filePath(n).toStdString(); };
        const std::string png = encoded(".png", quarters());
        for (const char *n : {"img10.png", "img2.png", "IMG1.PNG", "b.dat", ".hidden.png"})
            writeFile(name(n), png);
        writeFile(name("broken.jpg"), "");  // listed, so that it is seen to be broken
        writeFile(name("notes.txt"), "words");
        QVERIFY(QDir(folder.path()).mkdir("inside.png"));
        QCOMPARE(imageFilesIn(folder.path().toStdString()),
                 (std::vector<std::string>{name("b.dat"), name("broken.jpg"), name("IMG1.PNG"), name("img2.png"),
                                           name("img10.png")}));
        QVERIFY_EXCEPTION_THROWN(imageFilesIn(name("absent")), UserError);
    }

    void naturalOrderIsAnOrder()
    {
        const std::vector<std::string> ordered{"",   "1",    "01", "2",   "10", "a",  "A",
                                               "a1", "a01b", "a2", "a10", "b",
                                               "b99999999999999999999999", "b100000000000000000000000"};
        for (size_t i = 0; i < ordered.size(); ++i)
            for (size_t j = 0; j < ordered.size(); ++j) {
                QVERIFY2(!(naturallyBefore(ordered[i], ordered[j]) && naturallyBefore(ordered[j], ordered[i])),
                         ordered[i].c_str());
                QCOMPARE(naturallyBefore(ordered[i], ordered[j]) || naturallyBefore(ordered[j], ordered[i]), i != j);
            }
        QVERIFY(naturallyBefore("a2", "a10") && naturallyBefore("a", "B") &&
                naturallyBefore("b99999999999999999999999", "b100000000000000000000000"));
    }
};

QTEST_APPLESS_MAIN(TestImage)
#include "tst_image.moc"
