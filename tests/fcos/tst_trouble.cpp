// SPDX-License-Identifier: GPL-3.0-or-later
// What the trainer does when numbers stop being numbers and when memory runs out.
#include <QTemporaryDir>
#include <QTest>

#include <c10/core/CPUAllocator.h>

#include <atomic>
#include <cmath>

#include "core/base/error.h"
#include "core/fcos/checkpoint.h"
#include "core/fcos/engine.h"
#include "core/fcos/safetensors.h"
#include "core/fcos/training_step.h"
#include "tests/fcos/drawn_training.h"

using namespace fcoscope;
namespace fs = std::filesystem;

namespace {

/// Boxes that are no numbers.
class NoNumbers : public DrawnSource {
public:
    using DrawnSource::DrawnSource;
    Sample trainingSample(int index, uint64_t seed, int64_t epoch) const override
    {
        Sample sample = DrawnSource::trainingSample(index, seed, epoch);
        for (Label &label : sample.labels)
            label.box.x1 = label.box.x2 = std::nan("");
        return sample;
    }
};

/// Two samples of the first epoch, the last ones, have a box without end: their loss is no number.
class EndlessBoxes : public DrawnSource {
public:
    using DrawnSource::DrawnSource;
    Sample trainingSample(int index, uint64_t seed, int64_t epoch) const override
    {
        Sample sample = DrawnSource::trainingSample(index, seed, epoch);
        const std::vector<Drawn> order = orderOfEpoch(size(), seed, 0, {});
        if (epoch == 0 && (index == order[order.size() - 1].image || index == order[order.size() - 2].image))
            for (Label &label : sample.labels)
                label.box = {-1e30F, -1e30F, 1e30F, 1e30F};
        return sample;
    }
};

struct Told {
    std::vector<std::string> warnings;
    std::vector<int64_t> validated;    ///< epochs
    std::vector<size_t> warnedBefore;  ///< it was said that training begins, after so many warnings
    std::vector<StepReport> steps;
    TrainResult result;
    std::string error;
};

Told trained(const SampleSource &source, const TrainOptions &options, const fs::path &folder, bool validates = false)
{
    Told told;
    TrainCallbacks callbacks;
    callbacks.begins = [&](int64_t, int64_t) { told.warnedBefore.push_back(told.warnings.size()); };
    if (validates)
        callbacks.validate = [](const Predictor &) { return Figures{{"AP", 0.5}}; };
    callbacks.validated = [&](int64_t epoch, const Figures &) { told.validated.push_back(epoch); };
    callbacks.warn = [&](int64_t, const Message &words) { told.warnings.push_back(words.english()); };
    callbacks.step = [&](const StepReport &report) { told.steps.push_back(report); };
    try {
        told.result = train(source, smallNetwork(), smallProfile(), options, folder, {}, callbacks, {});
    } catch (const UserError &error) {
        told.error = error.what();
    }
    return told;
}

bool allFinite(const fs::path &checkpoint)
{
    for (const char *file : {"model.safetensors", "training.safetensors"})
        for (const auto &[name, tensor] : readSafetensors(checkpoint / file).tensors)
            if (!at::isfinite(tensor).all().item<bool>())
                return false;
    return true;
}

/// LibTorch's allocator, but blocks above `limit` bytes are refused in its words. 0: none is.
class ScarceMemory : public c10::Allocator {
public:
    std::atomic<size_t> limit{0};

    ScarceMemory() : inner_(c10::GetCPUAllocator()) { c10::SetCPUAllocator(this, /*priority=*/1); }
    c10::DataPtr allocate(size_t bytes) override
    {
        TORCH_CHECK(limit == 0 || bytes <= limit,
                    "[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: "
                    "can't allocate memory: you tried to allocate ",
                    bytes, " bytes. Error code 12");
        return inner_->allocate(bytes);
    }
    c10::DeleterFnPtr raw_deleter() const override { return inner_->raw_deleter(); }
    void copy_data(void *to, const void *from, size_t bytes) const override { inner_->copy_data(to, from, bytes); }

private:
    c10::Allocator *inner_;
};
ScarceMemory &memory()
{
    static auto *scarce = new ScarceMemory;  // tensors of static objects outlive everything
    return *scarce;
}

}  // namespace

class TroubleTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { configureEngine(1); }
    void boxesThatAreNoNumbersTeachNothing();
    void aStepWithoutNumbersLeavesNoTrace();
    void threeInARowStepBack();
    void anEpochWhoseLastStepIsLeftOutIsMeasured();
    void wildRates_data();
    void wildRates();
    void memoryThatRunsOutHalvesTheBatch();
    void anOddBatchIsHalvedToo();
    void memoryForNotEvenOneImage();
    void memoryForNoCheckpoint();
    void memoryToMeasureWith();
    void aSmallerBatchDoesNotRenewPatience();
};

void TroubleTest::boxesThatAreNoNumbersTeachNothing()
{
    QTemporaryDir dir;
    const Told told = trained(NoNumbers(8), fewSteps(), dir.path().toStdString());
    QCOMPARE(told.error, std::string());
    QCOMPARE(told.steps.size(), size_t(24));
    for (const StepReport &report : told.steps)
        QCOMPARE(report.positives, 0);
}

void TroubleTest::aStepWithoutNumbersLeavesNoTrace()
{
    const DrawnSource source(2);
    TrainOptions options = fewSteps();
    TrainingState state(smallNetwork(), smallProfile(), options, source, {});
    Loader loader(source, state.detector.profile, {.batch = 2, .batches = 1});
    std::vector<Batch> batches;
    batches.push_back(loader.next());
    {
        const at::NoGradGuard noGradient;
        state.detector.head.boxPrediction.bias.fill_(NAN);  // behind all the norms, which have looked by then
    }
    std::vector<at::Tensor> before;
    for (const NamedTensor &entry : state.detector.tensors())
        before.push_back(entry.tensor->detach().clone());
    StepReport report;
    QVERIFY(gradientsOf(batches, state, options, at::kCPU, report) == Gradients::NotFinite);
    size_t i = 0;
    for (const NamedTensor &entry : state.detector.tensors()) {
        QVERIFY2(at::equal(at::nan_to_num(*entry.tensor), at::nan_to_num(before[i++])), entry.name.c_str());
        QVERIFY2(!entry.tensor->grad().defined(), entry.name.c_str());
    }
    QCOMPARE(state.classNormalizer, firstClassNormalizer);
}

void TroubleTest::threeInARowStepBack()
{
    QTemporaryDir dir;
    const fs::path folder = dir.path().toStdString(), file = folder / "checkpoints/last/training.safetensors";
    TrainOptions options = fewSteps();
    options.stopAfterSteps = 4;
    trained(DrawnSource(8, true), options, folder);
    options.stopAfterSteps = 0;
    const Safetensors good = readSafetensors(file);
    Safetensors bad = good;
    for (auto &[name, tensor] : bad.tensors)
        if (name == "raw.head.reg_pred.bias")
            tensor = at::full_like(tensor, NAN);
    writeSafetensors(file, bad);
    const Told told = trained(DrawnSource(8, true), options, folder);
    QCOMPARE(told.error, std::string("Training stopped at step 5: the loss is no longer a finite number. A lower "
                                     "learning rate may help."));
    QVERIFY(told.steps.empty());
    QCOMPARE(told.warnings.size(), size_t(12 + 3));
    const std::vector<Drawn> order = orderOfEpoch(8, 1, 1, {});  // eight images were seen before
    QCOMPARE(told.warnings[0], "Step 5 was left out: its loss or gradient is no finite number. It saw the images " +
                                   std::to_string(order[0].image + 1) + ", " + std::to_string(order[1].image + 1) +
                                   ".");
    QCOMPARE(told.warnings[3], std::string("The loss is no longer a finite number at step 5: stepped back to step 4, "
                                           "the learning rate is 0.5 times what was asked for."));
    QVERIFY(told.warnings[11].ends_with("the learning rate is 0.125 times what was asked for."));

    writeSafetensors(file, good);
    const Told healed = trained(DrawnSource(8, true), options, folder);
    QCOMPARE(healed.error, std::string());
    QCOMPARE(healed.steps.front().step, int64_t(5));
    QCOMPARE(healed.result.steps, int64_t(24));
}

