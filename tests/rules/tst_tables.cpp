// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of the specification: golden assignment vectors (3.3), torchvision's steps and the sizes of feature maps
// (2.1, 2.2), resized sizes (5.1), appendix B.
#include <QTest>

#include "core/rules/assigner.h"
#include "core/rules/decode.h"
#include "core/rules/locations.h"
#include "core/rules/pixels.h"

using namespace fcoscope;

namespace {

/// The profile of a column; d2 is the one without a codebase of its own here: torchvision's rules at half strides.
Profile columnNamed(const QString &name)
{
    if (name != "d2")
        return profileNamed(name.toStdString());
    Profile profile = profileNamed("tv");
    profile.locations = LocationRule::HalfStride;
    return profile;
}

using Numbers = QVector<double>;
using Counts = QVector<int>;

/// The canvas of section 3.3, with nothing resized.
const Size canvas{1088, 800};

Assignment assigned(const Numbers &xywh, const Profile &profile)
{
    const ImageTransform still = fitTransform(canvas, 800, 1088, 32);
    std::vector<Box> boxes;
    for (qsizetype i = 0; i < xywh.size(); i += 4)
        boxes.push_back(targetBox({xywh[i], xywh[i + 1], xywh[i] + xywh[i + 2], xywh[i + 1] + xywh[i + 3]}, still,
                                  profile));
    return assign(boxes, levelsFor(profile, still.paddedSize), profile);
}

}  // namespace

class TablesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void assignment_data();
    void assignment();
    void threeBoxes_data();
    void threeBoxes();
    void featureMaps_data();
    void featureMaps();
    void locations_data();
    void locations();
    void resizedSizes_data();
    void resizedSizes();
    void roundingsThatDiffer();
    void inclusiveBoxes();
    void inclusiveNms();
    void initialFocalLoss();
};

void TablesTest::assignment_data()
{
    QTest::addColumn<QString>("column");
    QTest::addColumn<Numbers>("xywh");
    QTest::addColumn<Counts>("perLevel");
    QTest::addColumn<double>("centernessSum");
    const char *columns[] = {"tz-orig", "tz-imprv", "mm-base", "ad", "mm-tricks", "fcoscope", "d2", "tv", "zg"};
    struct Cell {
        Counts perLevel;
        double sum;
    };
    // One cell for each column of the table; "ad = mm-tricks" is one there, and our own agrees with it.
    const auto row = [&](const char *name, const Numbers &xywh, const Cell &orig, const Cell &imprv, const Cell &base,
                         const Cell &tricks, const Cell &d2, const Cell &tv, const Cell &zg) {
        const Cell cells[] = {orig, imprv, base, tricks, tricks, tricks, d2, tv, zg};
        for (size_t i = 0; i < std::size(columns); ++i)
            QTest::addRow("%s, %s", name, columns[i])
                << QString(columns[i]) << xywh << cells[i].perLevel << cells[i].sum;
    };
    row("row 1", {100, 100, 128, 128}, {{1, 64, 0, 0, 0}, 21.676102}, {{1, 9, 0, 0, 0}, 7.132877},
        {{1, 64, 0, 0, 0}, 21.944513}, {{1, 9, 0, 0, 0}, 7.201362}, {{0, 9, 0, 0, 0}, 6.201362},
        {{0, 9, 0, 0, 0}, 6.201362}, {{0, 8, 0, 0, 0}, 5.677553});
    row("row 2", {40, 60, 30, 20}, {{8, 0, 0, 0, 0}, 2.700175}, {{6, 0, 0, 0, 0}, 2.457179},
        {{8, 0, 0, 0, 0}, 2.874040}, {{6, 0, 0, 0, 0}, 2.522191}, {{6, 0, 0, 0, 0}, 2.522191},
        {{6, 0, 0, 0, 0}, 2.683595}, {{5, 0, 0, 0, 0}, 2.326075});
    row("row 3", {300, 200, 600, 500}, {{0, 0, 0, 56, 6}, 22.632153}, {{0, 0, 0, 9, 0}, 6.272955},
        {{0, 0, 0, 56, 6}, 22.697559}, {{0, 0, 0, 9, 0}, 6.285175}, {{0, 0, 0, 9, 0}, 6.285175},
        {{0, 0, 0, 9, 0}, 6.277675}, {{0, 0, 0, 7, 0}, 5.200460});
    row("row 4", {64, 64, 256, 256}, {{0, 0, 64, 0, 0}, 20.927869}, {{0, 0, 9, 0, 0}, 5.949160},
        {{0, 0, 64, 0, 0}, 21.062598}, {{0, 0, 4, 0, 0}, 3.111111}, {{0, 0, 4, 0, 0}, 3.111111},
        {{0, 0, 8, 0, 0}, 5.498387}, {{0, 0, 4, 0, 0}, 3.111111});
    const Counts one{1, 0, 0, 0, 0};
    row("row 5", {4, 4, 10, 10}, {one, 0.125}, {one, 0.125}, {one, 0.25}, {one, 0.25}, {one, 0.25}, {one, 0.666667},
        {one, 0.25});
}

