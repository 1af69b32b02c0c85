// SPDX-License-Identifier: GPL-3.0-or-later
// What helps small data sets: frozen stages, patience, balanced classes; and what a step tells about levels and
// classes.
#include <QTemporaryDir>
#include <QTest>

#include <numeric>
#include <set>

#include "core/base/error.h"
#include "core/fcos/checkpoint.h"
#include "core/fcos/loader.h"
#include "core/fcos/safetensors.h"
#include "tests/fcos/drawn_training.h"

using namespace fcoscope;
namespace fs = std::filesystem;

class PresetsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void frozenStagesKeepTheirWeights();
    void frozenRunsGoOnBitForBit();
    void randomStagesAreNotFrozen();
    void patienceEndsTheRun();
    void patienceIsCountedAcrossResumes();
    void samplesDoNotDependOnTheBatch();
    void rareImagesComeMoreOften();
    void balancedRunsGoOnBitForBit();
    void levelsAndClassesAddUp();
};

namespace {

/// The last of eight images counts four times.
class WeightedSource : public DrawnSource {
public:
    using DrawnSource::DrawnSource;
    std::vector<double> weights() const override
    {
        std::vector<double> all(static_cast<size_t>(size()), 1.0);
        all.back() = 4;
        return all;
    }
};

/// A trained model to start from.
fs::path started(const QTemporaryDir &dir)
{
    TrainOptions options = fewSteps();
    options.stopAfterSteps = 3;
    return trainDrawn(options, dir.path().toStdString()).last;
}

TrainResult frozen(int stages, const fs::path &folder, const fs::path &from, int64_t stop = 0)
{
    TrainOptions options = fewSteps();
    options.epochs = 2;
    options.frozenStages = stages;
    options.stopAfterSteps = stop;
    return train(DrawnSource(8, true), smallNetwork(), smallProfile(), options, folder, from, {}, {});
}

}  // namespace

void PresetsTest::frozenStagesKeepTheirWeights()
{
    QTemporaryDir start, dir;
    const fs::path from = started(start), folder = dir.path().toStdString();
    frozen(2, folder, from, 3);
    const Safetensors before = readSafetensors(from / "model.safetensors"),
                      file = readSafetensors(folder / "checkpoints/last/training.safetensors");
    int kept = 0, changed = 0;
    for (const auto &[name, tensor] : before.tensors) {
        const bool shouldStay = name.starts_with("backbone.stem.") || name.starts_with("backbone.layer1.");
        const at::Tensor *now = file.find("raw." + name);
        QVERIFY2(now, name.c_str());  // the checkpoint is complete
        QVERIFY2(!shouldStay || now->equal(tensor), name.c_str());
        QCOMPARE(file.find("optimizer." + name + ".first") != nullptr,
                 !shouldStay && !name.ends_with(".mean") && !name.ends_with(".var"));
        kept += shouldStay;
        changed += !shouldStay && !now->equal(tensor);
    }
    QVERIFY(kept == 5 * 5 && changed > 60);
    // With another stage thawed it goes on, and that one learns.
    QCOMPARE(frozen(1, folder, {}, 5).steps, int64_t(5));
    const Safetensors thawed = readSafetensors(folder / "checkpoints/last/training.safetensors");
    QVERIFY(thawed.find("raw.backbone.stem.conv.weight")->equal(*before.find("backbone.stem.conv.weight")));
    QVERIFY(!thawed.find("raw.backbone.layer1.0.conv1.weight")->equal(*before.find("backbone.layer1.0.conv1.weight")));
}

void PresetsTest::frozenRunsGoOnBitForBit()
{
    QTemporaryDir start, one, two;
    const fs::path from = started(start), whole = one.path().toStdString(), sliced = two.path().toStdString();
    frozen(5, whole, from);
    frozen(5, sliced, from, 3);
    frozen(5, sliced, {});
    QVERIFY(weightsOf(whole, "training.safetensors") == weightsOf(sliced, "training.safetensors"));
}

void PresetsTest::randomStagesAreNotFrozen()
{
    QTemporaryDir dir;
    try {
        frozen(1, dir.path().toStdString(), {});
        QFAIL("random weights were frozen");
    } catch (const UserError &error) {
        QCOMPARE(std::string(error.what()),
                 std::string("Frozen stages would keep their random weights; give weights to "
                             "start from, or set frozen-stages to 0."));
    }
}

namespace {
/// AP 0.1, 0.5, and never better again.
TrainResult judged(const TrainOptions &options, const fs::path &folder, int &validations)
{
    TrainCallbacks callbacks;
    callbacks.validate = [&](const Predictor &) {
        ++validations;
        return Figures{{"AP", validations == 1 ? 0.1 : validations == 2 ? 0.5 : 0.4}};
    };
    return train(DrawnSource(8, true), smallNetwork(), smallProfile(), options, folder, {}, callbacks, {});
}

TrainOptions patient(int patience)
{
    TrainOptions options = fewSteps();  // four steps in each of six epochs
    options.validateEvery = 1;
    options.patience = patience;
    return options;
}
}  // namespace

