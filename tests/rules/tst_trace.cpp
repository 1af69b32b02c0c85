// SPDX-License-Identifier: GPL-3.0-or-later
// The trace of decoding: its detections are decode()'s, and every pair has a fate that the plain way confirms.
#include <QTest>

#include <map>
#include <tuple>

#include "core/rules/decode.h"
#include "core/rules/location_maps.h"
#include "core/rules/trace.h"
#include "tests/rules/plain_decode.h"
#include "tests/rules/scenes.h"

using namespace fcoscope;

namespace {

using Key = std::tuple<int, int, int>;  // level, location, class
Key keyOf(const ScoredPair &pair)
{
    return {pair.level, pair.location, pair.classIndex};
}
Key keyOf(const Detection &d)
{
    return {d.level, d.location, d.classIndex};
}

bool same(const Detection &a, const Detection &b)
{
    return a.box == b.box && a.classIndex == b.classIndex && a.score == b.score &&
           a.classProbability == b.classProbability && a.centerness == b.centerness && a.level == b.level &&
           a.location == b.location && a.distances == b.distances;
}

bool same(const std::vector<Detection> &a, const std::vector<Detection> &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Detection &x, const Detection &y) { return same(x, y); });
}

void everyProfile()
{
    QTest::addColumn<QString>("name");
    for (const std::string &name : profileNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

struct Round {
    Profile profile;
    RawOutputs raw;
    DecodeOptions options;
};
Round made(const std::string &name, uint64_t round)
{
    Random random(71, round);
    Profile profile = smallProfile(name, 96);
    Round made{profile, randomOutputs(random, profile, {140 + int(round), 90}, 4, round % 3 == 0), profile.decode};
    made.options.scoreThreshold = std::vector<double>{0, 0.05, 0.3, 0.6}[round % 4];
    made.options.candidatesPerLevel = std::vector<int>{5, 40, 1000, 1000000}[round / 4 % 4];
    made.options.detectionsPerImage = std::vector<int>{10, 100, 0}[round % 3];
    made.options.nmsThreshold = random.uniform(0.2, 0.7);
    if (round % 5 == 4)
        for (LevelOutputs &level : made.raw.levels)
            level.centernessLogits.values.clear();
    if (round % 7 == 3)
        for (const size_t i : {size_t(0), size_t(3), size_t(20)}) {
            made.raw.levels[0].classLogits.values[i] = 9;
            made.raw.levels[0].distances.values[i] = float(NAN);
            made.raw.levels[0].classLogits.values[i + 40] = float(NAN);
        }
    return made;
}

void checkFinal(const Round &r, const DecodeTrace &trace)
{
    int detected = 0;
    for (size_t i = 0; i < trace.candidates.size(); ++i) {
        const TracedCandidate &candidate = trace.candidates[i];
        QVERIFY(i == 0 || candidate.pair.score <= trace.candidates[i - 1].pair.score);
        QCOMPARE(candidate.fate == Fate::Detected, candidate.detection >= 0);
        QCOMPARE(candidate.fate == Fate::Suppressed, candidate.suppressedBy >= 0);
        QVERIFY(candidate.suppressedBy < int(i) && candidate.fate != Fate::NotAmongBest);
        if (candidate.fate == Fate::Suppressed) {
            const Fate better = trace.candidates[size_t(candidate.suppressedBy)].fate;
            QVERIFY(better == Fate::Detected || better == Fate::Surplus || better == Fate::NoBox);
            QVERIFY(candidate.overlap >= float(r.options.nmsThreshold));
        }
        if (candidate.fate == Fate::BelowThreshold)
            QVERIFY(candidate.pair.score <= float(r.options.scoreThreshold));
        if (candidate.fate != Fate::Detected)
            continue;
        QCOMPARE(candidate.detection, detected++);
        const Detection &d = trace.detections[size_t(candidate.detection)];
        QVERIFY(keyOf(d) == keyOf(candidate.pair) && d.box == candidate.boxInImage && d.score == candidate.pair.score);
    }
    QCOMPARE(size_t(detected), trace.detections.size());
}

}  // namespace

class TraceTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keepsWhatDecodeForgets_data() { everyProfile(); }
    void keepsWhatDecodeForgets();
    void suppressesAsNmsDoes_data() { everyProfile(); }
    void suppressesAsNmsDoes();
    void everyPairHasAFate_data() { everyProfile(); }
    void everyPairHasAFate();
    void fatesOneByOne();
    void emptyOutputs();
    void centernessFromElsewhere_data() { everyProfile(); }
    void centernessFromElsewhere();
};

