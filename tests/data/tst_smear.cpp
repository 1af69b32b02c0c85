// SPDX-License-Identifier: GPL-3.0-or-later
// Drawn smears: repeatable, labelled where the cells are, and the shipped pictures are theirs.
#include <QTemporaryDir>
#include <QtTest>

#include <thread>

#include "core/base/error.h"
#include "core/data/dataset.h"
#include "core/data/image.h"
#include "core/data/smear.h"
#include "core/data/smear_cells.h"

using namespace fcoscope;

namespace
{

/// The extent of the pixels of `film` for which `is` holds.
template <typename Is> Box extentOf(const Film &film, Is is)
{
    Box box{1e9, 1e9, -1e9, -1e9};
    for (int y = 0; y < film.size.height; ++y)
        for (int x = 0; x < film.size.width; ++x)
            if (is(film.at(x, y)))
                box = {std::min(box.x1, double(x)), std::min(box.y1, double(y)), std::max(box.x2, x + 1.0),
                       std::max(box.y2, y + 1.0)};
    return box;
}

double furthestApart(const Box &a, const Box &b)
{
    return std::max({std::abs(a.x1 - b.x1), std::abs(a.y1 - b.y1), std::abs(a.x2 - b.x2), std::abs(a.y2 - b.y2)});
}

bool same(const Smear &a, const Smear &b)
{
    bool labels = a.labels.size() == b.labels.size();
    for (size_t i = 0; labels && i < a.labels.size(); ++i)
        labels = a.labels[i].box == b.labels[i].box && a.labels[i].classIndex == b.labels[i].classIndex;
    return labels && a.image.pixels == b.image.pixels;
}

} // namespace

