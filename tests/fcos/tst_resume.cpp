// SPDX-License-Identifier: GPL-3.0-or-later
// A run that was stopped, killed or interrupted goes on to the very weights of the unbroken run, bit for bit.
#include <QTemporaryDir>
#include <QTest>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/fcos/checkpoint.h"
#include "core/fcos/safetensors.h"
#include "tests/fcos/drawn_training.h"

using namespace fcoscope;
namespace fs = std::filesystem;

class ResumeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void slicedRunsEqualTheUnbrokenOne_data();
    void slicedRunsEqualTheUnbrokenOne();
    void aStoppedRunGoesOn();
    void aKilledRunGoesOn();
    void changedRunsAreRefused();
    void anotherBatchGoesOnWithTheNextImage();
    void checkpointsOfBeforeGoOn();
    void aPauseChangesNothing();
    void aStopEndsAPause();
    void aKillBetweenRenamesLosesNothing();
    void anUnreadableImageLosesNothing();
};

void ResumeTest::slicedRunsEqualTheUnbrokenOne_data()
{
    QTest::addColumn<int>("optimizer");
    QTest::addColumn<int>("precision");
    QTest::addColumn<int>("accumulate");
    QTest::addColumn<int>("threads");
    QTest::addColumn<int>("normalizer");
    const int positives = int(ClassNormalizer::Positives), average = int(ClassNormalizer::MovingAverage);
    QTest::newRow("adamw") << int(OptimizerKind::AdamW) << int(Precision::Float32) << 1 << 1 << positives;
    QTest::newRow("sgd") << int(OptimizerKind::Sgd) << int(Precision::Float32) << 1 << 1 << positives;
    QTest::newRow("accumulated") << int(OptimizerKind::AdamW) << int(Precision::Float32) << 2 << 1 << positives;
    QTest::newRow("two threads") << int(OptimizerKind::AdamW) << int(Precision::Float32) << 1 << 2 << positives;
    QTest::newRow("bfloat16") << int(OptimizerKind::AdamW) << int(Precision::Bfloat16) << 1 << 1 << positives;
    QTest::newRow("moving average") << int(OptimizerKind::AdamW) << int(Precision::Float32) << 2 << 1 << average;
}

void ResumeTest::slicedRunsEqualTheUnbrokenOne()
{
    QFETCH(int, optimizer);
    QFETCH(int, precision);
    QFETCH(int, accumulate);
    QFETCH(int, threads);
    QFETCH(int, normalizer);
    QTemporaryDir one, two;
    const fs::path whole = one.path().toStdString(), sliced = two.path().toStdString();
    TrainOptions options = fewSteps();
    options.optimizer = static_cast<OptimizerKind>(optimizer);
    options.precision = static_cast<Precision>(precision);
    options.accumulate = accumulate;
    options.threads = threads;
    Profile profile = smallProfile();
    profile.classNormalizer = static_cast<ClassNormalizer>(normalizer);
    const TrainResult unbroken = trainDrawn(options, whole, {}, 8, {}, profile);
    QVERIFY(!unbroken.stopped);
    for (const int64_t stop : {1, 4, 5}) {
        TrainOptions slice = options;
        slice.stopAfterSteps = stop;
        slice.loaders = 1;  // threads must not matter
        const TrainResult part = trainDrawn(slice, sliced, {}, 8, {}, profile);
        QVERIFY(part.stopped);
        QCOMPARE(part.steps, stop);
    }
    QCOMPARE(trainDrawn(options, sliced, {}, 8, {}, profile).steps, unbroken.steps);
    const Safetensors a = readSafetensors(whole / "checkpoints/last/training.safetensors"),
                      b = readSafetensors(sliced / "checkpoints/last/training.safetensors");
    QVERIFY(a.metadata == b.metadata);
    QCOMPARE(a.tensors.size(), b.tensors.size());
    for (size_t i = 0; i < a.tensors.size(); ++i)
        QVERIFY2(a.tensors[i].second.equal(b.tensors[i].second), a.tensors[i].first.c_str());
    const Safetensors x = readSafetensors(whole / "checkpoints/last/model.safetensors"),
                      y = readSafetensors(sliced / "checkpoints/last/model.safetensors");
    bool averaged = false;
    for (size_t i = 0; i < x.tensors.size(); ++i) {
        QVERIFY2(x.tensors[i].second.equal(y.tensors[i].second), x.tensors[i].first.c_str());
        averaged = averaged || !x.tensors[i].second.equal(*a.find("raw." + x.tensors[i].first));
    }
    QVERIFY(averaged);  // raw and averaged weights are both kept, and are not the same
}

