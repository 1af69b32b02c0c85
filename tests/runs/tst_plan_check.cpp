// SPDX-License-Identifier: GPL-3.0-or-later
// What is told before a run starts: each finding where it belongs, and nothing in the plain case.
#include <QTemporaryDir>
#include <QtTest>

#include <functional>

#include "core/data/image.h"
#include "core/runs/training_plan.h"
#include "tests/pace.h"
#include "tests/runs/plan_data.h"

using namespace fcoscope;
using Weight = PlanFinding::Weight;

/// A good plan: what is changed in it is what is told.
struct Plan {
    TrainRequest request;
    Snapshot data;
    PlanSurroundings surroundings{0, {}, 64e9};
};
using Change = std::function<void(Plan &)>;
Q_DECLARE_METATYPE(Change)

class TestPlanCheck : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void nothingIsSaidOfAGoodPlan();
    void everyFinding_data();
    void everyFinding();
    void manyOfAKindAreCounted();
    void stepsTimeAndMemory();
    void aRunThatGoesOn();
    void aHundredThousandImagesInTime();
    void stopping();

private:
    Plan goodPlan() const;

    QTemporaryDir folder_;
};

void TestPlanCheck::initTestCase()
{
    Image image;
    image.size = {640, 480};
    image.pixels.assign(640 * 480 * 3, 90);
    for (int i = 0; i < 24; ++i)
        writePng(folder_.filePath(QString::number(i) + ".png").toStdString(), image);
}

Plan TestPlanCheck::goodPlan() const
{
    Plan plan;
    plan.data = madeSnapshot(20, 4);
    for (Dataset *side : {&plan.data.training, &*plan.data.validation})
        for (DatasetImage &image : side->images)
            image.file = folder_.path().toStdString() + image.file.substr(5);
    setStructure(plan.request, false);
    suggestSettings(plan.request, plan.data);
    return plan;
}

static PlanReport reportOf(const Plan &plan)
{
    return checkPlan(plan.request, plan.data, {}, plan.surroundings);
}

void TestPlanCheck::nothingIsSaidOfAGoodPlan()
{
    const PlanReport report = reportOf(goodPlan());
    for (const PlanFinding &finding : report.findings)
        QFAIL(finding.words.english().c_str());
    QCOMPARE(report.trainingImages, size_t(20));
    QCOMPARE(report.validationImages, size_t(4));
    QCOMPARE(report.boxes, size_t(120));
    QCOMPARE(report.unlearnable, size_t(0));
}

/// Removes the boxes of a class but for `left` of them.
static void leaveBoxes(Dataset &data, int classIndex, int left)
{
    for (DatasetImage &image : data.images)
        std::erase_if(image.labels, [&](const Label &label) { return label.classIndex == classIndex && left-- <= 0; });
}

