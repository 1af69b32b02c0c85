// SPDX-License-Identifier: GPL-3.0-or-later
// What a trainer tells: every event goes to a line and back, an earlier version's lines are read, and a file that
// grows, is torn or begins anew is followed.
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <limits>

#include "core/base/file.h"
#include "core/runs/run_events.h"
#include "core/runs/step_pace.h"

using namespace fcoscope;

namespace {

RunStep aStep(int64_t step)
{
    RunStep e;
    e.report.step = step;
    e.report.steps = 100;
    e.report.epoch = 3;
    e.report.classLoss = 0.5;
    e.report.boxLoss = 0.25;
    e.report.centernessLoss = 0.75;
    e.report.learningRate = 0.125;
    e.report.gradientNorm = 2;
    e.report.positives = 12;
    e.report.imagesPerSecond = 8;
    e.report.waitedForDataMs = 1.5;
    e.report.levels = {{10, 0.25, 0.125, 0.5}, {2, 0.25, 0.125, 0.25}};
    e.report.positivesOfClass = {11, 1, 0};
    e.memoryBytes = 123456789;
    return e;
}

RunValidated aValidation()
{
    RunValidated e;
    e.step = 40;
    e.epoch = 3;
    e.figures = {{"AP", 0.5}, {"AP50", 0.75}, {"AP-small", -1}};
    e.classAp = {{"red cell", 0.5}, {"血小板", -1}};
    e.best = true;
    e.pictures = "pictures/40.json";
    e.classFigures = {{"red cell", {{"AP50", 0.75}, {"labels", 7}}}};
    return e;
}

std::vector<RunEvent> read(const QTemporaryDir &folder, const std::string &text)
{
    const std::filesystem::path file = folder.filePath("events.jsonl").toStdString();
    writeFile(file, text);
    return RunEventReader(file).more();
}

/// The steps of the step events among `events`.
std::vector<int64_t> stepsOf(const std::vector<RunEvent> &events)
{
    std::vector<int64_t> steps;
    for (const RunEvent &event : events)
        if (const auto *step = std::get_if<RunStep>(&event.facts))
            steps.push_back(step->report.step);
    return steps;
}

}  // namespace

class TestRunEvents : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyEventGoesToALineAndBack_data();
    void everyEventGoesToALineAndBack();
    void numbersSurvive();
    void noNumberIsNoNumber();
    void sentencesTravelAsTemplates();
    void earlierRunsAreRead();
    void whatIsNotKnownIsPassedOver_data();
    void whatIsNotKnownIsPassedOver();
    void supersededStepsGo();
    void aFileIsFollowedWhileItGrows();
    void thePaceOfSteps();
};

void TestRunEvents::thePaceOfSteps()
{
    StepPace pace;
    pace.stepped(100);
    QCOMPARE(pace.seconds(), 0.0);
    pace.stepped(102);
    QCOMPARE(pace.seconds(), 2.0);
    pace.stepped(122);  // a validation came between
    QCOMPARE(pace.seconds(), 0.95 * 2 + 0.05 * 20);
    pace.cut(1000);  // it rested
    pace.stepped(1002.9);
    QVERIFY(std::abs(pace.seconds() - 2.9) < 1e-9);
    QCOMPARE(pace.waitShare(), 0.0);
    pace.stepped(1005.8, 1.45);
    QVERIFY(std::abs(pace.waitShare() - 0.05 * 0.5) < 1e-9);
    for (int i = 1; i < 200; ++i)
        pace.stepped(1005.8 + i * 2.9, 50);  // more than a step takes is all of it
    QVERIFY(pace.waitShare() > 0.99 && pace.waitShare() <= 1);
    pace.cut();
    pace.stepped(5000);
    QVERIFY(std::abs(pace.seconds() - 2.9) < 1e-9);
}

void TestRunEvents::everyEventGoesToALineAndBack_data()
{
    QTest::addColumn<int>("index");
    for (int i = 0; i < 10; ++i)
        QTest::addRow("%d", i) << i;
}

