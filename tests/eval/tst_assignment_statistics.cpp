// SPDX-License-Identifier: GPL-3.0-or-later
// Statistics of assignment over data sets: small ones whose answer can be worked out by hand, every reason why a box is
// never learnt with its remedy, and what must hold for any data. coco-mini and BCCD are compared with NumPy by
// assignment_statistics_reference.py.
#include <QtTest>

#include <atomic>
#include <cmath>
#include <mutex>
#include <random>
#include <set>

#include "core/base/error.h"
#include "core/eval/assignment_report.h"
#include "core/rules/assigned_image.h"

using namespace fcoscope;

namespace {

/// Images of this size are not resized by our own profile, so boxes below are in the network's input.
constexpr Size size{1333, 800};

Label thing(Box box, int classIndex = 0, bool crowd = false, double area = -1)
{
    Label label;
    label.box = box;
    label.classIndex = classIndex;
    label.crowd = crowd;
    label.area = area;
    return label;
}

LabelledImages oneImage(std::vector<Label> labels)
{
    return {"made up", {"cat", "dog", "bird"}, {{"a.jpg", size, std::move(labels)}}};
}

/// How many locations learn the label at `given` of the image as given.
int positivesOf(const LabelledImage &image, int given, const Profile &profile)
{
    const AssignedImage assigned = assignImage(image.id, image.size, image.labels, profile);
    int positives = 0;
    for (const Positive &p : assigned.assignment.positives)
        positives += assigned.given[static_cast<size_t>(p.box)] == given;
    return positives;
}

Profile changed(Profile profile, const Remedy &remedy)
{
    OptionTable table;
    visit(table, profile);
    for (const auto &[option, value] : remedy.change)
        table.set(option, value, "the remedy");
    return profile;
}

QString failureOf(const LabelledImage &image, const UnlearnableBox &box, const Profile &profile)
{
    const std::string where = image.id + " " + std::to_string(box.label) + " " + box.reason.english() + " ";
    if (positivesOf(image, box.label, profile) != 0)
        return QString::fromStdString(where + "is learnt");
    for (const Remedy &remedy : box.remedies) {
        LabelledImage seen = image;
        if (remedy.change.empty())  // one object that is labelled twice
            for (size_t i = 0; i < seen.labels.size(); ++i)
                if (static_cast<int>(i) != box.label && intersectionOverUnion(seen.labels[i].box, box.box) >= 0.8)
                    seen.labels[i].crowd = true;
        if (positivesOf(seen, box.label, changed(profile, remedy)) == 0)
            return QString::fromStdString(where + "is not put right by: " + remedy.words.english());
    }
    return {};
}

UnlearnableBox onlyUnlearnable(const LabelledImages &data, const Profile &profile)
{
    const AssignmentStatistics statistics = assignmentStatistics(data, profile);
    if (statistics.unlearnable.size() != 1)
        return {};
    return statistics.unlearnable.front();
}

std::string valueOf(const Remedy &remedy, const std::string &option)
{
    for (const auto &[its, value] : remedy.change)
        if (its == option)
            return value;
    return {};
}

bool says(const Message &words, const char *part)
{
    return words.english().find(part) != std::string::npos;
}

/// Boxes that touch, nest and repeat, tiny, thin and huge, some of them crowds or outside.
LabelledImages randomImages(unsigned seed, int images, int labels)
{
    std::mt19937 random(seed);
    const auto upTo = [&](double limit) { return std::uniform_real_distribution<double>(0, limit)(random); };
    LabelledImages data{"random", {"cat", "dog", "bird"}, {}};
    for (int i = 0; i < images; ++i) {
        LabelledImage image{"image " + std::to_string(i), {100 + int(upTo(900)), 100 + int(upTo(900))}, {}};
        for (int j = 0; j < labels; ++j) {
            const double w = std::exp(upTo(6)), h = upTo(1) < 0.3 ? 2 : std::exp(upTo(6));
            const double x = upTo(image.size.width), y = upTo(image.size.height);
            Label label = thing({x, y, x + w, y + h}, int(upTo(3)), upTo(1) < 0.05);
            if (j > 0 && upTo(1) < 0.1)
                label.box = image.labels.back().box;
            image.labels.push_back(label);
        }
        data.images.push_back(image);
    }
    return data;
}

}  // namespace