void TablesTest::assignment()
{
    QFETCH(QString, column);
    QFETCH(Numbers, xywh);
    QFETCH(Counts, perLevel);
    QFETCH(double, centernessSum);
    Counts counts(5, 0);
    double sum = 0;
    for (const Positive &positive : assigned(xywh, columnNamed(column)).positives) {
        ++counts[positive.level];
        sum += positive.centerness;
    }
    QCOMPARE(counts, perLevel);
    QVERIFY2(std::abs(sum - centernessSum) < 2e-6, qPrintable(QString::number(sum, 'f', 7)));
}

void TablesTest::threeBoxes_data()  // the last row: positives of each level, and of each box
{
    QTest::addColumn<Counts>("perLevel");
    QTest::addColumn<Counts>("perBox");
    QTest::newRow("tz-orig") << Counts{34, 54, 0, 56, 6} << Counts{62, 42, 46};
    QTest::newRow("tz-imprv") << Counts{15, 13, 0, 9, 0} << Counts{9, 13, 15};
    QTest::newRow("mm-base") << Counts{34, 56, 0, 56, 6} << Counts{62, 44, 46};
    for (const char *same : {"ad", "mm-tricks", "fcoscope"})
        QTest::newRow(same) << Counts{15, 13, 0, 9, 0} << Counts{9, 16, 12};
    QTest::newRow("d2") << Counts{9, 11, 0, 9, 0} << Counts{9, 14, 6};
    QTest::newRow("tv") << Counts{12, 9, 0, 9, 0} << Counts{9, 12, 9};
    QTest::newRow("zg") << Counts{7, 9, 0, 7, 0} << Counts{7, 10, 6};
}

void TablesTest::threeBoxes()
{
    QFETCH(Counts, perLevel);
    QFETCH(Counts, perBox);
    Counts levels(5, 0), boxes(3, 0);
    for (const Positive &positive :
         assigned({300, 200, 600, 500, 500, 400, 100, 90, 560, 420, 60, 120}, columnNamed(QTest::currentDataTag()))
             .positives) {
        ++levels[positive.level];
        ++boxes[positive.box];
    }
    QCOMPARE(levels, perLevel);
    QCOMPARE(boxes, perBox);
}

void TablesTest::featureMaps_data()  // 2.2: the sides of the maps, and torchvision's steps
{
    QTest::addColumn<int>("side");
    QTest::addColumn<Counts>("cells");
    QTest::addColumn<Counts>("steps");
    const auto row = [](int side, const Counts &cells, const Counts &steps) {
        QTest::addRow("%d", side) << side << cells << steps;
    };
    row(512, {64, 32, 16, 8, 4}, {8, 16, 32, 64, 128});
    row(736, {92, 46, 23, 12, 6}, {8, 16, 32, 61, 122});
    row(800, {100, 50, 25, 13, 7}, {8, 16, 32, 61, 114});
    row(1024, {128, 64, 32, 16, 8}, {8, 16, 32, 64, 128});
    row(1088, {136, 68, 34, 17, 9}, {8, 16, 32, 64, 120});
    row(1216, {152, 76, 38, 19, 10}, {8, 16, 32, 64, 121});
    row(1333, {167, 84, 42, 21, 11}, {7, 15, 31, 63, 121});
    row(1344, {168, 84, 42, 21, 11}, {8, 16, 32, 64, 122});
    row(799, {100, 50, 25, 13, 7}, {7, 15, 31, 61, 114});
    row(801, {101, 51, 26, 13, 7}, {7, 15, 30, 61, 114});
}

void TablesTest::featureMaps()
{
    QFETCH(int, side);
    QFETCH(Counts, cells);
    QFETCH(Counts, steps);
    for (const std::string &name : profileNames()) {
        const Profile profile = profileNamed(name);
        const std::vector<Level> wide = levelsFor(profile, {side, 800}), high = levelsFor(profile, {800, side});
        QCOMPARE(wide.size(), profile.strides.size());
        for (size_t l = 0; l < wide.size(); ++l) {
            const int cell = cells[static_cast<qsizetype>(l)], stride = 8 << l;
            QCOMPARE(wide[l].width, cell);
            QCOMPARE(high[l].height, cell);
            const int step = name == "tv" ? steps[static_cast<qsizetype>(l)] : stride;
            const int first = name == "tv" ? 0 : stride / 2;
            QCOMPARE(wide[l].x(3), double(first + 3 * step));
            QCOMPARE(high[l].y(2), double(first + 2 * step));
        }
    }
}