void TroubleTest::anEpochWhoseLastStepIsLeftOutIsMeasured()
{
    QTemporaryDir dir;
    TrainOptions options = fewSteps();
    options.validateEvery = 1;
    const Told told = trained(EndlessBoxes(8), options, dir.path().toStdString(), true);
    QCOMPARE(told.error, std::string());
    QCOMPARE(told.warnings.size(), size_t(1));
    QVERIFY(told.warnings[0].starts_with("Step 4 was left out"));
    QCOMPARE(told.validated, (std::vector<int64_t>{1, 1, 2, 3, 4, 5}));  // the first after the next step
}

void TroubleTest::wildRates_data()
{
    QTest::addColumn<int>("optimizer");
    QTest::addColumn<double>("rate");
    QTest::addColumn<int>("checkpointEvery");
    QTest::newRow("adamw 100") << int(OptimizerKind::AdamW) << 100.0 << 3;
    QTest::newRow("adamw 1e6") << int(OptimizerKind::AdamW) << 1e6 << 1;
    QTest::newRow("sgd 1e6") << int(OptimizerKind::Sgd) << 1e6 << 1;
    QTest::newRow("sgd 1e6, few checkpoints") << int(OptimizerKind::Sgd) << 1e6 << 1000;
    QTest::newRow("sgd 1e6, measured every epoch") << int(OptimizerKind::Sgd) << 1e6 << -1;
}

void TroubleTest::wildRates()
{
    QFETCH(int, optimizer);
    QFETCH(double, rate);
    QFETCH(int, checkpointEvery);
    QTemporaryDir dir;
    TrainOptions options = fewSteps();
    options.optimizer = static_cast<OptimizerKind>(optimizer);
    options.learningRate = rate;
    options.warmupSteps = 0;
    options.clipNorm = 0;
    options.checkpointEverySteps = std::abs(checkpointEvery);
    options.validateEvery = checkpointEvery < 0 ? 1 : 1000;
    const Told told = trained(DrawnSource(8, true), options, dir.path().toStdString(), checkpointEvery < 0);
    const fs::path last = fs::path(dir.path().toStdString()) / "checkpoints/last";
    qInfo("%zu steps, %zu warnings, %s", told.steps.size(), told.warnings.size(), told.error.c_str());
    QVERIFY(told.error.empty() || told.error.find("no longer a finite number") != std::string::npos);
    if (fs::exists(last))
        QVERIFY(allFinite(last));
    else
        QVERIFY(!told.error.empty());
}

void TroubleTest::memoryThatRunsOutHalvesTheBatch()
{
    QTemporaryDir one, two;
    const fs::path scarce = one.path().toStdString(), small = two.path().toStdString();
    TrainOptions options = fewSteps();
    options.epochs = 3;
    options.batch = 4;
    memory().limit = 1000000;  // what the stem makes of four images is 1.3 MB, of two 0.7
    const Told told = trained(DrawnSource(8, true), options, scarce);
    memory().limit = 0;
    QCOMPARE(told.error, std::string());
    QCOMPARE(told.warnings, (std::vector<std::string>{
                                "Memory ran out at step 1: batches have 2 images instead of 4 from here on, and the "
                                "gradients of 2 batches are added up, so that a step still learns from 4 images; each "
                                "batch's loss is divided by its own positives."}));
    QCOMPARE(told.warnedBefore, std::vector<size_t>{0});  // who hears of a run hears first that it began
    QCOMPARE(told.result.steps, int64_t(6));
    options.batch = options.accumulate = 2;  // the same images in the same steps
    trained(DrawnSource(8, true), options, small);
    QVERIFY(weightsOf(scarce, "training.safetensors") == weightsOf(small, "training.safetensors"));
}

void TroubleTest::anOddBatchIsHalvedToo()
{
    QTemporaryDir dir;
    TrainOptions options = fewSteps();
    options.epochs = 3;
    options.batch = 5;
    memory().limit = 1000000;
    const Told told = trained(DrawnSource(8, true), options, dir.path().toStdString());
    memory().limit = 0;
    QCOMPARE(told.error, std::string());
    QCOMPARE(told.warnings.size(), size_t(1));
    QVERIFY(told.warnings[0].find("1 images instead of 5") != std::string::npos);
    QCOMPARE(told.result.steps, int64_t(5));
}

