// SPDX-License-Identifier: GPL-3.0-or-later
// Values that suit the data, and that nothing is to be said against them.
#include <QTemporaryDir>
#include <QtTest>

#include "core/fcos/checkpoint.h"
#include "core/runs/plan_facts.h"
#include "tests/runs/plan_data.h"

using namespace fcoscope;

class TestPlanSuggest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyAmountOfData_data();
    void everyAmountOfData();
    void twentyImagesTakeMinutes();
    void samplesLieAsTheImagesDo_data();
    void samplesLieAsTheImagesDo();
    void smallBoxesGetLargerSamples();
    void whatSomebodyChoseStays();
    void unevenClassesAreBalanced();
    void aModelThatIsNotThere();
    void measuredMemory_data();
    void measuredMemory();

private:
    TrainRequest startingFrom(const QString &model) const;

    QTemporaryDir folder_;
    QString detector_;
};

void TestPlanSuggest::initTestCase()
{
    detector_ = QString::fromStdString(std::string(FCOSCOPE_SOURCE_DIR)) + "/resources/models/default.safetensors";
    QVERIFY(QFile::exists(detector_));
}

TrainRequest TestPlanSuggest::startingFrom(const QString &model) const
{
    TrainRequest request;
    request.startFrom = model.toStdString();
    setStructure(request, false);
    return request;
}

void TestPlanSuggest::everyAmountOfData_data()
{
    QTest::addColumn<bool>("trained");
    QTest::addColumn<int>("images");
    for (const bool trained : {true, false})
        for (const int images : {1, 2, 5, 20, 63, 64, 199, 200, 2000, 2001, 100000})
            QTest::addRow("%d images from %s", images, trained ? "a detector" : "nothing") << trained << images;
}

/// Every value is one that its option takes, and the check has nothing to say against any of them.
void TestPlanSuggest::everyAmountOfData()
{
    QFETCH(bool, trained);
    QFETCH(int, images);
    TrainRequest request = startingFrom(trained ? detector_ : QString());
    const Snapshot data = madeSnapshot(static_cast<size_t>(images), static_cast<size_t>(images + 3) / 4);
    suggestSettings(request, data);
    TrainRequest again = request;
    const RequestTables tables(again);
    for (const SettingsTable &table : tables.inFile())
        for (const Option &option : table.options->all())
            table.options->set(option.name, option.get(), "suggested");
    const int64_t steps = stepsOf(request.train, data.training.images.size());
    QVERIFY(steps >= (trained ? 100 : 400));
    QVERIFY(request.train.warmupSteps < steps / 2);
    QVERIFY(request.train.emaDecay <= 1 - 5.0 / static_cast<double>(steps) || steps > 50000);
    QVERIFY(request.train.checkpointEverySteps <= 500);
    const int validations = request.train.epochs / request.train.validateEvery;
    QVERIFY(validations >= 5 && validations <= 20);
    QVERIFY(request.train.batch <= images);
    QCOMPARE(request.source.augment.width, 512);
    QCOMPARE(request.source.augment.height, 384);
    RunContext context;
    for (const PlanFinding &finding : checkPlan(request, data, context, {0, {}, 1e12}).findings)
        QVERIFY2(finding.option.empty(), finding.words.english().c_str());
}

/// Images looked at in all, at 0.15 s of one core for each with the slim network (measured).
void TestPlanSuggest::twentyImagesTakeMinutes()
{
    for (const QString &start : {detector_, QString()}) {
        TrainRequest request = startingFrom(start);
        const Snapshot data = madeSnapshot(16, 4);
        suggestSettings(request, data);
        QCOMPARE(request.network.backboneDepth, 18);
        QCOMPARE(request.network.backboneWidth, 0.5);
        const double images = static_cast<double>(stepsOf(request.train, 16)) * request.train.batch;
        QVERIFY(images <= 1700);
        const bool trained = !start.isEmpty();
        QVERIFY(trained == (request.train.learningRate < 1e-3));
        QCOMPARE(request.train.frozenStages > 0, trained);
    }
}

void TestPlanSuggest::samplesLieAsTheImagesDo_data()
{
    QTest::addColumn<int>("lying");
    QTest::addColumn<int>("upright");
    QTest::addColumn<QSize>("sample");
    QTest::newRow("lying") << 10 << 1 << QSize(512, 384);
    QTest::newRow("upright") << 1 << 10 << QSize(384, 512);
    QTest::newRow("both") << 6 << 5 << QSize(512, 512);
}

void TestPlanSuggest::samplesLieAsTheImagesDo()
{
    QFETCH(int, lying);
    QFETCH(int, upright);
    QFETCH(QSize, sample);
    TrainRequest request = startingFrom(detector_);
    Snapshot data = madeSnapshot(static_cast<size_t>(lying), 0);
    const Snapshot others = madeSnapshot(static_cast<size_t>(upright), 0, 6, {480, 640});
    data.training.images.insert(data.training.images.end(), others.training.images.begin(),
                                others.training.images.end());
    suggestSettings(request, data);
    QCOMPARE(QSize(request.source.augment.width, request.source.augment.height), sample);
}