void TraceTest::keepsWhatDecodeForgets()
{
    QFETCH(QString, name);
    std::map<Fate, int> seen;
    for (uint64_t round = 0; round < 24; ++round) {
        const Round r = made(name.toStdString(), round);
        const DecodeTrace trace = traceDecode(r.raw, r.profile, r.options);
        QVERIFY(same(trace.detections, decode(r.raw, r.profile, r.options)));
        checkFinal(r, trace);
        std::map<Key, int> times;
        for (const TracedCandidate &candidate : trace.candidates) {
            ++times[keyOf(candidate.pair)];
            ++seen[candidate.fate];
        }
        const auto pairs = bestPairs(r.raw.levels, r.raw.levels.size(), r.profile, r.options);
        QCOMPARE(trace.candidates.size(), pairs.size());
        for (const ScoredPair &pair : pairs)
            QCOMPARE(times[keyOf(pair)], 1);
    }
    QVERIFY(seen[Fate::Detected] > 50 && seen[Fate::Suppressed] > 50 && seen[Fate::Surplus] > 50);
    QVERIFY(seen[Fate::NoBox] > 0);
}

void TraceTest::suppressesAsNmsDoes()
{
    QFETCH(QString, name);
    int suppressed = 0;
    for (uint64_t round = 0; round < 16; ++round) {
        Round r = made(name.toStdString(), round);
        if (round % 7 == 3)
            continue;  // the plain way knows no broken boxes
        const DecodeTrace trace = traceDecode(r.raw, r.profile, r.options);
        std::vector<const TracedCandidate *> shown;
        std::map<int, size_t> place;  // index of a candidate → place among those shown
        for (size_t i = 0; i < trace.candidates.size(); ++i)
            // Empty boxes that were dropped before NMS had no turn; those dropped after it had.
            if (trace.candidates[i].fate != Fate::NoBox || r.profile.nmsFrame == BoxFrame::Network) {
                place[int(i)] = shown.size();
                shown.push_back(&trace.candidates[i]);
            }
        const std::vector<Detection> plain = plainCandidates(r.raw, r.profile, r.options);
        const std::vector<NmsStep> steps = nonMaximumSuppression(plain, nmsRules(r.profile, r.options));
        QCOMPARE(shown.size(), plain.size());
        for (size_t i = 0; i < plain.size(); ++i) {
            QVERIFY(keyOf(plain[i]) == keyOf(shown[i]->pair));
            if (shown[i]->fate == Fate::BelowThreshold)
                continue;
            const int by = shown[i]->suppressedBy;
            QCOMPARE(by < 0 ? -1 : int(place.at(by)), steps[i].suppressedBy);
            QCOMPARE(shown[i]->overlap, steps[i].overlap);
            suppressed += by >= 0;
        }
    }
    QVERIFY(suppressed > 50);
}

