// SPDX-License-Identifier: GPL-3.0-or-later
// Alarms in words, on made-up reports.
#include <QtTest>

#include "core/runs/alarms.h"

using namespace fcoscope;

namespace {

AlarmFacts threeLevels()
{
    return {{"red", "platelet"}, {100, 20}, {8, 16, 128}, {50, 70, 0}, 4};
}

StepReport report(int64_t step, std::vector<int> ofLevel, std::vector<int> ofClass, double loss = 1)
{
    StepReport r;
    r.step = step;
    r.classLoss = loss;
    for (const int positives : ofLevel)
        r.levels.push_back({positives, 0, 0, 0});
    r.positivesOfClass = std::move(ofClass);
    return r;
}

/// What is said in the steps from `from` to `to`, with the step before each sentence.
QStringList said(Alarms &alarms, int64_t from, int64_t to, std::vector<int> ofLevel, std::vector<int> ofClass,
                 double loss = 1)
{
    QStringList all;
    for (int64_t step = from; step <= to; ++step)
        for (const Message &alarm : alarms.stepped(report(step, ofLevel, ofClass, loss)))
            all << QString::number(step) + ": " + QString::fromStdString(alarm.english());
    return all;
}

}  // namespace

class TestAlarms : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void silentLevels();
    void aLevelThatNoBoxBelongsToIsNoAlarm();
    void silentClasses();
    void aStepBackRepeatsNothing();
    void longEpochsTakeTime();
    void fewBoxes();
    void theLossRises();
    void theApFalls();
    void factsOfData();
};

void TestAlarms::silentLevels()
{
    Alarms alarms(threeLevels());
    QCOMPARE(said(alarms, 1, 199, {3, 0, 0}, {1, 1}), QStringList());
    const QString p4 = "P4 had no positive in 200 steps (boxes of its size: 70).";
    QCOMPARE(said(alarms, 200, 1000, {3, 0, 0}, {1, 1}), QStringList("200: " + p4));  // once
    QCOMPARE(said(alarms, 1001, 1001, {3, 1, 0}, {1, 1}), QStringList());
    QCOMPARE(said(alarms, 1002, 2000, {3, 0, 0}, {1, 1}), QStringList("1201: " + p4));  // it had gone away
}

void TestAlarms::aLevelThatNoBoxBelongsToIsNoAlarm()
{
    Alarms alarms(threeLevels());
    QCOMPARE(said(alarms, 1, 1000, {3, 3, 0}, {1, 1}), QStringList());
    AlarmFacts facts = threeLevels();
    facts.boxesOfLevel[2] = 1;
    Alarms with(facts);
    QCOMPARE(said(with, 1, 1000, {3, 3, 0}, {1, 1}),
             QStringList("200: P7 had no positive in 200 steps (boxes of its size: 1)."));
}

void TestAlarms::silentClasses()
{
    Alarms alarms(threeLevels());
    QCOMPARE(said(alarms, 51, 400, {1, 1, 0}, {5, 0}),  // a run that goes on is given as long
             QStringList("250: Class platelet had no positive in 200 steps: no location learns its boxes."));
    QCOMPARE(said(alarms, 401, 402, {1, 1, 0}, {}), QStringList());  // reports without counts say nothing
}

/// The trainer stepped back to a checkpoint: its steps are counted from there once more.
void TestAlarms::aStepBackRepeatsNothing()
{
    const QString p4 = "P4 had no positive in 200 steps (boxes of its size: 70).";
    Alarms alarms(threeLevels());
    QCOMPARE(said(alarms, 1, 250, {3, 0, 0}, {1, 1}), QStringList("200: " + p4));
    QCOMPARE(said(alarms, 101, 400, {3, 0, 0}, {1, 1}), QStringList());
    QCOMPARE(said(alarms, 401, 401, {3, 1, 0}, {1, 1}), QStringList());
    QCOMPARE(said(alarms, 402, 500, {3, 0, 0}, {1, 1}), QStringList());
    QCOMPARE(said(alarms, 301, 1000, {3, 0, 0}, {1, 1}), QStringList("601: " + p4));
}

void TestAlarms::longEpochsTakeTime()
{
    AlarmFacts facts = threeLevels();
    facts.stepsPerEpoch = 1000;
    Alarms alarms(facts);
    QCOMPARE(said(alarms, 1, 2999, {3, 0, 0}, {1, 1}), QStringList());
    QCOMPARE(said(alarms, 3000, 3000, {3, 0, 0}, {1, 1}).size(), 1);
}

