// SPDX-License-Identifier: GPL-3.0-or-later
// The rules of FCOS: what they answer by themselves. The tables of the specification are in tst_tables, decoding in
// tst_decode.
#include <QTest>

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
    void explanationsAgreeWithTheAssignment_data();
    void explanationsAgreeWithTheAssignment();
    void centernessOfTheSpecification();
    void nmsIsStrictAndClassWise();
    void profilesAreChecked();
};

void RulesTest::explanationsAgreeWithTheAssignment_data()
{
    QTest::addColumn<QString>("profile");
    for (const std::string &name : profileNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void RulesTest::explanationsAgreeWithTheAssignment()
{
    QFETCH(QString, profile);
    Profile rules = profileNamed(profile.toStdString());
    int ambiguous = 0;
    for (uint64_t round = 0; round < 20; ++round) {
        Random random(11, round);
        rules.centerRegion = static_cast<CenterRegion>(round % 4);  // each of them with each profile's other rules
        const std::vector<Box> boxes = randomBoxes(random, 30, {320, 256});
        const std::vector<Level> levels = levelsFor(rules, {320, 256});
        const Assignment assignment = assign(boxes, levels, rules, true);
        std::map<std::pair<int, int>, int> winner, claims;
        for (const Positive &positive : assignment.positives)
            winner[{positive.level, positive.location}] = positive.box;
        for (const Claim &claim : assignment.claims)
            ++claims[{claim.level, claim.location}];
        for (size_t l = 0; l < levels.size(); ++l) {
            const std::vector<Verdict> furthest = furthestVerdicts(boxes, levels[l], rules);
            for (int location = 0; location < levels[l].locations(); ++location) {
                int positive = -1, passed = 0;
                Verdict last = Verdict::OutsideBox;
                for (const Candidate &candidate : explainLocation(boxes, levels[l], location, rules)) {
                    passed += candidate.verdict == Verdict::Positive || candidate.verdict == Verdict::LostToSmaller;
                    if (candidate.verdict == Verdict::Positive)
                        positive = candidate.box;
                    last = std::max(last, candidate.verdict);
                }
                QCOMPARE(furthest[static_cast<size_t>(location)], last);
                const std::pair<int, int> key{static_cast<int>(l), location};
                QCOMPARE(positive, winner.contains(key) ? winner[key] : -1);
                QCOMPARE(passed, claims.contains(key) ? claims[key] : 0);
                ambiguous += passed > 1;
            }
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
                                             nmsRules(profileNamed("fcoscope"), {.nmsThreshold = 0.6}));
    QCOMPARE(steps[0].suppressedBy, -1);
    QCOMPARE(steps[1].suppressedBy, -1);
    QCOMPARE(steps[2].suppressedBy, -1);
    QCOMPARE(steps[3].suppressedBy, 1);
    QCOMPARE(steps[3].overlap, 0.9f);  // by the best, though box 4 overlaps it more
    QCOMPARE(steps[4].suppressedBy, 1);  // same score: the earlier one stays
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