class TestAssignmentStatistics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void countsByHand();
    void pairsOfClasses();
    void agreesWithCountsOf();
    void noLocationInside();
    void outsideCenterRegion();
    void outsideEveryRange();
    void onARangeLimit();
    void lostToASmallerBox();
    void labelledTwice();
    void noAreaInWholePixels();
    void tooLargeForTheTieRule();
    void nothingHelps();
    void everyRemedyWorks_data();
    void everyRemedyWorks();
    void threadsChangeNothing();
    void stopsAndTellsProgress();
    void emptyDataSets();
    void wrongProfile();
    void twentyThousandBoxes();
    void reports();
};

void TestAssignmentStatistics::countsByHand()
{
    // Without centre sampling. A crowd and a box outside the image do not count, and the second image has no label.
    Profile profile = profileNamed("fcoscope");
    profile.centerRegion = CenterRegion::None;
    LabelledImages data = oneImage({thing({10, 10, 30, 30}), thing({100, 100, 400, 300}, 1),
                                    thing({0, 0, 50, 50}, 0, true), thing({2000, 10, 2100, 60})});
    data.images.push_back({"b.jpg", {1333, 800}, {}});
    const AssignmentStatistics s = assignmentStatistics(data, profile);
    QCOMPARE(s.images, 2);
    QCOMPARE(s.labels, 2);
    QCOMPARE(s.leftOut, 2);
    QCOMPARE(s.pyramid.recall, (Share{2, 2}));
    QCOMPARE(s.pyramid.recallOfSize[0], (Share{1, 1}));  // 400 px²
    QCOMPARE(s.pyramid.recallOfSize[1], (Share{0, 0}));
    QCOMPARE(s.pyramid.recallOfSize[2], (Share{1, 1}));
    QCOMPARE(s.pyramid.levels.size(), size_t(5));
    QCOMPARE(s.pyramid.levels[0].positives, 9);  // 12, 20, 28 by 12, 20, 28
    QCOMPARE(s.pyramid.levels[0].positivesOfSize[0], 9);
    QCOMPARE(s.pyramid.levels[0].locations, 2 * 168 * 100);
    QCOMPARE(s.pyramid.levels[0].recall, (Share{1, 2}));
    // 300 × 200 px: P5's columns 112 … 368 by rows 112 … 272, all with max(l,t,r,b) in [150, 300); those up to 256 on
    // P5 (l and r between 44 and 256: columns 144 … 336), the others on no level but P6 (256, 512].
    QCOMPARE(s.pyramid.levels[2].positives, 7 * 6);
    QCOMPARE(s.pyramid.levels[2].recall, (Share{1, 2}));
    QCOMPARE(s.pyramid.ambiguous.part, 0);
    QCOMPARE(s.singleLevel.levels.size(), size_t(1));
    QCOMPARE(s.singleLevel.levels[0].positives,
             1 + 19 * 13);  // (24, 24) is in the small box; columns 104 … 392, rows 104 … 296
    QCOMPARE(s.singleLevel.recall, (Share{2, 2}));
    QCOMPARE(s.classes.size(), size_t(3));
    QCOMPARE(s.classes[0].recall, (Share{1, 1}));
    QCOMPARE(s.classes[0].positives, 9);
    QCOMPARE(s.classes[2].recall.whole, 0);
    QCOMPARE(s.labelsByPositives, (std::array<int64_t, 5>{0, 0, 0, 1, 1}));
    QVERIFY(s.unlearnable.empty());

    // The label's own area decides its size where the data set gives one.
    QCOMPARE(sizeBinOf(thing({0, 0, 100, 100}, 0, false, 500)), size_t(0));
    QCOMPARE(sizeBinOf(thing({0, 0, 32, 32})), size_t(1));
    QCOMPARE(sizeBinOf(thing({0, 0, 96, 96})), size_t(2));
}

