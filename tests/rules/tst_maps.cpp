// SPDX-License-Identifier: GPL-3.0-or-later
// The maps, value by value: targets against a dense assignment written down plainly in double, predictions against the
// formulas of the paper, scores against what decode() ranks by.
#include <QTest>

#include "core/rules/decode.h"
#include "core/rules/location_maps.h"
#include "tests/rules/scenes.h"

using namespace fcoscope;

namespace {

double logistic(double x)
{
    return 1 / (1 + std::exp(-x));
}

/// How `box` ranks for a location, larger is better, or −∞ where it fails a test.
double rankAt(const Box &box, double x, double y, const Level &level, const Profile &profile)
{
    const double never = -INFINITY, radius = profile.centerRadius * level.stride;
    const double more = profile.pixels == PixelConvention::Inclusive ? 1 : 0;
    const double area = (box.width() + more) * (box.height() + more);
    const Distances d = distancesTo(box, x, y);
    const double dx = std::abs(x - (box.x1 + box.x2) / 2), dy = std::abs(y - (box.y1 + box.y2) / 2);
    if (!(box.x2 > box.x1 && box.y2 > box.y1) || !(smallest(d) > 0))
        return never;
    const bool square = profile.centerRegion == CenterRegion::Square || profile.centerRegion == CenterRegion::Chebyshev;
    if ((square && !(std::max(dx, dy) < radius)) ||
        (profile.centerRegion == CenterRegion::Circle && !(std::hypot(dx, dy) < radius)))
        return never;
    const double far = largest(d);
    const bool onBorder = far == level.rangeLow || far == level.rangeHigh;
    if (far < level.rangeLow || far > level.rangeHigh || (onBorder && profile.rangeTest == RangeTest::Open))
        return never;
    return profile.tieRule == TieRule::Torchvision ? double(1e8f - float(area)) : -area;
}

double paperCenterness(const Distances &d)
{
    return std::sqrt(std::min(d.left, d.right) / std::max(d.left, d.right) * std::min(d.top, d.bottom) /
                     std::max(d.top, d.bottom));
}

bool nan(float value)
{
    return std::isnan(value);
}

void everyProfile()
{
    QTest::addColumn<QString>("name");
    for (const std::string &name : profileNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

}  // namespace

class MapsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void targetsAreThoseOfADenseAssignment_data() { everyProfile(); }
    void targetsAreThoseOfADenseAssignment();
    void predictionsAreTheFormulas_data() { everyProfile(); }
    void predictionsAreTheFormulas();
    void scoresAreDecodesOwn_data() { everyProfile(); }
    void scoresAreDecodesOwn();
    void differencesWhereLocationsAreTheSame();
    void activationsOfAChannelOrTheirMean();
    void valueUnderThePointer();
    void oddOutputs();
};

void MapsTest::targetsAreThoseOfADenseAssignment()
{
    QFETCH(QString, name);
    const Profile profile = smallProfile(name.toStdString());
    size_t positives = 0, claimed = 0;
    for (uint64_t round = 0; round < 6; ++round) {
        Random random(51, round);
        const Size image{300 + int(round) * 20, 240};
        const AssignedImage assigned = assignImage("x", image, randomLabels(random, 25, image, 4), profile);
        const LocationMap target = centernessTarget(assigned), claims = claimCount(assigned);
        QCOMPARE(target.values.size(), assigned.levels.size());
        QVERIFY(target.low == 0 && target.high == 1 && !target.diverging && claims.low == 1);
        for (size_t l = 0; l < assigned.levels.size(); ++l) {
            const Level &level = assigned.levels[l];
            QCOMPARE(target.values[l].size(), size_t(level.locations()));
            for (int i = 0; i < level.locations(); ++i) {
                const double x = level.x(i % level.width), y = level.y(i / level.width);
                int count = 0;
                size_t winner = 0;
                double best = -INFINITY;
                for (size_t b = 0; b < assigned.boxes.size(); ++b) {
                    const double rank = rankAt(assigned.boxes[b], x, y, level, profile);
                    count += rank > -INFINITY;
                    if (rank > best) {
                        best = rank;
                        winner = b;
                    }
                }
                const float value = target.values[l][size_t(i)], its = claims.values[l][size_t(i)];
                QCOMPARE(nan(value), count == 0);
                QCOMPARE(nan(its), count == 0);
                if (count == 0)
                    continue;
                QVERIFY(its == float(count) && its <= claims.high);
                const double expected = paperCenterness(distancesTo(assigned.boxes[winner], x, y));
                QVERIFY(std::abs(value - expected) < 1e-4);
                ++positives;
                claimed += count > 1;
            }
        }
    }
    QVERIFY(positives > 300 && claimed > 5);
}

void MapsTest::predictionsAreTheFormulas()
{
    QFETCH(QString, name);
    const Profile profile = smallProfile(name.toStdString(), 160);
    Random random(52);
    const RawOutputs raw = randomOutputs(random, profile, {200, 130}, 5);
    const LocationMap quality = centernessPredicted(raw, profile);
    const LocationMap best = classProbability(raw, profile, -1), third = classProbability(raw, profile, 2);
    const LocationMap bestScore = scoreMap(raw, profile, -1), thirdScore = scoreMap(raw, profile, 2);
    QCOMPARE(quality.values.size(), raw.levels.size());
    for (size_t l = 0; l < raw.levels.size(); ++l) {
        const Grid &logits = raw.levels[l].classLogits;
        QCOMPARE(best.levels[l].width, logits.width);
        for (size_t i = 0; i < logits.cells(); ++i) {
            const double o = logistic(raw.levels[l].centernessLogits.values[i]);
            double p = 0;
            for (int c = 0; c < logits.channels; ++c)
                p = std::max(p, logistic(logits.channel(c)[i]));
            const double its = logistic(logits.channel(2)[i]);
            const auto score = [&](double probability) {
                return profile.scoreRule == ScoreRule::Product ? probability * o : std::sqrt(probability * o);
            };
            QVERIFY(std::abs(quality.values[l][i] - o) < 1e-6 && std::abs(best.values[l][i] - p) < 1e-6 &&
                    std::abs(third.values[l][i] - its) < 1e-6 && std::abs(bestScore.values[l][i] - score(p)) < 1e-6 &&
                    std::abs(thirdScore.values[l][i] - score(its)) < 1e-6);
        }
    }
    QVERIFY(classProbability(raw, profile, 5).empty() && scoreMap(raw, profile, -2).empty());
}

void MapsTest::scoresAreDecodesOwn()
{
    QFETCH(QString, name);
    Profile profile = smallProfile(name.toStdString(), 160);
    profile.decode.scoreThreshold = 0.01;
    Random random(53);
    for (const bool branch : {true, false}) {
        RawOutputs raw = randomOutputs(random, profile, {200, 130}, 5);
        if (!branch)
            for (LevelOutputs &level : raw.levels)
                level.centernessLogits.values.clear();
        const std::vector<Detection> detections = decode(raw, profile, profile.decode);
        QVERIFY(!detections.empty());
        const LocationMap quality = centernessPredicted(raw, profile);
        QCOMPARE(quality.empty(), !branch);
        for (const Detection &d : detections) {
            const size_t l = size_t(d.level), i = size_t(d.location);
            QCOMPARE(scoreMap(raw, profile, d.classIndex).values[l][i], d.score);  // to the last bit
            QCOMPARE(classProbability(raw, profile, d.classIndex).values[l][i], d.classProbability);
            QVERIFY(scoreMap(raw, profile, -1).values[l][i] >= d.score);
            QCOMPARE(branch ? quality.values[l][i] : 1.0f, d.centerness);
        }
    }
}

void MapsTest::differencesWhereLocationsAreTheSame()
{
    const Profile profile = smallProfile("fcoscope");
    Random random(54);
    const Size image{400, 300};
    const RawOutputs raw = randomOutputs(random, profile, image, 3);
    const std::vector<Label> labels = randomLabels(random, 20, image, 3);
    const AssignedImage assigned = assignImage("x", image, labels, profile);
    const LocationMap map = centernessDifference(assigned, raw, profile);
    QVERIFY(map.diverging && map.low == -0.5f && map.high == 0.5f);
    size_t values = 0;
    for (const auto &level : map.values)
        values += size_t(std::count_if(level.begin(), level.end(), [](float value) { return !nan(value); }));
    QCOMPARE(values, assigned.assignment.positives.size());
    for (const Positive &positive : assigned.assignment.positives) {
        const size_t l = size_t(positive.level), i = size_t(positive.location);
        const double o = logistic(raw.levels[l].centernessLogits.values[i]);
        QVERIFY(std::abs(map.values[l][i] - (o - paperCenterness(positive.distances))) < 1e-5);
    }
    // A sample of training may be as large as the image and yet show it mirrored.
    AssignedImage mirrored = assigned;
    mirrored.transform.mirroredX = true;
    QVERIFY(!sameLocations(mirrored, raw, profile) && centernessDifference(mirrored, raw, profile).empty());
    // Another range moves no location; another size, other strides or one level less do.
    Profile other = profile;
    other.rangeLimits = {32, 64, 128, 256};
    QVERIFY(sameLocations(assignImage("x", image, labels, other), raw, profile));
    other.shortSide = 256;
    QVERIFY(centernessDifference(assignImage("x", image, labels, other), raw, profile).empty());
    other = profile;
    other.strides.pop_back();
    other.rangeLimits.pop_back();
    QVERIFY(!sameLocations(assignImage("x", image, labels, other), raw, profile));
    other = profile;
    other.locations = LocationRule::Torchvision;
    QVERIFY(!sameLocations(assignImage("x", image, labels, other), raw, profile));
}

void MapsTest::activationsOfAChannelOrTheirMean()
{
    FeatureMap features{"P4", 16, {2, 2, 3, {1, 2, 3, 4, 5, 6, /**/ 10, 0, -3, 0, 1, 2}}};
    const ImageTransform transform = fitTransform({48, 32}, 32, 48, 16);
    const LocationMap second = activation(features, transform, 1), mean = activation(features, transform, -1);
    QCOMPARE(second.values.at(0), (std::vector<float>{10, 0, -3, 0, 1, 2}));
    QVERIFY(second.low == -3 && second.high == 10);
    QCOMPARE(mean.values.at(0), (std::vector<float>{5.5, 1, 0, 2, 3, 4}));
    QVERIFY(mean.low == 0 && mean.high == 5.5f);
    QCOMPARE(valueAt(mean, 17, 3, -1).value, 1.0f);  // a cell of the map covers its stride
    QVERIFY(activation(features, transform, 2).empty() && activation(features, transform, -2).empty());
    features.values.values.assign(12, 7);
    const LocationMap flat = activation(features, transform, 0);
    QVERIFY(flat.low < 7 && flat.high > 7);
    features.values.values[1] = INFINITY;
    features.values.values[2] = float(NAN);
    const LocationMap odd = activation(features, transform, 0);
    QVERIFY(std::isfinite(odd.low) && std::isfinite(odd.high) && nan(odd.values[0][2]));
    QVERIFY(activation({}, transform, -1).empty());
}

void MapsTest::valueUnderThePointer()
{
    Profile profile = smallProfile("fcoscope", 128);
    profile.longSide = 128;
    RawOutputs raw = evenOutputs(profile, {256, 256}, 2);  // halved
    LocationMap map = classProbability(raw, profile, -1);
    for (size_t l = 0; l < map.values.size(); ++l)
        std::fill(map.values[l].begin(), map.values[l].end(), float(NAN));
    map.values[0][0] = 0.25f;
    map.values[1][0] = 0.75f;
    const MapValue finest = valueAt(map, 15.9, 0, 0), all = valueAt(map, 15.9, 0, -1);
    QVERIFY(finest.known && finest.value == 0.25f && finest.at == (LocationRef{0, 0}));
    QVERIFY(all.known && all.value == 0.75f && all.at == (LocationRef{1, 0}));
    QVERIFY(!valueAt(map, 16.1, 0, 0).known && valueAt(map, 16.1, 0, -1).known);
    QVERIFY(!valueAt(map, -1, 0, -1).known && !valueAt(map, NAN, 0, -1).known && !valueAt(map, 300, 0, -1).known);
    QVERIFY(!valueAt(map, 4, 4, 7).known && !valueAt({}, 4, 4, -1).known);
    map.diverging = true;
    map.values[0][0] = -0.9f;
    QCOMPARE(valueAt(map, 4, 4, -1).value, -0.9f);
    map.diverging = false;
    QCOMPARE(valueAt(map, 4, 4, -1).value, 0.75f);
    map.values[1][0] = -0.95f;
    QCOMPARE(valueAt(map, 4, 4, -1).value, -0.9f);
}

void MapsTest::oddOutputs()
{
    const Profile profile = smallProfile("fcoscope", 128);
    QVERIFY(classProbability({}, profile, -1).empty() && centernessPredicted({}, profile).empty());
    RawOutputs raw = evenOutputs(profile, {3, 2}, 2, 0);  // enlarged from less than a stride
    QVERIFY(!scoreMap(raw, profile, -1).empty());
    Profile tiny = profile;
    tiny.shortSide = tiny.longSide = 2;
    tiny.sizeDivisor = 1;
    raw = evenOutputs(tiny, {3, 2}, 2, 0);
    const LocationMap one = scoreMap(raw, tiny, -1);
    QCOMPARE(one.values.at(0).size(), size_t(1));
    QVERIFY(valueAt(one, 1, 1, -1).known);
    raw.levels[0].classLogits.values = {float(NAN), 1};
    QVERIFY(nan(classProbability(raw, tiny, 0).values[0][0]));
    QVERIFY(std::abs(classProbability(raw, tiny, -1).values[0][0] - logistic(1)) < 1e-6);
    raw.levels[0].classLogits.values[1] = float(NAN);
    QVERIFY(nan(classProbability(raw, tiny, -1).values[0][0]));
    raw.levels.resize(1);  // fewer levels than the profile's
    QCOMPARE(scoreMap(raw, tiny, -1).levels.size(), size_t(1));
    Profile fewer = tiny;
    fewer.strides = {8};
    fewer.rangeLimits = {};
    QCOMPARE(scoreMap(evenOutputs(tiny, {3, 2}, 2), fewer, -1).levels.size(), size_t(1));
}

QTEST_GUILESS_MAIN(MapsTest)
#include "tst_maps.moc"
