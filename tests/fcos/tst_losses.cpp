// SPDX-License-Identifier: GPL-3.0-or-later
// The losses by the figures that the specification computed (section 4, appendix B), and where they are delicate.
#include <QTest>

#include <cmath>

#include "core/fcos/engine.h"
#include "core/fcos/losses.h"
#include "core/rules/locations.h"

using namespace fcoscope;

namespace {

at::Tensor row(double l, double t, double r, double b)
{
    return at::tensor({l, t, r, b}, at::kFloat).view({1, 4});
}

/// One image whose only positive is location 0.
Targets onePositive(const at::Tensor &distances, double stride)
{
    Targets targets;
    targets.location = targets.classIndex = at::zeros({1}, at::kLong);
    targets.distances = distances;
    targets.centerness = at::full({1}, 0.4472136);
    targets.stride = at::full({1, 1}, stride);
    targets.centernessSum = 0.4472136;
    return targets;
}

/// Class and centerness logits as they are before training, for `locations` locations of one image.
FlatOutputs untrained(int64_t locations, int64_t classes, const at::Tensor &distances)
{
    return {at::full({1, locations, classes}, -std::log(99.0)), at::zeros({1, locations}),
            distances.expand({1, locations, 4}).clone()};
}

void near(double ours, double theirs, double relative = 2e-6)
{
    QVERIFY2(std::abs(ours - theirs) <= relative * std::abs(theirs),
             qPrintable(QStringLiteral("%1, expected %2").arg(ours, 0, 'g', 9).arg(theirs, 0, 'g', 9)));
}

const at::Tensor &predicted()
{
    static const at::Tensor box = row(20, 24, 44, 40);
    return box;
}
const at::Tensor &target()
{
    static const at::Tensor box = row(24, 20, 40, 60);
    return box;
}

}  // namespace

class LossesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { configureEngine(1); }
    void boxLosses_data();
    void boxLosses();
    void theProfileChoosesTheUnit();
    void weightsAndNormalisers();
    void quality();
    void focal();
    void beforeTraining();
    void clampedProbabilities();
    void emptyBatches();
    void movingAverage();
    void boxesWithoutAreaStayFinite();
};

void LossesTest::boxLosses_data()
{
    QTest::addColumn<int>("guard");
    QTest::addColumn<double>("unit");
    QTest::addColumn<double>("log");
    QTest::addColumn<double>("linear");
    QTest::addColumn<double>("giou");
    const auto add = [](const char *name, IouGuard guard, double unit, double log, double linear, double giou) {
        QTest::newRow(name) << int(guard) << unit << log << linear << giou;
    };
    add("torchvision", IouGuard::Epsilon, 1, 0.4446858, 0.3589744, 0.3757811);
    add("mmdetection", IouGuard::Clamp, 1, 0.4446858, 0.3589744, 0.3757811);
    add("mmdetection, strides", IouGuard::Clamp, 8, 0.4446858, 0.3589744, 0.3757811);
    add("SimpleAICV", IouGuard::CoarseClamp, 1, 0.4446858, 0.3589744, 0.3757811);
    add("tianzhi, pixels", IouGuard::PlusOne, 1, 0.4445861, 0.3589105, 0.3757172);
    add("tianzhi, stride 8", IouGuard::PlusOne, 8, 0.4383958, 0.3549296, 0.3717363);
    add("tianzhi, stride 16", IouGuard::PlusOne, 16, 0.4205649, 0.3433243, 0.3601310);
    add("AdelaiDet, stride 8", IouGuard::PlusOneOnly, 8, 0.4383958, 0.3549296, 0.3717363);
}

void LossesTest::boxLosses()
{
    QFETCH(int, guard);
    QFETCH(double, unit);
    QFETCH(double, log);
    QFETCH(double, linear);
    QFETCH(double, giou);
    const auto loss = [&](BoxLoss kind) {
        return boxLoss(predicted() / unit, target() / unit, kind, static_cast<IouGuard>(guard)).item<double>();
    };
    near(loss(BoxLoss::LogIou), log);
    near(loss(BoxLoss::LinearIou), linear);
    near(loss(BoxLoss::Giou), giou);
}

