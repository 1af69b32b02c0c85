// SPDX-License-Identifier: GPL-3.0-or-later
// A plan says what the modules it was compiled from say, for every structure.
#include <QTest>

#include <set>

#include "core/fcos/engine.h"
#include "tests/fcos/planned_networks.h"

using namespace fcoscope;

namespace {

QString difference(const char *what, const Grid &ours, const at::Tensor &theirs)
{
    if (!theirs.defined())
        return ours.values.empty() ? QString() : QStringLiteral("%1 should be absent").arg(what);
    if (theirs.sizes() != at::IntArrayRef{1, ours.channels, ours.height, ours.width})
        return QStringLiteral("%1 has another shape").arg(what);
    const at::Tensor expected = theirs.contiguous().reshape({-1}),
                     said = at::from_blob(const_cast<float *>(ours.values.data()), expected.sizes());
    const double error =
        ((said - expected).abs().max() / std::max(1.0, expected.abs().max().item<double>())).item<double>();
    if (!(error <= 1e-4))
        return QStringLiteral("%1 differs by %2").arg(what).arg(error);
    if (expected.numel() > 50 && std::set<float>(ours.values.begin(), ours.values.end()).size() < 10)
        return QStringLiteral("%1 is all the same: nothing was compared").arg(what);
    return {};
}

/// A plan's outputs against the modules', whatever computes it, for inputs small, odd and wide.
QString differences(const Detector &detector, const std::vector<std::array<int64_t, 2>> &sizes)
{
    const c10::InferenceMode inference;
    for (const PlanBackend backend : {PlanBackend::OneDnn, PlanBackend::Operators}) {
        const Plan plan(detector, at::kCPU, backend);
        for (const auto &[height, width] : sizes) {
            const at::Tensor image = input(height, width);
            const std::vector<LevelTensors> expected = detector(image, {});
            const std::vector<LevelOutputs> said = plan.run(image);
            if (said.size() != expected.size())
                return QStringLiteral("%1 levels instead of %2").arg(said.size()).arg(expected.size());
            for (size_t i = 0; i < said.size(); ++i)
                for (const QString &wrong :
                     {difference("class logits", said[i].classLogits, expected[i].classLogits),
                      difference("centerness", said[i].centernessLogits, expected[i].centernessLogits),
                      difference("distances", said[i].distances, expected[i].distances)})
                    if (!wrong.isEmpty())
                        return QStringLiteral("backend %1, %2 x %3, level %4: %5")
                            .arg(int(backend))
                            .arg(height)
                            .arg(width)
                            .arg(i)
                            .arg(wrong);
        }
    }
    return {};
}

}  // namespace

class PlanTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { configureEngine(2); }
    void sameAsTheModules_data();
    void sameAsTheModules();
    void profilesOfTheLiterature_data();
    void profilesOfTheLiterature();
    void fullWidth();
    void weightsAreItsOwn();
    void oneDnnIsChosenHere();
    void stopBetweenLayers();
};

void PlanTest::sameAsTheModules_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<std::function<void(NetworkOptions &, Profile &)>>("change");
    const auto row = [](const char *name, std::function<void(NetworkOptions &, Profile &)> change) {
        QTest::newRow(name) << QString(name) << std::move(change);
    };
    row("ResNet-18", [](NetworkOptions &, Profile &) {});
    row("ResNet-34", [](NetworkOptions &n, Profile &) { n.backboneDepth = 34; });
    row("ResNet-50", [](NetworkOptions &n, Profile &) { n.backboneDepth = 50; });
    row("ResNet-50, stride in the 1x1", [](NetworkOptions &n, Profile &) {
        n.backboneDepth = 50;
        n.strideConv = StrideConv::First1x1;
    });
    row("ResNeXt", [](NetworkOptions &n, Profile &) {
        n.backboneDepth = 50;
        n.backboneGroups = 8;
        n.groupWidth = 16;
    });
    row("frozen norms, epsilon 0", [](NetworkOptions &n, Profile &) {
        n.backboneNorm = BackboneNorm::Frozen;
        n.normEpsilon = 0;
    });
    row("no tower norm", [](NetworkOptions &n, Profile &) { n.towerNorm = TowerNorm::None; });
    row("batch norm in towers", [](NetworkOptions &n, Profile &) { n.towerNorm = TowerNorm::Batch; });
    row("batch norm by level", [](NetworkOptions &n, Profile &) { n.towerNorm = TowerNorm::BatchPerLevel; });
    row("batch norm by level, no bias, shared tower", [](NetworkOptions &n, Profile &) {
        n.towerNorm = TowerNorm::BatchPerLevel;
        n.towerBias = false;
        n.sharedTowerDepth = 2;
    });
    row("no tower bias", [](NetworkOptions &n, Profile &) { n.towerBias = false; });
    row("shared tower only", [](NetworkOptions &n, Profile &) {
        n.sharedTowerDepth = 2;
        n.towerDepth = 0;
    });
    row("no towers", [](NetworkOptions &n, Profile &) { n.towerDepth = 0; });
    row("shared and own towers", [](NetworkOptions &n, Profile &) { n.sharedTowerDepth = 1; });
    row("bilinear", [](NetworkOptions &n, Profile &) { n.upsampling = Upsampling::Bilinear; });
    row("P6 from C5", [](NetworkOptions &n, Profile &) { n.p6Source = P6Source::C5; });
    row("centerness on the class tower",
        [](NetworkOptions &n, Profile &) { n.centernessBranch = CenternessBranch::ClassTower; });
    row("no centerness", [](NetworkOptions &n, Profile &) { n.centernessBranch = CenternessBranch::None; });
    row("no scales", [](NetworkOptions &n, Profile &) { n.levelScale = false; });
    row("exp in pixels", [](NetworkOptions &, Profile &p) {
        p.boxActivation = BoxActivation::Exponential;
        p.boxUnit = BoxUnit::Pixels;
    });
    row("P3 to P5", onLevels({8, 16, 32}));
    row("P4 alone", onLevels({16}));
    row("P5 to P7", onLevels({32, 64, 128}));
}

