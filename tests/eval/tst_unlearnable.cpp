// SPDX-License-Identifier: GPL-3.0-or-later
// Why no location learns a box and what would help: each reason on a case that can be worked out by hand, and each
// remedy tried out.
#include <QtTest>

#include <set>

#include "core/base/options.h"
#include "core/rules/assigned_image.h"
#include "tests/eval/made_up_labels.h"

using namespace fcoscope;

namespace {

/// How many locations learn the label at `given` of the image as given.
int positivesOf(const ImageLabels &image, int given, const Profile &profile)
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

QString failureOf(const ImageLabels &image, const UnlearnableBox &box, const Profile &profile)
{
    const std::string where = image.id + " " + std::to_string(box.label) + " " + box.reason.english() + " ";
    if (positivesOf(image, box.label, profile) != 0)
        return QString::fromStdString(where + "is learnt");
    for (const Remedy &remedy : box.remedies) {
        ImageLabels seen = image;
        if (remedy.change.empty())  // one object that is labelled twice
            for (size_t i = 0; i < seen.labels.size(); ++i)
                if (static_cast<int>(i) != box.label && intersectionOverUnion(seen.labels[i].box, box.box) >= 0.8)
                    seen.labels[i].crowd = true;
        if (positivesOf(seen, box.label, changed(profile, remedy)) == 0)
            return QString::fromStdString(where + "is not put right by: " + remedy.words.english());
    }
    return {};
}

UnlearnableBox onlyUnlearnable(const DatasetLabels &data, const Profile &profile)
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

}  // namespace

class TestUnlearnable : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void noLocationInside();
    void noRemedyBeyondTheOptions();
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
    void twentyThousandBoxes();
};

void TestUnlearnable::noLocationInside()
{
    const Profile profile = profileNamed("fcoscope");
    const DatasetLabels data = oneImage({thing({1, 1, 3, 3}), thing({200, 200, 300, 300})});
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

void TestUnlearnable::noRemedyBeyondTheOptions()
{
    // An input 2.7 times as large would do, but none has a shorter side of more than 8192 px.
    Profile profile = profileNamed("fcoscope");
    profile.shortSide = 8000;
    profile.longSide = 13330;
    const DatasetLabels data = oneImage({thing({0.1, 0.1, 0.15, 0.15})});  // 1 … 1.5 px in the network's input
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::OutsideBox);
    for (const Remedy &remedy : box.remedies)
        QVERIFY2(valueOf(remedy, "short-side").empty(), remedy.words.english().c_str());
    profile.shortSide = 2000;  // a quarter of it: three times as large is within the option's range
    profile.longSide = 3333;
    const DatasetLabels small = oneImage({thing({0.4, 0.4, 0.6, 0.6})});
    QVERIFY(!valueOf(onlyUnlearnable(small, profile).remedies.at(0), "short-side").empty());
}

void TestUnlearnable::outsideCenterRegion()
{
    Profile profile = profileNamed("fcoscope");
    profile.centerRadius = 0.3;
    const DatasetLabels data = oneImage({thing({25, 57, 39, 71})});  // 28 and 36, 60 and 68 lie 4 px from its centre
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::OutsideCenterRegion);
    QVERIFY2(says(box.reason, "inside it: 4") && says(box.reason, "0.3 strides"), box.reason.english().c_str());
    QCOMPARE(valueOf(box.remedies.at(0), "center-radius"), std::string("0.8"));
    QCOMPARE(valueOf(box.remedies.at(1), "center-region"), std::string("none"));
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));
}

void TestUnlearnable::outsideEveryRange()
{
    const Profile profile = profileNamed("fcoscope");
    // 4 px wide: one column of P3 (12) lies inside and none of P4 (8, 24) or P5 (16); 200 px high: too far for P3.
    const DatasetLabels data = oneImage({thing({10, 0, 14, 200})});
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::OutsideRange);
    QVERIFY2(says(box.reason, "on P3") && says(box.reason, "= 100 px, 36 px outside the range of 0 to 64 px"),
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

void TestUnlearnable::onARangeLimit()
{
    Profile profile = profileNamed("fcoscope");
    profile.rangeTest = RangeTest::Open;
    profile.centerRadius = 0.2;
    // Its centre is P3's location (100, 100), with max(l,t,r,b) = 64: on P3 not below 64; P4's nearest lies 4 px away.
    const DatasetLabels data = oneImage({thing({36, 36, 164, 164})});
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::OutsideRange);
    QVERIFY2(says(box.reason, "= 64 px, 0 px outside"), box.reason.english().c_str());
    QCOMPARE(valueOf(box.remedies.at(0), "range-test"), std::string("closed"));
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));
}