void LossesTest::theProfileChoosesTheUnit()
{
    for (const double stride : {8.0, 16.0}) {
        Profile profile = profileNamed("tz-imprv");
        const FlatOutputs outputs = untrained(1, 1, predicted());
        const auto box = [&] {
            return computeLosses(outputs, onePositive(target(), stride), profile, 1).box.item<double>();
        };
        near(box(), stride == 8 ? 0.3717363 : 0.3601310);
        profile.boxLossUnit = BoxUnit::Pixels;
        near(box(), 0.3757172);
    }
}

void LossesTest::weightsAndNormalisers()
{
    // Two positives with the same loss, of which one counts less.
    Targets targets = onePositive(target().expand({2, 4}), 8);
    targets.location = at::tensor({0, 1}, at::kLong);
    targets.classIndex = at::zeros({2}, at::kLong);
    targets.stride = at::full({2, 1}, 8.0);
    targets.centerness = at::tensor({1.0, 0.25}, at::kFloat);
    targets.centernessSum = 1.25;
    Profile profile = profileNamed("tv");
    const FlatOutputs outputs = untrained(2, 1, predicted());
    const auto box = [&](BoxLossWeight weight, BoxNormalizer normalizer) {
        profile.boxLossWeight = weight;
        profile.boxNormalizer = normalizer;
        return computeLosses(outputs, targets, profile, 1).box.item<double>();
    };
    const double one = 0.3757811;
    near(box(BoxLossWeight::One, BoxNormalizer::Positives), one);
    near(box(BoxLossWeight::One, BoxNormalizer::WeightSum), one);
    near(box(BoxLossWeight::Centerness, BoxNormalizer::WeightSum), one);
    near(box(BoxLossWeight::Centerness, BoxNormalizer::Positives), one * 1.25 / 2);
    near(computeLosses(outputs, targets, profile, 1).centerness.item<double>(), std::log(2.0));
}

void LossesTest::quality()
{
    Profile profile = profileNamed("ad");
    FlatOutputs outputs = untrained(1, 1, predicted());
    outputs.centernessLogits.fill_(1);
    outputs.distances.set_requires_grad(true);
    const auto third = [&] { return computeLosses(outputs, onePositive(target(), 8), profile, 1).centerness; };
    const auto crossEntropy = [](double wanted) { return std::log(1 + std::exp(1.0)) - wanted; };
    near(third().item<double>(), crossEntropy(0.4472136));
    profile.quality = QualityTarget::Iou;
    near(third().item<double>(), crossEntropy(1 - 0.3549296));
    QVERIFY(!third().requires_grad());  // the box does not learn to please its judge
}

void LossesTest::focal()
{
    const Profile profile;
    const FlatOutputs outputs = untrained(1, 1, predicted());
    Targets none;
    none.location = none.classIndex = at::empty({0}, at::kLong);
    none.distances = at::empty({0, 4});
    none.centerness = at::empty({0});
    none.stride = at::empty({0, 1});
    near(computeLosses(outputs, none, profile, 1).classification.item<double>(), 7.53775e-7, 1e-5);
    near(computeLosses(outputs, onePositive(target(), 8), profile, 1).classification.item<double>(), 1.1283818);
}

void LossesTest::beforeTraining()
{
    NetworkOptions network;
    network.backboneDepth = 18;
    network.backboneWidth = 0.125;
    network.pyramidChannels = 32;
    const Profile profile = profileNamed("tz-orig");
    Detector detector = Detector::make(network, profile);
    detector.initialise(1);
    const at::Tensor bias = detector.head.classPrediction.bias;
    QCOMPARE(bias.numel(), int64_t(80));
    near(bias.min().item<double>(), -4.59511985, 1e-7);
    near(bias.max().item<double>(), -4.59511985, 1e-7);
    int64_t locations = 0;
    for (const Level &level : levelsFor(profile, {1088, 800}))
        locations += level.locations();
    QCOMPARE(locations, int64_t(18134));
    FlatOutputs outputs = untrained(locations, 80, predicted());
    outputs.classLogits = bias.expand({1, locations, 80});
    const Targets none = TargetsBuilder().finish();
    near(computeLosses(outputs, none, profile, 1).classification.item<double>(), 1.0935, 5e-5);
    near(computeLosses(outputs, none, profile, 7).classification.item<double>(), 1.0935 / 7, 5e-5);
}

