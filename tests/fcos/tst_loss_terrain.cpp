// SPDX-License-Identifier: GPL-3.0-or-later
// The loss of each location is what the losses of training are sums of.
#include <QTest>

#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/fcos/engine.h"
#include "core/fcos/loss_terrain.h"
#include "core/fcos/losses.h"
#include "core/fcos/plan.h"
#include "tests/fcos/formula_weights.h"
#include "tests/fcos/golden.h"

using namespace fcoscope;

namespace {

constexpr int classes = 5;

/// What a model of `profile` with made-up outputs says about an image of 320 × 256 pixels.
struct Case {
    ModelInfo info;
    RawOutputs raw;
    AssignedImage assigned;
    std::vector<int> classOf;

    LossTerrain terrain() const { return lossTerrain(raw, assigned, classOf, info); }
};

Grid made(int channels, const Level &level, double low, double high, Random &random)
{
    Grid grid{channels, level.height, level.width, {}};
    for (size_t i = 0; i < static_cast<size_t>(channels) * grid.cells(); ++i)
        grid.values.push_back(static_cast<float>(random.uniform(low, high)));
    return grid;
}

std::vector<Label> madeLabels(int count, Random &random)
{
    std::vector<Label> labels;
    for (int i = 0; i < count; ++i) {
        const double w = std::exp(random.uniform(2, 5.4)), h = std::exp(random.uniform(2, 5.4));
        const double x = random.uniform(0, 320 - w), y = random.uniform(0, 256 - h);
        labels.push_back({{x, y, x + w, y + h}, random.below(classes)});
    }
    return labels;
}

Case caseOf(Profile profile, int labels = 20, bool centerness = true)
{
    Case made_;
    Random random(11);
    profile.shortSide = 256;
    profile.longSide = 320;
    made_.info.profile = profile;
    made_.info.network.classCount = classes;
    made_.raw.imageId = "made up";
    made_.raw.transform = fitTransform({320, 256}, 256, 320, profile.sizeDivisor, profile.sizeRounding);
    for (const Level &level : levelsFor(profile, made_.raw.transform.paddedSize))
        made_.raw.levels.push_back({made(classes, level, -8, 3, random),
                                    centerness ? made(1, level, -3, 3, random) : Grid{},
                                    made(4, level, 0, 12 * level.stride, random)});
    made_.assigned = assignImage("made up", {320, 256}, madeLabels(labels, random), profile);
    for (const Label &label : made_.assigned.labels)
        made_.classOf.push_back(label.classIndex);
    return made_;
}

/// The outputs side by side, [1, N, channels], one by one.
at::Tensor sideBySide(const RawOutputs &raw, Grid LevelOutputs::*member)
{
    std::vector<float> values;
    int channels = 0;
    for (const LevelOutputs &level : raw.levels) {
        const Grid &grid = level.*member;
        channels = grid.channels;
        for (size_t i = 0; i < grid.cells(); ++i)
            for (int c = 0; c < channels; ++c)
                values.push_back(grid.channel(c)[i]);
    }
    return channels ? at::tensor(values, at::kFloat).view({1, -1, channels}) : at::Tensor();
}

Losses lossesOf(const Case &of)
{
    FlatOutputs outputs{sideBySide(of.raw, &LevelOutputs::classLogits),
                        sideBySide(of.raw, &LevelOutputs::centernessLogits),
                        sideBySide(of.raw, &LevelOutputs::distances)};
    if (outputs.centernessLogits.defined())
        outputs.centernessLogits = outputs.centernessLogits.squeeze(2);
    TargetsBuilder builder;
    builder.add(of.assigned.assignment, of.classOf, of.assigned.levels, 0);
    const Targets targets = builder.finish();
    return computeLosses(outputs, targets, of.assigned.profile,
                         nextClassNormalizer(ClassNormalizer::Positives, 0, targets.count()));
}

double sumOf(const LocationMap &map)
{
    double sum = 0;
    for (const std::vector<float> &level : map.values)
        for (const float value : level)
            sum += std::isnan(value) ? 0 : static_cast<double>(value);
    return sum;
}

size_t known(const LocationMap &map)
{
    size_t count = 0;
    for (const std::vector<float> &level : map.values)
        count += static_cast<size_t>(
            std::count_if(level.begin(), level.end(), [](float value) { return !std::isnan(value); }));
    return count;
}

bool close(double ours, double theirs, double relative)
{
    return std::abs(ours - theirs) <= relative * std::abs(theirs);
}
#define CLOSE(ours, theirs, relative)                                                                                  \
    QVERIFY2(close(ours, theirs, relative),                                                                            \
             qPrintable(QStringLiteral(#ours " is %1, expected %2").arg(ours, 0, 'g', 9).arg(theirs, 0, 'g', 9)))

double sigmoid(double x)
{
    return 1 / (1 + std::exp(-x));
}

/// Equation by equation, in double: focal loss with α = ¼, γ = 2; binary cross entropy; generalised IoU.
double focal(const Grid &logits, int at, int label)
{
    double sum = 0;
    for (int c = 0; c < logits.channels; ++c) {
        const double p = sigmoid(static_cast<double>(logits.channel(c)[at]));
        sum += c == label ? -0.25 * (1 - p) * (1 - p) * std::log(p) : -0.75 * p * p * std::log(1 - p);
    }
    return sum;
}
double crossEntropy(double logit, double wanted)
{
    return -wanted * std::log(sigmoid(logit)) - (1 - wanted) * std::log(1 - sigmoid(logit));
}
double giouLoss(const Grid &said, int at, const Distances &wanted)
{
    const auto d = [&](int side) { return static_cast<double>(said.channel(side)[at]); };
    const Box a{-d(0), -d(1), d(2), d(3)}, b{-wanted.left, -wanted.top, wanted.right, wanted.bottom};
    const double overlap = std::max(0.0, std::min(a.x2, b.x2) - std::max(a.x1, b.x1)) *
                           std::max(0.0, std::min(a.y2, b.y2) - std::max(a.y1, b.y1));
    const double joint = a.area() + b.area() - overlap;
    const double hull = (std::max(a.x2, b.x2) - std::min(a.x1, b.x1)) * (std::max(a.y2, b.y2) - std::min(a.y1, b.y1));
    return 1 - overlap / joint + (hull - joint) / hull;
}

template <typename Error> std::string refusal(const std::function<void()> &work)
{
    try {
        work();
    } catch (const Error &error) {
        return error.what();
    }
    return "";
}

}  // namespace

class LossTerrainTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { configureEngine(2); }
    void sumsAreTheLosses_data();
    void sumsAreTheLosses();
    void everyLocationByTheEquations();
    void torchvisionsOwnLosses();
    void withoutPositives();
    void withoutCenterness();
    void aClassTheModelLacks();
    void notANumber();
    void otherLocationsAreRefused();
    void statistics();
    void scales();
};

void LossTerrainTest::sumsAreTheLosses_data()
{
    QTest::addColumn<Profile>("profile");
    for (const std::string &name : profileNames())
        QTest::newRow(name.c_str()) << profileNamed(name);
    Profile iou = profileNamed("ad");
    iou.quality = QualityTarget::Iou;
    iou.boxLossWeight = BoxLossWeight::One;
    iou.boxNormalizer = BoxNormalizer::Positives;
    QTest::newRow("ad, IoU quality") << iou;
    for (const auto &[name, kind] : {std::pair("log IoU", BoxLoss::LogIou), std::pair("CIoU", BoxLoss::Ciou)}) {
        Profile other = profileNamed("zg");
        other.boxLoss = kind;
        QTest::newRow(name) << other;
    }
}

void LossTerrainTest::sumsAreTheLosses()
{
    QFETCH(Profile, profile);
    const Case given = caseOf(profile);
    const LossTerrain terrain = given.terrain();
    const Losses losses = lossesOf(given);
    CLOSE(sumOf(terrain.classLoss) / terrain.classNormalizer, losses.classification.item<double>(), 1e-5);
    CLOSE(sumOf(terrain.boxLoss) / terrain.boxNormalizer, losses.box.item<double>(), 1e-5);
    CLOSE(sumOf(terrain.centernessLoss) / terrain.centernessNormalizer, losses.centerness.item<double>(), 1e-5);
    QCOMPARE(terrain.withoutClass, 0);

    size_t locations = 0;
    for (const Level &level : given.assigned.levels)
        locations += static_cast<size_t>(level.locations());
    QCOMPARE(known(terrain.classLoss), locations);
    QCOMPARE(known(terrain.boxLoss), given.assigned.assignment.positives.size());
    QVERIFY(given.assigned.assignment.positives.size() > 50);
    for (const LocationMap *map : {&terrain.classLoss, &terrain.boxLoss, &terrain.centernessLoss}) {
        QVERIFY(map->transform == given.raw.transform);
        QCOMPARE(map->levels.size(), given.assigned.levels.size());
        QVERIFY(map->low == 0 && map->high > 0 && !map->diverging);
    }
    for (const Positive &positive : given.assigned.assignment.positives) {
        const auto level = static_cast<size_t>(positive.level), at = static_cast<size_t>(positive.location);
        QVERIFY(!std::isnan(terrain.boxLoss.values[level][at]) &&
                !std::isnan(terrain.centernessLoss.values[level][at]));
    }
}

void LossTerrainTest::everyLocationByTheEquations()
{
    Profile profile = profileNamed("fcoscope");
    profile.boxLossWeight = BoxLossWeight::Centerness;  // as the paper has it
    const Case given = caseOf(profile);
    const LossTerrain terrain = given.terrain();
    std::map<LocationRef, const Positive *> positiveAt;
    for (const Positive &positive : given.assigned.assignment.positives)
        positiveAt[{positive.level, positive.location}] = &positive;
    for (size_t l = 0; l < given.raw.levels.size(); ++l) {
        const LevelOutputs &said = given.raw.levels[l];
        for (int at = 0; at < given.assigned.levels[l].locations(); ++at) {
            const auto found = positiveAt.find({static_cast<int>(l), at});
            const Positive *positive = found == positiveAt.end() ? nullptr : found->second;
            const int label = positive ? given.classOf[static_cast<size_t>(positive->box)] : -1;
            const auto i = static_cast<size_t>(at);
            QVERIFY(std::abs(static_cast<double>(terrain.classLoss.values[l][i]) - focal(said.classLogits, at, label)) <
                    1e-5);
            QCOMPARE(std::isnan(terrain.boxLoss.values[l][i]), positive == nullptr);
            if (!positive)
                continue;
            const auto o = static_cast<double>(positive->centerness);
            CLOSE(static_cast<double>(terrain.boxLoss.values[l][i]),
                  o * giouLoss(said.distances, at, positive->distances), 1e-4);
            CLOSE(static_cast<double>(terrain.centernessLoss.values[l][i]),
                  crossEntropy(static_cast<double>(said.centernessLogits.values[i]), o), 1e-4);
        }
    }
}

void LossTerrainTest::torchvisionsOwnLosses()
{
    const Safetensors file = readSafetensors(golden("torchvision_r50_losses.safetensors"));
    Detector detector = detectorOf(formulaModel("torchvision_r50", "tv"));
    Case given;
    given.info.profile = detector.profile;
    given.info.profile.shortSide = 256;
    given.info.profile.longSide = 320;
    given.raw.transform = fitTransform({320, 256}, 256, 320, 32);
    given.raw.levels = Plan(detector, at::kCPU).run(formulaInput(256, 320));
    given.classOf = classesOf(*file.find("labels"));
    std::vector<Label> labels;
    for (const Box &box : boxesOf(*file.find("boxes")))
        labels.push_back({box, 0});
    given.assigned = assignImage("", {320, 256}, labels, given.info.profile);
    QCOMPARE(given.assigned.labels.size(), given.classOf.size());
    const LossTerrain terrain = given.terrain();
    CLOSE(sumOf(terrain.classLoss) / terrain.classNormalizer, scalar(file, "loss.classification"), 1e-4);
    CLOSE(sumOf(terrain.boxLoss) / terrain.boxNormalizer, scalar(file, "loss.bbox_regression"), 1e-4);
    CLOSE(sumOf(terrain.centernessLoss) / terrain.centernessNormalizer, scalar(file, "loss.bbox_ctrness"), 1e-4);
}

void LossTerrainTest::withoutPositives()
{
    for (const char *name : {"fcoscope", "zg"}) {  // one learns from such batches, the other does not
        const Case given = caseOf(profileNamed(name), 0);
        const LossTerrain terrain = given.terrain();
        CLOSE(sumOf(terrain.classLoss) / terrain.classNormalizer, lossesOf(given).classification.item<double>(), 1e-5);
        QCOMPARE(sumOf(terrain.classLoss) > 0, std::string(name) == "fcoscope");
        QCOMPARE(known(terrain.boxLoss), size_t(0));
        QCOMPARE(known(terrain.centernessLoss), size_t(0));
        QVERIFY(!terrain.boxLoss.empty() && terrain.boxNormalizer > 0 && terrain.boxLoss.high > 0);
    }
}

void LossTerrainTest::withoutCenterness()
{
    const LossTerrain terrain = caseOf(profileNamed("fcoscope"), 20, /*centerness=*/false).terrain();
    QVERIFY(terrain.centernessLoss.empty() && known(terrain.boxLoss) > 50);
}

void LossTerrainTest::aClassTheModelLacks()
{
    Case given = caseOf(profileNamed("fcoscope"));
    const LossTerrain whole = given.terrain();
    const int box = given.assigned.assignment.positives.front().box;
    given.classOf[static_cast<size_t>(box)] = -1;
    const LossTerrain terrain = given.terrain();
    int lacking = 0;
    for (const Positive &positive : given.assigned.assignment.positives) {
        const auto level = static_cast<size_t>(positive.level), at = static_cast<size_t>(positive.location);
        QCOMPARE(std::isnan(terrain.classLoss.values[level][at]), positive.box == box);
        lacking += positive.box == box;
    }
    QVERIFY(lacking > 0 && terrain.withoutClass == lacking);
    QCOMPARE(known(terrain.classLoss), known(whole.classLoss) - static_cast<size_t>(lacking));
    QCOMPARE(sumOf(terrain.boxLoss), sumOf(whole.boxLoss));
    QCOMPARE(terrain.classNormalizer, whole.classNormalizer);
    given.classOf.front() = classes;
    QVERIFY(!refusal<std::invalid_argument>([&] { given.terrain(); }).empty());
}

void LossTerrainTest::notANumber()
{
    Case given = caseOf(profileNamed("fcoscope"));
    given.raw.levels[0].classLogits.values[7] = NAN;
    given.raw.levels[0].classLogits.values[9] = INFINITY;
    const LossTerrain terrain = given.terrain();
    QVERIFY(std::isnan(terrain.classLoss.values[0][7]));
    QVERIFY(!std::isfinite(terrain.classLoss.values[0][9]));
    QVERIFY(std::isfinite(terrain.classLoss.values[0][8]));
    QVERIFY(std::isfinite(terrain.classLoss.high));
}

void LossTerrainTest::otherLocationsAreRefused()
{
    const Case fits = caseOf(profileNamed("fcoscope"));
    const auto refused = [&](const std::function<void(Profile &)> &change) {
        Case other = fits;
        Profile profile = fits.info.profile;
        change(profile);
        Random random(11);
        other.assigned = assignImage("made up", {320, 256}, madeLabels(20, random), profile);
        other.classOf.assign(other.assigned.labels.size(), 0);
        return refusal<UserError>([&] { other.terrain(); });
    };
    QVERIFY(refused([](Profile &p) { p.centerRegion = CenterRegion::None; }).empty());
    QVERIFY(refused([](Profile &p) { p.rangeLimits = {50, 100, 200, 300}; }).empty());
    QVERIFY(!refused([](Profile &p) { p.shortSide = 200; }).empty());
    QVERIFY(!refused([](Profile &p) { p.locations = LocationRule::Torchvision; }).empty());
    QVERIFY(!refused([](Profile &p) {
                 p.strides.pop_back();
                 p.rangeLimits.pop_back();
             }).empty());

    Case mirrored = fits;
    ImageTransform transform = fits.raw.transform;
    transform.mirroredX = true;
    mirrored.assigned = assignSample("made up", {}, transform, transform.paddedSize, fits.info.profile);
    mirrored.classOf.clear();
    QVERIFY(!refusal<UserError>([&] { mirrored.terrain(); }).empty());
    Case anotherImage = fits;
    anotherImage.assigned.imageId = "another";
    QVERIFY(!refusal<std::invalid_argument>([&] { anotherImage.terrain(); }).empty());
    Case anotherModel = fits;
    anotherModel.raw.levels.pop_back();
    QVERIFY(!refusal<std::invalid_argument>([&] { anotherModel.terrain(); }).empty());
}

void LossTerrainTest::statistics()
{
    Case given = caseOf(profileNamed("fcoscope"), 1);
    const auto said = [&](BackboneNorm backbone, TowerNorm tower) {
        given.info.network.backboneNorm = backbone;
        given.info.network.towerNorm = tower;
        return given.terrain().statistics.english();
    };
    const std::string running = said(BackboneNorm::Trained, TowerNorm::Group);
    QVERIFY(running.find("running means") != std::string::npos);
    QCOMPARE(said(BackboneNorm::Frozen, TowerNorm::Batch), running);
    QCOMPARE(said(BackboneNorm::Frozen, TowerNorm::BatchPerLevel), running);
    const std::string frozen = said(BackboneNorm::Frozen, TowerNorm::Group);
    QVERIFY(frozen.find("frozen") != std::string::npos);
    QCOMPARE(said(BackboneNorm::Frozen, TowerNorm::None), frozen);
}

/// One location of a thousand that is very wrong does not set the scale, the quiet background neither.
void LossTerrainTest::scales()
{
    Case given = caseOf(profileNamed("fcoscope"), 0);
    Grid &logits = given.raw.levels[0].classLogits;
    std::fill(logits.values.begin(), logits.values.end(), -9.F);
    for (size_t i = 0; i < 400; ++i)
        logits.values[i] = 0.F;
    logits.values[0] = 4.F;
    for (size_t l = 1; l < given.raw.levels.size(); ++l)
        std::fill(given.raw.levels[l].classLogits.values.begin(), given.raw.levels[l].classLogits.values.end(), -9.F);
    CLOSE(static_cast<double>(given.terrain().classLoss.high), 0.75 * 0.25 * std::log(2.0), 1e-4);
}

QTEST_GUILESS_MAIN(LossTerrainTest)
#include "tst_loss_terrain.moc"
