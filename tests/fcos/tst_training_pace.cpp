// SPDX-License-Identifier: GPL-3.0-or-later
// The pace that is told before a training starts, against that of the training.
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>

#include "core/base/error.h"
#include "core/fcos/made_up_source.h"
#include "core/fcos/training_pace.h"
#include "drawn_source.h"

using namespace fcoscope;

class TestTrainingPace : public QObject {
    Q_OBJECT

    static double paceAt(Size sample, const RunContext &context = {}, const std::string &device = "cpu")
    {
        TrainOptions options;
        options.device = device;
        return measuredSecondsPerImage(smallNetwork(), smallProfile(), options, sample, context);
    }

private Q_SLOTS:
    void isThatOfTheTrainer()
    {
        constexpr Size sample{384, 288};
        const MadeUpSource source(sample, 4, smallNetwork().classCount);
        TrainOptions options;
        options.device = "cpu";
        options.batch = 1;
        options.epochs = 5;
        options.checkpointEverySteps = 1000;
        std::vector<double> seconds;
        TrainCallbacks callbacks;
        callbacks.step = [&](const StepReport &report) { seconds.push_back(1 / report.imagesPerSecond); };
        const QTemporaryDir folder;
        train(source, smallNetwork(), smallProfile(), options, folder.path().toStdString(), {}, callbacks, {});
        QCOMPARE(seconds.size(), size_t(20));
        std::nth_element(seconds.begin(), seconds.begin() + 10, seconds.end());
        const double told = paceAt(sample);
        qInfo("told %.4f s an image, the trainer took %.4f s", told, seconds[10]);
        QVERIFY2(told > seconds[10] / 3 && told < 3 * seconds[10], "far off");  // the machine may be busy
    }

    void largeSamplesAreCountedUp()
    {
        // Measured at the same number of pixels, so the ratio is that of the pixels but for how busy the machine is.
        const double whole = paceAt({512, 384}), sixteen = paceAt({2048, 1536});
        QVERIFY2(sixteen > 4 * whole && sixteen < 64 * whole, qPrintable(QString::number(sixteen / whole)));
    }

    void narrowSamples()
    {
        QVERIFY(paceAt({8192, 32}) > 0);
        QVERIFY(paceAt({32, 32}) > 0);
    }

    void frozenStagesAndOtherOptimisers()
    {
        TrainOptions options;
        options.device = "cpu";
        options.frozenStages = 3;
        options.optimizer = OptimizerKind::Sgd;
        options.emaDecay = 0;
        QVERIFY(measuredSecondsPerImage(smallNetwork(), smallProfile(), options, {64, 64}, {}) > 0);
    }

    void stopping()
    {
        RunContext context;
        context.stopRequested = [] { return true; };
        QVERIFY_EXCEPTION_THROWN(paceAt({64, 64}, context), Stopped);
    }

    void aDeviceThatIsNotThere() { QVERIFY_EXCEPTION_THROWN(paceAt({64, 64}, {}, "cuda:77"), UserError); }
};

QTEST_APPLESS_MAIN(TestTrainingPace)
#include "tst_training_pace.moc"
