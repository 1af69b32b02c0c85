// SPDX-License-Identifier: GPL-3.0-or-later
// The shapes that a network can have.
#include <QTest>

#include <set>

#include "core/base/error.h"
#include "core/fcos/engine.h"
#include "core/fcos/losses.h"

using namespace fcoscope;

namespace {

NetworkOptions small()
{
    NetworkOptions network;
    network.backboneDepth = 18;
    network.backboneWidth = 0.25;
    network.pyramidChannels = 32;
    network.towerDepth = 1;
    network.towerGroups = 8;
    network.classCount = 3;
    return network;
}

Profile withStrides(std::vector<double> strides)
{
    Profile profile;
    profile.strides = std::move(strides);
    profile.rangeLimits.resize(profile.strides.size() - 1);
    for (size_t i = 0; i < profile.rangeLimits.size(); ++i)
        profile.rangeLimits[i] = 64 << i;
    return profile;
}

/// Weights that depend on the seed and the tensor's name alone, no norm an identity.
Detector made(const NetworkOptions &options, const Profile &profile)
{
    Detector detector = Detector::make(options, profile);
    detector.initialise(5);
    for (const NamedTensor &entry : detector.tensors()) {
        double sum = 0;
        for (const char c : entry.name)
            sum += c;
        if (entry.tensor->dim() == 1)
            *entry.tensor = at::linspace(0.5, 1 + std::fmod(sum, 7) / 7, entry.tensor->numel());
    }
    return detector;
}

at::Tensor input() { return at::linspace(-2, 2, 3 * 96 * 160).view({1, 3, 96, 160}).sin(); }

std::set<std::string> namesOf(Detector detector, const char *prefix)
{
    std::set<std::string> names;
    for (const NamedTensor &entry : detector.tensors())
        if (entry.name.starts_with(prefix) && entry.name.ends_with("weight"))
            names.insert(entry.name);
    return names;
}

bool nearlyEqual(const at::Tensor &a, const at::Tensor &b)
{
    return a.sizes() == b.sizes() && (a - b).abs().max().item<double>() <= 1e-5 * b.abs().max().item<double>();
}

}  // namespace

class NetworksTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { configureEngine(1); }
    void backbonesHaveTheirSizes_data();
    void backbonesHaveTheirSizes();
    void levelsAreWhatTheStridesAsk_data();
    void levelsAreWhatTheStridesAsk();
    void p6FromC5();
    void sharedTowers();
    void normsOfLevels();
    void bareTowers();
    void foldingChangesNothing_data();
    void foldingChangesNothing();
    void profilesMakeNetworks();
    void refusals();
};

void NetworksTest::backbonesHaveTheirSizes_data()
{
    QTest::addColumn<int>("depth");
    QTest::addColumn<int>("groups");
    QTest::addColumn<int>("width");
    QTest::addColumn<qint64>("parameters");  // as torchvision states them, less its classifier
    const qint64 deep = 2048 * 1000 + 1000, flat = 512 * 1000 + 1000;
    QTest::newRow("resnet18") << 18 << 1 << 64 << 11689512 - flat;
    QTest::newRow("resnet34") << 34 << 1 << 64 << 21797672 - flat;
    QTest::newRow("resnet50") << 50 << 1 << 64 << 25557032 - deep;
    QTest::newRow("resnet101") << 101 << 1 << 64 << 44549160 - deep;
    QTest::newRow("resnet152") << 152 << 1 << 64 << 60192808 - deep;
    QTest::newRow("resnext50_32x4d") << 50 << 32 << 4 << 25028904 - deep;
    QTest::newRow("resnext101_32x8d") << 101 << 32 << 8 << 88791336 - deep;
    QTest::newRow("resnext101_64x4d") << 101 << 64 << 4 << 83455272 - deep;
    QTest::newRow("wide_resnet50_2") << 50 << 1 << 128 << 68883240 - deep;
}

void NetworksTest::backbonesHaveTheirSizes()
{
    QFETCH(int, depth);
    QFETCH(int, groups);
    QFETCH(int, width);
    QFETCH(qint64, parameters);
    NetworkOptions options;
    options.backboneDepth = depth;
    options.backboneGroups = groups;
    options.groupWidth = width;
    ResNet backbone = ResNet::make(options);
    NamedTensors names;
    backbone.collect(names, "backbone");
    qint64 weights = 0;
    for (const NamedTensor &entry : names)
        weights += entry.role == Role::Statistic ? 0 : entry.tensor->numel();
    QCOMPARE(weights, parameters);
    const at::Tensor middle = backbone.stages[0][0].convs[1].conv.weight;
    QCOMPARE(middle.size(1) * groups, middle.size(0));
    const c10::InferenceMode inference;
    const auto features = backbone(at::zeros({1, 3, 64, 32}), {});
    QCOMPARE(features[0].sizes().vec(), (std::vector<int64_t>{1, backbone.channels[0], 8, 4}));
    QCOMPARE(features[2].sizes().vec(), (std::vector<int64_t>{1, backbone.channels[2], 2, 1}));
}