void TraceTest::everyPairHasAFate()
{
    QFETCH(QString, name);
    std::map<Fate, int> seen;
    for (const uint64_t round : {0, 1, 6, 3}) {
        const Round r = made(name.toStdString(), round);
        const DecodeTrace trace = traceDecode(r.raw, r.profile, r.options);
        const LocationMap best = classProbability(r.raw, r.profile, -1);
        size_t candidates = 0;
        std::vector<float> least(r.raw.levels.size(), 2);  // the lowest score among the best of each level
        for (const TracedCandidate &candidate : trace.candidates)
            for (size_t l = 0; l < least.size(); ++l)
                if (candidate.pair.level == int(l) || r.profile.candidateScope == CandidateScope::Image)
                    least[l] = std::min(least[l], candidate.pair.score);
        for (size_t l = 0; l < r.raw.levels.size(); ++l) {
            const Grid &logits = r.raw.levels[l].classLogits;
            for (int location = 0; location < int(logits.cells()); ++location)
                for (int c = 0; c < logits.channels; ++c) {
                    const PairFate fate = fateOf(trace, r.raw, r.profile, r.options, int(l), location, c);
                    ++seen[fate.fate];
                    if (fate.candidate >= 0) {
                        const TracedCandidate &its = trace.candidates[size_t(fate.candidate)];
                        QVERIFY(keyOf(its.pair) == Key(int(l), location, c) && its.fate == fate.fate);
                        QVERIFY(its.pair.score == fate.score && its.pair.p == fate.p && its.pair.o == fate.o);
                        ++candidates;
                        continue;
                    }
                    const bool above =
                        fate.p > float(r.profile.classThreshold) && fate.score > float(r.options.scoreThreshold);
                    QVERIFY(fate.fate == (above ? Fate::NotAmongBest : Fate::BelowThreshold));
                    if (fate.otherClass)
                        QVERIFY(r.profile.bestClassOnly && best.values[l][size_t(location)] >= fate.p);
                    // What is not among the best is no better than any of its level (or image) that is.
                    if (above && !fate.otherClass && r.profile.rankRule == RankRule::Score)
                        QVERIFY(least[l] >= fate.score);
                }
        }
        QCOMPARE(candidates, trace.candidates.size());
    }
    QVERIFY(seen[Fate::BelowThreshold] > 100 && seen[Fate::NotAmongBest] > 100 && seen[Fate::Detected] > 20);
}

void TraceTest::fatesOneByOne()
{
    Profile profile = profileNamed("fcoscope");
    profile.shortSide = profile.longSide = 128;
    profile.decode.candidatesPerLevel = 4;
    profile.decode.detectionsPerImage = 2;
    RawOutputs raw = evenOutputs(profile, {128, 128}, 2);
    Grid &logits = raw.levels[0].classLogits, &distances = raw.levels[0].distances;
    for (float &logit : raw.levels[0].centernessLogits.values)
        logit = 30;
    const auto see = [&](int column, int row, float logit) {
        logits.values[size_t(row * 16 + column)] = logit;
        return row * 16 + column;
    };
    const int first = see(2, 2, 5), under = see(3, 2, 4), broken = see(9, 9, 3), second = see(9, 2, 2);
    distances.values[size_t(broken)] = float(NAN);
    logits.values[logits.cells() + size_t(first)] =
        1;                                       // another class of the first location: the fifth best of its level
    raw.levels[1].classLogits.values[20] = 0.5;  // fully elsewhere, the third that would stay
    raw.levels[1].centernessLogits.values[20] = 30;
    const DecodeTrace trace = traceDecode(raw, profile, profile.decode);
    const auto fate = [&](int level, int location, int classIndex) {
        return fateOf(trace, raw, profile, profile.decode, level, location, classIndex);
    };
    QVERIFY(fate(0, first, 0).fate == Fate::Detected && fate(0, second, 0).fate == Fate::Detected);
    QVERIFY(fate(0, under, 0).fate == Fate::Suppressed && fate(0, broken, 0).fate == Fate::NoBox);
    QVERIFY(fate(0, first, 1).fate == Fate::NotAmongBest && !fate(0, first, 1).otherClass);
    QVERIFY(fate(1, 20, 0).fate == Fate::Surplus && fate(1, 21, 0).fate == Fate::BelowThreshold);
    const TracedCandidate &removed = trace.candidates.at(size_t(fate(0, under, 0).candidate));
    QCOMPARE(removed.suppressedBy, fate(0, first, 0).candidate);
    QVERIFY(std::abs(removed.overlap - 32.0 / 48) < 1e-6);  // 40 × 40 px, one step of 8 apart; both cut at the top left
    profile.bestClassOnly = true;
    const DecodeTrace best = traceDecode(raw, profile, profile.decode);
    QVERIFY(fateOf(best, raw, profile, profile.decode, 0, first, 1).otherClass);
    for (const auto &[level, location, classIndex] :
         {Key{-1, 0, 0}, Key{5, 0, 0}, Key{0, -1, 0}, Key{0, 256, 0}, Key{0, 0, 2}, Key{0, 0, -1}}) {
        const PairFate nothing = fateOf(trace, raw, profile, profile.decode, level, location, classIndex);
        QVERIFY(nothing.fate == Fate::BelowThreshold && nothing.score == 0 && nothing.candidate == -1);
    }
}

