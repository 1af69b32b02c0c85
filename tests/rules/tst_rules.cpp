// SPDX-License-Identifier: GPL-3.0-or-later
// The rules of FCOS against the tables of the specification.
#include <QTest>

#include <array>
#include <map>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/rules/assigner.h"
#include "core/rules/decode.h"
#include "core/rules/locations.h"

using namespace fcoscope;

namespace {

Box fromXywh(double x, double y, double w, double h) { return {x, y, x + w, y + h}; }

/// Random boxes on a canvas: large and small, touching, nested, crossing the border, some without area.
std::vector<Box> randomBoxes(Random &random, int count, Size canvas)
{
    std::vector<Box> boxes;
    for (int i = 0; i < count; ++i) {
        const double w = std::floor(std::exp(random.uniform(0, 6.5))),
                     h = std::floor(w * std::exp(random.uniform(-1, 1)));
        const double x = std::floor(random.uniform(-w / 2, canvas.width)),
                     y = std::floor(random.uniform(-h / 2, canvas.height));
        boxes.push_back(random.chance(0.1) ? fromXywh(x, y, 0, h) : fromXywh(x, y, w, h));
    }
    return boxes;
}

}  // namespace

class RulesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void locations();
    void assignmentTable_data();
    void assignmentTable();
    void perBoxCounts();
    void explanationsAgreeWithTheAssignment_data();
    void explanationsAgreeWithTheAssignment();
    void centernessOfTheSpecification();
    void nmsIsStrictAndClassWise();
    void decodeFindsWhatIsThere();
    void decodeAgreesWithEveryPairTested();
    void profilesAreChecked();
};

void RulesTest::locations()  // specification, section 2 and appendix B
{
    const auto own = levelsFor(profileNamed("fcoscope"), {1088, 800}), tv = levelsFor(profileNamed("tv"), {1088, 800});
    int count = 0;
    for (const Level &level : own)
        count += level.locations();
    QCOMPARE(count, 18134);
    QCOMPARE(own[3].x(3), 224.0);
    QCOMPARE(own[3].y(2), 160.0);
    QCOMPARE(tv[3].x(3), 192.0);
    QCOMPARE(tv[3].y(2), 122.0);
    QCOMPARE(tv[4].stepX, 120.0);
    QCOMPARE(tv[4].stepY, 114.0);
}

void RulesTest::assignmentTable_data()  // specification, section 3.3; our own profile is "ad = mm-tricks" there
{
    QTest::addColumn<QString>("profile");
    QTest::addColumn<QVector<double>>("xywh");
    QTest::addColumn<QVector<int>>("perLevel");
    QTest::addColumn<double>("centernessSum");
    using V = QVector<double>;
    using N = QVector<int>;
    QTest::newRow("own 1") << "fcoscope" << V{100, 100, 128, 128} << N{1, 9, 0, 0, 0} << 7.201362;
    QTest::newRow("own 2") << "fcoscope" << V{40, 60, 30, 20} << N{6, 0, 0, 0, 0} << 2.522191;
    QTest::newRow("own 3") << "fcoscope" << V{300, 200, 600, 500} << N{0, 0, 0, 9, 0} << 6.285175;
    QTest::newRow("own 4") << "fcoscope" << V{64, 64, 256, 256} << N{0, 0, 4, 0, 0} << 3.111111;
    QTest::newRow("own 5") << "fcoscope" << V{4, 4, 10, 10} << N{1, 0, 0, 0, 0} << 0.25;
    QTest::newRow("tv 1") << "tv" << V{100, 100, 128, 128} << N{0, 9, 0, 0, 0} << 6.201362;
    QTest::newRow("tv 2") << "tv" << V{40, 60, 30, 20} << N{6, 0, 0, 0, 0} << 2.683595;
    QTest::newRow("tv 3") << "tv" << V{300, 200, 600, 500} << N{0, 0, 0, 9, 0} << 6.277675;
    QTest::newRow("tv 4") << "tv" << V{64, 64, 256, 256} << N{0, 0, 8, 0, 0} << 5.498387;
    QTest::newRow("tv 5") << "tv" << V{4, 4, 10, 10} << N{1, 0, 0, 0, 0} << 0.666667;
}

