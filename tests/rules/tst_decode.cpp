// SPDX-License-Identifier: GPL-3.0-or-later
// Decoding: each knob by itself, and every profile against the plain way.
#include <QTest>

#include <functional>

#include "core/base/random.h"
#include "core/rules/decode.h"
#include "core/rules/locations.h"
#include "tests/rules/plain_decode.h"

using namespace fcoscope;

namespace {

/// What a network says that sees nothing: boxes of 40 px, centerness ½, classes far from certain.
RawOutputs emptyOutputs(const Profile &profile, Size image, int classes)
{
    RawOutputs raw;
    raw.transform = fitTransform(image, profile.shortSide, profile.longSide, profile.sizeDivisor);
    for (const Level &level : levelsFor(profile, raw.transform.paddedSize)) {
        const auto grid = [&](int channels, float value) {
            return Grid{channels, level.height, level.width,
                        std::vector<float>(size_t(channels) * size_t(level.locations()), value)};
        };
        raw.levels.push_back({grid(classes, -10), grid(1, 0), grid(4, 20)});
    }
    return raw;
}

void fill(Grid &grid, const std::function<double()> &value)
{
    for (float &each : grid.values)
        each = static_cast<float>(value());
}

/// A profile in which nothing is resized and every knob is our own.
Profile still(int side)
{
    Profile profile = profileNamed("fcoscope");
    profile.shortSide = profile.longSide = side;
    profile.decode.scoreThreshold = 0.05;
    return profile;
}

/// Outputs for `still(128)` in which the given pairs are seen, on P3, with centerness 1.
struct Seen {
    int column, row, classIndex;
    double p;
    Distances reach;
};
RawOutputs outputsWith(const Profile &profile, const std::vector<Seen> &pairs)
{
    RawOutputs raw = emptyOutputs(profile, {128, 128}, 3);
    LevelOutputs &finest = raw.levels[0];
    const size_t cells = finest.classLogits.cells();
    for (const Seen &seen : pairs) {
        const size_t cell = static_cast<size_t>(seen.row * finest.classLogits.width + seen.column);
        finest.classLogits.values[static_cast<size_t>(seen.classIndex) * cells + cell] =
            static_cast<float>(std::log(seen.p / (1 - seen.p)));
        finest.centernessLogits.values[cell] = 30;
        const double sides[] = {seen.reach.left, seen.reach.top, seen.reach.right, seen.reach.bottom};
        for (size_t side = 0; side < 4; ++side)
            finest.distances.values[side * cells + cell] = static_cast<float>(sides[side]);
    }
    return raw;
}

size_t countOf(const RawOutputs &raw, const Profile &profile) { return decode(raw, profile, profile.decode).size(); }

QString asText(const Detection &d)
{
    return QStringLiteral("class %1 of location %2 on level %3, score %4, box %5 %6 %7 %8")
        .arg(d.classIndex).arg(d.location).arg(d.level).arg(d.score)
        .arg(d.box.x1).arg(d.box.y1).arg(d.box.x2).arg(d.box.y2);
}

QString differences(const std::vector<Detection> &found, const std::vector<Detection> &expected)
{
    if (found.size() != expected.size())
        return QStringLiteral("%1 detections, expected %2").arg(found.size()).arg(expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
        const Detection &a = found[i], &b = expected[i];
        const double away = std::max({std::abs(a.box.x1 - b.box.x1), std::abs(a.box.y1 - b.box.y1),
                                      std::abs(a.box.x2 - b.box.x2), std::abs(a.box.y2 - b.box.y2)});
        if (a.classIndex != b.classIndex || a.level != b.level || a.location != b.location || a.score != b.score ||
            a.classProbability != b.classProbability || a.centerness != b.centerness ||
            !(a.distances == b.distances) || !(away < 1e-9))
            return QStringLiteral("detection %1: %2; expected %3").arg(i).arg(asText(a), asText(b));
    }
    return {};
}

}  // namespace

class DecodeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void findsWhatIsThere();
    void classThresholdComesBeforeCenterness();
    void oneClassOfALocation();
    void ranksByScoreOrByProbability();
    void candidatesOfALevelOrOfTheImage();
    void wholePixelsAreCutTowardsZero();
    void clipsBeforeOrAfter();
    void inclusiveBoxesEndAtTheLastPixel();
    void emptyBoxesGoOrStay();
    void nmsOfOneClassOrOfAll();
    void overlapsOfJustTheThreshold();
    void tiesOfTheLastDetection();
    void classesToldApartByShifting();
    void agreesWithThePlainWay_data();
    void agreesWithThePlainWay();
};