void PresetsTest::patienceEndsTheRun()
{
    QTemporaryDir dir;
    int validations = 0;
    const TrainResult result = judged(patient(2), dir.path().toStdString(), validations);
    QVERIFY(result.stopped);
    QCOMPARE(validations, 4);
    QCOMPARE(result.steps, int64_t(16));
    QCOMPARE(result.reason.english(), std::string("No better AP in 2 validations."));
    QCOMPARE(readModelInfo(result.last).facts.at("steps"), std::string("16"));
    // The same settings have nothing more to give; with more patience it goes on.
    QCOMPARE(judged(patient(2), dir.path().toStdString(), validations).steps, int64_t(16));
    QCOMPARE(validations, 4);
    const TrainResult more = judged(patient(0), dir.path().toStdString(), validations);
    QVERIFY(!more.stopped && more.reason.text.empty());
    QCOMPARE(more.steps, int64_t(24));
}

void PresetsTest::patienceIsCountedAcrossResumes()
{
    QTemporaryDir dir;
    int validations = 0;
    TrainOptions options = patient(3);
    options.stopAfterSteps = 17;  // after two that were no better
    QVERIFY(judged(options, dir.path().toStdString(), validations).reason.text.empty());
    options.stopAfterSteps = 0;
    const TrainResult result = judged(options, dir.path().toStdString(), validations);
    QCOMPARE(result.steps, int64_t(20));
    QCOMPARE(validations, 5);
    QCOMPARE(result.reason.english(), std::string("No better AP in 3 validations."));
}

void PresetsTest::samplesDoNotDependOnTheBatch()
{
    const WeightedSource source(8, true);
    for (const bool balanced : {false, true}) {
        std::vector<std::vector<int>> streams;
        for (const int batch : {1, 2, 3, 4}) {
            std::vector<int> &stream = streams.emplace_back();
            Loader loader(
                source, smallProfile(),
                {.seed = 3, .batch = batch, .first = 5, .batches = 12 / batch, .threads = 2, .balanced = balanced});
            for (int i = 0; i < 12 / batch; ++i) {
                const Batch made = loader.next();
                stream.insert(stream.end(), made.images.begin(), made.images.end());
            }
            QCOMPARE(stream, streams.front());
        }
    }
}

void PresetsTest::rareImagesComeMoreOften()
{
    const std::vector<double> weights = WeightedSource(8).weights();
    int rare = 0, common = 0;
    for (int64_t epoch = 0; epoch < 200; ++epoch) {
        const std::vector<Drawn> order = orderOfEpoch(8, 7, epoch, weights);
        QCOMPARE(order.size(), size_t(8));
        std::set<std::pair<int, int>> different;
        for (const Drawn &drawn : order) {
            different.insert({drawn.image, drawn.repeat});
            rare += drawn.image == 7;
            common += drawn.image == 0;
        }
        QCOMPARE(different.size(), size_t(8));  // an image that comes again is told from itself
    }
    // Shares of 4/11 and 1/11 in 1,600.
    QVERIFY2(std::abs(rare - 582) < 60 && std::abs(common - 145) < 40,
             qPrintable(QStringLiteral("%1 %2").arg(rare).arg(common)));
    const std::vector<Drawn> plain = orderOfEpoch(8, 7, 3, {});
    std::set<int> all;
    for (const Drawn &drawn : plain)
        all.insert(drawn.image);
    QCOMPARE(all.size(), size_t(8));
}

void PresetsTest::balancedRunsGoOnBitForBit()
{
    QTemporaryDir one, two;
    const fs::path whole = one.path().toStdString(), sliced = two.path().toStdString();
    TrainOptions options = fewSteps();
    options.epochs = 3;
    options.balanceClasses = true;
    const auto go = [&](const fs::path &folder, int64_t stop) {
        options.stopAfterSteps = stop;
        train(WeightedSource(8, true), smallNetwork(), smallProfile(), options, folder, {}, {}, {});
    };
    go(whole, 0);
    go(sliced, 5);
    go(sliced, 0);
    QVERIFY(weightsOf(whole, "training.safetensors") == weightsOf(sliced, "training.safetensors"));
}

void PresetsTest::levelsAndClassesAddUp()
{
    QTemporaryDir dir;
    TrainOptions options = fewSteps();
    options.epochs = 1;
    options.accumulate = 2;
    int steps = 0, fine = 0;
    const auto look = [&](const StepReport &report) {
        ++steps;
        QCOMPARE(report.levels.size(), size_t(3));
        QCOMPARE(report.positivesOfClass.size(), size_t(2));
        LevelReport sum;
        for (const LevelReport &level : report.levels) {
            sum.positives += level.positives;
            sum.classLoss += level.classLoss;
            sum.boxLoss += level.boxLoss;
            sum.centernessLoss += level.centernessLoss;
            QCOMPARE(level.positives > 0, level.boxLoss > 0);
        }
        QCOMPARE(sum.positives, report.positives);
        QCOMPARE(std::accumulate(report.positivesOfClass.begin(), report.positivesOfClass.end(), 0), report.positives);
        QVERIFY(std::abs(sum.classLoss - report.classLoss) < 1e-5 * report.classLoss && report.classLoss > 0);
        QVERIFY(std::abs(sum.boxLoss - report.boxLoss) < 1e-5 * report.boxLoss && report.boxLoss > 0);
        QVERIFY(std::abs(sum.centernessLoss - report.centernessLoss) < 1e-5 * report.centernessLoss &&
                report.centernessLoss > 0);
        fine += report.levels[0].positives;
    };
    trainDrawn(options, dir.path().toStdString(), {}, 8, look);
    QCOMPARE(steps, 2);
    QVERIFY(fine > 0);
}

QTEST_GUILESS_MAIN(PresetsTest)
#include "tst_presets.moc"
