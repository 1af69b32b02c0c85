// SPDX-License-Identifier: GPL-3.0-or-later
// The trainer on drawn images: it learns, it keeps what is best, it refuses what cannot be.
#include <QTemporaryDir>
#include <QTest>

#include "core/base/error.h"
#include "core/fcos/checkpoint.h"
#include "core/fcos/safetensors.h"
#include "core/rules/decode.h"
#include "tests/fcos/drawn_training.h"

using namespace fcoscope;
namespace fs = std::filesystem;

class TrainerTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fourImagesAreLearntByHeart();
    void anotherSeedGivesOtherWeights();
    void validationChoosesTheBest();
    void aStoppedValidationIsMadeUpFor();
    void refusals();
    void frozenNormsNeedWeights();
    void imagesWithoutObjectsAreFine();
};

void TrainerTest::fourImagesAreLearntByHeart()
{
    QTemporaryDir dir;
    const DrawnSource source(4);
    TrainOptions options = fewSteps();
    options.epochs = 220;
    options.batch = 4;
    options.learningRate = 3e-3;
    options.weightDecay = 0;
    options.emaDecay = 0.9;
    options.warmupSteps = 20;
    options.checkpointEverySteps = 1000;
    const TrainResult result =
        train(source, smallNetwork(), smallProfile(), options, dir.path().toStdString(), {}, {}, {});
    const Predictor predictor = Predictor::load(result.last, "cpu");
    for (int i = 0; i < source.size(); ++i) {
        const LabelledImage drawn = source.original(i);
        const auto found = decode(*predictor.run(drawn.image), predictor.info().profile, DecodeOptions{});
        for (const Label &label : drawn.labels) {
            double best = 0;
            for (const Detection &detection : found)
                if (detection.classIndex == label.classIndex && detection.score > 0.5)
                    best = std::max(best, intersectionOverUnion(detection.box, label.box));
            QVERIFY2(best > 0.9, qPrintable(QStringLiteral("image %1: IoU %2").arg(i).arg(best)));
        }
    }
}

void TrainerTest::anotherSeedGivesOtherWeights()
{
    QTemporaryDir one, two;
    TrainOptions options = fewSteps();
    options.stopAfterSteps = 1;
    trainDrawn(options, one.path().toStdString());
    options.seed = 2;
    trainDrawn(options, two.path().toStdString());
    QVERIFY(weightsOf(one.path().toStdString(), "model.safetensors") !=
            weightsOf(two.path().toStdString(), "model.safetensors"));
}

void TrainerTest::validationChoosesTheBest()
{
    QTemporaryDir dir;
    const DrawnSource source(8);
    TrainOptions options = fewSteps();
    options.validateEvery = 1;
    int call = 0;
    TrainCallbacks callbacks;
    const double figures[] = {0.1, 0.5, 0.3, 0.2, 0.4, 0.45};
    callbacks.validate = [&](const Predictor &predictor) {
        predictor.run(source.original(0).image);
        return Figures{{"AP", figures[call++]}};
    };
    const TrainResult result =
        train(source, smallNetwork(), smallProfile(), options, dir.path().toStdString(), {}, callbacks, {});
    QCOMPARE(call, 6);
    QCOMPARE(result.best.at("AP"), 0.5);
    QCOMPARE(readModelInfo(result.bestPath).facts.at("steps"), std::string("8"));
    QCOMPARE(readModelInfo(result.last).facts.at("best-AP"), std::string("0.5"));
    QCOMPARE(readModelInfo(result.last).training.at("batch"), std::string("2"));
}

void TrainerTest::aStoppedValidationIsMadeUpFor()
{
    QTemporaryDir dir;
    const DrawnSource source(8);
    TrainOptions options = fewSteps();
    options.epochs = 2;
    options.validateEvery = 2;  // once, after the last step
    TrainCallbacks callbacks;
    callbacks.validate = [](const Predictor &) { return Figures{}; };  // what a stop in the middle gives
    callbacks.validated = [](int64_t, const Figures &) { QFAIL("nothing was measured"); };
    const auto go = [&] {
        return train(source, smallNetwork(), smallProfile(), options, dir.path().toStdString(), {}, callbacks, {});
    };
    QVERIFY(go().stopped);
    int told = 0;
    callbacks.validate = [](const Predictor &) { return Figures{{"AP", 0.25}}; };
    callbacks.validated = [&](int64_t epoch, const Figures &) { told += epoch == 1; };
    const TrainResult result = go();
    QVERIFY(!result.stopped);
    QCOMPARE(told, 1);
    QCOMPARE(result.best.at("AP"), 0.25);
    QCOMPARE(readModelInfo(result.bestPath).facts.at("steps"), std::string("8"));
    go();
    QCOMPARE(told, 1);  // and only once
}