void DecodeTest::findsWhatIsThere()
{
    Profile profile = profileNamed("fcoscope");
    profile.shortSide = 320;
    profile.longSide = 640;
    RawOutputs raw = emptyOutputs(profile, {640, 480}, 2);  // scaled by 2/3 to 426 × 320, padded to 448 × 320
    Grid &logits = raw.levels[1].classLogits;
    const size_t cell = 3 * size_t(logits.width) + 5;
    logits.values[logits.cells() + cell] = 2;  // class 1 at column 5, row 3 of P4: (88, 56)
    raw.levels[1].centernessLogits.values[cell] = 1;
    const auto found = decode(raw, profile, profile.decode);
    QCOMPARE(found.size(), size_t(1));
    const double p = 1 / (1 + std::exp(-2.0)), o = 1 / (1 + std::exp(-1.0));
    QVERIFY(std::abs(found[0].score - std::sqrt(p * o)) < 1e-6);
    QVERIFY(std::abs(found[0].classProbability - p) < 1e-6 && std::abs(found[0].centerness - o) < 1e-6);
    QCOMPARE(found[0].classIndex, 1);
    QCOMPARE(found[0].level, 1);
    QCOMPARE(found[0].location, int(cell));
    QVERIFY(std::abs(found[0].box.x1 - (88 - 20) * 640.0 / 426) < 1e-4 &&
            std::abs(found[0].box.y2 - (56 + 20) * 1.5) < 1e-4);

    // What a broken model says is nowhere: it neither counts nor keeps the others from counting.
    const float nothing = std::numeric_limits<float>::quiet_NaN();
    Grid &distances = raw.levels[1].distances;
    logits.values[0] = logits.values[1] = 5;
    logits.values[2] = nothing;
    distances.values[0] = nothing;
    raw.levels[1].centernessLogits.values[1] = nothing;
    for (const bool best : {false, true}) {
        profile.bestClassOnly = best;
        QCOMPARE(decode(raw, profile, profile.decode).size(), size_t(1));
    }
}

void DecodeTest::classThresholdComesBeforeCenterness()
{
    Profile profile = still(128);
    RawOutputs raw = outputsWith(profile, {{2, 2, 0, 0.2, {8, 8, 8, 8}}, {10, 10, 1, 0.4, {8, 8, 8, 8}}});
    QCOMPARE(countOf(raw, profile), size_t(2));
    profile.classThreshold = 0.3;
    QCOMPARE(countOf(raw, profile), size_t(1));  // √(0.2 · 1) is above 0.05, but 0.2 is not above 0.3
    raw.levels[0].centernessLogits.values[10 * 16 + 10] = -5;
    QCOMPARE(countOf(raw, profile), size_t(1));  // √(0.4 · 0.0067) = 0.052
    profile.decode.scoreThreshold = 0.06;
    QCOMPARE(countOf(raw, profile), size_t(0));
}

void DecodeTest::oneClassOfALocation()
{
    Profile profile = still(128);
    const RawOutputs raw = outputsWith(
        profile,
        {{5, 5, 0, 0.3, {8, 8, 8, 8}}, {5, 5, 1, 0.6, {8, 8, 8, 8}}, {5, 5, 2, 0.6, {8, 8, 8, 8}}});
    QCOMPARE(countOf(raw, profile), size_t(3));
    profile.bestClassOnly = true;
    const auto found = decode(raw, profile, profile.decode);
    QCOMPARE(found.size(), size_t(1));
    QCOMPARE(found[0].classIndex, 1);  // the first of two that are equally probable
}

void DecodeTest::ranksByScoreOrByProbability()
{
    Profile profile = still(128);
    RawOutputs raw = outputsWith(profile, {{2, 2, 0, 0.9, {8, 8, 8, 8}}, {10, 10, 1, 0.8, {8, 8, 8, 8}}});
    raw.levels[0].centernessLogits.values[2 * 16 + 2] = -1;  // 0.27: the more probable one has the lower score
    profile.decode.candidatesPerLevel = 1;
    QCOMPARE(decode(raw, profile, profile.decode).at(0).classIndex, 1);
    profile.rankRule = RankRule::ClassProbability;
    QCOMPARE(decode(raw, profile, profile.decode).at(0).classIndex, 0);
    profile.decode.scoreThreshold = 0.6;  // √(0.9 · 0.27) = 0.49 took the only place and is not shown
    QCOMPARE(countOf(raw, profile), size_t(0));
}