void TestPlanCheck::everyFinding_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<int>("weight");
    QTest::addColumn<QString>("words");
    QTest::addColumn<QString>("option");
    const auto row = [](const char *name, Weight weight, const char *words, const char *option, Change change) {
        QTest::newRow(name) << change << static_cast<int>(weight) << words << option;
    };
    row("frozen norms", Weight::Obstacle, "frozen norms", "backbone-norm",
        [](Plan &p) { p.request.network.backboneNorm = BackboneNorm::Frozen; });
    row("frozen stages", Weight::Obstacle, "Frozen stages", "frozen-stages",
        [](Plan &p) { p.request.train.frozenStages = 2; });
    row("no model", Weight::Obstacle, "nowhere.safetensors", "start-from",
        [](Plan &p) { p.request.startFrom = "/nowhere.safetensors"; });
    row("another backbone", Weight::Obstacle, "ResNet-18", "backbone-depth", [](Plan &p) {
        p.request.startFrom = FCOSCOPE_SOURCE_DIR "/resources/models/default.safetensors";
        p.request.network.backboneDepth = 34;
    });
    row("no device", Weight::Obstacle, "cuda:99", "device", [](Plan &p) { p.request.train.device = "cuda:99"; });
    row("no such device", Weight::Obstacle, "\"gpu\"", "device", [](Plan &p) { p.request.train.device = "gpu"; });
    row("size", Weight::Obstacle, "32", "train-width", [](Plan &p) { p.request.source.augment.width = 500; });
    row("profile", Weight::Obstacle, "", "strides", [](Plan &p) { p.request.profile.rangeLimits = {1, 2}; });
    row("batch", Weight::Warning, "24 images and there are 20", "batch",
        [](Plan &p) { p.request.train.accumulate = 24 / p.request.train.batch; });
    row("warm-up", Weight::Warning, "warm-up", "warmup-steps", [](Plan &p) { p.request.train.warmupSteps = 5000; });
    row("no rate", Weight::Warning, "nothing is learnt", "learning-rate",
        [](Plan &p) { p.request.train.learningRate = 0; });
    row("rate", Weight::Warning, "loss grow", "learning-rate", [](Plan &p) { p.request.train.learningRate = 1e6; });
    row("rate for a trained start", Weight::Warning, "forget", "learning-rate", [](Plan &p) {
        p.request.startFrom = FCOSCOPE_SOURCE_DIR "/resources/models/default.safetensors";
        setStructure(p.request, false);
        p.request.train.learningRate = 5e-3;
    });
    row("memory", Weight::Warning, "smaller batch or", "batch", [](Plan &p) { p.surroundings.freeMemoryBytes = 1e8; });
    row("disk", Weight::Obstacle, "GB left", "", [](Plan &p) { p.surroundings.folder = "/proc/no/such/run"; });
    row("no labels", Weight::Obstacle, "label to learn from", "", [](Plan &p) {
        for (int c : {0, 1})
            leaveBoxes(p.data.training, c, 0);
    });
    row("class without a box", Weight::Warning, "Class b has no box", "",
        [](Plan &p) { leaveBoxes(p.data.training, 1, 0); });
    row("class with one box", Weight::Warning, "Class b has 1 box ", "",
        [](Plan &p) { leaveBoxes(p.data.training, 1, 1); });
    row("class with three boxes", Weight::Warning, "Class b has 3 boxes", "",
        [](Plan &p) { leaveBoxes(p.data.training, 1, 3); });
    row("class that is not measured", Weight::Note, "has a box of a", "",
        [](Plan &p) { leaveBoxes(*p.data.validation, 0, 0); });
    row("no validation", Weight::Warning, "kept for validation", "", [](Plan &p) { p.data.validation.reset(); });
    row("empty validation", Weight::Warning, "nothing to measure", "", [](Plan &p) {
        for (int c : {0, 1})
            leaveBoxes(*p.data.validation, c, 0);
    });
    row("memory instead of skill", Weight::Warning, "1 of 4 validation images", "",
        [](Plan &p) { p.data.validation->images[2].file = p.data.training.images[7].file; });
    row("image not there", Weight::Obstacle, "nowhere.png", "",
        [](Plan &p) { p.data.training.images[3].file = "/nowhere.png"; });
    row("no image", Weight::Obstacle, "tst_plan_check.cpp", "",
        [](Plan &p) { p.data.training.images[3].file = FCOSCOPE_SOURCE_DIR "/tests/runs/tst_plan_check.cpp"; });
    row("image of another size", Weight::Obstacle, "640 × 480 px, but its labels were made for 640 × 500", "",
        [](Plan &p) { p.data.validation->images[1].size.height = 500; });
    row("image too large", Weight::Obstacle, "0.3 megapixels", "", [](Plan &p) {
        p.request.source.limits.megapixels = 0.2;
        p.data.training.images.resize(1);
        p.data.validation.reset();
    });
    row("box that no location learns", Weight::Note, "1 of 120 boxes", "train-width", [](Plan &p) {
        p.data.training.images[0].labels[0].box = {0.1, 0.1, 1.2, 1.2};
    });
    row("narrow boxes", Weight::Warning, "narrower than 8 px", "train-width", [](Plan &p) {
        for (DatasetImage &image : p.data.training.images)
            for (size_t b = 0; b < 2; ++b)
                image.labels[b].box.x2 = image.labels[b].box.x1 + 8;
        for (DatasetImage &image : p.data.training.images)
            image.labels.resize(4);
    });
    row("entry left out", Weight::Warning, "was left out", "", [](Plan &p) {
        p.data.training.problems = {{"labels.json", message("core", "A box was left out.")}};
    });
}

void TestPlanCheck::everyFinding()
{
    QFETCH(Change, change);
    QFETCH(int, weight);
    QFETCH(QString, words);
    QFETCH(QString, option);
    Plan plan = goodPlan();
    change(plan);
    const PlanReport report = reportOf(plan);
    QVERIFY(!report.findings.empty());
    for (size_t i = 1; i < report.findings.size(); ++i)
        QVERIFY(report.findings[i - 1].weight >= report.findings[i].weight);
    const auto told = std::count_if(report.findings.begin(), report.findings.end(), [&](const PlanFinding &finding) {
        return static_cast<int>(finding.weight) == weight && finding.option == option.toStdString() &&
               QString::fromStdString(finding.words.english()).contains(words);
    });
    for (const PlanFinding &finding : report.findings)
        qInfo("%d %s", static_cast<int>(finding.weight), finding.words.english().c_str());
    QCOMPARE(told, 1);
}