class TestSmear : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPictureDependsOnItsKeyAlone()
    {
        const Smear expected = drawSmear(5, 3, {320, 240});
        std::vector<int> equal(4, 0);
        std::vector<std::thread> threads;
        for (size_t t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                drawSmear(t, 1, {320, 240});
                equal[t] = same(drawSmear(5, 3, {320, 240}), expected);
            });
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(equal, std::vector<int>(4, 1));
        QVERIFY(!same(drawSmear(5, 4, {320, 240}), expected));
        QVERIFY(!same(drawSmear(6, 3, {320, 240}), expected));
    }

    void labelsAreThoseOfARealSmear()
    {
        std::vector<double> widths[3];
        for (int number = 0; number < 24; ++number) {
            const Smear smear = drawSmear(11, number);
            QCOMPARE(smear.image.size, (Size{640, 480}));
            QCOMPARE(smear.image.pixels.size(), size_t(640 * 480 * 3));
            for (const Label &label : smear.labels) {
                QVERIFY(label.box.hasArea());
                QVERIFY(label.box.x1 >= 0 && label.box.y1 >= 0 && label.box.x2 <= 640 && label.box.y2 <= 480);
                QVERIFY(label.classIndex >= 0 && label.classIndex < 3);
                widths[label.classIndex].push_back(label.box.width());
            }
        }
        // BCCD: 1, 11 (many unlabelled) and 1 in a picture; medians 39, 105 and 201 px.
        const double counts[3][2]{{0.4, 2}, {9, 22}, {0.8, 1.2}}, medians[3][2]{{32, 46}, {92, 112}, {160, 220}};
        for (size_t c = 0; c < 3; ++c) {
            std::sort(widths[c].begin(), widths[c].end());
            const double count = double(widths[c].size()) / 24, median = widths[c][widths[c].size() / 2];
            QVERIFY2(count > counts[c][0] && count < counts[c][1], qPrintable(QString("%1: %2").arg(c).arg(count)));
            QVERIFY2(median > medians[c][0] && median < medians[c][1],
                     qPrintable(QString("%1: %2").arg(c).arg(median)));
        }
    }

    void anOutlineIsTheExtentOfWhatIsDrawn()
    {
        for (uint64_t trial = 0; trial < 8; ++trial) {
            Random random(trial);
            const double x = 200 + random.uniform(), y = 200 + random.uniform();
            const Outline cell(x, y, 50, 1.3, random.uniform(0, 3), 0.03, random);
            Film red({400, 400});
            drawRedCell(red, cell, {}, random);
            QVERIFY(furthestApart(extentOf(red, [&](size_t i) { return red.red[i] > 0.45f; }), cell.box()) < 2);

            for (const WhiteKind kind :
                 {WhiteKind::Neutrophil, WhiteKind::Eosinophil, WhiteKind::Lymphocyte, WhiteKind::Monocyte}) {
                Film white({400, 400});
                const Outline large(x, y, 100, 1.1, random.uniform(0, 3), 0.03, random);
                drawWhiteCell(white, large, kind, random);
                QVERIFY(furthestApart(extentOf(white, [&](size_t i) { return white.hidden[i] != 0; }), large.box()) <=
                        1);
                QVERIFY(furthestApart(extentOf(white, [&](size_t i) { return white.stain[i][1] > 0.05f; }),
                                      large.box()) < 5);
            }

            Film fleck({400, 400});
            const Outline small(x, y, 20, 1.2, 1, 0.05, random);
            drawPlatelet(fleck, small, random);
            float darkest = 0;
            for (const Density &stain : fleck.stain)
                darkest = std::max(darkest, stain[1]);
            QVERIFY(furthestApart(extentOf(fleck, [&](size_t i) { return fleck.stain[i][1] > 0.1f * darkest; }),
                                  small.box()) < 5);
        }
    }

    void sharesAreOfTheWholeCell()
    {
        Random random(1);
        Film film({300, 300});
        const Outline inside(150, 150, 40, 1, 0, 0, random), half(300, 150, 40, 1, 0, 0, random);
        QVERIFY(std::abs(inside.area() - 3.14159 * 1600) < 2);
        QVERIFY(std::abs(insideShare(film, inside) - 1) < 0.01);
        QVERIFY(std::abs(insideShare(film, half) - 0.5) < 0.01);
        for (int y = 0; y < 300; ++y)
            for (int x = 0; x < 150; ++x)
                film.hidden[film.at(x, y)] = 1;
        QVERIFY(std::abs(visibleShare(film, inside) - 0.5) < 0.01);
        QVERIFY(std::abs(insideShare(film, inside) - 1) < 0.01);
    }

    void anySizeWorks()
    {
        for (const Size size : {Size{64, 64}, Size{64, 600}, Size{1500, 1000}}) {
            const Smear smear = drawSmear(2, 0, size);
            QCOMPARE(smear.image.size, size);
            for (const Label &label : smear.labels)
                QVERIFY(label.box.x2 <= size.width && label.box.y2 <= size.height);
        }
        QVERIFY(drawSmear(2, 0, {1500, 1000}).labels.size() > 40); // more cells, not larger ones
    }

    void theShippedPicturesAreDrawnAgain()
    {
        const std::string folder = FCOSCOPE_SOURCE_DIR "/resources/demo";
        const Dataset shipped = readDataset(folder);
        QCOMPARE(shipped.images.size(), size_t(12));
        QCOMPARE(shipped.classNames, smearClassNames());
        QVERIFY(shipped.problems.empty());
        qint64 bytes = 0;
        for (int number = 0; number < 12; ++number) {
            const DatasetImage &entry = shipped.images[size_t(number)];
            bytes += QFileInfo(QString::fromStdString(entry.file)).size();
            const Smear again = drawSmear(1, number);
            QCOMPARE(entry.labels.size(), again.labels.size());
            for (size_t i = 0; i < entry.labels.size(); ++i) {
                QCOMPARE(entry.labels[i].classIndex, again.labels[i].classIndex);
                QVERIFY(furthestApart(entry.labels[i].box, again.labels[i].box) < 0.02);
            }
            const Image image = readImage(entry.file);
            QCOMPARE(image.size, again.image.size);
            double difference = 0;
            for (size_t i = 0; i < image.pixels.size(); ++i)
                difference += std::abs(int(image.pixels[i]) - int(again.image.pixels[i]));
            difference /= double(image.pixels.size());
            QVERIFY2(difference < 2, qPrintable(QString("%1: %2").arg(number).arg(difference)));
        }
        QVERIFY(bytes < 1200000);
    }

    void aFolderAppearsWholeOrNotAtAll()
    {
        QTemporaryDir folder;
        const std::filesystem::path to = folder.filePath("drawn").toStdString();
        SmearOptions options;
        options.count = 3;
        options.width = 200;
        options.height = 160;
        RunContext stopping;
        int asked = 0;
        stopping.stopRequested = [&] { return ++asked > 2; };
        QVERIFY_THROWS_EXCEPTION(Stopped, writeSmears(to, options, stopping));
        QVERIFY(QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).isEmpty());

        std::vector<double> told;
        RunContext context;
        context.progress = [&](const Progress &progress) { told.push_back(progress.fraction); };
        writeSmears(to, options, context);
        QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                 QStringList{"drawn"});
        QCOMPARE(told.front(), 0.);
        QCOMPARE(told.back(), 1.);
        const Dataset dataset = readDataset(to);
        QVERIFY(dataset.problems.empty());
        QCOMPARE(dataset.images.size(), size_t(3));
        QCOMPARE(dataset.images[0].id, int64_t(1));
        QCOMPARE(dataset.images[2].labels.size(), drawSmear(1, 2, {200, 160}).labels.size());

        QVERIFY_THROWS_EXCEPTION(UserError, writeSmears(to, options)); // never over what is there
        QVERIFY_THROWS_EXCEPTION(UserError, writeSmears("/proc/drawn", options));
    }
};

QTEST_APPLESS_MAIN(TestSmear)
#include "tst_smear.moc"
