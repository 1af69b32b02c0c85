// SPDX-License-Identifier: GPL-3.0-or-later
// The assignment of an image's labels: which labels take part, what is counted, where the locations are.
#include <QTest>

#include <map>
#include <set>

#include "core/rules/assigned_image.h"
#include "core/rules/pixels.h"
#include "tests/rules/scenes.h"

using namespace fcoscope;

namespace {

Profile still()
{
    Profile profile = profileNamed("fcoscope");
    profile.shortSide = profile.longSide = 128;
    return profile;
}

Label labelled(const Box &box, int classIndex = 0, bool crowd = false)
{
    Label label;
    label.box = box;
    label.classIndex = classIndex;
    label.crowd = crowd;
    return label;
}

void everyProfile()
{
    QTest::addColumn<QString>("name");
    for (const std::string &name : profileNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

}  // namespace

class AssignedImageTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void labelsThatTakePart();
    void boxesOfAResizedImage();
    void samplesAsAugmentationLeftThem();
    void ambiguityByHand();
    void agreesWithADenseRecomputation_data() { everyProfile(); }
    void agreesWithADenseRecomputation();
    void locationsUnderAPoint_data() { everyProfile(); }
    void locationsUnderAPoint();
    void withoutLabelsOrRoom();
};

void AssignedImageTest::labelsThatTakePart()
{
    const double nan = NAN;
    const std::vector<Label> labels{labelled({0, 0, 20, 20}, 0, true),                              // a crowd
                                    labelled({10, 10, 60, 60}, 1),     labelled({30, 30, 30, 60}),  // no area
                                    labelled({200, 20, 250, 60}),                                   // outside the image
                                    labelled({100, 100, 150, 140}, 2),                              // across its border
                                    labelled({nan, 0, 20, 20}),        labelled({60, 60, 10, 10}),  // inside out
                                    labelled({128, 0, 160, 40})};  // touches the border from outside
    const AssignedImage assigned = assignImage("photo", {128, 128}, labels, still());
    QCOMPARE(assigned.given, (std::vector<int>{1, 4}));
    QCOMPARE(assigned.labels.size(), size_t(2));
    QVERIFY(assigned.labels[0].classIndex == 1 && assigned.labels[1].box == labels[4].box);
    QCOMPARE(assigned.boxes, (std::vector<Box>{{10, 10, 60, 60}, {100, 100, 128, 128}}));  // what the network can see
    QVERIFY(assigned.imageId == "photo" && assigned.levels.size() == 5 && assigned.profile == still());
    std::set<int> learnt;
    for (const Positive &positive : assigned.assignment.positives)
        learnt.insert(positive.box);
    QCOMPARE(learnt, (std::set<int>{0, 1}));
}

void AssignedImageTest::boxesOfAResizedImage()
{
    Profile profile = still();
    profile.sizeDivisor = 32;
    const std::vector<Label> labels{labelled({16, 20, 64, 84})};
    const AssignedImage assigned = assignImage("x", {256, 192}, labels, profile);  // halved to 128 × 96
    QCOMPARE(assigned.transform.contentSize, (Size{128, 96}));
    QCOMPARE(assigned.boxes, (std::vector<Box>{{8, 10, 32, 42}}));
    QCOMPARE(assigned.labels[0].box, labels[0].box);
    profile.pixels = PixelConvention::Inclusive;
    QCOMPARE(assignImage("x", {256, 192}, labels, profile).boxes, (std::vector<Box>{{8, 10, 31.5, 41.5}}));
}

void AssignedImageTest::samplesAsAugmentationLeftThem()
{
    ImageTransform transform;
    transform.imageSize = {200, 100};
    transform.crop = {100, 0, 164, 64};
    transform.mirroredX = true;
    transform.scaleX = transform.scaleY = 2;
    transform.contentSize = {128, 128};
    transform.paddedSize = {128, 128};
    const std::vector<Label> labels{labelled({10, 20, 50, 60}), labelled({60, 60, 90, 110}, 3)};
    const AssignedImage assigned = assignSample("x", labels, transform, {256, 128}, still());
    QCOMPARE(assigned.transform.paddedSize, (Size{256, 128}));
    QCOMPARE(assigned.levels[0].width, 32);
    QCOMPARE(assigned.boxes, (std::vector<Box>{labels[0].box, labels[1].box}));
    QCOMPARE(assigned.given, (std::vector<int>{0, 1}));
    QCOMPARE(assigned.labels[0].box, (Box{164 - 25, 10, 164 - 5, 30}));  // mirrored back into the image
    const Assignment loaders = assignLabels(labels, assigned.transform, assigned.levels, still());
    QCOMPARE(loaders.positives.size(), assigned.assignment.positives.size());
    QVERIFY(loaders.claims.empty() && !assigned.assignment.claims.empty());
}

void AssignedImageTest::ambiguityByHand()
{
    // Around (28, 36) on P3: a large box, a smaller one of another class, and one as large as that.
    const std::vector<Label> labels{labelled({8, 16, 48, 56}, 0), labelled({24, 32, 44, 52}, 1),
                                    labelled({24, 32, 44, 52}, 1), labelled({90, 90, 120, 120}, 2)};
    const AssignedImage assigned = assignImage("x", {128, 128}, labels, still());
    const std::vector<ClaimedLocation> ambiguous = ambiguousLocations(assigned);
    const int middle = 4 * 16 + 3;
    const auto at = std::find_if(ambiguous.begin(), ambiguous.end(), [&](const ClaimedLocation &each) {
        return each.at == LocationRef{0, middle};
    });
    QVERIFY(at != ambiguous.end());
    QVERIFY(at->claims == 3 && at->winner == 1 && at->acrossClasses && at->tie);
    for (size_t i = 0; i < 3; ++i)
        QCOMPARE(assigned.assignment.claims[at->firstClaim + i].box, int(i));
    const AssignmentCounts counts = countsOf(assigned);
    QVERIFY(counts.labels == 4 && counts.recalled == 3);  // box 2 loses everything to box 1
    QVERIFY(counts.positivesOfLabel[2] == 0 && counts.lostOfLabel[2] == counts.positivesOfLabel[1]);
    QVERIFY(counts.lostOfLabel[1] == 0 && counts.lostOfLabel[3] == 0);
    QCOMPARE(counts.ambiguous, int(ambiguous.size()));
    QCOMPARE(counts.ambiguous, counts.positivesOfLabel[1]);  // only there do two meet
    // Without the large one there is nothing across classes; without the twin no tie.
    const AssignedImage twins = assignImage("x", {128, 128}, {labels[1], labels[2]}, still());
    for (const ClaimedLocation &each : ambiguousLocations(twins))
        QVERIFY(each.tie && !each.acrossClasses && each.winner == 0 && each.claims == 2);
    QVERIFY(countsOf(twins).ambiguous > 0 && countsOf(twins).ambiguousAcrossClasses == 0);
    const AssignedImage nested = assignImage("x", {128, 128}, {labels[0], labels[1]}, still());
    for (const ClaimedLocation &each : ambiguousLocations(nested))
        QVERIFY(!each.tie && each.acrossClasses && each.winner == 1);
}

void AssignedImageTest::agreesWithADenseRecomputation()
{
    QFETCH(QString, name);
    const Profile profile = smallProfile(name.toStdString(), 192);
    int ambiguous = 0, ties = 0, across = 0;
    for (uint64_t round = 0; round < 6; ++round) {
        Random random(41, round);
        const Size image{260 + int(round) * 17, 200};
        const AssignedImage assigned = assignImage("x", image, randomLabels(random, 30, image, 3), profile);
        AssignmentCounts expected;
        expected.positivesOfLabel.assign(assigned.labels.size(), 0);
        expected.lostOfLabel.assign(assigned.labels.size(), 0);
        expected.positivesOfLevel.assign(assigned.levels.size(), 0);
        const std::vector<ClaimedLocation> found = ambiguousLocations(assigned);
        size_t next = 0, positive = 0;
        for (size_t l = 0; l < assigned.levels.size(); ++l)
            for (int i = 0; i < assigned.levels[l].locations(); ++i) {
                std::vector<int> claims;
                int winner = -1;
                for (const Candidate &each : explainLocation(assigned.boxes, assigned.levels[l], i, profile)) {
                    if (each.verdict == Verdict::Positive || each.verdict == Verdict::LostToSmaller)
                        claims.push_back(each.box);
                    if (each.verdict == Verdict::Positive)
                        winner = each.box;
                    if (each.verdict == Verdict::LostToSmaller)
                        ++expected.lostOfLabel[size_t(each.box)];
                }
                if (winner < 0)
                    continue;
                ++expected.positives;
                ++expected.positivesOfLabel[size_t(winner)];
                ++expected.positivesOfLevel[l];
                const Positive &learnt = assigned.assignment.positives.at(positive++);
                QVERIFY(learnt.level == int(l) && learnt.location == i && learnt.box == winner);
                if (claims.size() < 2)
                    continue;
                const ClaimedLocation &at = found.at(next++);
                QVERIFY(at.at == (LocationRef{int(l), i}) && at.winner == winner && at.claims == claims.size());
                bool tie = false, differ = false;
                for (size_t c = 0; c < claims.size(); ++c) {
                    QCOMPARE(assigned.assignment.claims.at(at.firstClaim + c).box, claims[c]);
                    const auto of = [&](int box) -> const Label & { return assigned.labels[size_t(box)]; };
                    differ |= of(claims[c]).classIndex != of(winner).classIndex;
                    tie |= claims[c] != winner && of(claims[c]).box == of(winner).box;
                }
                QCOMPARE(at.acrossClasses, differ);
                QVERIFY(at.tie || !tie);  // equal boxes are ties; torchvision's rule knows more
                if (profile.tieRule == TieRule::SmallestArea)
                    QCOMPARE(at.tie, tie);
                ++ambiguous;
                ties += at.tie;
                across += at.acrossClasses;
                ++expected.ambiguous;
                expected.ambiguousAcrossClasses += differ;
            }
        QVERIFY(next == found.size() && positive == assigned.assignment.positives.size());
        const AssignmentCounts counts = countsOf(assigned);
        QCOMPARE(counts.positivesOfLabel, expected.positivesOfLabel);
        QCOMPARE(counts.positivesOfLevel, expected.positivesOfLevel);
        QCOMPARE(counts.lostOfLabel, expected.lostOfLabel);
        QVERIFY(counts.positives == expected.positives && counts.ambiguous == expected.ambiguous &&
                counts.ambiguousAcrossClasses == expected.ambiguousAcrossClasses);
        QCOMPARE(counts.labels, int(assigned.labels.size()));
        QCOMPARE(counts.recalled, int(assigned.labels.size()) - int(std::count(expected.positivesOfLabel.begin(),
                                                                               expected.positivesOfLabel.end(), 0)));
    }
    QVERIFY(ambiguous > 20 && across > 5 && ties > 0);
}

void AssignedImageTest::locationsUnderAPoint()
{
    QFETCH(QString, name);
    const Profile profile = smallProfile(name.toStdString(), 200);
    Random random(42);
    for (const Level &level : levelsFor(profile, {331, 200})) {
        for (int location = 0; location < level.locations(); ++location) {
            const Box cell = cellOf(level, location);
            const double x = level.x(location % level.width), y = level.y(location / level.width);
            QCOMPARE(cell, (Box{x - level.stepX / 2, y - level.stepY / 2, x + level.stepX / 2, y + level.stepY / 2}));
            QCOMPARE(locationAt(level, x, y), location);
            const double across = random.uniform(0.001, 0.999), down = random.uniform(0.001, 0.999);
            QCOMPARE(locationAt(level, cell.x1 + across * cell.width(), cell.y1 + down * cell.height()), location);
            QCOMPARE(locationAt(level, cell.x1, cell.y1), location);  // a cell holds its first edge, not its last
        }
        const Box first = cellOf(level, 0), last = cellOf(level, level.locations() - 1);
        QVERIFY(locationAt(level, first.x1 - 0.01, first.y1) == -1 &&
                locationAt(level, first.x1, first.y1 - 0.01) == -1);
        QVERIFY(locationAt(level, last.x2, last.y1) == -1 && locationAt(level, last.x1, last.y2) == -1);
        QVERIFY(locationAt(level, NAN, 5) == -1 && locationAt(level, 5, INFINITY) == -1);
    }
}

void AssignedImageTest::withoutLabelsOrRoom()
{
    const AssignedImage nothing = assignImage("x", {128, 128}, {}, still());
    QVERIFY(nothing.assignment.positives.empty() && nothing.levels.size() == 5 && ambiguousLocations(nothing).empty());
    QVERIFY(countsOf(nothing).labels == 0 && countsOf(nothing).positivesOfLevel.size() == 5);
    // Smaller than a stride: one cell for each level, its location perhaps beyond the image.
    Profile tiny = still();
    tiny.shortSide = tiny.longSide = 3;
    tiny.sizeDivisor = 1;
    const AssignedImage speck = assignImage("x", {3, 2}, {labelled({0, 0, 3, 2})}, tiny);
    for (const Level &level : speck.levels)
        QCOMPARE(level.locations(), 1);
    QVERIFY(countsOf(speck).recalled == 0);
    tiny.locations = LocationRule::Torchvision;
    const AssignedImage corner = assignImage("x", {3, 2}, {labelled({0, 0, 3, 2})}, tiny);
    QVERIFY(corner.levels[0].stepX >= 1 && locationAt(corner.levels[0], 0.4, 0.4) == 0);
}

QTEST_GUILESS_MAIN(AssignedImageTest)
#include "tst_assigned_image.moc"