void TestRunEvents::everyEventGoesToALineAndBack()
{
    QFETCH(int, index);
    RunStarted started{7, 100, 4, 20, 5, "cpu", {8, 16}, {"red cell", "血小板", "a\"b"}};
    const Message words = message("core", "The file {0} is gone: {1}.").with("/a b/{0}", 3);
    const std::vector<RunEventFacts> all{
        started,
        aStep(8),
        aValidation(),
        RunWarning{9, words},
        RunPaused{9, true},
        RunPaused{9, false},
        RunEnded{RunEnded::How::Done, 100, {}, {{"AP", 0.5}}},
        RunEnded{RunEnded::How::Stopped, 50, message("core", "Enough."), {}},
        RunEnded{RunEnded::How::Failed, 50, words, {}},
        RunDoing{0.25, words},
    };
    const RunEvent event{1795322515.441, all[static_cast<size_t>(index)]};
    const std::string line = lineOf(event);
    QVERIFY(line.find('\n') == std::string::npos);
    RunEvent back;
    QVERIFY2(eventOf(line, back), line.c_str());
    QCOMPARE(back.time, event.time);
    QCOMPARE(back.facts.index(), event.facts.index());
    QCOMPARE(lineOf(back), line);  // nothing that a line says is lost in reading it
    QVERIFY(line.size() > 40);
}

void TestRunEvents::numbersSurvive()
{
    RunEvent back;
    QVERIFY(eventOf(lineOf({1, aStep(8)}), back));
    const RunStep &step = std::get<RunStep>(back.facts);
    QCOMPARE(step.report.step, int64_t(8));
    QCOMPARE(step.report.steps, int64_t(100));
    QCOMPARE(step.report.epoch, int64_t(3));
    QCOMPARE(step.report.boxLoss, 0.25);
    QCOMPARE(step.report.learningRate, 0.125);
    QCOMPARE(step.report.levels.size(), size_t(2));
    QCOMPARE(step.report.levels[0].positives, 10);
    QCOMPARE(step.report.levels[1].centernessLoss, 0.25);
    QCOMPARE(step.report.positivesOfClass, (std::vector<int>{11, 1, 0}));
    QCOMPARE(step.memoryBytes, 123456789.0);
    QVERIFY(eventOf(lineOf({1, aValidation()}), back));
    const RunValidated &validated = std::get<RunValidated>(back.facts);
    QCOMPARE(validated.step, int64_t(40));
    QVERIFY(validated.best);
    QCOMPARE(validated.figures.at("AP-small"), -1.0);
    QCOMPARE(validated.classAp.at("血小板"), -1.0);
    QCOMPARE(validated.classFigures.at("red cell").at("labels"), 7.0);
    QCOMPARE(validated.pictures, std::string("pictures/40.json"));
}

void TestRunEvents::noNumberIsNoNumber()
{
    RunStep step = aStep(1);
    step.report.classLoss = std::numeric_limits<double>::quiet_NaN();
    step.report.gradientNorm = std::numeric_limits<double>::infinity();
    RunEvent back;
    QVERIFY(eventOf(lineOf({1, step}), back));
    QVERIFY(std::isnan(std::get<RunStep>(back.facts).report.classLoss));
    QVERIFY(std::isnan(std::get<RunStep>(back.facts).report.gradientNorm));
    QCOMPARE(std::get<RunStep>(back.facts).report.boxLoss, 0.25);
}

void TestRunEvents::sentencesTravelAsTemplates()
{
    const Message words = message("core", "{0} had no positive in {1} steps.").with("P7", 200);
    const std::string line = lineOf({1, RunWarning{5, words}});
    QVERIFY2(line.find("\"reason\":\"P7 had no positive in 200 steps.\"") != std::string::npos, line.c_str());
    RunEvent back;
    QVERIFY(eventOf(line, back));
    QVERIFY(std::get<RunWarning>(back.facts).words == words);
}

/// Lines as version 0.1 wrote them.
void TestRunEvents::earlierRunsAreRead()
{
    const QTemporaryDir folder;
    const auto events = read(
        folder,
        "{\"event\":\"start\",\"time\":1.5,\"from_step\":0,\"steps\":6,\"images\":4}\n"
        "{\"event\":\"step\",\"time\":2,\"step\":1,\"epoch\":0,\"class_loss\":0.93,\"box_loss\":0.5,\"centerness_loss\":"
        "0.6,\"learning_rate\":0.001,\"gradient_norm\":3.5,\"positives\":46,\"images_per_second\":12,"
        "\"waited_for_data_ms\":0.5}\n"
        "{\"event\":\"validation\",\"time\":3,\"epoch\":1,\"figures\":{\"AP\":0.25,\"AP-small\":null},\"classes\":[{"
        "\"class\":\"RBC\",\"AP\":0.25,\"AP50\":0.5,\"AP75\":null,\"AR100\":0.5,\"labels\":27}]}\n"
        "{\"event\":\"failed\",\"time\":4,\"reason\":\"The image a{0}.jpg is gone.\"}\n");
    QCOMPARE(events.size(), size_t(4));
    QCOMPARE(std::get<RunStarted>(events[0].facts).steps, int64_t(6));
    QVERIFY(std::get<RunStarted>(events[0].facts).strides.empty());
    QCOMPARE(std::get<RunStep>(events[1].facts).report.positives, 46);
    QVERIFY(std::get<RunStep>(events[1].facts).report.levels.empty());
    QCOMPARE(std::get<RunValidated>(events[2].facts).step, int64_t(1));  // that of the step before it
    QCOMPARE(std::get<RunValidated>(events[2].facts).classAp.at("RBC"), 0.25);
    QCOMPARE(std::get<RunValidated>(events[2].facts).figures.at("AP-small"), -1.0);
    const RunEnded &failed = std::get<RunEnded>(events[3].facts);
    QVERIFY(failed.how == RunEnded::How::Failed);
    QCOMPARE(failed.reason.english(), std::string("The image a{0}.jpg is gone."));
}