void TroubleTest::memoryForNotEvenOneImage()
{
    QTemporaryDir dir;
    const fs::path folder = dir.path().toStdString();
    TrainOptions options = fewSteps();
    options.stopAfterSteps = 2;
    trained(DrawnSource(8, true), options, folder);
    options.stopAfterSteps = 0;
    options.checkpointEverySteps = 1000;
    TrainCallbacks callbacks;
    std::string error;
    callbacks.step = [](const StepReport &) { memory().limit = 300000; };
    try {
        train(DrawnSource(8, true), smallNetwork(), smallProfile(), options, folder, {}, callbacks, {});
    } catch (const UserError &said) {
        error = said.what();
    }
    memory().limit = 0;
    QCOMPARE(error,
             std::string("Memory ran out at step 4 with a single image in the batch. Smaller samples or a smaller "
                         "network need less."));
    QCOMPARE(trained(DrawnSource(8, true), options, folder).result.steps, int64_t(24));
}

void TroubleTest::memoryForNoCheckpoint()
{
    QTemporaryDir dir;
    const fs::path folder = dir.path().toStdString();
    TrainOptions options = fewSteps();
    options.checkpointEverySteps = 1;
    TrainCallbacks callbacks;
    callbacks.step = [](const StepReport &report) { memory().limit = report.step == 2 ? 300000 : 0; };
    std::string error;
    try {
        train(DrawnSource(8, true), smallNetwork(), smallProfile(), options, folder, {}, callbacks, {});
    } catch (const UserError &said) {
        error = said.what();
    }
    memory().limit = 0;
    QCOMPARE(error, std::string("Memory ran out. A smaller batch, smaller samples or a smaller network need less."));
    QCOMPARE(readModelInfo(folder / "checkpoints/last").facts.at("steps"), std::string("1"));
}

void TroubleTest::memoryToMeasureWith()
{
    QTemporaryDir dir;
    TrainCallbacks callbacks;
    std::vector<std::string> warnings;
    int measured = 0;
    callbacks.validate = [&](const Predictor &) -> Figures {
        if (++measured == 2)
            throw std::bad_alloc();
        return {{"AP", 0.5}};
    };
    callbacks.warn = [&](int64_t, const Message &words) { warnings.push_back(words.english()); };
    TrainOptions options = fewSteps();
    options.validateEvery = 1;
    const TrainResult result = train(DrawnSource(8, true), smallNetwork(), smallProfile(), options,
                                     dir.path().toStdString(), {}, callbacks, {});
    QCOMPARE(result.steps, int64_t(24));
    QVERIFY(!result.stopped);
    QCOMPARE(measured, 6);
    QCOMPARE(warnings, std::vector<std::string>{"Memory ran out while step 8 was measured; the run goes on without "
                                                "that figure."});
}

/// What memory made of it is in the checkpoint; who resumes asks for the old batch again.
void TroubleTest::aSmallerBatchDoesNotRenewPatience()
{
    QTemporaryDir dir;
    TrainOptions options = fewSteps();
    options.batch = 4;
    options.epochs = 12;
    options.patience = 4;
    options.validateEvery = 1;
    options.stopAfterSteps = 6;  // three validations, the first of which was best
    TrainCallbacks callbacks;
    std::vector<std::string> warnings;
    size_t validated = 0;
    callbacks.warn = [&](int64_t, const Message &words) {
        warnings.push_back(words.english());
        memory().limit = 0;
    };
    callbacks.validate = [](const Predictor &) { return Figures{{"AP", 0.5}}; };
    callbacks.validated = [&](int64_t, const Figures &) { ++validated; };
    memory().limit = 1000000;
    train(DrawnSource(8, true), smallNetwork(), smallProfile(), options, dir.path().toStdString(), {}, callbacks, {});
    QVERIFY(warnings.size() == 1 && warnings[0].starts_with("Memory ran out at step 1: batches have 2 images"));
    QCOMPARE(validated, size_t(3));
    options.stopAfterSteps = 0;
    const Told then = trained(DrawnSource(8, true), options, dir.path().toStdString(), true);
    QCOMPARE(then.validated.size(), size_t(2));
    QCOMPARE(then.result.reason.english(), std::string("No better AP in 4 validations."));
}

QTEST_GUILESS_MAIN(TroubleTest)
#include "tst_trouble.moc"