void NetworksTest::levelsAreWhatTheStridesAsk_data()
{
    QTest::addColumn<QList<int>>("levels");
    QTest::addColumn<QStringList>("convolutions");
    const auto add = [](const char *name, QList<int> levels, QStringList convolutions) {
        QTest::newRow(name) << levels << convolutions;
    };
    add("P3-P5", {3, 4, 5}, {"lateral.3", "lateral.4", "lateral.5", "output.3", "output.4", "output.5"});
    add("P4", {4}, {"lateral.4", "lateral.5", "output.4"});
    add("P5", {5}, {"lateral.5", "output.5"});
    add("P7", {7}, {"lateral.5", "output.5", "p6", "p7"});
    add("P4-P6", {4, 5, 6}, {"lateral.4", "lateral.5", "output.4", "output.5", "p6"});
    add("P3 and P6", {3, 6}, {"lateral.3", "lateral.4", "lateral.5", "output.3", "output.5", "p6"});
}

void NetworksTest::levelsAreWhatTheStridesAsk()
{
    QFETCH(QList<int>, levels);
    QFETCH(QStringList, convolutions);
    std::vector<double> strides;
    for (const int level : levels)
        strides.push_back(1 << level);
    const Detector all = made(small(), Profile()), some = made(small(), withStrides(strides));
    std::set<std::string> expected;
    for (const QString &name : convolutions)
        expected.insert("fpn." + name.toStdString() + ".weight");
    QVERIFY(namesOf(some, "fpn.") == expected);
    QCOMPARE(some.head.scales.size(), strides.size());
    const c10::InferenceMode inference;
    const std::vector<at::Tensor> whole = all.features(input(), {}), part = some.features(input(), {});
    QCOMPARE(part.size(), strides.size());
    for (size_t i = 0; i < part.size(); ++i)
        QVERIFY(nearlyEqual(part[i], whole[static_cast<size_t>(levels[static_cast<int>(i)] - 3)]));
}

void NetworksTest::p6FromC5()
{
    NetworkOptions options = small();
    options.p6Source = P6Source::C5;
    const Detector detector = made(options, withStrides({64, 128}));
    QVERIFY(namesOf(detector, "fpn.") == (std::set<std::string>{"fpn.p6.weight", "fpn.p7.weight"}));
    const c10::InferenceMode inference;
    const at::Tensor c5 = detector.backbone(input(), {})[2];
    const std::vector<at::Tensor> levels = detector.features(input(), {});
    const Conv &p6 = detector.pyramid.extra[0], &p7 = detector.pyramid.extra[1];
    QVERIFY(levels[0].min().item<double>() < 0);  // P6 itself without ReLU
    QVERIFY(nearlyEqual(levels[0], at::conv2d(c5, p6.weight, p6.bias, 2, 1)));
    QVERIFY(nearlyEqual(levels[1], at::conv2d(levels[0].relu(), p7.weight, p7.bias, 2, 1)));
}

void NetworksTest::sharedTowers()
{
    NetworkOptions options = small();
    options.sharedTowerDepth = 2;
    options.towerDepth = 0;
    const Profile profile = withStrides({8, 16});
    Detector detector = made(options, profile);
    QVERIFY(namesOf(detector, "head.") ==
            (std::set<std::string>{"head.share_tower.0.conv.weight", "head.share_tower.0.norm.weight",
                                   "head.share_tower.1.conv.weight", "head.share_tower.1.norm.weight",
                                   "head.cls_pred.weight", "head.reg_pred.weight", "head.ctr_pred.weight"}));
    // The same as two towers with the same weights.
    options.sharedTowerDepth = 0;
    options.towerDepth = 2;
    Detector apart = made(options, profile);
    apart.backbone = detector.backbone;
    apart.pyramid = detector.pyramid;
    const Tower tower = detector.head.sharedTower;
    apart.head = detector.head;
    apart.head.sharedTower.clear();
    apart.head.classTower = apart.head.boxTower = tower;
    const c10::InferenceMode inference;
    const FlatOutputs a = flattened(detector(input(), {})), b = flattened(apart(input(), {}));
    QVERIFY(nearlyEqual(a.classLogits, b.classLogits));
    QVERIFY(nearlyEqual(a.distances, b.distances));
    QVERIFY(nearlyEqual(a.centernessLogits, b.centernessLogits));
    // And one more convolution of the branch's own matters to that branch alone.
    detector.head.boxTower = {tower.front()};
    const FlatOutputs c = flattened(detector(input(), {}));
    QVERIFY(c.classLogits.equal(a.classLogits));
    QVERIFY(!c.distances.equal(a.distances));
    QVERIFY(!c.centernessLogits.equal(a.centernessLogits));
}

