// SPDX-License-Identifier: GPL-3.0-or-later
// Image files: every way one can be bad, and the sentence with which it is refused.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iostream>

#include "image_bytes.h"
#include "image_files.h"

using namespace fcoscope;

namespace {

/// What a program writes to the standard error stream while `work` runs.
template <typename Work> QByteArray writtenToErrors(Work work)
{
    QTemporaryFile file;
    if (!file.open())
        return "no temporary file";
    ::fflush(stderr);
    const int before = ::dup(2);
    ::dup2(file.handle(), 2);
    work();
    ::fflush(stderr);
    ::dup2(before, 2);
    ::close(before);
    file.seek(0);
    return file.readAll();
}

}  // namespace

class TestBadImage : public QObject, private ImageFolder {
    Q_OBJECT

private Q_SLOTS:
    void aHeaderThatClaimsTooMuchIsRefusedBeforeDecoding()
    {
        // 30000 × 30000 of one bit: 110 MB stored, 2.7 GB as RGB; the file has a few bytes.
        const auto bomb = put("bomb.png", bytes::pngSignature + bytes::pngHeader(30000, 30000, 1, 0) +
                                              bytes::chunk("IDAT", bytes::stored("x")) + bytes::chunk("IEND", {}));
        rusage before{}, after{};
        ::getrusage(RUSAGE_SELF, &before);
        const QString sentence = refusal(bomb);
        ::getrusage(RUSAGE_SELF, &after);
        QVERIFY2(sentence.contains("30000 × 30000") && sentence.contains("200 megapixels"), qPrintable(sentence));
        QVERIFY2(after.ru_maxrss - before.ru_maxrss < 64 * 1024, "the refusal took memory");
        QVERIFY((readImageSize(bomb) == Size{30000, 30000}));
        const auto huge = put("huge.png", bytes::pngSignature + bytes::pngHeader(2000000000, 2000000000, 8, 2) +
                                              bytes::chunk("IEND", {}));
        QVERIFY(refusal(huge).contains("megapixels"));

        const auto small = put("small.png", encoded(".png", quarters()));  // 1536 pixels
        QVERIFY(refusal(small, {.megapixels = 0.0015}).contains("48 × 32"));
        QVERIFY(refusal(small, {.megapixels = 0.0016}).isEmpty());
    }

    void theLimitIsAnOption()
    {
        ReadLimits limits;
        OptionTable table;
        visit(table, limits);
        table.set("megapixel-limit", "50", "test");
        QCOMPARE(limits.megapixels, 50.0);
        QVERIFY_EXCEPTION_THROWN(table.set("megapixel-limit", "0", "test"), UserError);
    }

    void badFilesAreRefusedInOneSentence()
    {
        QVERIFY(refusal(pathOf("absent.png")).contains("cannot be read"));
        QVERIFY(refusal(put("empty.png", "")).contains("is empty"));
        QVERIFY(refusal(put("words.jpg", "This is not a picture.")).contains("is not an image"));
        QVERIFY(refusal(put("a.gif", std::string("GIF89a\x01\0\x01\0\0\0\0;", 14))).contains("GIF"));
        QVERIFY(refusal(put("a.heic", std::string("\0\0\0\x18" "ftypheic\0\0\0\0", 16))).contains("HEIC"));
        QVERIFY(refusal(folder_.path().toStdString()).contains("is not a file"));
        ::mkfifo(pathOf("pipe.png").c_str(), 0600);
        QVERIFY(refusal(pathOf("pipe.png")).contains("is not a file"));  // and does not wait for a writer
        QVERIFY(!isImageFile(pathOf("pipe.png")));
        std::string wrongSum = encoded(".png", quarters());
        wrongSum[wrongSum.size() - 20] ^= 1;
        QVERIFY(refusal(put("sum.png", wrongSum)).contains("damaged"));
        const auto flat =
            put("flat.png", bytes::pngSignature + bytes::pngHeader(0, 5, 8, 2) + bytes::chunk("IEND", {}));
        QVERIFY(refusal(flat).contains("damaged"));
        QVERIFY_EXCEPTION_THROWN(readImageSize(flat), UserError);
        QVERIFY_EXCEPTION_THROWN(readImageSize(pathOf("empty.png")), UserError);
        QVERIFY_EXCEPTION_THROWN(readImageSize(pathOf("absent.png")), UserError);
    }

