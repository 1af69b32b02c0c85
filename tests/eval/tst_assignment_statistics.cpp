// SPDX-License-Identifier: GPL-3.0-or-later
// Statistics of assignment over data sets: small ones whose answer can be worked out by hand, and what must hold for
// any data; reasons and remedies are the affair of tst_unlearnable.cpp. coco-mini and BCCD are compared with NumPy by
// assignment_statistics_reference.py.
#include <QtTest>

#include <atomic>
#include <mutex>

#include "core/base/error.h"
#include "core/eval/assignment_report.h"
#include "core/rules/assigned_image.h"
#include "tests/eval/made_up_labels.h"

using namespace fcoscope;

class TestAssignmentStatistics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void countsByHand();
    void sizesAsCoco();
    void pairsOfClasses();
    void agreesWithCountsOf();
    void threadsChangeNothing();
    void stopsAndTellsProgress();
    void emptyDataSets();
    void wrongProfile();
    void reports();
};

void TestAssignmentStatistics::countsByHand()
{
    // Without centre sampling. A crowd and a box outside the image do not count, and the second image has no label.
    Profile profile = profileNamed("fcoscope");
    profile.centerRegion = CenterRegion::None;
    DatasetLabels data = oneImage({thing({10, 10, 30, 30}), thing({100, 100, 400, 300}, 1),
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
}

void TestAssignmentStatistics::sizesAsCoco()
{
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
    const DatasetLabels data = randomImages(3, 20, 25);
    for (const char *name : {"fcoscope", "tz-orig", "tv", "zg", "ad-rt"}) {
        const Profile profile = profileNamed(name);
        const AssignmentStatistics s = assignmentStatistics(data, profile);
        AssignmentCounts sum;
        std::vector<int64_t> levels(profile.strides.size());
        for (const ImageLabels &image : data.images) {
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

void TestAssignmentStatistics::threadsChangeNothing()
{
    const DatasetLabels data = randomImages(5, 40, 30);
    const Profile profile = profileNamed("tz-orig");
    const std::string one = assignmentJson(assignmentStatistics(data, profile, {}, 1)).text();
    for (const int threads : {2, 5, 64})
        QVERIFY(assignmentJson(assignmentStatistics(data, profile, {}, threads)).text() == one);
}

void TestAssignmentStatistics::stopsAndTellsProgress()
{
    const DatasetLabels data = randomImages(7, 100, 3);
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
    DatasetLabels data{"nothing", {"cat"}, {}};
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

void TestAssignmentStatistics::reports()
{
    DatasetLabels data = oneImage({thing({1, 1, 3, 3}), thing({200, 200, 300, 300}, 1), thing({0, 0, 90, 90}, 7)});
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