void TestRunEvents::whatIsNotKnownIsPassedOver_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("another event") << QByteArray("{\"event\":\"rank joined\",\"time\":1}");
    QTest::newRow("no event") << QByteArray("{\"time\":1,\"step\":3}");
    QTest::newRow("torn") << QByteArray("{\"event\":\"step\",\"time\":1,\"st");
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("no JSON") << QByteArray("hello");
    QTest::newRow("no object") << QByteArray("[\"step\"]");
    QTest::newRow("zeros") << QByteArray(64, '\0');  // as a machine that went down may leave them
}

void TestRunEvents::whatIsNotKnownIsPassedOver()
{
    QFETCH(QByteArray, line);
    RunEvent event;
    QVERIFY(!eventOf(line.toStdString(), event));
    const QTemporaryDir folder;
    const std::string step = lineOf({1, aStep(2)}) + "\n";
    QCOMPARE(stepsOf(read(folder, step + line.toStdString() + "\n" + step)), (std::vector<int64_t>{2, 2}));
    // Members that are not known, or of another kind than they should be.
    QVERIFY(eventOf("{\"event\":\"step\",\"step\":\"x\",\"levels\":[[1],7],\"tomorrow\":{}}", event));
    QCOMPARE(std::get<RunStep>(event.facts).report.step, int64_t(0));
}

void TestRunEvents::supersededStepsGo()
{
    std::vector<RunEvent> events;
    const auto start = [&](int64_t from) {
        RunStarted started;
        started.fromStep = from;
        events.push_back({0, started});
    };
    start(0);
    for (int64_t step = 1; step <= 5; ++step)
        events.push_back({0, aStep(step)});
    events.push_back({0, RunWarning{5, message("core", "Beware.")}});
    start(3);  // killed; the checkpoint was of step 3
    for (int64_t step = 4; step <= 7; ++step)
        events.push_back({0, aStep(step)});
    start(2);  // and again, from an older one
    events.push_back({0, aStep(3)});
    const auto kept = withoutSuperseded(events);
    QCOMPARE(stepsOf(kept), (std::vector<int64_t>{1, 2, 3}));
    QCOMPARE(kept.size(), size_t(6));  // three starts; no warning of a step that was done again
}

void TestRunEvents::aFileIsFollowedWhileItGrows()
{
    const QTemporaryDir folder;
    QFile file(folder.filePath("events.jsonl"));
    RunEventReader reader(file.fileName().toStdString());
    QVERIFY(reader.more().empty());  // not there yet
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
    const auto add = [&](const std::string &text) { return file.write(text.data(), qint64(text.size())) > 0; };
    QVERIFY(add(lineOf({0, aStep(1)}) + "\n" + lineOf({0, aStep(2)}) + "\n"));
    QCOMPARE(stepsOf(reader.more()), (std::vector<int64_t>{1, 2}));
    QVERIFY(reader.more().empty());
    const std::string line = lineOf({0, aStep(3)}) + "\n";
    QVERIFY(add(line.substr(0, 20)));
    QVERIFY(reader.more().empty());  // half a line is none yet
    QVERIFY(add(line.substr(20)));
    bool restarted = true;
    QCOMPARE(stepsOf(reader.more(&restarted)), (std::vector<int64_t>{3}));
    QVERIFY(!restarted);
    QVERIFY(file.resize(0) && file.seek(0) && add(lineOf({0, aStep(9)}) + "\n"));
    QCOMPARE(stepsOf(reader.more(&restarted)), (std::vector<int64_t>{9}));
    QVERIFY(restarted);
}

QTEST_GUILESS_MAIN(TestRunEvents)
#include "tst_run_events.moc"