void DecodeTest::candidatesOfALevelOrOfTheImage()
{
    Profile profile = still(128);
    RawOutputs raw = outputsWith(profile, {{2, 2, 0, 0.9, {8, 8, 8, 8}}, {10, 10, 1, 0.8, {8, 8, 8, 8}}});
    raw.levels[2].classLogits.values[0] = 0;  // and 0.5 on P5
    profile.decode.candidatesPerLevel = 2;
    QCOMPARE(countOf(raw, profile), size_t(3));
    profile.candidateScope = CandidateScope::Image;
    QCOMPARE(countOf(raw, profile), size_t(2));
}

void DecodeTest::wholePixelsAreCutTowardsZero()
{
    Profile profile = still(128);
    profile.clipRule = ClipRule::AfterNms;
    RawOutputs raw = outputsWith(profile, {{0, 0, 0, 0.9, {4.7, 2.5, 8.6, 9.4}}});  // at (4, 4)
    raw.transform.imageSize = {200, 200};  // the input is a part of the image, so that nothing is cut
    raw.transform.crop = {50, 50, 178, 178};
    profile.wholePixelBoxes = true;
    QCOMPARE(decode(raw, profile, profile.decode).at(0).box, (Box{50 - 0, 50 + 1, 50 + 12, 50 + 13}));
}

void DecodeTest::clipsBeforeOrAfter()
{
    // Two boxes that overlap by 20·20 of 2·60·20 pixels outside the image as well as inside, where they are the same.
    Profile profile = still(128);
    const RawOutputs raw = outputsWith(
        profile, {{1, 8, 0, 0.9, {52, 10, 8, 10}}, {0, 8, 0, 0.8, {4, 10, 16, 10}}});  // x: −40…20 and 0…20
    QCOMPARE(countOf(raw, profile), size_t(1));
    profile.clipRule = ClipRule::AfterNms;
    const auto found = decode(raw, profile, profile.decode);
    QCOMPARE(found.size(), size_t(2));
    QCOMPARE(found[0].box, (Box{0, 58, 20, 78}));
    QCOMPARE(found[1].box, (Box{0, 58, 20, 78}));
}

void DecodeTest::inclusiveBoxesEndAtTheLastPixel()
{
    Profile profile = still(128);
    profile.pixels = PixelConvention::Inclusive;
    RawOutputs raw = outputsWith(profile, {{15, 8, 0, 0.9, {24, 10, 99, 9}}});  // at (124, 68)
    // Network pixels 100…127 and 58…77, as indices of pixels; in the continuous image the last one ends at 128 and 78.
    QCOMPARE(decode(raw, profile, profile.decode).at(0).box, (Box{100, 58, 128, 78}));
    raw.transform.imageSize = {256, 64};
    raw.transform.crop = {0, 0, 256, 64};
    raw.transform.scaleX = 0.5;
    raw.transform.scaleY = 2;
    // Resized back as they are, then the pixel is added. What was enlarged may so end beyond the image, as there.
    QCOMPARE(decode(raw, profile, profile.decode).at(0).box, (Box{200, 29, 255, 39.5}));
}

void DecodeTest::emptyBoxesGoOrStay()
{
    Profile profile = still(128);
    const RawOutputs raw = outputsWith(profile, {{5, 5, 0, 0.9, {8, 8, -8, 8}}, {0, 5, 1, 0.8, {50, 8, -10, 8}}});
    QCOMPARE(countOf(raw, profile), size_t(2));
    for (const BoxFrame frame : {BoxFrame::Network, BoxFrame::Image})
        for (const ClipRule clip : {ClipRule::BeforeNms, ClipRule::AfterNms}) {
            profile.nmsFrame = frame;
            profile.clipRule = clip;
            profile.dropEmptyBoxes = false;
            QCOMPARE(countOf(raw, profile), size_t(2));
            profile.dropEmptyBoxes = true;
            QCOMPARE(countOf(raw, profile), size_t(0));
        }
}

void DecodeTest::nmsOfOneClassOrOfAll()
{
    Profile profile = still(128);
    const RawOutputs raw = outputsWith(
        profile, {{5, 5, 0, 0.9, {8, 8, 8, 8}}, {5, 5, 1, 0.8, {8, 8, 8, 8}}, {6, 5, 0, 0.7, {15, 8, 1, 8}}});
    QCOMPARE(countOf(raw, profile), size_t(2));
    profile.nmsScope = NmsScope::All;
    QCOMPARE(countOf(raw, profile), size_t(1));
}

void DecodeTest::overlapsOfJustTheThreshold()
{
    Profile profile = still(128);  // 60/100, and with +1 77/121: appendix B
    RawOutputs raw = outputsWith(profile, {{5, 5, 0, 0.9, {4, 4, 6, 6}}, {5, 6, 0, 0.8, {4, 12, 6, -6}}});
    QCOMPARE(countOf(raw, profile), size_t(2));
    profile.nmsTest = NmsTest::AtLeast;
    QCOMPARE(countOf(raw, profile), size_t(1));
    profile.nmsTest = NmsTest::Above;
    profile.pixels = PixelConvention::Inclusive;
    QCOMPARE(countOf(raw, profile), size_t(1));
}