void ResumeTest::aStoppedRunGoesOn()
{
    QTemporaryDir one, two;
    const fs::path whole = one.path().toStdString(), stopped = two.path().toStdString();
    trainDrawn(fewSteps(), whole);
    std::atomic<int> steps{0};
    RunContext context;
    context.stopRequested = [&] { return steps >= 7; };
    const TrainResult part = trainDrawn(fewSteps(), stopped, context, 8, [&](const StepReport &) { ++steps; });
    QVERIFY(part.stopped);
    QCOMPARE(part.steps, int64_t(7));
    Predictor::load(part.last, "cpu");  // usable as it is
    trainDrawn(fewSteps(), stopped);
    QVERIFY(weightsOf(whole, "training.safetensors") == weightsOf(stopped, "training.safetensors"));
    QVERIFY(weightsOf(whole, "model.safetensors") == weightsOf(stopped, "model.safetensors"));
}

void ResumeTest::aKilledRunGoesOn()
{
    // This very program, called with a folder, trains there (see main): a fork of a process whose threads are running
    // would not be a fair trainer.
    QTemporaryDir one, two;
    const fs::path whole = one.path().toStdString(), killed = two.path().toStdString();
    trainDrawn(fewSteps(), whole);
    const std::string self = QCoreApplication::applicationFilePath().toStdString();
    for (const char *at : {"2", "4", "11"}) {
        const pid_t child = fork();
        if (child == 0) {
            execl(self.c_str(), self.c_str(), "--train-and-die-at", at, killed.c_str(), nullptr);
            _exit(99);
        }
        int status = 0;
        waitpid(child, &status, 0);
        QVERIFY(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    QVERIFY(!fs::exists(whole / "checkpoints" / ".last.unfinished"));
    trainDrawn(fewSteps(), killed);
    QVERIFY(weightsOf(whole, "training.safetensors") == weightsOf(killed, "training.safetensors"));
}

void ResumeTest::changedRunsAreRefused()
{
    QTemporaryDir dir;
    const fs::path folder = dir.path().toStdString();
    TrainOptions options = fewSteps();
    options.stopAfterSteps = 2;
    trainDrawn(options, folder);
    using Change = std::function<void(NetworkOptions &, Profile &, TrainOptions &)>;
    const auto goOn = [&](const Change &change, int images = 8) {
        NetworkOptions network = smallNetwork();
        Profile profile = smallProfile();
        TrainOptions changed = options;
        change(network, profile, changed);
        try {
            train(DrawnSource(images, true), network, profile, changed, folder, {}, {}, {});
        } catch (const UserError &error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const auto refusedFor = [&](const char *words, const std::string &said) {
        return said == "The run in " + folder.string() + " was started with " + words + "; train into another folder.";
    };
    QVERIFY(refusedFor("seed 1, not 5", goOn([](auto &, auto &, auto &o) { o.seed = 5; })));
    QVERIFY(refusedFor("optimizer adamw, not sgd",
                       goOn([](auto &, auto &, auto &o) { o.optimizer = OptimizerKind::Sgd; })));
    QVERIFY(refusedFor("tower-depth 1, not 2", goOn([](auto &n, auto &, auto &) { n.towerDepth = 2; })));
    QVERIFY(refusedFor("center-radius 1.5, not 1", goOn([](auto &, auto &p, auto &) { p.centerRadius = 1; })));
    QVERIFY(refusedFor("images 8, not 9", goOn([](auto &, auto &, auto &) {}, 9)));
    QCOMPARE(readModelInfo(folder).facts.at("steps"), std::string("2"));
    std::vector<std::string> told;
    setLogSink([&](const std::string &line) { told.push_back(line); });
    const std::string said = goOn([](auto &, auto &p, auto &o) {
        p.decode.scoreThreshold = 0.5;
        o.loaders = 1;
        o.epochs = 3;
        o.stopAfterSteps = 3;
    });
    setLogSink({});
    QCOMPARE(said, std::string());
    QCOMPARE(told, (std::vector<std::string>{"The run goes on with epochs 3 instead of 6."}));
    QCOMPARE(readModelInfo(folder).facts.at("steps"), std::string("3"));

    Safetensors file = readSafetensors(folder / "checkpoints/last/training.safetensors");
    for (const char *step : {"-1", "nan", "1e300", "many"}) {
        file.metadata["step"] = step;
        writeSafetensors(folder / "checkpoints/last/training.safetensors", file);
        QVERIFY(goOn([](auto &, auto &, auto &) {}).find("does not say how many steps") != std::string::npos);
    }
}

void ResumeTest::anotherBatchGoesOnWithTheNextImage()
{
    QTemporaryDir dir;
    const fs::path folder = dir.path().toStdString();
    TrainOptions options = fewSteps();  // 48 samples in batches of two
    options.stopAfterSteps = 5;
    trainDrawn(options, folder);
    const auto samples = [&] {
        return readSafetensors(folder / "checkpoints/last/training.safetensors").metadata.at("samples");
    };
    QCOMPARE(samples(), std::string("10"));
    options.batch = 3;
    options.accumulate = 2;
    options.stopAfterSteps = 7;
    double rate = 0;
    int64_t steps = 0, epoch = 0;
    const auto look = [&](const StepReport &report) {
        rate = report.learningRate;
        steps = report.steps;
        epoch = report.epoch;
    };
    trainDrawn(options, folder, {}, 8, look);
    QCOMPARE(samples(), std::string("22"));
    QCOMPARE(steps, int64_t(5 + 7));  // (48 − 10) / 6, rounded up
    QCOMPARE(epoch, int64_t(2));
    options.batch = 1;
    options.accumulate = 1;
    options.epochs = 3;
    options.stopAfterSteps = 0;
    options.precision = Precision::Bfloat16;
    const TrainResult result = trainDrawn(options, folder, {}, 8, look);
    QVERIFY(!result.stopped);
    QCOMPARE(result.steps, int64_t(9));
    QCOMPARE(samples(), std::string("24"));
    QVERIFY(rate < 0.02 * options.learningRate);  // the cosine has come to its end
}

void ResumeTest::checkpointsOfBeforeGoOn()
{
    QTemporaryDir one, two;
    const fs::path whole = one.path().toStdString(), sliced = two.path().toStdString();
    TrainOptions options = fewSteps();
    options.accumulate = 2;
    trainDrawn(options, whole);
    options.stopAfterSteps = 5;
    trainDrawn(options, sliced);
    const fs::path file = sliced / "checkpoints/last/training.safetensors";
    Safetensors before = readSafetensors(file);
    for (const char *later : {"samples", "rate-factor", "validations-since-best"})
        QCOMPARE(before.metadata.erase(later), size_t(1));
    writeSafetensors(file, before);
    options.stopAfterSteps = 0;
    trainDrawn(options, sliced);
    QVERIFY(weightsOf(whole, "training.safetensors") == weightsOf(sliced, "training.safetensors"));
}

void ResumeTest::aPauseChangesNothing()
{
    QTemporaryDir one, two;
    const fs::path whole = one.path().toStdString(), paused = two.path().toStdString();
    TrainOptions options = fewSteps();
    options.epochs = 2;
    options.checkpointEverySteps = 1000;
    trainDrawn(options, whole);
    int64_t step = 0;
    int asked = 0;
    TrainCallbacks callbacks;
    callbacks.step = [&](const StepReport &report) { step = report.step; };
    callbacks.paused = [&] {
        if (step != 5 || ++asked > 4)
            return false;
        if (asked > 1)  // it rests: all that was learnt is on the disk
            [&] { QCOMPARE(readModelInfo(paused / "checkpoints/last").facts.at("steps"), std::string("5")); }();
        return true;
    };
    const DrawnSource source(8, true);
    train(source, smallNetwork(), smallProfile(), options, paused, {}, callbacks, {});
    QCOMPARE(asked, 5);
    QVERIFY(weightsOf(whole, "training.safetensors") == weightsOf(paused, "training.safetensors"));
}

void ResumeTest::aStopEndsAPause()
{
    QTemporaryDir dir;
    const fs::path folder = dir.path().toStdString();
    int64_t step = 0;
    int asked = 0;
    TrainCallbacks callbacks;
    callbacks.step = [&](const StepReport &report) { step = report.step; };
    callbacks.paused = [&] { return step >= 2 && ++asked > 0; };
    RunContext context;
    context.stopRequested = [&] { return asked > 2; };
    const TrainResult result =
        train(DrawnSource(8, true), smallNetwork(), smallProfile(), fewSteps(), folder, {}, callbacks, context);
    QVERIFY(result.stopped);
    QCOMPARE(result.steps, int64_t(2));
}

void ResumeTest::aKillBetweenRenamesLosesNothing()
{
    QTemporaryDir one, two;
    const fs::path whole = one.path().toStdString(), killed = two.path().toStdString();
    trainDrawn(fewSteps(), whole);
    TrainOptions slice = fewSteps();
    slice.stopAfterSteps = 5;
    trainDrawn(slice, killed);
    // Where names cannot be exchanged, the old checkpoint is aside for a moment, and the new one not yet in its place.
    fs::rename(killed / "checkpoints/last", killed / "checkpoints/.last.old");
    int64_t first = 0;
    trainDrawn(fewSteps(), killed, {}, 8, [&](const StepReport &report) { first = first ? first : report.step; });
    QCOMPARE(first, int64_t(6));
    QVERIFY(weightsOf(whole, "training.safetensors") == weightsOf(killed, "training.safetensors"));
    QVERIFY(!fs::exists(killed / "checkpoints/.last.old"));
}

namespace {
/// Its seventh image cannot be read any more.
class BrokenImage : public DrawnSource {
public:
    using DrawnSource::DrawnSource;
    Sample trainingSample(int index, uint64_t seed, int64_t epoch) const override
    {
        if (epoch >= 1 && index == 6)
            throw UserError(message("core", "The image {0} is cut short.").with("six"));
        return DrawnSource::trainingSample(index, seed, epoch);
    }
};
}  // namespace

void ResumeTest::anUnreadableImageLosesNothing()
{
    QTemporaryDir dir;
    const fs::path folder = dir.path().toStdString();
    TrainOptions options = fewSteps();
    options.checkpointEverySteps = 1000;
    int64_t steps = 0;
    TrainCallbacks callbacks;
    callbacks.step = [&](const StepReport &report) { steps = report.step; };
    QVERIFY_EXCEPTION_THROWN(
        train(BrokenImage(8, true), smallNetwork(), smallProfile(), options, folder, {}, callbacks, {}), UserError);
    QVERIFY(steps >= 4);
    QCOMPARE(readModelInfo(folder / "checkpoints" / "last").facts.at("steps"), std::to_string(steps));
    QTemporaryDir other;  // the file is whole again: the run goes on to the same weights as if nothing had happened
    const fs::path whole = other.path().toStdString();
    trainDrawn(options, folder);
    trainDrawn(options, whole);
    QVERIFY(weightsOf(whole, "training.safetensors") == weightsOf(folder, "training.safetensors"));
}

int main(int argc, char **argv)
{
    if (argc == 4 && std::string(argv[1]) == "--train-and-die-at") {
        trainDrawn(fewSteps(), argv[3], {}, 8, [&](const StepReport &report) {
            if (report.step == std::stoi(argv[2]))
                raise(SIGKILL);
        });
        return 0;
    }
    QCoreApplication app(argc, argv);
    ResumeTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_resume.moc"
