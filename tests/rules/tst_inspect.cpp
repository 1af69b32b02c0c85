// SPDX-License-Identifier: GPL-3.0-or-later
// What is said about a location: numbers as assign() and decode() have them, words pinned sentence by sentence.
#include <QTest>

#include <map>

#include "core/rules/decode.h"
#include "core/rules/inspect.h"
#include "tests/pace.h"
#include "tests/rules/scenes.h"

using namespace fcoscope;

namespace {

const std::vector<std::string> names{"RBC", "WBC", "Platelets"};

std::string english(const Message &message)
{
    return message.english();
}

/// A profile that leaves boxes as they are, over 128 × 128 pixels.
Profile still()
{
    Profile profile = profileNamed("fcoscope");
    profile.shortSide = profile.longSide = 128;
    return profile;
}

AssignedImage with(const Profile &profile, const std::vector<Box> &boxes)
{
    std::vector<Label> labels;
    for (const Box &box : boxes) {
        labels.emplace_back();
        labels.back().box = box;
    }
    return assignImage("x", {128, 128}, labels, profile);
}

/// The verdict on box `box` at a location of a level, in words.
QString verdict(const AssignedImage &assigned, int level, int column, int row, int box = 0)
{
    const Level &at = assigned.levels.at(size_t(level));
    const auto candidates = explainLocation(assigned.boxes, at, row * at.width + column, assigned.profile);
    return QString::fromStdString(english(verdictText(candidates.at(size_t(box)), at, assigned)));
}

/// Everything about one image: labels, outputs and their trace.
struct Scene {
    AssignedImage assigned;
    RawOutputs raw;
    Profile profile;
    DecodeTrace trace;