void TestPlanCheck::manyOfAKindAreCounted()
{
    Plan plan = goodPlan();
    for (DatasetImage &image : plan.data.training.images)
        image.file += ".gone";
    for (int c = 0; c < 30; ++c)
        plan.data.training.classNames.push_back("class" + std::to_string(c));
    plan.data.validation->classNames = plan.data.training.classNames;
    const PlanReport report = reportOf(plan);
    QCOMPARE(report.findings.size(), size_t(7));
    QVERIFY(QString::fromStdString(report.findings[5].words.english()).startsWith("15 more image files"));
    QVERIFY(QString::fromStdString(report.findings[6].words.english()).startsWith("30 classes"));
    QVERIFY(!report.findings[0].image.empty());
}

void TestPlanCheck::stepsTimeAndMemory()
{
    Plan plan = goodPlan();
    plan.request.train.epochs = 10;
    plan.request.train.batch = 3;
    plan.request.train.accumulate = 2;
    plan.request.train.validateEvery = 5;
    const PlanReport unknown = reportOf(plan);
    QCOMPARE(unknown.steps, int64_t(34));
    QCOMPARE(unknown.seconds, 0.0);
    plan.surroundings.secondsPerImage = 0.5;
    QCOMPARE(reportOf(plan).seconds, 0.5 * (34 * 6 + 2 * 4 / 3.0));
    QVERIFY(unknown.memoryBytes > 3e8 && unknown.memoryBytes < 2e9);
    plan.request.train.batch = 6;
    QVERIFY(reportOf(plan).memoryBytes > unknown.memoryBytes);
}

void TestPlanCheck::aRunThatGoesOn()
{
    Plan plan = goodPlan();
    plan.request.train.epochs = 10;
    plan.request.train.batch = 4;
    plan.request.train.warmupSteps = 30;
    plan.request.train.validateEvery = 5;
    plan.surroundings.samplesDone = 120;  // of 200
    plan.surroundings.secondsPerImage = 0.5;
    const PlanReport report = reportOf(plan);
    QCOMPARE(report.findings.size(), size_t(0));  // the warm-up is as long as what is left, but it lies behind
    QCOMPARE(report.steps, int64_t(20));
    QCOMPARE(report.seconds, 0.5 * (20 * 4 + 4 / 3.0));
    const auto obstacleAt = [&](const char *option) {
        const std::vector<PlanFinding> findings = reportOf(plan).findings;
        return findings.size() == 1 && findings[0].weight == Weight::Obstacle && findings[0].option == option;
    };
    plan.surroundings.samplesDone = 200;
    QVERIFY(obstacleAt("epochs"));
    plan.request.train.epochs = 11;
    QCOMPARE(reportOf(plan).steps, int64_t(5));
    plan.surroundings.patienceSpent = 3;
    plan.request.train.patience = 3;
    QVERIFY(obstacleAt("patience"));
    for (const int patience : {0, 4}) {
        plan.request.train.patience = patience;
        QCOMPARE(reportOf(plan).findings.size(), size_t(0));
    }
}

/// Of a hundred thousand images, as many as two seconds and ten thousand allow are looked at, for each of two
/// questions.
void TestPlanCheck::aHundredThousandImagesInTime()
{
    Plan plan = goodPlan();
    const std::vector<DatasetImage> few = plan.data.training.images;
    for (size_t i = 0; i < 100000; ++i)
        plan.data.training.images.push_back(few[i % few.size()]);
    PlanReport report;
    const double took = wallMs([&] { report = reportOf(plan); });
    qInfo("100,020 images: %.0f ms", took);
    QVERIFY(within(took, 5000));
    QCOMPARE(report.findings.size(), size_t(1));
    const std::vector<std::string> numbers = report.findings[0].words.arguments;
    QCOMPARE(numbers.front(), std::string("100024"));
    const int looked = std::stoi(numbers.back());  // a slow machine looks at fewer
    QVERIFY(looked > 0 && looked <= 10000);
}

void TestPlanCheck::stopping()
{
    RunContext context;
    context.stopRequested = [] { return true; };
    const Plan plan = goodPlan();
    QVERIFY_EXCEPTION_THROWN(checkPlan(plan.request, plan.data, context), Stopped);
}

QTEST_GUILESS_MAIN(TestPlanCheck)
#include "tst_plan_check.moc"