void PlanTest::sameAsTheModules()
{
    QFETCH(std::function<void(NetworkOptions &, Profile &)>, change);
    NetworkOptions network = small();
    Profile profile = profileNamed("fcoscope");
    change(network, profile);
    QCOMPARE(differences(made(network, profile), {{64, 96}, {65, 97}, {32, 32}, {1, 1}, {136, 200}, {64, 96}}),
             QString());
}

void PlanTest::profilesOfTheLiterature_data()
{
    QTest::addColumn<QString>("name");
    for (const std::string &name : profileNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void PlanTest::profilesOfTheLiterature()
{
    QFETCH(QString, name);
    NetworkOptions network = networkOfProfile(name.toStdString());
    network.backboneWidth = 0.25;
    network.pyramidChannels = 64;
    network.towerGroups = 8;  // eight channels in a group, as at full width: two on a map of one pixel amplify rounding
    network.classCount = 7;
    QCOMPARE(differences(made(network, profileNamed(name.toStdString())), {{96, 128}, {97, 131}}), QString());
}

/// The kernels of wide layers differ from those of narrow ones.
void PlanTest::fullWidth()
{
    for (const int depth : {18, 50}) {
        NetworkOptions network;
        network.backboneDepth = depth;
        QCOMPARE(differences(made(network), {{96, 160}, {128, 101}}), QString());
    }
}

void PlanTest::weightsAreItsOwn()
{
    for (const TowerNorm norm : {TowerNorm::Group, TowerNorm::Batch, TowerNorm::None})
        for (const PlanBackend backend : {PlanBackend::OneDnn, PlanBackend::Operators}) {
            NetworkOptions network = small();
            network.towerNorm = norm;
            Detector detector = made(network);
            const Plan plan(detector, at::kCPU, backend);
            for (const NamedTensor &entry : detector.tensors())  // before the first run, and after it
                entry.tensor->zero_();
            const std::vector<float> first = valuesOf(plan.run(input(64, 64)));
            for (const NamedTensor &entry : detector.tensors())
                entry.tensor->fill_(3);
            QVERIFY(valuesOf(plan.run(input(64, 64))) == first);
            QVERIFY(first == valuesOf(Plan(made(network), at::kCPU, backend).run(input(64, 64))));
        }
}

void PlanTest::oneDnnIsChosenHere()
{
    if (!at::globalContext().hasMKLDNN())
        QSKIP("This LibTorch is built without oneDNN.");
    QVERIFY(planBackendFor(at::kCPU) == PlanBackend::OneDnn);
}

void PlanTest::stopBetweenLayers()
{
    const Plan plan(made(small()), at::kCPU);
    const std::vector<float> whole = valuesOf(plan.run(input(64, 64)));
    int asked = 0, stopAt = 1 << 20;
    const RunContext context{[&] { return ++asked >= stopAt; }, {}};
    plan.run(input(64, 64), context);
    const int layers = asked;
    QVERIFY2(layers >= 35, qPrintable(QString::number(layers)));
    for (stopAt = 1; stopAt <= layers; stopAt += 7) {
        asked = 0;
        QVERIFY_EXCEPTION_THROWN(plan.run(input(64, 64), context), Stopped);
        QCOMPARE(asked, stopAt);
    }
    QVERIFY(valuesOf(plan.run(input(64, 64))) == whole);
}

QTEST_GUILESS_MAIN(PlanTest)
#include "tst_plan.moc"