void NetworksTest::normsOfLevels()
{
    NetworkOptions options = small();
    options.towerNorm = TowerNorm::BatchPerLevel;
    Detector detector = made(options, withStrides({8, 16, 32}));
    QVERIFY(namesOf(detector, "head.cls_tower.0.norm") ==
            (std::set<std::string>{"head.cls_tower.0.norm.0.weight", "head.cls_tower.0.norm.1.weight",
                                   "head.cls_tower.0.norm.2.weight"}));
    const auto level = [&](size_t i) {
        const c10::InferenceMode inference;
        return detector(input(), {})[i].classLogits;
    };
    const at::Tensor before[] = {level(0), level(1), level(2)};
    detector.head.classTower[0].batch[1].mean.add_(0.5);
    QVERIFY(level(0).equal(before[0]));
    QVERIFY(!level(1).equal(before[1]));
    QVERIFY(level(2).equal(before[2]));
    // In training each level's statistics are those of that level.
    const at::Tensor mean = detector.head.classTower[0].batch[2].mean.clone();
    const std::vector<at::Tensor> features = detector.features(input(), {});
    detector.head(features[1], 1, detector.profile, Pass{true, nullptr});
    QVERIFY(detector.head.classTower[0].batch[2].mean.equal(mean));
    detector.head(features[2], 2, detector.profile, Pass{true, nullptr});
    const at::Tensor seen = detector.head.classTower[0].conv(features[2]).mean({0, 2, 3});
    QVERIFY(nearlyEqual(detector.head.classTower[0].batch[2].mean, 0.9 * mean + 0.1 * seen));
}

void NetworksTest::bareTowers()
{
    NetworkOptions options = small();
    options.towerNorm = TowerNorm::None;
    options.towerBias = false;
    options.centernessBranch = CenternessBranch::None;
    options.levelScale = false;
    options.towerGroups = 7;  // of a norm that is not there
    Detector detector = Detector::make(options, withStrides({8}));
    std::set<std::string> names;
    for (const NamedTensor &entry : detector.tensors())
        if (entry.name.starts_with("head."))
            names.insert(entry.name);
    QVERIFY(names == (std::set<std::string>{"head.cls_tower.0.conv.weight", "head.reg_tower.0.conv.weight",
                                            "head.cls_pred.weight", "head.cls_pred.bias", "head.reg_pred.weight",
                                            "head.reg_pred.bias"}));
    QVERIFY(!detector(input(), {})[0].centernessLogits.defined());
}

void NetworksTest::foldingChangesNothing_data()
{
    QTest::addColumn<int>("norm");
    QTest::addColumn<bool>("bias");
    QTest::addColumn<double>("epsilon");
    QTest::newRow("group") << int(TowerNorm::Group) << true << 1e-5;
    QTest::newRow("batch") << int(TowerNorm::Batch) << true << 1e-5;
    QTest::newRow("batch, no bias") << int(TowerNorm::Batch) << false << 0.0;
    QTest::newRow("batch per level") << int(TowerNorm::BatchPerLevel) << true << 0.0;
}

void NetworksTest::foldingChangesNothing()
{
    QFETCH(int, norm);
    QFETCH(bool, bias);
    QFETCH(double, epsilon);
    NetworkOptions options = small();
    options.backboneDepth = 50;
    options.backboneGroups = 32;
    options.groupWidth = 8;
    options.towerNorm = static_cast<TowerNorm>(norm);
    options.towerBias = bias;
    options.normEpsilon = epsilon;
    const Detector plain = made(options, withStrides({8, 16}));
    Detector folded = plain;
    folded.to(at::kCPU);
    folded.fold();
    QCOMPARE(folded.head.classTower[0].batch.empty(), norm != int(TowerNorm::BatchPerLevel));
    const c10::InferenceMode inference;
    const FlatOutputs a = flattened(plain(input(), {})), b = flattened(folded(input(), {}));
    QVERIFY((a.classLogits - b.classLogits).abs().max().item<double>() <
            1e-4 * a.classLogits.abs().max().item<double>());
    QVERIFY((a.distances - b.distances).abs().max().item<double>() < 1e-4 * a.distances.abs().max().item<double>());
}

void NetworksTest::profilesMakeNetworks()
{
    for (const std::string &name : profileNames())
        QVERIFY(Detector::make(networkOfProfile(name), profileNamed(name)).tensors().size() > 200);
}

void NetworksTest::refusals()
{
    const auto refused = [](const NetworkOptions &options, const Profile &profile, const char *words) {
        try {
            Detector::make(options, profile);
        } catch (const UserError &error) {
            return std::string(error.what()) == words;
        }
        return false;
    };
    const char *strides = "The strides of this network must be some of 8, 16, 32, 64 and 128.";
    QVERIFY(refused(small(), withStrides({8, 24}), strides));
    QVERIFY(refused(small(), withStrides({4, 8}), strides));
    QVERIFY(refused(small(), withStrides({128, 256}), strides));
    NetworkOptions options = small();
    options.backboneDepth = 51;
    QVERIFY(refused(options, {}, "The option backbone-depth is 51; it must be one of 18, 34, 50, 101, 152."));
    options = small();
    options.backboneGroups = 32;
    QVERIFY(refused(options, {},
                    "ResNet-18 has no bottlenecks; the options backbone-groups and group-width must be 1 and 64."));
    options = small();
    options.towerGroups = 7;
    QVERIFY(refused(options, {}, "32 pyramid channels cannot be split into 7 groups of equal size."));
}

QTEST_GUILESS_MAIN(NetworksTest)
#include "tst_networks.moc"