void TrainerTest::refusals()
{
    QTemporaryDir dir;
    const DrawnSource source(2);
    NetworkOptions network = smallNetwork();
    network.classCount = 5;
    QVERIFY_EXCEPTION_THROWN(train(source, network, smallProfile(), fewSteps(), dir.path().toStdString(), {}, {}, {}),
                             UserError);
    network = smallNetwork();
    network.towerGroups = 7;
    QVERIFY_EXCEPTION_THROWN(train(source, network, smallProfile(), fewSteps(), dir.path().toStdString(), {}, {}, {}),
                             UserError);
    TrainOptions elsewhere = fewSteps();
    elsewhere.device = "cuda:99";
    QVERIFY_EXCEPTION_THROWN(trainDrawn(elsewhere, dir.path().toStdString()), UserError);
    TrainOptions wild = fewSteps();
    wild.learningRate = 100;
    wild.clipNorm = 0;
    wild.optimizer = OptimizerKind::Sgd;
    wild.warmupSteps = 0;
    wild.epochs = 40;
    try {
        trainDrawn(wild, dir.path().toStdString());
        QFAIL("a diverging run was not noticed");
    } catch (const UserError &error) {
        QVERIFY(std::string(error.what()).find("no longer a finite number") != std::string::npos);
    }
}

void TrainerTest::frozenNormsNeedWeights()
{
    QTemporaryDir one, two;
    const fs::path from = one.path().toStdString(), folder = two.path().toStdString();
    const DrawnSource source(8, true);
    NetworkOptions frozen = smallNetwork();
    frozen.backboneNorm = BackboneNorm::Frozen;
    TrainOptions options = fewSteps();
    options.stopAfterSteps = 2;
    const auto go = [&](const fs::path &start) {
        return train(source, frozen, smallProfile(), options, folder, start, {}, {}).steps;
    };
    try {
        go({});
        QFAIL("random weights were frozen");
    } catch (const UserError &error) {
        QCOMPARE(std::string(error.what()),
                 std::string("A backbone with frozen norms cannot learn from random weights; "
                             "give weights to start from, or set backbone-norm to trained."));
    }
    QVERIFY(!fs::exists(folder / "checkpoints"));
    trainDrawn(options, from);
    QCOMPARE(go(from), int64_t(2));
    options.stopAfterSteps = 4;
    QCOMPARE(go({}), int64_t(4));  // goes on: its weights are no longer random
    const Safetensors before = readSafetensors(from / "checkpoints/last/model.safetensors"),
                      after = readSafetensors(folder / "checkpoints/last/training.safetensors");
    int norms = 0, others = 0;
    for (const auto &[name, tensor] : before.tensors) {
        const bool norm = name.find(".bn") != std::string::npos;
        const at::Tensor now = *after.find("raw." + name);
        QVERIFY2(!norm || now.equal(tensor), name.c_str());
        norms += norm;
        others += !norm && !now.equal(tensor);
    }
    QVERIFY(norms > 50 && others > 20);
}

namespace {
class EmptyImages : public DrawnSource {
public:
    using DrawnSource::DrawnSource;
    Sample trainingSample(int index, uint64_t seed, int64_t epoch) const override
    {
        Sample sample = DrawnSource::trainingSample(index, seed, epoch);
        sample.labels.clear();
        return sample;
    }
};
}  // namespace

void TrainerTest::imagesWithoutObjectsAreFine()
{
    QTemporaryDir dir;
    const EmptyImages source(4);
    TrainCallbacks callbacks;
    callbacks.step = [](const StepReport &report) {
        QCOMPARE(report.positives, 0);
        QCOMPARE(report.boxLoss + report.centernessLoss, 0.0);
        QVERIFY(report.classLoss > 0);
    };
    QCOMPARE(
        train(source, smallNetwork(), smallProfile(), fewSteps(), dir.path().toStdString(), {}, callbacks, {}).steps,
        int64_t(12));
}

QTEST_GUILESS_MAIN(TrainerTest)
#include "tst_trainer.moc"