void TestAssignmentStatistics::pairsOfClasses()
{
    Profile profile = profileNamed("fcoscope");
    profile.centerRegion = CenterRegion::None;
    // Nested, so that the inner one wins what both claim: (12, 20, 28)² of P3. A third one of the outer's class beside.
    const AssignmentStatistics s = assignmentStatistics(
        oneImage({thing({0, 0, 40, 40}, 1), thing({10, 10, 30, 30}, 0), thing({0, 0, 41, 41}, 1)}), profile);
    QCOMPARE(s.pyramid.ambiguous, (Share{25, 25}));  // 4 … 36 by 4 … 36, claimed by both dogs
    QCOMPARE(s.pyramid.ambiguousAcrossClasses, (Share{9, 25}));
    QCOMPARE(s.pyramid.levels[0].ambiguous, 25);
    QCOMPARE(s.pairs.size(), size_t(2));
    QCOMPARE(s.pairs[0].first, 1);
    QCOMPARE(s.pairs[0].second, 1);
    QCOMPARE(s.pairs[0].locations, 25);
    QCOMPARE(s.pairs[0].learnFirst, 16);
    QCOMPARE(s.pairs[1].first, 0);
    QCOMPARE(s.pairs[1].second, 1);
    QCOMPARE(s.pairs[1].locations, 9);
    QCOMPARE(s.pairs[1].learnFirst, 9);
    QCOMPARE(s.pairs[1].learnSecond, 0);
    QCOMPARE(s.unlearnable.size(), size_t(1));  // the 41 px one: claims 25, learns none
}

void TestAssignmentStatistics::agreesWithCountsOf()
{
    const LabelledImages data = randomImages(3, 20, 25);
    for (const char *name : {"fcoscope", "tz-orig", "tv", "zg", "ad-rt"}) {
        const Profile profile = profileNamed(name);
        const AssignmentStatistics s = assignmentStatistics(data, profile);
        AssignmentCounts sum;
        std::vector<int64_t> levels(profile.strides.size());
        for (const LabelledImage &image : data.images) {
            const AssignmentCounts counts = countsOf(assignImage(image.id, image.size, image.labels, profile));
            sum.labels += counts.labels;
            sum.recalled += counts.recalled;
            sum.positives += counts.positives;
            sum.ambiguous += counts.ambiguous;
            sum.ambiguousAcrossClasses += counts.ambiguousAcrossClasses;
            for (size_t l = 0; l < levels.size(); ++l)
                levels[l] += counts.positivesOfLevel[l];
        }
        QVERIFY(sum.ambiguousAcrossClasses > 0 && sum.recalled < sum.labels);
        QCOMPARE(s.pyramid.recall, (Share{sum.recalled, sum.labels}));
        QCOMPARE(s.pyramid.ambiguous, (Share{sum.ambiguous, sum.positives}));
        QCOMPARE(s.pyramid.ambiguousAcrossClasses, (Share{sum.ambiguousAcrossClasses, sum.positives}));
        for (size_t l = 0; l < levels.size(); ++l)
            QCOMPARE(s.pyramid.levels[l].positives, levels[l]);
        QCOMPARE(static_cast<int64_t>(s.unlearnable.size()), s.labels - s.pyramid.recall.part);
    }
}

void TestAssignmentStatistics::noLocationInside()
{
    const Profile profile = profileNamed("fcoscope");
    const LabelledImages data = oneImage({thing({1, 1, 3, 3}), thing({200, 200, 300, 300})});
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::OutsideBox);
    QCOMPARE(box.label, 0);
    QCOMPARE(box.image, size_t(0));
    QCOMPARE(box.imageId, std::string("a.jpg"));
    QCOMPARE(box.box, (Box{1, 1, 3, 3}));
    QVERIFY2(says(box.reason, "2 × 2 px") && says(box.reason, "8 px apart"), box.reason.english().c_str());
    QCOMPARE(box.remedies.size(), size_t(2));
    // The location at 4 has to come inside: 3 · side / 800 > 4, and 1088 is the first multiple of 32 with that.
    QCOMPARE(valueOf(box.remedies[0], "short-side"), std::string("1088"));
    QCOMPARE(valueOf(box.remedies[0], "long-side"), std::string("1813"));
    QVERIFY(says(box.remedies[0].words, "1.36 times") && says(box.remedies[0].words, "1088 px"));
    QCOMPARE(valueOf(box.remedies[1], "strides"), std::string("4,8,16,32,64,128"));
    QCOMPARE(valueOf(box.remedies[1], "range-limits"), std::string("32,64,128,256,512"));
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));
    Profile smaller = changed(profile, box.remedies[0]);
    smaller.shortSide = 1056;
    smaller.longSide = 1760;
    QCOMPARE(positivesOf(data.images[0], 0, smaller), 0);
}

