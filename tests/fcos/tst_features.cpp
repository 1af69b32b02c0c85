// SPDX-License-Identifier: GPL-3.0-or-later
// The feature maps that a plan hands out are what the modules compute, for every structure, and asking for them changes
// nothing else.
#include <QTest>

#include "core/fcos/engine.h"
#include "core/fcos/input.h"
#include "core/fcos/model_file.h"
#include "tests/fcos/formula_weights.h"
#include "tests/fcos/golden.h"
#include "tests/fcos/planned_networks.h"

using namespace fcoscope;

namespace {

at::Tensor tensorOf(const Grid &grid)
{
    return at::from_blob(const_cast<float *>(grid.values.data()), {1, grid.channels, grid.height, grid.width});
}

/// What is wrong with `kept`, as the maps of `detector` for `image`; "" if nothing.
QString wrongMaps(const Detector &detector, const at::Tensor &image, const std::vector<FeatureMap> &kept)
{
    const c10::InferenceMode inference;
    const std::array<at::Tensor, 3> c = detector.backbone(image, {});
    const std::vector<at::Tensor> p = detector.features(image, {});
    std::vector<std::pair<std::string, at::Tensor>> expected;
    for (size_t i = 0; i < c.size(); ++i)
        expected.emplace_back("C" + std::to_string(i + 3), c[i]);
    for (size_t i = 0; i < p.size(); ++i)
        expected.emplace_back("P" + std::to_string(detector.pyramid.levels[i]), p[i]);
    if (kept.size() != expected.size())
        return QStringLiteral("%1 maps, not %2").arg(kept.size()).arg(expected.size());
    for (size_t i = 0; i < kept.size(); ++i) {
        const auto &[name, map] = expected[i];
        if (kept[i].name != name || kept[i].stride != 1 << (name[1] - '0'))
            return QStringLiteral("%1 is called %2, stride %3")
                .arg(name.c_str(), kept[i].name.c_str())
                .arg(kept[i].stride);
        const double error = relativeError(tensorOf(kept[i].values), map.contiguous());
        if (!(error <= 1e-4))
            return QStringLiteral("%1 differs by %2").arg(name.c_str()).arg(error);
        if (name[0] == 'C' && !(map.min().item<double>() >= 0))
            return QStringLiteral("%1 is not behind its ReLU").arg(name.c_str());
    }
    return {};
}

QString wrongMapsOfPlans(const Detector &detector, const std::vector<std::array<int64_t, 2>> &sizes)
{
    for (const PlanBackend backend : {PlanBackend::OneDnn, PlanBackend::Operators}) {
        const Plan plan(detector, at::kCPU, backend);
        for (const auto &[height, width] : sizes) {
            const at::Tensor image = input(height, width);
            std::vector<FeatureMap> kept;
            const std::vector<float> with = valuesOf(plan.run(image, {}, &kept)), without = valuesOf(plan.run(image));
            const QString wrong = wrongMaps(detector, image, kept);
            if (!wrong.isEmpty() || with != without)
                return QStringLiteral("backend %1, %2 x %3: %4")
                    .arg(int(backend))
                    .arg(height)
                    .arg(width)
                    .arg(wrong.isEmpty() ? QStringLiteral("the head says something else") : wrong);
        }
    }
    return {};
}

}  // namespace

class FeaturesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { configureEngine(2); }
    void structures_data();
    void structures();
    void goldenNetworks_data();
    void goldenNetworks();
    void torchvisionsOwnPyramid();
    void defaultModel();
    void copiesOutliveLaterRuns();
    void stopsBetweenMaps();
};

void FeaturesTest::structures_data()
{
    QTest::addColumn<std::function<void(NetworkOptions &, Profile &)>>("change");
    const auto row = [](const char *name, std::function<void(NetworkOptions &, Profile &)> change) {
        QTest::newRow(name) << std::move(change);
    };
    row("ResNet-18, trained norms", [](NetworkOptions &, Profile &) {});
    row("frozen norms", [](NetworkOptions &n, Profile &) { n.backboneNorm = BackboneNorm::Frozen; });
    row("ResNet-50, frozen, stride in the 1x1", [](NetworkOptions &n, Profile &) {
        n.backboneDepth = 50;
        n.backboneNorm = BackboneNorm::Frozen;
        n.strideConv = StrideConv::First1x1;
    });
    row("batch norm in towers", [](NetworkOptions &n, Profile &) { n.towerNorm = TowerNorm::Batch; });
    row("no towers", [](NetworkOptions &n, Profile &) { n.towerDepth = 0; });
    row("bilinear, P6 from C5", [](NetworkOptions &n, Profile &) {
        n.upsampling = Upsampling::Bilinear;
        n.p6Source = P6Source::C5;
    });
    row("P3 to P5", onLevels({8, 16, 32}));
    row("P4 alone", onLevels({16}));
    row("P5 to P7", onLevels({32, 64, 128}));
    row("full width", [](NetworkOptions &n, Profile &) {
        n.backboneWidth = 1;
        n.pyramidChannels = 256;
    });
}

