// SPDX-License-Identifier: GPL-3.0-or-later
// Networks and losses against what the codebases' own code computes on the same weights, input and boxes.
#include <map>

#include "core/fcos/engine.h"
#include "core/rules/locations.h"
#include "tests/fcos/formula_weights.h"
#include "tests/fcos/golden.h"

using namespace fcoscope;

namespace {

/// Where a codebase's golden files keep what.
struct Layout {
    Codebase codebase;
    const char *distances, *third;  ///< the boxes, and centerness or IoU
    bool inStrides;                 ///< unit of `distances`
    int firstLabel;
    const char *classLoss, *boxLoss, *thirdLoss;
};
const Layout tianzhi{Codebase::Tianzhi, "bbox_eval_pixels", "centerness_logits", false, 1,
                     "loss.cls", "loss.reg", "loss.centerness"};
const Layout adelaide{Codebase::AdelaiDet, "bbox_in_strides", "centerness_or_iou_logits", true, 0,
                      "loss.loss_fcos_cls", "loss.loss_fcos_loc", "loss.loss_fcos_ctr"};
const Layout adelaideIou{Codebase::AdelaiDet, "bbox_in_strides", "centerness_or_iou_logits", true, 0,
                         "loss.loss_fcos_cls", "loss.loss_fcos_loc", "loss.loss_fcos_iou"};
const Layout mmdet{Codebase::Mmdetection, "bbox_eval", "centerness_logits", false, 0,
                   "loss.loss_cls", "loss.loss_bbox", "loss.loss_centerness"};

struct Case {
    const char *file, *manifest, *profile;
    const Layout &layout;
};
const Case cases[] = {
    {"tianzhi_orig", "tianzhi_r50", "tz-orig", tianzhi},
    {"tianzhi_imprv", "tianzhi_r50", "tz-imprv", tianzhi},
    {"adelaidet_r50", "adelaidet_r50", "ad", adelaide},
    {"adelaidet_r50_iou", "adelaidet_r50_iou", "ad", adelaideIou},
    {"adelaidet_rt_r50", "adelaidet_rt_r50", "ad-rt", adelaide},
    {"mmdet_base", "mmdet_r50", "mm-base", mmdet},
    {"mmdet_tricks", "mmdet_r50", "mm-tricks", mmdet},
};

/// The biases of the towers' convolutions, which mmdetection's manifest of the plain model does not have.
Manifest towerBiases()
{
    Manifest biases;
    for (const char *tower : {"cls", "reg"})
        for (int i = 0; i < 4; ++i)
            biases.push_back({std::string("bbox_head.") + tower + "_convs." + std::to_string(i) + ".conv.bias", {256}});
    return biases;
}

Detector detectorFor(const Case &which)
{
    const bool tricks = std::string(which.profile) == "mm-tricks";
    ImportedModel model = formulaModel(which.manifest, which.profile, tricks ? towerBiases() : Manifest());
    if (&which.layout == &adelaideIou) {
        model.profile.quality = QualityTarget::Iou;
        model.profile.boxLossWeight = BoxLossWeight::One;
        model.profile.boxNormalizer = BoxNormalizer::Positives;
    }
    if (model.codebase != which.layout.codebase || model.network != networkOfProfile(which.profile))
        throw std::runtime_error("taken for another network");
    return detectorOf(model);
}

/// [N, 1]: the stride of each location's level.
at::Tensor stridesOf(const std::vector<Level> &levels)
{
    std::vector<at::Tensor> parts;
    for (const Level &level : levels)
        parts.push_back(at::full({level.locations(), 1}, level.stride));
    return at::cat(parts);
}

/// The relative difference of every gradient norm in the file under `prefix`, by the codebase's name.
std::map<std::string, double> gradientErrors(const NamedTensors &names, const Safetensors &file,
                                             const std::string &prefix, Codebase codebase)
{
    const auto gradientOf = [&](const std::string &ours) {
        for (const NamedTensor &entry : names)
            if (entry.name == ours)
                return entry.tensor->grad();
        return at::Tensor();
    };
    std::map<std::string, double> errors;
    for (const auto &[key, expected] : file.tensors) {
        if (!key.starts_with(prefix))
            continue;
        const std::string theirs = key.substr(prefix.size());
        double norm = 0;
        if (theirs == "scales") {  // theirs is the logarithm of ours: d/ds e^s = e^s
            for (const NamedTensor &entry : names)
                if (entry.name.starts_with("head.scale."))
                    norm = std::hypot(norm, entry.tensor->grad().item<double>() * entry.tensor->item<double>());
        } else {
            norm = gradientOf(neutralName(codebase, theirs).value()).to(at::kDouble).norm().item<double>();
        }
        const double difference = std::abs(norm - expected.item<double>());
        errors[theirs] = difference > 0 ? difference / expected.item<double>() : 0;
    }
    return errors;
}

bool close(double ours, double theirs) { return std::abs(ours - theirs) <= 1e-4 * std::abs(theirs); }
#define CLOSE(ours, theirs)                                                                                            \
    QVERIFY2(close(ours, theirs), qPrintable(QStringLiteral(#ours " is %1, expected %2").arg(ours).arg(theirs)))

}  // namespace

class GoldenNetworksTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { configureEngine(); }
    void codebase_data();
    void codebase();
    void simpleAicvHeads();
    void simpleAicvLosses_data();
    void simpleAicvLosses();
};

void GoldenNetworksTest::codebase_data()
{
    QTest::addColumn<size_t>("which");
    for (size_t i = 0; i < std::size(cases); ++i)
        QTest::newRow(cases[i].file) << i;
}

namespace {

QString compareHeads(const Case &which, const Safetensors &file, const std::vector<at::Tensor> &levels,
                     const FlatOutputs &outputs, const std::vector<Level> &grid)
{
    for (size_t i = 0; i < levels.size(); ++i) {
        const std::string name = "p" + std::to_string(i + 3) + ".mean_abs";
        if (!close(levels[i].abs().mean(at::kDouble).item<double>(), scalar(file, name)))
            return QString::fromStdString(name);
    }
    at::Tensor distances = outputs.distances.squeeze(0);
    if (which.layout.inStrides)
        distances = distances / stridesOf(grid);
    const double c = relativeError(outputs.classLogits.squeeze(0), *file.find("cls_logits")),
                 d = relativeError(distances, *file.find(which.layout.distances)),
                 t = relativeError(outputs.centernessLogits.squeeze(0).unsqueeze(1), *file.find(which.layout.third));
    return c < 1e-4 && d < 1e-4 && t < 1e-4
               ? QString()
               : QStringLiteral("classes differ by %1, distances by %2, third branch by %3").arg(c).arg(d).arg(t);
}

}  // namespace

void GoldenNetworksTest::codebase()
{
    QFETCH(size_t, which);
    const Case &given = cases[which];
    const Layout &layout = given.layout;
    const Safetensors file = readSafetensors(golden(std::string(given.file) + ".safetensors"));
    Detector detector = detectorFor(given);
    const Profile &profile = detector.profile;
    wantGradients(detector.tensors());
    const std::vector<at::Tensor> levels = detector.features(formulaInput(256, 320), {});
    std::vector<LevelTensors> said;
    for (size_t i = 0; i < levels.size(); ++i)
        said.push_back(detector.head(levels[i], i, profile, {}));
    const FlatOutputs outputs = flattened(said);
    const std::vector<Level> grid = levelsFor(profile, {320, 256});
    {
        const at::NoGradGuard noGradient;
        QCOMPARE(compareHeads(given, file, levels, outputs, grid), QString());
    }

    TargetsBuilder builder;
    builder.add(assign(boxesOf(*file.find("boxes")), grid, profile),
                classesOf(*file.find("labels"), layout.firstLabel), grid, 0);
    const Targets targets = builder.finish();
    const Losses losses = computeLosses(outputs, targets, profile, static_cast<double>(targets.count()));
    CLOSE(losses.classification.item<double>(), scalar(file, layout.classLoss));
    CLOSE(losses.box.item<double>(), scalar(file, layout.boxLoss));
    CLOSE(losses.centerness.item<double>(), scalar(file, layout.thirdLoss));
    losses.total().backward();
    const auto errors = gradientErrors(detector.tensors(), file, "grad_norm.", layout.codebase);
    QVERIFY(errors.size() >= 6);
    for (const auto &[name, error] : errors)
        QVERIFY2(error < 1e-3, qPrintable(QStringLiteral("%1 differs by %2").arg(name.c_str()).arg(error)));
}

namespace {

Detector simpleAicvDetector()
{
    const ImportedModel model = formulaModel("simpleaicv_r50", "zg");
    if (model.network != networkOfProfile("zg"))
        throw std::runtime_error("taken for another network");
    return detectorOf(model);
}
at::Tensor simpleAicvInput() { return formulaInput(256, 256, 1, 0); }

}  // namespace

void GoldenNetworksTest::simpleAicvHeads()
{
    const c10::InferenceMode inference;
    const Safetensors file = readSafetensors(golden("simpleaicv_r50.safetensors"));
    const FlatOutputs outputs = flattened(simpleAicvDetector()(simpleAicvInput(), {}));
    AGREES(at::sigmoid(outputs.classLogits).squeeze(0), *file.find("cls_probability"), 1e-4);
    AGREES(at::log(outputs.distances).squeeze(0), *file.find("reg_times_exp_scale"), 1e-4);
    AGREES(at::sigmoid(outputs.centernessLogits).squeeze(0).unsqueeze(1), *file.find("centerness_probability"), 1e-4);
}

void GoldenNetworksTest::simpleAicvLosses_data()
{
    QTest::addColumn<int>("loss");
    QTest::addColumn<bool>("centre");
    QTest::newRow("giou_centre") << int(BoxLoss::Giou) << true;
    QTest::newRow("iou_nocentre") << int(BoxLoss::LinearIou) << false;
    QTest::newRow("diou_centre") << int(BoxLoss::Diou) << true;
    QTest::newRow("ciou_centre") << int(BoxLoss::Ciou) << true;
    QTest::newRow("eiou_centre") << int(BoxLoss::Eiou) << true;
}

void GoldenNetworksTest::simpleAicvLosses()
{
    QFETCH(int, loss);
    QFETCH(bool, centre);
    const std::string name = QTest::currentDataTag();
    const Safetensors file = readSafetensors(golden("simpleaicv_r50.safetensors"));
    Detector detector = simpleAicvDetector();
    Profile &profile = detector.profile;
    profile.boxLoss = static_cast<BoxLoss>(loss);
    if (!centre)
        profile.centerRegion = CenterRegion::None;
    const std::vector<Level> grid = levelsFor(profile, {256, 256});
    TargetsBuilder builder;
    builder.add(assign(boxesOf(*file.find("boxes")), grid, profile), classesOf(*file.find("labels")), grid, 0);
    const Targets targets = builder.finish();
    wantGradients(detector.tensors());
    const Losses losses = computeLosses(flattened(detector(simpleAicvInput(), {})), targets, profile,
                                        static_cast<double>(targets.count()));
    CLOSE(losses.classification.item<double>(), scalar(file, name + ".cls_loss"));
    CLOSE(losses.box.item<double>(), scalar(file, name + ".reg_loss"));
    CLOSE(losses.centerness.item<double>(), scalar(file, name + ".center_ness_loss"));
    losses.total().backward();
    const auto errors = gradientErrors(detector.tensors(), file, name + ".grad_norm.", Codebase::SimpleAicv);
    QCOMPARE(errors.size(), size_t(7));
    for (const auto &[tensor, error] : errors)
        QVERIFY2(error < 1e-3, qPrintable(QStringLiteral("%1 differs by %2").arg(tensor.c_str()).arg(error)));
}

QTEST_GUILESS_MAIN(GoldenNetworksTest)
#include "tst_golden_networks.moc"