void TestAssignmentStatistics::outsideCenterRegion()
{
    Profile profile = profileNamed("fcoscope");
    profile.centerRadius = 0.3;
    const LabelledImages data = oneImage({thing({25, 57, 39, 71})});  // 28 and 36, 60 and 68 lie 4 px from its centre
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::OutsideCenterRegion);
    QVERIFY2(says(box.reason, "inside it: 4") && says(box.reason, "0.3 strides"), box.reason.english().c_str());
    QCOMPARE(valueOf(box.remedies.at(0), "center-radius"), std::string("0.8"));
    QCOMPARE(valueOf(box.remedies.at(1), "center-region"), std::string("none"));
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));
}

void TestAssignmentStatistics::outsideEveryRange()
{
    const Profile profile = profileNamed("fcoscope");
    // 4 px wide: one column of P3 (12) lies inside and none of P4 (8, 24) or P5 (16); 200 px high: too far for P3.
    const LabelledImages data = oneImage({thing({10, 0, 14, 200})});
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::OutsideRange);
    QVERIFY2(says(box.reason, "on P3") && says(box.reason, "= 100 px, 36 px beyond the range of 0 to 64 px"),
             box.reason.english().c_str());
    QVERIFY(!box.remedies.empty());
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));
    const int side = std::stoi(valueOf(box.remedies[0], "short-side"));
    for (int less = 832; less < side; less += 32) {  // the smallest there is
        Profile smaller = profile;
        smaller.shortSide = less;
        smaller.longSide = static_cast<int>(std::lround(1333.0 * less / 800));
        QCOMPARE(positivesOf(data.images[0], 0, smaller), 0);
    }
    // Without a centre region the sentence does not speak of one.
    QVERIFY(says(box.reason, "centre region"));
    QVERIFY(!says(onlyUnlearnable(data, profileNamed("mm-base")).reason, "centre region"));
}

void TestAssignmentStatistics::onARangeLimit()
{
    Profile profile = profileNamed("fcoscope");
    profile.rangeTest = RangeTest::Open;
    profile.centerRadius = 0.2;
    // Its centre is P3's location (100, 100), with max(l,t,r,b) = 64: on P3 not below 64; P4's nearest lies 4 px away.
    const LabelledImages data = oneImage({thing({36, 36, 164, 164})});
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::OutsideRange);
    QVERIFY2(says(box.reason, "= 64 px, 0 px beyond"), box.reason.english().c_str());
    QCOMPARE(valueOf(box.remedies.at(0), "range-test"), std::string("closed"));
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));
}

void TestAssignmentStatistics::lostToASmallerBox()
{
    const Profile profile = profileNamed("fcoscope");
    // Both claim 12, 20, 28 of P3: the outer one's centre region ends at 32.
    const LabelledImages data = oneImage({thing({0, 0, 40, 40}, 1), thing({9, 9, 31, 31})});
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::LostToSmaller);
    QCOMPARE(box.label, 0);
    QCOMPARE(box.classIndex, 1);
    QVERIFY2(says(box.reason, "claims (9)") && says(box.reason, "such labels: 1"), box.reason.english().c_str());
    QCOMPARE(box.remedies.size(), size_t(2));
    QVERIFY(!box.remedies[0].change.empty());
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));
}

void TestAssignmentStatistics::labelledTwice()
{
    const Profile profile = profileNamed("fcoscope");
    const LabelledImages data =
        oneImage({thing({0, 0, 40, 40}), thing({400, 400, 500, 500}), thing({0, 0, 40, 40}, 1)});
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::LostToSmaller);
    QCOMPARE(box.label, 2);  // equal areas: the one listed first wins
    QVERIFY2(says(box.remedies.at(0).words, "labelled twice"), box.remedies.at(0).words.english().c_str());
    QVERIFY(box.remedies[0].change.empty());
    QCOMPARE(box.remedies.size(), size_t(1));  // no size and no level tells two equal boxes apart
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));
}

void TestAssignmentStatistics::noAreaInWholePixels()
{
    const Profile profile = profileNamed("tz-orig");
    // One pixel wide. Continuous ends take in the location at x = 100.
    const LabelledImages data = oneImage({thing({99.5, 100, 100.5, 140})});
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::NoArea);
    QVERIFY2(says(box.reason, "1 × 40 px"), box.reason.english().c_str());
    QCOMPARE(valueOf(box.remedies.at(0), "pixels"), std::string("continuous"));
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));

    // No location between 101 and 102, whatever the ends: the input has to grow as well.
    const LabelledImages other = oneImage({thing({101, 100, 102, 140})});
    const UnlearnableBox second = onlyUnlearnable(other, profile);
    QCOMPARE(second.verdict, Verdict::NoArea);
    QCOMPARE(second.remedies.at(0).change.size(), size_t(3));
    QVERIFY2(failureOf(other.images[0], second, profile).isEmpty(), second.remedies[0].words.english().c_str());
}