void RulesTest::assignmentTable()
{
    QFETCH(QString, profile);
    QFETCH(QVector<double>, xywh);
    QFETCH(QVector<int>, perLevel);
    QFETCH(double, centernessSum);
    const Profile rules = profileNamed(profile.toStdString());
    const Assignment assignment =
        assign({fromXywh(xywh[0], xywh[1], xywh[2], xywh[3])}, levelsFor(rules, {1088, 800}), rules);
    QVector<int> counts(5, 0);
    double sum = 0;
    for (const Positive &positive : assignment.positives) {
        ++counts[positive.level];
        sum += positive.centerness;
    }
    QCOMPARE(counts, perLevel);
    QVERIFY2(std::abs(sum - centernessSum) < 2e-6, qPrintable(QString::number(sum, 'f', 7)));
}

void RulesTest::perBoxCounts()  // the last row of the same table
{
    const std::vector<Box> boxes{fromXywh(300, 200, 600, 500), fromXywh(500, 400, 100, 90),
                                 fromXywh(560, 420, 60, 120)};
    const std::map<std::string, std::array<int, 3>> expected{{"fcoscope", {9, 16, 12}}, {"tv", {9, 12, 9}}};
    for (const auto &[name, counts] : expected) {
        const Profile profile = profileNamed(name);
        std::array<int, 3> found{};
        for (const Positive &positive : assign(boxes, levelsFor(profile, {1088, 800}), profile).positives)
            ++found[size_t(positive.box)];
        QVERIFY2(found == counts, name.c_str());
    }
}

void RulesTest::explanationsAgreeWithTheAssignment_data()
{
    QTest::addColumn<QString>("profile");
    QTest::newRow("fcoscope") << "fcoscope";
    QTest::newRow("tv") << "tv";
}

void RulesTest::explanationsAgreeWithTheAssignment()
{
    QFETCH(QString, profile);
    Profile rules = profileNamed(profile.toStdString());
    int ambiguous = 0;
    for (uint64_t round = 0; round < 20; ++round) {
        Random random(11, round);
        rules.centerRegion = round % 4 == 3 ? CenterRegion::None : CenterRegion::Square;
        const std::vector<Box> boxes = randomBoxes(random, 30, {320, 256});
        const std::vector<Level> levels = levelsFor(rules, {320, 256});
        const Assignment assignment = assign(boxes, levels, rules, true);
        std::map<std::pair<int, int>, int> winner, claims;
        for (const Positive &positive : assignment.positives)
            winner[{positive.level, positive.location}] = positive.box;
        for (const Claim &claim : assignment.claims)
            ++claims[{claim.level, claim.location}];
        for (size_t l = 0; l < levels.size(); ++l)
            for (int location = 0; location < levels[l].locations(); ++location) {
                int positive = -1, passed = 0;
                for (const Candidate &candidate : explainLocation(boxes, levels[l], location, rules)) {
                    passed += candidate.verdict == Verdict::Positive || candidate.verdict == Verdict::LostToSmaller;
                    if (candidate.verdict == Verdict::Positive)
                        positive = candidate.box;
                }
                const std::pair<int, int> key{static_cast<int>(l), location};
                QCOMPARE(positive, winner.contains(key) ? winner[key] : -1);
                QCOMPARE(passed, claims.contains(key) ? claims[key] : 0);
                ambiguous += passed > 1;
            }
    }
    QVERIFY(ambiguous > 100);  // otherwise the boxes were too tame to show anything
}

void RulesTest::centernessOfTheSpecification()
{
    QVERIFY(std::abs(centerness({24, 20, 40, 60}) - 0.4472136f) < 1e-7f);
    QCOMPARE(centerness({5, 5, 5, 5}), 1.0f);
    QCOMPARE(centerness({0, 5, 5, 5}), 0.0f);
    QCOMPARE(centerness({-5, -5, 10, 10}), 0.0f);  // outside on both axes
}