void DecodeTest::tiesOfTheLastDetection()
{
    Profile profile = still(128);
    const RawOutputs raw = outputsWith(
        profile, {{2, 2, 0, 0.9, {8, 8, 8, 8}}, {8, 8, 0, 0.7, {8, 8, 8, 8}}, {12, 12, 0, 0.7, {8, 8, 8, 8}},
                  {2, 12, 0, 0.6, {8, 8, 8, 8}}});
    profile.decode.detectionsPerImage = 2;
    QCOMPARE(countOf(raw, profile), size_t(2));
    profile.keepTies = true;
    QCOMPARE(countOf(raw, profile), size_t(3));
    profile.decode.detectionsPerImage = 1;
    QCOMPARE(countOf(raw, profile), size_t(1));
}

void DecodeTest::classesToldApartByShifting()
{
    NmsRules rules;
    const auto goes = [&](const std::vector<Box> &boxes, const std::vector<int> &classes) {
        NmsRun run(boxes, classes, rules);
        run.show(0);
        return run.show(1).suppressedBy == 0;
    };
    // 0.6 + 1e-5 of the larger box: a thousand pixels times class 80 further on, float32 no longer tells.
    const std::vector<Box> close{{0, 0, 100, 100}, {0, 0, 100, 60.001}, {0, 0, 1000, 1000}};
    QVERIFY(goes(close, {80, 80, 0}));
    rules.classShiftUpTo = 3;
    QVERIFY(!goes(close, {80, 80, 0}));
    rules.classShiftUpTo = 2;  // these are three
    QVERIFY(goes(close, {80, 80, 0}));
    // A box left of and above the image reaches into the class before.
    const std::vector<Box> beyond{{90, 90, 99, 99}, {-10, -10, -1, -1}};
    QVERIFY(goes(beyond, {0, 1}));
    rules.classShiftUpTo = 0;
    QVERIFY(!goes(beyond, {0, 1}));
}

void DecodeTest::agreesWithThePlainWay_data()
{
    QTest::addColumn<QString>("name");
    for (const std::string &name : profileNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void DecodeTest::agreesWithThePlainWay()
{
    QFETCH(QString, name);
    Profile profile = profileNamed(name.toStdString());
    profile.shortSide = 128;
    profile.longSide = profile.sizeDivisor = 224;
    size_t seen = 0;
    for (uint64_t round = 0; round < 24; ++round) {
        Random random(3, round);
        RawOutputs raw = emptyOutputs(profile, {200 + int(round), 120}, 5);
        const bool coarse = round % 3 == 0;  // a few values only, so that scores are equal and boxes meet exactly
        const double middle = random.uniform(-6, 1);
        const auto value = [&](double low, double high) {
            const double v = random.uniform(low, high);
            return coarse ? std::round(v) : v;
        };
        for (LevelOutputs &level : raw.levels) {
            fill(level.classLogits, [&] { return value(middle - 4, middle + 3); });
            fill(level.centernessLogits, [&] { return value(-4, 3); });
            fill(level.distances, [&] { return value(-1, 90); });
            if (round % 8 == 7)
                level.centernessLogits.values.clear();
        }
        if (round % 6 == 5)  // certainty, beyond what float32 tells apart
            fill(raw.levels[0].classLogits, [&] { return random.uniform(8, 40); });
        if (round % 6 == 2)  // a hair above and below the class threshold
            for (LevelOutputs &level : raw.levels)
                fill(level.classLogits, [&] { return std::log(0.05 / 0.95) + random.uniform(-1e-3, 1e-3); });
        for (const double threshold : {0.0, 0.05, 0.2, 0.7, 1.0}) {
            DecodeOptions options = profile.decode;
            options.scoreThreshold = threshold;
            options.candidatesPerLevel = std::vector<int>{1, 7, 100, 1000, 1000000}[round % 5];
            options.detectionsPerImage = round % 2 ? 100 : 10;
            const auto found = decode(raw, profile, options), expected = plainDecode(raw, profile, options);
            const QString difference = differences(found, expected);
            QVERIFY2(difference.isEmpty(), qPrintable(QStringLiteral("round %1, threshold %2: %3")
                                                          .arg(round).arg(threshold).arg(difference)));
            seen += found.size();
        }
    }
    QVERIFY(seen > 500);
}

QTEST_GUILESS_MAIN(DecodeTest)
#include "tst_decode.moc"