void TestAssignmentStatistics::tooLargeForTheTieRule()
{
    Profile profile = profileNamed("tv");
    profile.shortSide = 8192;
    profile.longSide = 16384;
    const LabelledImages data{"large", {}, {{"a.jpg", {1600, 800}, {thing({0, 0, 1600, 800})}}}};
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::NoArea);
    QVERIFY2(says(box.reason, "tie rule"), box.reason.english().c_str());
    QCOMPARE(valueOf(box.remedies.at(0), "tie-rule"), std::string("smallest-area"));
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));
}

void TestAssignmentStatistics::nothingHelps()
{
    const UnlearnableBox box =
        onlyUnlearnable(oneImage({thing({100.2, 100.2, 100.2001, 100.2001})}), profileNamed("fcoscope"));
    QCOMPARE(box.verdict, Verdict::OutsideBox);
    QVERIFY(box.remedies.empty());
    QCOMPARE(box.remedyWords().size(), size_t(1));
    QVERIFY(says(box.remedyWords()[0], "None was found"));
}

void TestAssignmentStatistics::everyRemedyWorks_data()
{
    QTest::addColumn<QString>("name");
    for (const std::string &name : profileNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void TestAssignmentStatistics::everyRemedyWorks()
{
    QFETCH(QString, name);
    const Profile profile = profileNamed(name.toStdString());
    const LabelledImages data = randomImages(11, 15, 20);
    const AssignmentStatistics s = assignmentStatistics(data, profile);
    QVERIFY(s.unlearnable.size() > 15);
    std::set<Verdict> verdicts;
    size_t helped = 0;
    for (const UnlearnableBox &box : s.unlearnable) {
        const QString failure = failureOf(data.images[box.image], box, profile);
        QVERIFY2(failure.isEmpty(), qPrintable(failure));
        verdicts.insert(box.verdict);
        helped += !box.remedies.empty();
    }
    QVERIFY(verdicts.contains(Verdict::OutsideRange) && verdicts.contains(Verdict::LostToSmaller));
    QVERIFY2(helped > s.unlearnable.size() / 2, qPrintable(QString::number(helped)));
}

void TestAssignmentStatistics::threadsChangeNothing()
{
    const LabelledImages data = randomImages(5, 40, 30);
    const Profile profile = profileNamed("tz-orig");
    const std::string one = assignmentJson(assignmentStatistics(data, profile, {}, 1)).text();
    for (const int threads : {2, 5, 64})
        QVERIFY(assignmentJson(assignmentStatistics(data, profile, {}, threads)).text() == one);
}

void TestAssignmentStatistics::stopsAndTellsProgress()
{
    const LabelledImages data = randomImages(7, 100, 3);
    std::atomic<int> asked{0};
    std::mutex mutex;
    double last = 0;
    RunContext context;
    context.progress = [&](const Progress &progress) {
        const std::lock_guard lock(mutex);
        last = std::max(last, progress.fraction);
    };
    assignmentStatistics(data, profileNamed("fcoscope"), context, 3);
    QCOMPARE(last, 1.0);
    context.stopRequested = [&] { return ++asked > 10; };
    QVERIFY_EXCEPTION_THROWN(assignmentStatistics(data, profileNamed("fcoscope"), context, 3), Stopped);
    QVERIFY2(asked < 20, qPrintable(QString::number(asked)));  // every thread asks once more at most
}

void TestAssignmentStatistics::emptyDataSets()
{
    LabelledImages data{"nothing", {"cat"}, {}};
    for (int images = 0; images < 2; ++images) {
        const AssignmentStatistics s = assignmentStatistics(data, profileNamed("fcoscope"));
        QCOMPARE(s.images, images);
        QCOMPARE(s.labels, 0);
        QCOMPARE(s.pyramid.recall.value(), -1.0);
        QCOMPARE(s.pyramid.levels.size(), size_t(5));
        QVERIFY(QString::fromStdString(assignmentText(s)).contains("levels P3–P7"));
        const auto json = QJsonDocument::fromJson(QByteArray::fromStdString(assignmentJson(s).text())).object();
        QVERIFY(json["pyramid"].toObject()["best_possible_recall"].isNull());
        data.images.push_back({"a.jpg", {1, 1}, {}});  // smaller than any stride, and without labels
    }
}

void TestAssignmentStatistics::wrongProfile()
{
    Profile profile = profileNamed("fcoscope");
    profile.rangeLimits.pop_back();
    QVERIFY_EXCEPTION_THROWN(assignmentStatistics(oneImage({}), profile), UserError);
}

void TestAssignmentStatistics::twentyThousandBoxes()
{
    LabelledImages data = randomImages(13, 1, 20000);
    for (Label &label : data.images[0].labels)
        label.box = {label.box.x1, label.box.y1, label.box.x1 + std::min(label.box.width(), 40.0),
                     label.box.y1 + std::min(label.box.height(), 40.0)};
    QElapsedTimer timer;
    timer.start();
    const AssignmentStatistics s = assignmentStatistics(data, profileNamed("fcoscope"));
    qInfo("20,000 boxes in one image: %lld never learnt, %lld ms", static_cast<long long>(s.unlearnable.size()),
          static_cast<long long>(timer.elapsed()));
    QVERIFY(s.unlearnable.size() > 1000);
    QCOMPARE(s.labels + s.leftOut, 20000);
}

void TestAssignmentStatistics::reports()
{
    LabelledImages data = oneImage({thing({1, 1, 3, 3}), thing({200, 200, 300, 300}, 1), thing({0, 0, 90, 90}, 7)});
    data.images[0].id = "a, \"b\"\n.jpg";
    const AssignmentStatistics s = assignmentStatistics(data, profileNamed("fcoscope"));
    const QString text = QString::fromStdString(assignmentText(s));
    QVERIFY2(text.contains("a, \"b\"?.jpg, label 0, cat (1.0, 1.0, 3.0, 3.0)"), qPrintable(text));
    QVERIFY(text.contains("66.67 %"));
    QVERIFY(QString::fromStdString(assignmentText(s, {0, 0})).contains("and 1 more"));

    const auto json = QJsonDocument::fromJson(QByteArray::fromStdString(assignmentJson(s).text())).object();
    QCOMPARE(json["labels"].toInt(), 3);
    QCOMPARE(json["pyramid"].toObject()["recalled"].toInt(), 2);
    const auto levels = json["pyramid"].toObject()["levels"].toArray();
    QVERIFY(levels[4].toObject()["range"].toArray()[1].isNull());
    QCOMPARE(levels[0].toObject()["level"].toString(), QString("P3"));
    const auto box = json["unlearnable"].toArray()[0].toObject();
    QCOMPARE(box["image"].toString(), QString("a, \"b\"\n.jpg"));
    QCOMPARE(box["verdict"].toString(), QString("outside-box"));
    QCOMPARE(box["remedies"].toArray()[0].toObject()["change"].toObject()["short-side"].toString(), QString("1088"));
    QCOMPARE(json["classes"].toArray().last().toObject()["class"].toString(), QString("7"));  // has no name

    const auto csv = assignmentCsv(s);
    QCOMPARE(csv.size(), size_t(4));
    const QString unlearnable = QString::fromStdString(csv[3].text);
    QCOMPARE(QString::fromStdString(csv[3].name), QString("unlearnable.csv"));
    QVERIFY2(unlearnable.startsWith("image,label,class,x1,y1,x2,y2,verdict,reason,remedy,change\r\n"
                                    "\"a, \"\"b\"\"\n.jpg\",0,cat,1,1,3,3,outside-box,"),
             qPrintable(unlearnable));
    QVERIFY2(unlearnable.endsWith(",--long-side 1813 --short-side 1088\r\n"), qPrintable(unlearnable));
    QCOMPARE(QString::fromStdString(csv[0].text).count("\r\n"), 1 + 5 + 1);
    QCOMPARE(levelLabel(8), std::string("P3"));
    QCOMPARE(levelLabel(12), std::string("stride 12"));
    QCOMPARE(positiveBinName(1), std::string("1–2"));
    QCOMPARE(positiveBinName(4), std::string(">10"));
}

QTEST_GUILESS_MAIN(TestAssignmentStatistics)
#include "tst_assignment_statistics.moc"