void RulesTest::nmsIsStrictAndClassWise()
{
    const auto detection = [](Box box, float score, int classIndex = 0) {
        Detection d;
        d.box = box;
        d.score = score;
        d.classIndex = classIndex;
        return d;
    };
    // IoU exactly 0.6 (no +1): kept; see appendix B of the specification.
    const auto steps = nonMaximumSuppression({detection({0, 0, 10, 6}, 0.8f), detection({0, 0, 10, 10}, 0.9f),
                                              detection({0, 0, 10, 10}, 0.7f, 1), detection({0, 0, 10, 9}, 0.5f),
                                              detection({0, 0, 10, 9.5}, 0.9f)},
                                             0.6);
    QCOMPARE(steps[0].suppressedBy, -1);
    QCOMPARE(steps[1].suppressedBy, -1);
    QCOMPARE(steps[2].suppressedBy, -1);
    QCOMPARE(steps[3].suppressedBy, 1);
    QCOMPARE(steps[3].overlap, 0.9f);  // by the best, though box 4 overlaps it more
    QCOMPARE(steps[4].suppressedBy, 1);  // same score: the earlier one stays
}

namespace {

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

}  // namespace

void RulesTest::decodeFindsWhatIsThere()
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
    QCOMPARE(decode(raw, profile, profile.decode).size(), size_t(1));
}

void RulesTest::decodeAgreesWithEveryPairTested()
{
    // The bound on logits must lose nothing: compared with a loop that computes every score.
    Profile profile = profileNamed("tv");
    profile.shortSide = profile.longSide = 128;
    RawOutputs raw = emptyOutputs(profile, {128, 128}, 3);
    Random random(3);
    for (LevelOutputs &level : raw.levels) {
        for (float &value : level.classLogits.values)
            value = float(random.uniform(-8, 3));
        for (float &value : level.centernessLogits.values)
            value = float(random.uniform(-3, 8));
    }
    DecodeOptions all;
    all.nmsThreshold = 1;
    all.detectionsPerImage = all.candidatesPerLevel = 1000000;
    for (const ScoreRule rule : {ScoreRule::SquareRoot, ScoreRule::Product})
        for (const double threshold : {0.0, 0.05, 0.2, 0.7, 1.0}) {
            profile.scoreRule = rule;
            all.scoreThreshold = threshold;
            size_t expected = 0;
            for (const LevelOutputs &level : raw.levels)
                for (size_t i = 0; i < level.classLogits.values.size(); ++i) {
                    const float p = 1 / (1 + std::exp(-level.classLogits.values[i]));
                    const float o = 1 / (1 + std::exp(-level.centernessLogits.values[i % level.classLogits.cells()]));
                    expected += (rule == ScoreRule::SquareRoot ? std::sqrt(p * o) : p * o) > float(threshold);
                }
            QCOMPARE(decode(raw, profile, all).size(), expected);
        }
    all.scoreThreshold = 0;
    all.candidatesPerLevel = 7;
    QCOMPARE(decode(raw, profile, all).size(), size_t(7 + 7 + 7 + 7 + 3));  // P7 has one location
    all.detectionsPerImage = 5;
    const auto best = decode(raw, profile, all);
    QCOMPARE(best.size(), size_t(5));
    QVERIFY(std::is_sorted(best.begin(), best.end(), [](const auto &a, const auto &b) { return a.score > b.score; }));
}

void RulesTest::profilesAreChecked()
{
    QVERIFY_EXCEPTION_THROWN(profileNamed("yolo"), UserError);
    Profile profile = profileNamed("fcoscope");
    profile.rangeLimits.pop_back();
    QVERIFY_EXCEPTION_THROWN(checkProfile(profile), UserError);
    for (const std::string &name : profileNames())
        checkProfile(profileNamed(name));
}

QTEST_GUILESS_MAIN(RulesTest)
#include "tst_rules.moc"