void TablesTest::locations_data()
{
    QTest::addColumn<QString>("name");
    for (const std::string &name : profileNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void TablesTest::locations()  // appendix B; 2.1's example of 800×1088
{
    QFETCH(QString, name);
    const Profile profile = columnNamed(name);
    const std::vector<Level> levels = levelsFor(profile, canvas);
    int count = 0;
    for (const Level &level : levels)
        count += level.locations();
    if (profile.name == "ad-rt") {
        QCOMPARE(count, 13600 + 3400 + 850);
        return;
    }
    QCOMPARE(count, 18134);
    QCOMPARE(levels[3].x(3), profile.name == "tv" ? 192.0 : 224.0);
    QCOMPARE(levels[3].y(2), profile.name == "tv" ? 122.0 : 160.0);
    if (profile.name == "tv") {
        QCOMPARE(levels[3].stepX, 64.0);
        QCOMPARE(levels[3].stepY, 61.0);
        QCOMPARE(levels[4].stepX, 120.0);
        QCOMPARE(levels[4].stepY, 114.0);
    }
}

void TablesTest::resizedSizes_data()  // 5.1, height × width
{
    QTest::addColumn<QString>("profile");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::addColumn<QString>("resized");
    struct Row {
        int width, height;
        const char *tz, *nearest, *tv;
    };
    const Row rows[] = {
        {640, 480, "800×1066", "800×1067", "800×1066"},  {640, 426, "800×1201", "800×1202", "800×1201"},
        {640, 427, "800×1199", "800×1199", "800×1199"},  {500, 375, "800×1066", "800×1067", "800×1066"},
        {1280, 720, "750×1333", "750×1333", "749×1333"}, {640, 360, "750×1333", "750×1333", "749×1333"},
        {640, 359, "748×1333", "748×1333", "747×1333"},  {333, 500, "1201×800", "1201×800", "1201×800"},
        {612, 612, "800×800", "800×800", "800×800"},
    };
    for (const Row &row : rows)
        for (const auto &[profile, resized] :
             {std::pair{"tz-orig", row.tz}, {"tz-imprv", row.tz}, {"ad", row.nearest}, {"mm-base", row.nearest},
              {"mm-tricks", row.nearest}, {"tv", row.tv}, {"fcoscope", row.tv}})
            QTest::addRow("%s %d×%d", profile, row.width, row.height)
                << QString(profile) << row.width << row.height << QString::fromUtf8(resized);
    // SimpleAICV: the long side 1024, halves to even; AdelaiDet's real-time models: 512 and 736.
    QTest::newRow("zg 640×480") << "zg" << 640 << 480 << QStringLiteral("768×1024");
    QTest::newRow("zg 2048×5") << "zg" << 2048 << 5 << QStringLiteral("2×1024");  // 2.5
    QTest::newRow("zg 2048×7") << "zg" << 2048 << 7 << QStringLiteral("4×1024");  // 3.5
    QTest::newRow("ad-rt 640×480") << "ad-rt" << 640 << 480 << QStringLiteral("512×683");
    QTest::newRow("ad-rt 640×427") << "ad-rt" << 640 << 427 << QStringLiteral("491×736");
}

void TablesTest::resizedSizes()
{
    QFETCH(QString, profile);
    QFETCH(int, width);
    QFETCH(int, height);
    QFETCH(QString, resized);
    const Profile p = profileNamed(profile.toStdString());
    const ImageTransform fit = inferenceTransform({width, height}, p);
    QCOMPARE(QStringLiteral("%1×%2").arg(fit.contentSize.height).arg(fit.contentSize.width), resized);
    QVERIFY(fit.paddedSize.width % p.sizeDivisor == 0 && fit.paddedSize.width >= fit.contentSize.width &&
            fit.paddedSize.width < fit.contentSize.width + p.sizeDivisor);
    QCOMPARE(fit.scaleX, double(fit.contentSize.width) / width);
    QCOMPARE(fit.scaleY, double(fit.contentSize.height) / height);
}

void TablesTest::roundingsThatDiffer()
{
    const auto size = [](int width, int height, SizeRounding rounding) {
        return fitTransform({width, height}, 800, 1333, 32, rounding).contentSize;
    };
    // 799.99… in double: torch.nn.functional.interpolate makes it 799 (torch 2.13), we 800.
    QCOMPARE(size(1589, 1599, SizeRounding::Torchvision), (Size{799, 805}));
    QCOMPARE(size(1589, 1599, SizeRounding::Floor), (Size{800, 805}));
    QCOMPARE(size(149, 7, SizeRounding::Torchvision), (Size{1332, 62}));
    // 64.4999…: the limits one after the other, as detectron2 has them, and at once, as mmdetection does.
    QCOMPARE(size(62, 3, SizeRounding::Detectron), (Size{1333, 64}));
    QCOMPARE(size(62, 3, SizeRounding::Nearest), (Size{1333, 65}));
}

void TablesTest::inclusiveBoxes()
{
    const Profile tz = profileNamed("tz-orig"), ours = profileNamed("fcoscope");
    ImageTransform transform = fitTransform({640, 480}, 800, 1333, 32, SizeRounding::Truncate);
    QCOMPARE(transform.contentSize, (Size{1066, 800}));
    const double sx = 1066.0 / 640, sy = 800.0 / 480;
    const Box label{10, 20, 110, 70};  // pixels 10…109 and 20…69
    const auto near = [](const Box &a, const Box &b) {
        return std::max({std::abs(a.x1 - b.x1), std::abs(a.y1 - b.y1), std::abs(a.x2 - b.x2), std::abs(a.y2 - b.y2)}) <
               1e-9;
    };
    const auto seen = [&](const Profile &profile) {
        return targetBox(transform.toNetwork(label), transform, profile);
    };
    QVERIFY(near(seen(tz), {10 * sx, 20 * sy, 109 * sx, 69 * sy}));
    QVERIFY(near(detectedBox(seen(tz), transform, tz), label));
    QVERIFY(near(seen(ours), {10 * sx, 20 * sy, 110 * sx, 70 * sy}));
    transform.mirroredX = true;  // x → W − 1 − x in the resized image, whose last pixel is 1065
    QVERIFY(near(seen(tz), {1065 - 109 * sx, 20 * sy, 1065 - 10 * sx, 69 * sy}));
    QVERIFY(near(detectedBox(seen(tz), transform, tz), label));
    QVERIFY(near(seen(ours), {1066 - 110 * sx, 20 * sy, 1066 - 10 * sx, 70 * sy}));
    QVERIFY(near(detectedBox(seen(ours), transform, ours), label));
}

void TablesTest::inclusiveNms()  // appendix B: the same boxes with and without +1
{
    std::vector<Detection> boxes(2);
    boxes[0].box = {0, 0, 10, 10};
    boxes[0].score = 0.9f;
    boxes[1].box = {0, 0, 10, 6};
    boxes[1].score = 0.8f;
    for (const char *name : {"tz-orig", "tz-imprv"}) {
        const Profile profile = profileNamed(name);
        const NmsStep step = nonMaximumSuppression(boxes, nmsRules(profile, profile.decode))[1];
        QCOMPARE(step.suppressedBy, 0);
        QVERIFY(std::abs(step.overlap - 77.0f / 121) < 1e-6f);
    }
    for (const char *name : {"fcoscope", "ad", "ad-rt", "tv", "mm-tricks"}) {
        const Profile profile = profileNamed(name);
        QCOMPARE(profile.decode.nmsThreshold, 0.6);
        QCOMPARE(nonMaximumSuppression(boxes, nmsRules(profile, profile.decode))[1].suppressedBy, -1);
    }
    for (const char *name : {"mm-base", "zg"}) {  // 0.5, and at least 0.6 instead of more
        const Profile profile = profileNamed(name);
        QCOMPARE(nonMaximumSuppression(boxes, nmsRules(profile, profile.decode))[1].suppressedBy, 0);
    }
}

void TablesTest::initialFocalLoss()  // 1.5 and appendix B: all background, p = 0.01, before dividing by positives
{
    const Profile profile = profileNamed("tz-orig");
    size_t locations = 0;
    for (const Level &level : levelsFor(profile, canvas))
        locations += static_cast<size_t>(level.locations());
    const double p = 0.01;
    const double each = -(1 - profile.focalAlpha) * std::pow(p, profile.focalGamma) * std::log(1 - p);
    QVERIFY(std::abs(each - 7.53775e-7) < 1e-12);
    QVERIFY(std::abs(each * 80 * double(locations) - 1.0935) < 5e-5);
    QVERIFY(std::abs(centerness({24, 20, 40, 60}) - 0.4472136f) < 1e-7f);
}

QTEST_GUILESS_MAIN(TablesTest)
#include "tst_tables.moc"
