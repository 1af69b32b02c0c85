// SPDX-License-Identifier: GPL-3.0-or-later
// Augmentation: labels must lie where the pixels went, whatever was drawn by chance.
#include <QtTest>

#include <array>
#include <cstdlib>

#include "core/base/error.h"
#include "core/data/augment.h"

using namespace fcoscope;

namespace
{

Image plain(Size size, uint8_t value)
{
    return {"plain", size,
            std::vector<uint8_t>(static_cast<size_t>(size.width) * static_cast<size_t>(size.height) * 3, value)};
}

Image noise(Size size, uint64_t seed)
{
    Image image = plain(size, 0);
    Random random(seed);
    for (uint8_t &value : image.pixels)
        value = static_cast<uint8_t>(random.below(256));
    return image;
}

void fill(Image &image, int x1, int y1, int x2, int y2, uint8_t value)
{
    for (int y = y1; y < y2; ++y)
        std::fill(image.row(y) + x1 * 3, image.row(y) + x2 * 3, value);
}

/// Where the profile, walked from `start` by `step`, falls through half of `high`, between pixel centres.
template <typename At> double halfCrossing(int start, int step, int end, double low, double high, At at)
{
    const double half = (low + high) / 2;
    for (int i = start; i != end; i += step)
        if (at(i + step) < half) {
            const double here = at(i), next = at(i + step);
            return i + 0.5 + step * (here - half) / (here - next);
        }
    return -1;
}

AugmentOptions geometryOnly()
{
    AugmentOptions options;
    options.brightness = options.contrast = options.saturation = options.hue = 0;
    options.flipY = true;
    options.stretchSpread = 0.1;
    options.minVisible = 0;
    return options;
}

} // namespace