void TraceTest::emptyOutputs()
{
    const Profile profile = smallProfile("fcoscope", 128);
    const DecodeTrace nothing = traceDecode({}, profile, profile.decode);
    QVERIFY(nothing.candidates.empty() && nothing.detections.empty());
    RawOutputs raw = evenOutputs(profile, {60, 40}, 2, float(NAN), float(NAN));
    QVERIFY(traceDecode(raw, profile, profile.decode).candidates.empty());
    QVERIFY(std::isnan(fateOf(nothing, raw, profile, profile.decode, 0, 0, 0).score));
}

void TraceTest::centernessFromElsewhere()
{
    QFETCH(QString, name);
    const Profile profile = smallProfile(name.toStdString(), 160);
    Random random(72);
    const Size image{220, 150};
    const auto raw = std::make_shared<RawOutputs>(randomOutputs(random, profile, image, 3));
    const AssignedImage assigned = assignImage("x", image, randomLabels(random, 25, image, 3), profile);
    QCOMPARE(withCenterness(raw, CenternessSource::Branch, profile, nullptr), RawOutputsPtr(raw));
    const RawOutputsPtr without = withCenterness(raw, CenternessSource::None, profile, nullptr);
    const RawOutputsPtr box = withCenterness(raw, CenternessSource::Box, profile, nullptr);
    const RawOutputsPtr labels = withCenterness(raw, CenternessSource::Labels, profile, &assigned);
    const LocationMap p = classProbability(*raw, profile, -1), bare = scoreMap(*without, profile, -1);
    const LocationMap ofBox = centernessPredicted(*box, profile), ofLabels = centernessPredicted(*labels, profile);
    const LocationMap target = centernessTarget(assigned);
    for (size_t l = 0; l < raw->levels.size(); ++l)
        for (size_t i = 0; i < raw->levels[l].classLogits.cells(); ++i) {
            const float its = p.values[l][i];
            QCOMPARE(bare.values[l][i], profile.scoreRule == ScoreRule::Product ? its : std::sqrt(its));
            const auto side = [&](int s) { return double(raw->levels[l].distances.channel(s)[i]); };
            const float expected = centerness({side(0), side(1), side(2), side(3)});
            QVERIFY(std::abs(ofBox.values[l][i] - expected) < 1e-6);
            const float learnt = target.values[l][i];
            QVERIFY(std::abs(ofLabels.values[l][i] - (std::isnan(learnt) ? 0 : learnt)) < 1e-6);
        }
    // Centerness 0 is never a detection, whatever its class; 1 is no limit.
    for (const Detection &d : decode(*labels, profile, profile.decode))
        QVERIFY(!std::isnan(target.values[size_t(d.level)][size_t(d.location)]));
    QVERIFY(!decode(*without, profile, profile.decode).empty());
    Profile moved = profile;
    moved.shortSide = 96;
    const AssignedImage elsewhere = assignImage("x", image, {}, moved);
    QVERIFY_EXCEPTION_THROWN(withCenterness(raw, CenternessSource::Labels, profile, &elsewhere), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(withCenterness(raw, CenternessSource::Labels, profile, nullptr), std::invalid_argument);
}

QTEST_GUILESS_MAIN(TraceTest)
#include "tst_trace.moc"