    Inspected inspected() const { return {&assigned, &raw, &profile, &trace, profile.decode, nullptr}; }
};
Scene made(const Profile &profile, uint64_t round, Size image = {400, 300})
{
    Random random(81, round);
    Scene scene{assignImage("x", image, randomLabels(random, 25, image, 3), profile),
                randomOutputs(random, profile, image, 7),
                profile,
                {}};
    scene.trace = traceDecode(scene.raw, profile, profile.decode);
    return scene;
}

void everyProfile()
{
    QTest::addColumn<QString>("name");
    for (const std::string &name : profileNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

}  // namespace

class InspectTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agreesWithAssignmentAndDecoding_data() { everyProfile(); }
    void agreesWithAssignmentAndDecoding();
    void verdictsInWords();
    void verdictsOfLostBoxes();
    void roundedNumbersStayOnTheirSide();
    void fatesInWords();
    void classesOfTheReport();
    void pointsAndTheirLevels();
    void withoutLabelsOrModel();
    void reportAsText();
    void twentyThousandBoxes();
};

void InspectTest::agreesWithAssignmentAndDecoding()
{
    QFETCH(QString, name);
    for (uint64_t round = 0; round < 3; ++round) {
        const Scene scene = made(smallProfile(name.toStdString(), 192), round);
        std::map<LocationRef, const Positive *> positives;
        for (const Positive &positive : scene.assigned.assignment.positives)
            positives[{positive.level, positive.location}] = &positive;
        std::map<LocationRef, std::vector<const Detection *>> detections;
        for (const Detection &d : scene.trace.detections)
            detections[{d.level, d.location}].push_back(&d);
        for (int l = 0; l < int(scene.assigned.levels.size()); ++l)
            for (int i = 0; i < scene.assigned.levels[size_t(l)].locations(); ++i) {
                const LocationReport report = inspectLocation(scene.inspected(), {l, i});
                QCOMPARE(report.candidates.size(), scene.assigned.boxes.size());
                const auto found = positives.find({l, i});
                QCOMPARE(report.learns, found == positives.end() ? -1 : found->second->box);
                if (report.learns >= 0) {
                    QVERIFY(report.target == found->second->distances);
                    QCOMPARE(report.centernessTarget, found->second->centerness);
                }
                QVERIFY(report.predicted && report.hasCenterness);
                for (size_t c = 1; c < std::min<size_t>(5, report.classes.size()); ++c)
                    QVERIFY(report.classes[c].fate.p <= report.classes[c - 1].fate.p);
                for (const Detection *d : detections[{l, i}]) {
                    QVERIFY(report.predictedBox == d->box && report.distances == d->distances);
                    QCOMPARE(report.centerness, d->centerness);
                    for (const InspectedClass &its : report.classes)
                        if (its.classIndex == d->classIndex)
                            QVERIFY(its.fate.fate == Fate::Detected && its.fate.score == d->score);
                }
            }
        QVERIFY(!positives.empty() && !detections.empty());
    }
}

void InspectTest::verdictsInWords()
{
    // P3's locations are at 4, 12, 20 …, P4's at 8, 24, …
    Profile profile = still();
    const AssignedImage small = with(profile, {{10, 20, 50, 60}});
    QCOMPARE(verdict(small, 0, 3, 4), QStringLiteral("positive"));  // (28, 36), near the centre
    QCOMPARE(verdict(small, 0, 0, 4), QStringLiteral("outside the box: l = -6"));
    QCOMPARE(verdict(small, 0, 3, 9), QStringLiteral("outside the box: b = -16"));
    QCOMPARE(verdict(with(profile, {{10.4, 20, 50, 60}}), 0, 0, 4), QStringLiteral("outside the box: l = -6.4"));
    QCOMPARE(verdict(with(profile, {{12, 20, 50, 60}}), 0, 1, 4), QStringLiteral("on the border of the box: l = 0"));
    QCOMPARE(verdict(small, 0, 1, 4),
             QStringLiteral("outside the centre region: 18 px beside the centre, half its side 12 px"));
    QCOMPARE(verdict(small, 0, 3, 6),
             QStringLiteral("outside the centre region: 12 px above or below the centre, half its side 12 px"));
    QCOMPARE(verdict(small, 1, 1, 2), QStringLiteral("max(l, t, r, b) = 26 is not in [64, 128]"));
    const AssignedImage large = with(profile, {{0, 0, 128, 128}});
    QCOMPARE(verdict(large, 0, 7, 7), QStringLiteral("max(l, t, r, b) = 68 is not in [0, 64]"));
    QCOMPARE(verdict(large, 4, 0, 0), QStringLiteral("max(l, t, r, b) = 64 is not in [512, ∞)"));

    profile.rangeTest = RangeTest::Open;
    QCOMPARE(verdict(with(profile, {{0, 0, 128, 128}}), 4, 0, 0),
             QStringLiteral("max(l, t, r, b) = 64 is not in (512, ∞)"));
    QCOMPARE(verdict(with(profile, {{10, 20, 50, 60}}), 1, 1, 2),
             QStringLiteral("max(l, t, r, b) = 26 is not in (64, 128)"));
    profile.centerRegion = CenterRegion::Circle;
    QCOMPARE(verdict(with(profile, {{10, 20, 50, 60}}), 0, 1, 4),
             QStringLiteral("outside the centre region: 18.4 px from the centre, radius 12 px"));
    profile.centerRegion = CenterRegion::Chebyshev;
    QCOMPARE(verdict(with(profile, {{10, 20, 50, 60}}), 0, 1, 4),
             QStringLiteral("outside the centre region: 18 px beside the centre, half its side 12 px"));

    AssignedImage empty = with(profile, {{10, 20, 50, 60}});
    empty.boxes[0] = {10, 20, 10, 60};
    QCOMPARE(verdict(empty, 0, 3, 4), QStringLiteral("the box has no area"));
    empty.profile.tieRule = TieRule::Torchvision;
    empty.boxes[0] = {0, 0, 20000, 20000};
    QCOMPARE(verdict(empty, 0, 3, 4),
             QStringLiteral("the box is too large for this profile: its area, 400000000 px², is "
                            "not below 100000000 px²"));
}

void InspectTest::verdictsOfLostBoxes()
{
    Profile profile = still();
    // Around (28, 36), which both claim.
    AssignedImage two = with(profile, {{18, 26, 38, 46}, {22, 30, 34, 40}});
    QCOMPARE(verdict(two, 0, 3, 4), QStringLiteral("lost to the smaller box 2 (area 120 px² against 400 px²)"));
    QCOMPARE(verdict(two, 0, 3, 4, 1), QStringLiteral("positive"));
    two.given = {3, 7};  // some before them are crowds: people count those as well
    QCOMPARE(verdict(two, 0, 3, 4), QStringLiteral("lost to the smaller box 8 (area 120 px² against 400 px²)"));
    const std::vector<Box> same{{22, 30, 34, 40}, {23, 30, 33, 42}};
    QCOMPARE(verdict(with(profile, same), 0, 3, 4, 1),
             QStringLiteral("lost to box 1, which is equally large and listed earlier"));
    profile.pixels = PixelConvention::Inclusive;  // 12 × 10 and 10 × 12 pixels again, but as 11 × 9 and 9 × 11
    QCOMPARE(verdict(with(profile, {{18, 26, 38, 46}, {22, 30, 34, 40}}), 0, 3, 4),
             QStringLiteral("lost to the smaller box 2 (area 120 px² against 400 px²)"));
    profile.pixels = PixelConvention::Continuous;
    profile.tieRule = TieRule::Torchvision;
    QCOMPARE(
        verdict(with(profile, {{22, 30, 34, 40}, {22, 30, 34, 39.75}}), 0, 3, 4, 1),
        QStringLiteral("lost to box 1, which is listed earlier: this profile takes 120 and 117 px² for equally large"));
    QCOMPARE(verdict(with(profile, {{18, 26, 38, 46}, {22, 30, 34, 40}}), 0, 3, 4),
             QStringLiteral("lost to the smaller box 2 (area 120 px² against 400 px²)"));
}

void InspectTest::roundedNumbersStayOnTheirSide()
{
    const Profile profile = still();
    QCOMPARE(verdict(with(profile, {{12.0004, 20, 50, 60}}), 0, 1, 4), QStringLiteral("outside the box: l = -0.0004"));
    Profile narrow = profile;
    narrow.rangeLimits = {24.02, 128, 256, 512};
    QCOMPARE(verdict(with(narrow, {{32, 32, 64.01, 64.01}}), 1, 2, 2),
             QStringLiteral("max(l, t, r, b) = 24 is not in [24.02, 128]"));
    const AssignedImage close = with(profile, {{20, 30, 36, 42}, {20, 30, 36, 41.9999}});
    QCOMPARE(verdict(close, 0, 3, 4), QStringLiteral("lost to the smaller box 2 (area 191.998 px² against 192 px²)"));
    PairFate fate;
    fate.score = 0.0499f;
    const DecodeOptions options;
    QCOMPARE(english(fateText(fate, {}, options, names)), std::string("score 0.0499 is not above 0.05"));
    fate.score = 0.05f;  // equal in float32
    QCOMPARE(english(fateText(fate, {}, options, names)), std::string("score 0.05 is not above 0.05"));
    fate.score = 0.03f;
    QCOMPARE(english(fateText(fate, {}, options, names)), std::string("score 0.03 is not above 0.05"));
}

void InspectTest::fatesInWords()
{
    DecodeTrace trace;
    trace.candidates.resize(3);
    trace.candidates[0].detection = 0;
    trace.candidates[0].pair.classIndex = 1;
    trace.candidates[1].fate = Fate::Suppressed;
    trace.candidates[1].suppressedBy = 0;
    trace.candidates[1].overlap = 0.7134f;
    trace.detections.resize(2);
    DecodeOptions options;
    options.candidatesPerLevel = 50;
    const auto words = [&](const PairFate &fate) { return english(fateText(fate, trace, options, names)); };
    PairFate fate{0.7f, 0.8f, 0.6f, Fate::Detected, 0, false};
    QCOMPARE(words(fate), std::string("detected, as number 1"));
    fate = {0.7f, 0.8f, 0.6f, Fate::Suppressed, 1, false};
    QCOMPARE(words(fate), std::string("suppressed by a better WBC at IoU 0.71"));
    trace.candidates[0].pair.classIndex = 9;
    QCOMPARE(words(fate), std::string("suppressed by a better 9 at IoU 0.71"));
    fate.fate = Fate::Surplus;
    QCOMPARE(words(fate), std::string("not suppressed, but there are 2 better detections already"));
    fate.fate = Fate::NoBox;
    QCOMPARE(words(fate), std::string("its box has no area or is no number"));
    fate = {0.7f, 0.8f, 0.6f, Fate::NotAmongBest, -1, false};
    QCOMPARE(words(fate), std::string("not among the best 50 candidates: p = 0.8, score 0.7"));
    fate.otherClass = true;
    QCOMPARE(words(fate), std::string("the location speaks for its most probable class alone"));
    fate.fate = Fate::BelowThreshold;
    QCOMPARE(words(fate), std::string("its class probability 0.8 is not above the profile's threshold"));
    fate.score = float(NAN);
    QCOMPARE(words(fate), std::string("its score is no number"));
}

void InspectTest::classesOfTheReport()
{
    const Profile profile = still();
    AssignedImage assigned = with(profile, {{10, 20, 50, 60}});
    assigned.labels[0].classIndex = 0;
    RawOutputs raw = evenOutputs(profile, {128, 128}, 8, -10, 16);
    const size_t cells = raw.levels[0].classLogits.cells(), cell = 4 * 16 + 3;
    for (size_t c = 0; c < 8; ++c)
        raw.levels[0].classLogits.values[c * cells + cell] = float(c) - 4;
    raw.levels[0].classLogits.values[7 * cells + cell] = float(NAN);
    const LocationRef at{0, int(cell)};
    Inspected inspected{&assigned, &raw, &profile, nullptr, profile.decode, nullptr};
    const auto channels = [&] {
        std::vector<int> told;
        for (const InspectedClass &its : inspectLocation(inspected, at).classes)
            told.push_back(its.classIndex);
        return told;
    };
    QCOMPARE(channels(), (std::vector<int>{6, 5, 4, 3, 2, 0}));  // five and the label's own
    const std::vector<std::string> other{"class 5"}, unknown{"nothing"}, own{"class 1"};
    inspected.labelNames = &other;
    QCOMPARE(channels(), (std::vector<int>{6, 5, 4, 3, 2}));  // it is among them
    inspected.labelNames = &unknown;
    QCOMPARE(channels(), (std::vector<int>{6, 5, 4, 3, 2}));
    inspected.labelNames = &own;
    QCOMPARE(channels(), (std::vector<int>{6, 5, 4, 3, 2, 1}));
    const LocationReport report = inspectLocation(inspected, at);
    // (28, 36) with 16 px to each side, against 10 … 50 × 20 … 60.
    QCOMPARE(report.predictedBox, (Box{12, 20, 44, 52}));
    QVERIFY(std::abs(report.overlapWithTarget - 32.0 * 32 / 1600) < 1e-6);
    QVERIFY(std::abs(report.classes[0].fate.score - std::sqrt(0.5 / (1 + std::exp(-2.0)))) < 1e-6);
}

void InspectTest::pointsAndTheirLevels()
{
    const Scene scene = made(still(), 5, {256, 256});  // halved
    const auto reports = inspectPoint(scene.inspected(), 70, 100);
    QCOMPARE(reports.size(), size_t(5));
    for (size_t l = 0; l < reports.size(); ++l) {
        const LocationReport &report = reports[l];
        QCOMPARE(report.at.level, int(l));
        const double stride = scene.profile.strides[l];
        QCOMPARE(report.column, int(std::floor(35 / stride)));
        QCOMPARE(report.row, int(std::floor(50 / stride)));
        QCOMPARE(report.networkX, (report.column + 0.5) * stride);
        QCOMPARE(report.imageY, 2 * report.networkY);
    }
    QVERIFY(inspectPoint(scene.inspected(), -1, 5).empty() && inspectPoint(scene.inspected(), NAN, 5).empty());
    for (const LocationRef at : {LocationRef{-1, 0}, LocationRef{5, 0}, LocationRef{0, -1}, LocationRef{0, 256}}) {
        const LocationReport nothing = inspectLocation(scene.inspected(), at);
        QVERIFY(nothing.candidates.empty() && !nothing.predicted);
        QVERIFY(!reportText(nothing, scene.inspected(), names, names, english).empty());
    }
    // Torchvision's locations are corners: beyond half a step from the last one there is none.
    Profile corners = profileNamed("tv");
    corners.shortSide = corners.longSide = 128;
    const AssignedImage assigned = assignImage("x", {128, 128}, {}, corners);
    Inspected inspected;
    inspected.assigned = &assigned;
    QCOMPARE(inspectPoint(inspected, 127, 127).size(), size_t(0));
    QCOMPARE(inspectPoint(inspected, 60, 60).size(), size_t(5));
}

void InspectTest::withoutLabelsOrModel()
{
    const Scene scene = made(still(), 6, {128, 128});
    Inspected inspected = scene.inspected();
    inspected.assigned = nullptr;
    LocationReport report = inspectPoint(inspected, 30, 30).at(0);
    QVERIFY(report.predicted && report.candidates.empty() && report.learns == -1);
    QVERIFY(!reportText(report, inspected, names, names, english).empty());
    inspected.raw = nullptr;
    QVERIFY(inspectPoint(inspected, 30, 30).empty());
    inspected = scene.inspected();
    inspected.raw = nullptr;
    report = inspectPoint(inspected, 30, 30).at(0);
    QVERIFY(!report.predicted && report.candidates.size() == scene.assigned.boxes.size());
    // A what if that moves the locations leaves the network without a word.
    Profile moved = scene.profile;
    moved.shortSide = moved.longSide = 64;
    const AssignedImage elsewhere = assignImage("x", {128, 128}, {}, moved);
    inspected = scene.inspected();
    inspected.assigned = &elsewhere;
    QVERIFY(!inspectPoint(inspected, 30, 30).at(0).predicted);
    // No numbers.
    RawOutputs broken = evenOutputs(scene.profile, {128, 128}, 3, float(NAN), float(NAN));
    inspected = scene.inspected();
    inspected.raw = &broken;
    for (const LocationReport &its : inspectPoint(inspected, 30, 30)) {
        QVERIFY(its.predicted && its.classes.size() <= 1);
        QVERIFY(reportText(its, inspected, names, names, english).find("NaN") != std::string::npos);
    }
}

void InspectTest::reportAsText()
{
    const Profile profile = still();
    std::vector<Label> labels(14);
    labels[0].box = {18, 26, 38, 46};
    labels[1].box = {22, 30, 34, 40};
    labels[1].classIndex = 1;
    for (size_t i = 2; i < labels.size(); ++i)
        labels[i].box = {100, 100, 110, 110 + double(i)};
    const AssignedImage assigned = assignImage("x", {128, 128}, labels, profile);
    RawOutputs raw = evenOutputs(profile, {128, 128}, 2, -10, 10);
    raw.levels[0].classLogits.values[raw.levels[0].classLogits.cells() + 4 * 16 + 3] = 2;
    const DecodeTrace trace = traceDecode(raw, profile, profile.decode);
    const Inspected inspected{&assigned, &raw, &profile, &trace, profile.decode, nullptr};
    const LocationReport report = inspectLocation(inspected, {0, 4 * 16 + 3});
    const QString text = QString::fromStdString(reportText(report, inspected, names, {"one", "two"}, english));
    const QStringList lines = text.split(QLatin1Char('\n'));
    QCOMPARE(lines.size(), 1 + 1 + 2 + 10 + 1 + 1 + 2 + 1);
    QCOMPARE(lines[0], QStringLiteral("P3, column 3, row 4: at (28, 36) in the image, (28, 36) in the input"));
    QCOMPARE(lines[1], QStringLiteral("Learns box 2 (WBC): l = 6, t = 6, r = 6, b = 4; centerness 0.82"));
    QCOMPARE(lines[2], QStringLiteral("  Box 1 (RBC): lost to the smaller box 2 (area 120 px² against 400 px²)"));
    QCOMPARE(lines[3], QStringLiteral("  Box 2 (WBC): positive"));
    QCOMPARE(lines[4], QStringLiteral("  Box 3 (RBC): outside the box: l = -72"));
    QCOMPARE(lines[14], QStringLiteral("  and 2 more boxes that it lies outside of"));
    QCOMPARE(lines[15], QStringLiteral("Predicts l = 10, t = 10, r = 10, b = 10: box (18, 26) – (38, 46) in the image; "
                                       "centerness 0.5; IoU with its label 0.3"));
    QCOMPARE(lines[16], QStringLiteral("  two: p = 0.881, score 0.664; detected, as number 1"));
    QCOMPARE(lines[17], QStringLiteral("  one: p = 0, score 0.005; score 0.005 is not above 0.5"));
    // In another language every word of it is translated.
    const auto starred = [](const Message &message) { return "*" + fillPlaces(message.text, message.arguments) + "*"; };
    const std::string other = reportText(report, inspected, names, {"one", "two"}, starred);
    QVERIFY(other.find("*Box 1 (RBC): *lost to the smaller box 2 (area 120 px² against 400 px²)**") !=
            std::string::npos);
    QCOMPARE(levelNameOf({0, 0, 128}), std::string("P7"));
    QCOMPARE(levelNameOf({0, 0, 12.5}), std::string("12.5 px"));
}

void InspectTest::twentyThousandBoxes()
{
    Random random(82);
    const Profile profile = smallProfile("fcoscope", 800);
    const Size image{1333, 800};
    const AssignedImage assigned = assignImage("x", image, randomLabels(random, 20000, image, 3), profile);
    Inspected inspected;
    inspected.assigned = &assigned;
    QElapsedTimer timer;
    timer.start();
    const auto reports = inspectPoint(inspected, 600, 400);
    const double took = double(timer.nsecsElapsed()) / 1e6;
    qInfo("%zu boxes: a point inspected in %.1f ms", assigned.boxes.size(), took);
    QVERIFY(reports.size() == 5 && reports[0].candidates.size() == assigned.boxes.size() && took < 500 * slower);
    std::string text;
    for (const LocationReport &report : reports)
        text += reportText(report, inspected, names, names, english);
    QVERIFY(text.size() > 1000);
}

QTEST_GUILESS_MAIN(InspectTest)
#include "tst_inspect.moc"