void TestPlanSuggest::smallBoxesGetLargerSamples()
{
    const auto sideFor = [&](double box, Size image) {
        TrainRequest request = startingFrom({});
        Snapshot data = madeSnapshot(20, 4, 6, image);
        for (DatasetImage &each : data.training.images)
            for (Label &label : each.labels)
                label.box = {10, 10, 10 + box, 10 + 3 * box};
        suggestSettings(request, data);
        return request.source.augment.width;
    };
    QCOMPARE(sideFor(100, {2000, 1500}), 512);
    QCOMPARE(sideFor(40, {2000, 1500}), 800);
    QVERIFY(sideFor(4, {2000, 1500}) > 1000);
    QVERIFY(sideFor(4, {2000, 1500}) <= 1344);  // the profile's own
    QCOMPARE(sideFor(4, {640, 480}), 640);      // no more than there is to see
    QCOMPARE(sideFor(4, {33, 20}), 512);
}

void TestPlanSuggest::whatSomebodyChoseStays()
{
    TrainRequest request = startingFrom({});
    request.profile.shortSide = 256;
    request.profile.longSide = 320;
    request.network.backboneDepth = 34;
    suggestSettings(request, madeSnapshot(20, 4));
    QCOMPARE(request.profile.shortSide, 256);
    QCOMPARE(request.source.augment.width, 320);
    QCOMPARE(request.network.backboneDepth, 34);
    QCOMPARE(request.network.pyramidChannels, 256);
}

void TestPlanSuggest::unevenClassesAreBalanced()
{
    Snapshot data = madeSnapshot(20, 4);
    TrainRequest request = startingFrom(detector_);
    suggestSettings(request, data);
    QVERIFY(!request.train.balanceClasses);
    for (size_t i = 0; i < 17; ++i)
        std::erase_if(data.training.images[i].labels, [](const Label &label) { return label.classIndex == 1; });
    suggestSettings(request, data);
    QVERIFY(request.train.balanceClasses);
}

void TestPlanSuggest::aModelThatIsNotThere()
{
    TrainRequest request;
    request.startFrom = folder_.filePath("no.safetensors").toStdString();
    suggestSettings(request, madeSnapshot(20, 4));
    QVERIFY(request.train.epochs > 1);
    suggestSettings(request, madeSnapshot(0, 0));
    QCOMPARE(request.train.batch, 1);
}

void TestPlanSuggest::measuredMemory_data()
{
    QTest::addColumn<bool>("slim");
    QTest::addColumn<QSize>("sample");
    QTest::addColumn<int>("batch");
    QTest::addColumn<double>("peak");  // KiB, of two steps over 20 images of 640 × 480 px, on two cores without CUDA
    QTest::newRow("slim, 256 × 192, 2") << true << QSize(256, 192) << 2 << 418076.0;
    QTest::newRow("slim, 512 × 384, 4") << true << QSize(512, 384) << 4 << 653216.0;
    QTest::newRow("slim, 512 × 384, 8") << true << QSize(512, 384) << 8 << 1013052.0;
    QTest::newRow("slim, 768 × 576, 4") << true << QSize(768, 576) << 4 << 1095472.0;
    QTest::newRow("slim, 768 × 576, 8") << true << QSize(768, 576) << 8 << 1852948.0;
    QTest::newRow("ResNet-50, 256 × 192, 2") << false << QSize(256, 192) << 2 << 1775224.0;
    QTest::newRow("ResNet-50, 384 × 288, 2") << false << QSize(384, 288) << 2 << 1996084.0;
    QTest::newRow("ResNet-50, 512 × 384, 4") << false << QSize(512, 384) << 4 << 3313160.0;
}

void TestPlanSuggest::measuredMemory()
{
    QFETCH(bool, slim);
    QFETCH(QSize, sample);
    QFETCH(int, batch);
    QFETCH(double, peak);
    TrainRequest request;
    if (slim) {
        request.network.backboneDepth = 18;
        request.network.backboneWidth = 0.5;
        request.network.pyramidChannels = 96;
        request.network.towerDepth = 2;
    }
    request.source.augment.width = sample.width();
    request.source.augment.height = sample.height();
    request.train.batch = batch;
    const NetworkCost cost = costOf(request.network, request.profile, {sample.width(), sample.height()});
    const double expected = trainingMemory(request, madeSnapshot(20, 0)), ratio = expected / (1024 * peak);
    qInfo("weights %.2f M, kept %.1f M x %d; expected %.0f MB, measured %.0f MB, ratio %.2f", cost.weights / 1e6,
          cost.kept / 1e6, batch, expected / 1e6, 1024 * peak / 1e6, ratio);
    QVERIFY(ratio > 0.93 && ratio < 1.07);
}

QTEST_GUILESS_MAIN(TestPlanSuggest)
#include "tst_plan_suggest.moc"