    void cutFilesAreRefusedWhereverTheyAreCut_data()
    {
        QTest::addColumn<QByteArray>("file");
        const auto row = [](const char *name, const std::string &file) {
            QTest::newRow(name) << QByteArray::fromStdString(file);
        };
        cv::Mat noise(64, 64, CV_8UC3);
        cv::randu(noise, 0, 256);
        row("jpeg", encoded(".jpg", noise));
        row("progressive", encoded(".jpg", noise, {cv::IMWRITE_JPEG_PROGRESSIVE, 1}));
        row("png", encoded(".png", noise));
        row("webp", encoded(".webp", noise, {cv::IMWRITE_WEBP_QUALITY, 90}));
        row("bmp", encoded(".bmp", noise));
        row("tiff", encoded(".tif", noise));
    }
    void cutFilesAreRefusedWhereverTheyAreCut()
    {
        QFETCH(QByteArray, file);
        const std::string whole = file.toStdString();
        QVERIFY(refusal(put("whole", whole)).isEmpty());
        const QByteArray written = writtenToErrors([&] {
            for (size_t part = 0; part < 16; ++part) {
                const QString sentence = refusal(put("cut", whole.substr(0, whole.size() * part / 16)));
                QVERIFY2(!sentence.isEmpty() && !sentence.startsWith("DOES NOT"),
                         qPrintable(QString("cut at %1/16: %2").arg(part).arg(sentence)));
            }
        });
        QCOMPARE(written, QByteArray());
    }

    void damagedBytesNeverCrash()
    {
        cv::Mat noise(40, 40, CV_8UC3);
        cv::randu(noise, 0, 256);
        uint64_t state = 12345;
        for (const char *extension : {".jpg", ".png", ".webp", ".bmp", ".tif"}) {
            const std::string whole = encoded(extension, noise);
            for (int round = 0; round < 60; ++round) {
                std::string broken = whole;
                for (int i = 0; i < 4; ++i) {
                    state = state * 6364136223846793005ull + 1442695040888963407ull;
                    const size_t at = (state >> 33) % (i == 0 ? std::min<size_t>(64, broken.size()) : broken.size());
                    broken[at] = static_cast<char>(state >> 25);
                }
                const QString sentence = refusal(put("broken", broken));
                QVERIFY2(!sentence.startsWith("DOES NOT"), qPrintable(sentence));
            }
        }
    }

    void theDecodersSayNothing()
    {
        // A broken profile and a text that is no text: the PNG library would complain of both.
        const auto chatty = put("chatty.png", bytes::png(1, 8, 2, {std::string("\x01\x02\x03", 3)},
                                                         bytes::chunk("iCCP", "broken") + bytes::chunk("tEXt", "") +
                                                             bytes::chunk("gAMA", "x")));
        std::string jpeg = encoded(".jpg", quarters());
        const auto garbage =
            put("garbage.jpg", jpeg.substr(0, jpeg.size() - 2) + "extra bytes" + jpeg.substr(jpeg.size() - 2));
        std::string broken = jpeg;
        for (size_t i = jpeg.size() - 60; i < jpeg.size() - 20; ++i)
            broken[i] = '\x55';
        const auto bad = put("bad.jpg", broken);
        const QByteArray written = writtenToErrors([&] {
            QVERIFY((pixel(readImage(chatty), 0, 0) == Pixel{1, 2, 3}));
            QVERIFY(refusal(garbage).isEmpty());
            refusal(bad);
            refusal(put("odd.tif", bytes::tiff(48, 32, 8, "far too few", 1)));
            refusal(put("odd.bmp", std::string("BM\0\0\0\0\0\0\0\0xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 41)));
        });
        QCOMPARE(written, QByteArray());
        QCOMPARE(writtenToErrors([] { std::cerr << "our own words" << std::flush; }), QByteArray("our own words"));
    }
};

QTEST_APPLESS_MAIN(TestBadImage)
#include "tst_bad_image.moc"