void FeaturesTest::structures()
{
    QFETCH(std::function<void(NetworkOptions &, Profile &)>, change);
    NetworkOptions network = small();
    Profile profile = profileNamed("fcoscope");
    change(network, profile);
    QCOMPARE(wrongMapsOfPlans(made(network, profile), {{64, 96}, {65, 97}, {1, 1}, {136, 200}}), QString());
}

void FeaturesTest::goldenNetworks_data()
{
    QTest::addColumn<QString>("profile");
    QTest::newRow("tianzhi_r50") << "tz-imprv";
    QTest::newRow("adelaidet_r50") << "ad";
    QTest::newRow("adelaidet_rt_r50") << "ad-rt";
    QTest::newRow("torchvision_r50") << "tv";
    QTest::newRow("simpleaicv_r50") << "zg";
}

void FeaturesTest::goldenNetworks()
{
    QFETCH(QString, profile);
    const Detector detector = detectorOf(formulaModel(QTest::currentDataTag(), profile.toStdString()));
    const at::Tensor image = formulaInput(256, 320);
    std::vector<FeatureMap> kept;
    Plan(detector, at::kCPU).run(image, {}, &kept);
    QCOMPARE(wrongMaps(detector, image, kept), QString());
    Detector folded = detector;
    folded.fold();
    QCOMPARE(wrongMaps(folded, image, kept), QString());
}

/// Not our modules' word but torchvision's.
void FeaturesTest::torchvisionsOwnPyramid()
{
    const Safetensors file = readSafetensors(golden("torchvision_r50_heads.safetensors"));
    std::vector<FeatureMap> kept;
    Plan(detectorOf(formulaModel("torchvision_r50", "tv")), at::kCPU).run(formulaInput(256, 320), {}, &kept);
    QCOMPARE(kept.size(), size_t(8));
    AGREES(tensorOf(kept[5].values).squeeze(0), *file.find("p5"), 1e-4);
    AGREES(tensorOf(kept[7].values).squeeze(0), *file.find("p7"), 1e-4);
}

void FeaturesTest::defaultModel()
{
    const std::filesystem::path path = FCOSCOPE_SOURCE_DIR "/resources/models/default.safetensors";
    const Predictor predictor = Predictor::load(path, "cpu");
    Image image{"noise", {300, 240}, {}};
    Random random(3);
    for (int i = 0; i < 300 * 240 * 3; ++i)
        image.pixels.push_back(static_cast<uint8_t>(random.below(256)));
    const RawOutputsPtr raw = predictor.run(image, {}, nullptr, Keep::Features), plain = predictor.run(image);
    QVERIFY(plain->features.empty());
    QVERIFY(valuesOf(raw->levels) == valuesOf(plain->levels));
    const c10::InferenceMode inference;
    const Detector detector = detectorOf(readModel(path));
    const at::Tensor seen = networkInput(image, raw->transform, predictor.info().profile, at::kCPU);
    QCOMPARE(wrongMaps(detector, seen, raw->features), QString());
}

void FeaturesTest::copiesOutliveLaterRuns()
{
    const Detector detector = made(small());
    const Plan plan(detector, at::kCPU);
    const at::Tensor image = input(136, 200);
    std::vector<FeatureMap> kept;
    plan.run(image, {}, &kept);
    QCOMPARE(plan.blocksInUse(), size_t(0));
    for (int i = 0; i < 3; ++i)
        plan.run(input(160, 224));
    plan.rest();
    QCOMPARE(wrongMaps(detector, image, kept), QString());
}

void FeaturesTest::stopsBetweenMaps()
{
    const Plan plan(made(small()), at::kCPU);
    int asked = 0, stopAt = 1 << 20;
    const RunContext context{[&] { return ++asked >= stopAt; }, {}};
    plan.run(input(64, 64), context);
    const int before = asked;
    std::vector<FeatureMap> kept;
    asked = 0;
    plan.run(input(64, 64), context, &kept);
    QCOMPARE(asked, before + 8);
    for (stopAt = 1; stopAt <= before + 8; stopAt += 3) {
        asked = 0;
        kept.clear();
        QVERIFY_EXCEPTION_THROWN(plan.run(input(64, 64), context, &kept), Stopped);
        QCOMPARE(asked, stopAt);
        QVERIFY(kept.empty() || kept.size() == 8);
    }
}

QTEST_GUILESS_MAIN(FeaturesTest)
#include "tst_features.moc"