void TestUnlearnable::lostToASmallerBox()
{
    const Profile profile = profileNamed("fcoscope");
    // Both claim 12, 20, 28 of P3: the outer one's centre region ends at 32.
    const DatasetLabels data = oneImage({thing({0, 0, 40, 40}, 1), thing({9, 9, 31, 31})});
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::LostToSmaller);
    QCOMPARE(box.label, 0);
    QCOMPARE(box.classIndex, 1);
    QVERIFY2(says(box.reason, "claims (9)") && says(box.reason, "such labels: 1"), box.reason.english().c_str());
    QCOMPARE(box.remedies.size(), size_t(2));
    QVERIFY(!box.remedies[0].change.empty());
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));
}

void TestUnlearnable::labelledTwice()
{
    const Profile profile = profileNamed("fcoscope");
    const DatasetLabels data =
        oneImage({thing({0, 0, 40, 40}), thing({400, 400, 500, 500}), thing({0, 0, 40, 40}, 1)});
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::LostToSmaller);
    QCOMPARE(box.label, 2);  // equal areas: the one listed first wins
    QVERIFY2(says(box.remedies.at(0).words, "labelled twice"), box.remedies.at(0).words.english().c_str());
    QVERIFY(box.remedies[0].change.empty());
    QCOMPARE(box.remedies.size(), size_t(1));  // no size and no level tells two equal boxes apart
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));
}

void TestUnlearnable::noAreaInWholePixels()
{
    const Profile profile = profileNamed("tz-orig");
    // One pixel wide. Continuous ends take in the location at x = 100.
    const DatasetLabels data = oneImage({thing({99.5, 100, 100.5, 140})});
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::NoArea);
    QVERIFY2(says(box.reason, "1 × 40 px"), box.reason.english().c_str());
    QCOMPARE(valueOf(box.remedies.at(0), "pixels"), std::string("continuous"));
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));

    // No location between 101 and 102, whatever the ends: the input has to grow as well.
    const DatasetLabels other = oneImage({thing({101, 100, 102, 140})});
    const UnlearnableBox second = onlyUnlearnable(other, profile);
    QCOMPARE(second.verdict, Verdict::NoArea);
    QCOMPARE(second.remedies.at(0).change.size(), size_t(3));
    QVERIFY2(failureOf(other.images[0], second, profile).isEmpty(), second.remedies[0].words.english().c_str());
}

void TestUnlearnable::tooLargeForTheTieRule()
{
    Profile profile = profileNamed("tv");
    profile.shortSide = 8192;
    profile.longSide = 16384;
    const DatasetLabels data{"large", {}, {{"a.jpg", {1600, 800}, {thing({0, 0, 1600, 800})}}}};
    const UnlearnableBox box = onlyUnlearnable(data, profile);
    QCOMPARE(box.verdict, Verdict::NoArea);
    QVERIFY2(says(box.reason, "tie rule"), box.reason.english().c_str());
    QCOMPARE(valueOf(box.remedies.at(0), "tie-rule"), std::string("smallest-area"));
    QVERIFY2(failureOf(data.images[0], box, profile).isEmpty(), qPrintable(failureOf(data.images[0], box, profile)));
}

void TestUnlearnable::nothingHelps()
{
    const UnlearnableBox box =
        onlyUnlearnable(oneImage({thing({100.2, 100.2, 100.2001, 100.2001})}), profileNamed("fcoscope"));
    QCOMPARE(box.verdict, Verdict::OutsideBox);
    QVERIFY(box.remedies.empty());
    QCOMPARE(box.remedyWords().size(), size_t(1));
    QVERIFY(says(box.remedyWords()[0], "None was found"));
}

void TestUnlearnable::everyRemedyWorks_data()
{
    QTest::addColumn<QString>("name");
    for (const std::string &name : profileNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void TestUnlearnable::everyRemedyWorks()
{
    QFETCH(QString, name);
    const Profile profile = profileNamed(name.toStdString());
    const DatasetLabels data = randomImages(11, 15, 20);
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

void TestUnlearnable::twentyThousandBoxes()
{
    std::vector<Label> labels;
    for (int i = 0; i < 20000; ++i) {
        const double x = i * 37 % 1300, y = i * 53 % 780;
        labels.push_back(thing({x, y, x + 5 + i % 30, y + 5 + i / 7 % 30}, i % 3));
    }
    const DatasetLabels data = oneImage(std::move(labels));
    QElapsedTimer timer;
    timer.start();
    const AssignmentStatistics s = assignmentStatistics(data, profileNamed("fcoscope"));
    qInfo("20,000 boxes in one image: %lld never learnt, %lld ms", static_cast<long long>(s.unlearnable.size()),
          static_cast<long long>(timer.elapsed()));
    QVERIFY(s.unlearnable.size() > 1000);
    QCOMPARE(s.labels, 20000);
}

QTEST_GUILESS_MAIN(TestUnlearnable)
#include "tst_unlearnable.moc"