void TestAlarms::fewBoxes()
{
    AlarmFacts facts = threeLevels();
    facts.classNames = {"red", "platelet", "white", "rare"};
    facts.boxesOfClass = {10, 3, 0, 1};
    QStringList all;
    for (const Message &alarm : Alarms(facts).started())
        all << QString::fromStdString(alarm.english());
    QCOMPARE(all, (QStringList{"Class platelet has 3 boxes; expect little of it.",
                               "Class white has no box to learn from.", "Class rare has 1 box; expect little of it."}));
}

void TestAlarms::theLossRises()
{
    Alarms alarms(threeLevels());
    const std::vector<int> some{1, 1, 1};
    QCOMPARE(said(alarms, 1, 100, some, {1, 1}, 2), QStringList());
    QCOMPARE(said(alarms, 101, 200, some, {1, 1}, 1), QStringList());
    QCOMPARE(said(alarms, 201, 400, some, {1, 1}, 1.4), QStringList());
    const QString words = "The loss has risen: its mean over 100 steps is 1.6, and was 1 before. A lower learning rate "
                          "may help.";
    QCOMPARE(said(alarms, 401, 900, some, {1, 1}, 1.6), QStringList("500: " + words));
    QCOMPARE(said(alarms, 901, 1000, some, {1, 1}, 1.1), QStringList());
    QCOMPARE(said(alarms, 1001, 1100, some, {1, 1}, 1.6), QStringList("1100: " + words));
    // What is no number is left out of the mean.
    Alarms other(threeLevels());
    QCOMPARE(said(other, 1, 100, some, {1, 1}, 1), QStringList());
    QCOMPARE(said(other, 101, 300, some, {1, 1}, std::numeric_limits<double>::quiet_NaN()), QStringList());
    QCOMPARE(said(other, 301, 400, some, {1, 1}, 1), QStringList());
}

void TestAlarms::theApFalls()
{
    Alarms alarms(threeLevels());
    const auto after = [&](int64_t step, double ap) {
        const auto all = alarms.validated(step, ap);
        return all.empty() ? QString() : QString::fromStdString(all.at(0).english());
    };
    for (const double ap : {-1.0, 0.1, 0.5, 0.6, 0.599, 0.598, 0.597, 0.596})  // hardly below
        QCOMPARE(after(10, ap), QString());
    QCOMPARE(after(20, 0.61), QString());
    QCOMPARE(after(30, 0.5), QString());
    QCOMPARE(after(40, 0.55), QString());
    QCOMPARE(after(50, 0.58),
             QString("AP was 0.61 at step 20 and has not been reached again in 3 validations, the last "
                     "0.58: from here on the model may learn its images by heart."));
    QCOMPARE(after(60, 0.4), QString());  // said already
    QCOMPARE(after(70, 0.7), QString());
    QCOMPARE(after(80, 0.6), QString());
    QCOMPARE(after(90, 0.6), QString());
    QVERIFY(!after(100, 0.6).isEmpty());
}

void TestAlarms::factsOfData()
{
    Dataset data;
    data.classNames = {"red", "white"};
    // Twice as wide and high as the sample: halved.
    data.images = {{"a", {512, 512}, {}, 1}, {"b", {256, 256}, {}, 2}, {"c", {256, 256}, {}, 3}};
    data.images[0].labels = {{{0, 0, 200, 100}, 0}, {{0, 0, 300, 100}, 1}};  // 100 and 150 px there
    data.images[1].labels = {{{0, 0, 20, 20}, 1}};
    data.images[1].labels.push_back({{0, 0, 200, 200}, 1, true});  // a crowd
    AugmentOptions augment;
    augment.width = augment.height = 256;
    Profile profile;
    TrainOptions options;
    options.batch = 2;
    const AlarmFacts facts = alarmFacts(data, augment, profile, options);
    QCOMPARE(facts.boxesOfClass, (std::vector<int64_t>{1, 2}));
    QCOMPARE(facts.boxesOfLevel, (std::vector<int64_t>{2, 1, 0, 0, 0}));  // half the longer side: 50, 10 and 75 px
    QCOMPARE(facts.stepsPerEpoch, int64_t(2));
    QCOMPARE(facts.strides, profile.strides);
}

QTEST_GUILESS_MAIN(TestAlarms)
#include "tst_alarms.moc"