void LossesTest::clampedProbabilities()
{
    Profile profile = profileNamed("zg");
    FlatOutputs outputs = untrained(3, 1, predicted());
    outputs.classLogits = at::tensor({-20.0, 20.0, 0.5}, at::kFloat).view({1, 3, 1}).set_requires_grad(true);
    outputs.centernessLogits = at::full({1, 3}, 30.0).set_requires_grad(true);
    const Losses losses = computeLosses(outputs, onePositive(target(), 8), profile, 1);
    // Location 0 should be the class and says it is not, location 1 the other way round, both as surely as allowed.
    const double p = 1 / (1 + std::exp(-0.5)), wrong = std::pow(1 - 1e-4, 2) * -std::log(1e-4);
    near(losses.classification.item<double>(), 0.25 * wrong + 0.75 * wrong + 0.75 * p * p * -std::log(1 - p), 1e-4);
    near(losses.centerness.item<double>(), -0.4472136 * std::log(1 - 1e-4) - (1 - 0.4472136) * std::log(1e-4), 1e-4);
    losses.total().backward();
    const at::Tensor gradient = outputs.classLogits.grad().flatten();
    QCOMPARE(gradient[0].item<double>(), 0.0);
    QCOMPARE(gradient[1].item<double>(), 0.0);
    QVERIFY(gradient[2].item<double>() > 0);
    QCOMPARE(outputs.centernessLogits.grad().abs().max().item<double>(), 0.0);
}

void LossesTest::emptyBatches()
{
    for (const bool learn : {true, false}) {
        Profile profile;
        profile.learnFromEmptyBatches = learn;
        FlatOutputs outputs = untrained(5, 3, row(1, 1, 1, INFINITY));  // what exp() makes of a wild start
        for (at::Tensor *output : {&outputs.classLogits, &outputs.centernessLogits, &outputs.distances})
            output->set_requires_grad(true);
        const Losses losses = computeLosses(outputs, TargetsBuilder().finish(), profile, 1);
        QCOMPARE(losses.box.item<double>(), 0.0);
        QCOMPARE(losses.centerness.item<double>(), 0.0);
        QCOMPARE(losses.classification.item<double>() > 0, learn);
        losses.total().backward();
        QCOMPARE(outputs.distances.grad().abs().max().item<double>(), 0.0);
        QCOMPARE(outputs.centernessLogits.grad().abs().max().item<double>(), 0.0);
        QCOMPARE(outputs.classLogits.grad().abs().max().item<double>() > 0, learn);
    }
}

void LossesTest::movingAverage()
{
    double average = firstClassNormalizer;  // 100
    for (const int positives : {44, 0, 10})
        average = nextClassNormalizer(ClassNormalizer::MovingAverage, average, positives);
    near(average, ((100 * 0.9 + 4.4) * 0.9 + 0.1) * 0.9 + 1, 1e-12);
    QCOMPARE(nextClassNormalizer(ClassNormalizer::Positives, 100, 44), 44.0);
    QCOMPARE(nextClassNormalizer(ClassNormalizer::Positives, 100, 0), 1.0);
}

void LossesTest::boxesWithoutAreaStayFinite()
{
    using enum BoxLoss;
    for (const IouGuard guard : {IouGuard::Epsilon, IouGuard::PlusOne, IouGuard::PlusOneOnly, IouGuard::Clamp,
                                 IouGuard::CoarseClamp})
        for (const BoxLoss kind : {Giou, LinearIou, LogIou, Diou, Ciou, Eiou})
            for (const at::Tensor &box : {row(0, 0, 0, 0), row(0, 5, 0, 5), row(5, 0, 5, 0), row(24, 20, 40, 60)}) {
                const at::Tensor given = box.clone().set_requires_grad(true);
                const at::Tensor loss = boxLoss(given, target(), kind, guard);
                loss.sum().backward();
                QVERIFY(at::isfinite(loss).all().item<bool>());
                QVERIFY(at::isfinite(given.grad()).all().item<bool>());
                if (box.equal(target()))
                    QVERIFY(std::abs(loss.item<double>()) < 1e-6);
                else
                    QVERIFY(loss.item<double>() > 0.5);
            }
}

QTEST_GUILESS_MAIN(LossesTest)
#include "tst_losses.moc"