class TestAugment : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void labelsLieOnTheirPixels_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::newRow("as BCCD") << QSize(640, 480);
        QTest::newRow("portrait") << QSize(480, 640);
        QTest::newRow("small") << QSize(203, 151);
        QTest::newRow("large") << QSize(1400, 933);
    }
    void labelsLieOnTheirPixels()
    {
        QFETCH(QSize, size);
        const Size imageSize{size.width(), size.height()};
        Random where(7);
        AugmentOptions options = geometryOnly();
        int edges = 0, mirroredX = 0, mirroredY = 0;
        double worst = 0;
        for (int trial = 0; trial < 100; ++trial) {
            const int x1 = where.below(imageSize.width * 2 / 3), y1 = where.below(imageSize.height * 2 / 3);
            const int x2 = x1 + imageSize.width / 4, y2 = y1 + imageSize.height / 4;
            Image image = plain(imageSize, 40);
            fill(image, x1, y1, x2, y2, 240);
            Random random(3, 1, static_cast<uint64_t>(trial));
            const Sample sample =
                augment(image, {{.box = Box{double(x1), double(y1), double(x2), double(y2)}}}, options, random);
            QCOMPARE(sample.image.size, (Size{512, 384}));
            mirroredX += sample.transform.mirroredX;
            mirroredY += sample.transform.mirroredY;
            if (sample.labels.empty())
                continue;
            const Box box = sample.labels.front().box;
            if (box.width() < 4 || box.height() < 4)
                continue;
            const Size content = sample.transform.contentSize;
            const int cx = int((box.x1 + box.x2) / 2), cy = int((box.y1 + box.y2) / 2);
            const auto acrossAt = [&](int x) { return double(sample.image.row(cy)[x * 3]); };
            const auto downAt = [&](int y) { return double(sample.image.row(y)[cx * 3]); };
            const auto judge = [&](double found, double expected) {
                worst = std::max(worst, std::abs(found - expected));
                ++edges;
            };
            // An edge is judged where there is background beyond it in the sample.
            if (box.x1 > 3)
                judge(halfCrossing(cx, -1, 0, 40, 240, acrossAt), box.x1);
            if (box.y1 > 3)
                judge(halfCrossing(cy, -1, 0, 40, 240, downAt), box.y1);
            if (box.x2 < content.width - 3)
                judge(halfCrossing(cx, 1, content.width - 1, 40, 240, acrossAt), box.x2);
            if (box.y2 < content.height - 3)
                judge(halfCrossing(cy, 1, content.height - 1, 40, 240, downAt), box.y2);
        }
        QVERIFY(edges > 150);
        QVERIFY(mirroredX > 30 && mirroredX < 70 && mirroredY > 30 && mirroredY < 70);
        QVERIFY2(worst < 0.2, qPrintable(QString::number(worst)));
    }

    void anUnchangedSampleIsTheImage()
    {
        const Image image = noise({512, 384}, 1);
        Random random(1);
        const Sample sample = augment(image, {}, withoutChanges({}), random);
        QVERIFY(sample.image.pixels == image.pixels);
        QCOMPARE(sample.transform, fitTransform({512, 384}, 384, 512, 32));
    }

    void withoutChangesAgreesWithInference()
    {
        for (const Size size : {Size{640, 480}, Size{1000, 700}, Size{300, 290}}) {
            Random random(1);
            const Sample sample = augment(noise(size, 2), {}, withoutChanges({}), random);
            const ImageTransform fit = fitTransform(size, 384, 512, 32);
            QCOMPARE(sample.transform.contentSize, fit.contentSize);
            QCOMPARE(sample.transform.scaleX, fit.scaleX);
            QCOMPARE(sample.transform.scaleY, fit.scaleY);
            QCOMPARE(sample.transform.crop, fit.crop);
        }
    }

    void rampsStayRamps()
    {
        // A filter with half-pixel centres maps a linear ramp to the same ramp in the new coordinates.
        Image image = plain({250, 120}, 0);
        for (int y = 0; y < 120; ++y)
            for (int x = 0; x < 250; ++x) {
                image.row(y)[x * 3] = uint8_t(x);
                image.row(y)[x * 3 + 1] = uint8_t(2 * y);
            }
        AugmentOptions options = geometryOnly();
        for (uint64_t trial = 0; trial < 20; ++trial) {
            Random random(trial);
            const Sample sample = augment(image, {}, options, random);
            const ImageTransform &t = sample.transform;
            for (int y = 0; y < t.contentSize.height; y += 7)
                for (int x = 0; x < t.contentSize.width; x += 7) {
                    const double imageX = t.imageX(x + 0.5), imageY = t.imageY(y + 0.5);
                    if (imageX < 2 || imageY < 2 || imageX > 248 || imageY > 118)
                        continue;
                    QVERIFY(std::abs(sample.image.row(y)[x * 3] - (imageX - 0.5)) < 0.6);
                    QVERIFY(std::abs(sample.image.row(y)[x * 3 + 1] - 2 * (imageY - 0.5)) < 0.6);
                }
        }
    }

    void mirroredSamplesAreMirrorImages()
    {
        const Image image = noise({512, 384}, 5);
        AugmentOptions options = withoutChanges({});
        options.flipX = options.flipY = true;
        std::array<int, 4> seen{};
        for (uint64_t trial = 0; trial < 16; ++trial) {
            Random random(trial);
            const Sample sample = augment(image, {{.box = {10, 20, 110, 60}}}, options, random);
            const bool fx = sample.transform.mirroredX, fy = sample.transform.mirroredY;
            ++seen[size_t(fx) + 2 * size_t(fy)];
            QCOMPARE(sample.labels.at(0).box,
                     (Box{fx ? 402. : 10., fy ? 324. : 20., fx ? 502. : 110., fy ? 364. : 60.}));
            for (int y = 0; y < 384; y += 5)
                for (int x = 0; x < 512; x += 11)
                    QCOMPARE(sample.image.row(y)[x * 3], image.row(fy ? 383 - y : y)[(fx ? 511 - x : x) * 3]);
        }
        for (const int count : seen)
            QVERIFY(count > 0);
    }

    void paddingIsBlackAndOnTheRightAndBottom()
    {
        AugmentOptions options = geometryOnly();
        options.brightness = 0.5;
        options.contrast = 0.5;
        int padded = 0;
        for (uint64_t trial = 0; trial < 50; ++trial) {
            Random random(trial);
            const Sample sample = augment(plain({640, 480}, 200), {}, options, random);
            const Size content = sample.transform.contentSize;
            padded += content.width < 512;
            int wrong = 0;
            for (int y = 0; y < 384; ++y)
                for (int x = 0; x < 512; ++x)
                    wrong += (x < content.width && y < content.height) != (sample.image.row(y)[x * 3] != 0);
            QCOMPARE(wrong, 0);
        }
        QVERIFY(padded > 10 && padded < 40);
    }

    void hiddenCrowdedAndEmptyLabelsAreLeftOut()
    {
        AugmentOptions options = withoutChanges({});
        options.crop = false;
        Image image = plain({1024, 384}, 90); // fitted to 512 × 192, so everything is visible
        const std::vector<Label> labels{{.box = {0, 0, 100, 100}},
                                        {.box = {0, 0, 100, 100}, .crowd = true},
                                        {.box = {50, 50, 50, 80}},
                                        {.box = {-40, 0, 60, 100}, .difficult = true}};
        Random random(1);
        std::vector<Label> kept = augment(image, labels, options, random).labels;
        QCOMPARE(kept.size(), size_t(2));
        QCOMPARE(kept[0].box, (Box{0, 0, 50, 50}));
        QCOMPARE(kept[1].box, (Box{0, 0, 30, 50}));
        QVERIFY(kept[1].difficult);

        // Enlarged, so that a window is cut: a label stays exactly when its visible share is large enough.
        options = geometryOnly();
        options.minVisible = 0.3;
        image = plain({640, 480}, 90);
        int left = 0, cut = 0;
        for (uint64_t trial = 0; trial < 300; ++trial) {
            const Label label{.box = {0, 100, 200, 200}};
            Random draw(trial);
            const Sample sample = augment(image, {label}, options, draw);
            const Box whole = sample.transform.toNetwork(label.box), seen = clipped(whole, 512, 384);
            const double share = seen.area() / whole.area();
            if (std::abs(share - 0.3) > 1e-9)
                QCOMPARE(!sample.labels.empty(), share > 0.3);
            left += share <= 0.3;
            cut += share > 0.3 && share < 1;
            if (!sample.labels.empty())
                QVERIFY(sample.labels[0].box.x1 >= 0 && sample.labels[0].box.x2 <= sample.transform.contentSize.width);
        }
        QVERIFY(left > 3 && cut > 20);
    }

    void coloursAreOneClampedMap()
    {
        const Size all{4, 1};
        const Image original{"", all, {255, 0, 0, 100, 100, 100, 250, 240, 230, 0, 0, 0}};
        Image image = original;
        changeColours(image, all, 1, 1, 1, 0);
        QVERIFY(image.pixels == original.pixels);

        changeColours(image, all, 1.5, 1, 1, 0); // clamped, never wrapped
        QVERIFY(image.pixels == (std::vector<uint8_t>{255, 0, 0, 150, 150, 150, 255, 255, 255, 0, 0, 0}));

        image = original;
        changeColours(image, all, 1, 1, 1, 120); // a third of the circle: red becomes green, greys stay
        QVERIFY(std::equal(image.pixels.begin(), image.pixels.begin() + 6,
                           std::vector<uint8_t>{0, 255, 0, 100, 100, 100}.begin()));

        image = original;
        changeColours(image, all, 1, 1, 0, 0); // no saturation: BT.601 grey
        QCOMPARE(int(image.pixels[0]), 76);
        QCOMPARE(int(image.pixels[2]), 76);

        image = original;
        changeColours(image, {2, 1}, 1, 0, 1,
                      0); // no contrast: the mean, 0.299·255 and 100; beyond the content nothing
        QCOMPARE(int(image.pixels[3]), 88);
        QCOMPARE(int(image.pixels[6]), 250);
    }

    void jitterStaysWithinItsBounds()
    {
        AugmentOptions options = withoutChanges({});
        options.brightness = 0.2;
        int lowest = 255, highest = 0;
        for (uint64_t trial = 0; trial < 200; ++trial) {
            Random random(trial);
            const Sample sample = augment(plain({64, 64}, 100), {}, options, random);
            lowest = std::min<int>(lowest, sample.image.pixels[0]);
            highest = std::max<int>(highest, sample.image.pixels[0]);
        }
        QVERIFY2(lowest >= 80 && lowest <= 82 && highest <= 120 && highest >= 118,
                 qPrintable(QString("%1 %2").arg(lowest).arg(highest)));
    }

    void oddSizesAreRefusedAndOptionsListed()
    {
        AugmentOptions options;
        OptionTable table;
        visit(table, options);
        table.set("train-width", "500", "--train-width");
        Random random(1);
        QVERIFY_THROWS_EXCEPTION(UserError, augment(plain({64, 64}, 1), {}, options, random));
        table.set("train-width", "320", "--train-width");
        table.set("flip-y", "true", "--flip-y");
        QCOMPARE(options.width, 320);
        QVERIFY(options.flipY);
        QVERIFY_THROWS_EXCEPTION(UserError, table.set("min-visible", "1.5", "--min-visible"));
    }

    void extremeShapesWork()
    {
        for (const Size size : {Size{1, 1}, Size{3000, 2}, Size{2, 3000}, Size{1, 500}})
            for (uint64_t trial = 0; trial < 10; ++trial) {
                Random random(trial);
                const Sample sample =
                    augment(plain(size, 99), {{.box = {0, 0, double(size.width), double(size.height)}}}, geometryOnly(),
                            random);
                QVERIFY(sample.transform.contentSize.width >= 1 && sample.transform.contentSize.width <= 512);
                QVERIFY(sample.transform.contentSize.height >= 1 && sample.transform.contentSize.height <= 384);
                QCOMPARE(int(sample.image.pixels[0]), 99);
                QCOMPARE(sample.labels.size(), size_t(1));
            }
    }

    void speed()
    {
        const Image image = noise({640, 480}, 1);
        uint64_t trial = 0;
        QBENCHMARK
        {
            Random random(++trial);
            const Sample sample = augment(image, {}, {}, random);
            QCOMPARE(sample.image.size.width, 512);
        }
    }
};

QTEST_APPLESS_MAIN(TestAugment)
#include "tst_augment.moc"
