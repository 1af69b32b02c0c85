// SPDX-License-Identifier: GPL-3.0-or-later
// The engine against what torchvision's own code computes on the same input: tests/golden/torchvision_*.
#include "core/fcos/engine.h"
#include "core/fcos/input.h"
#include "core/fcos/model_file.h"
#include "core/rules/decode.h"
#include "core/rules/locations.h"
#include "tests/fcos/formula_weights.h"
#include "tests/fcos/golden.h"

using namespace fcoscope;

namespace {

Detector torchvisionDetector()
{
    const ImportedModel model = formulaModel("torchvision_r50", "tv");
    NetworkOptions expected = networkOfProfile("tv");
    expected.backboneNorm = BackboneNorm::Trained;  // the manifest's norms count their batches
    if (model.codebase != Codebase::Torchvision || model.network != expected)
        throw std::runtime_error("taken for another network");
    return detectorOf(model);
}

std::string theirName(const std::string &ours)
{
    return nameIn(Codebase::Torchvision, ours, networkOfProfile("tv")).value_or("");
}

/// Our detections against golden boxes, scores and labels, in order.
QString differences(const std::vector<Detection> &found, const Safetensors &file, const std::string &prefix)
{
    const at::Tensor scores = *file.find(prefix + "scores"), labels = *file.find(prefix + "labels");
    const std::vector<Box> boxes = boxesOf(*file.find(prefix + "boxes"));
    if (found.size() != boxes.size())
        return QStringLiteral("%1 detections, expected %2").arg(found.size()).arg(boxes.size());
    for (size_t i = 0; i < boxes.size(); ++i) {
        const Box &a = found[i].box, &b = boxes[i];
        const double away =
            std::max({std::abs(a.x1 - b.x1), std::abs(a.y1 - b.y1), std::abs(a.x2 - b.x2), std::abs(a.y2 - b.y2)});
        const double score = std::abs(found[i].score - scores.data_ptr<float>()[i]);
        if (away > 0.01 || score > 1e-5 || found[i].classIndex != labels.data_ptr<int64_t>()[i])
            return QStringLiteral("detection %1: box off by %2, score by %3, class %4 for %5")
                .arg(i).arg(away).arg(score).arg(found[i].classIndex).arg(labels.data_ptr<int64_t>()[i]);
    }
    return {};
}

Grid gridFrom(const at::Tensor &rows, int64_t first, const Level &level, double factor)
{
    const at::Tensor map = (rows.slice(0, first, first + level.locations()) * factor).t().contiguous();
    return {static_cast<int>(map.size(0)),
            level.height,
            level.width,
            {map.data_ptr<float>(), map.data_ptr<float>() + map.numel()}};
}

}  // namespace

class GoldenTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { configureEngine(); }
    void parameters();
    void heads();
    void lossesAndGradients();
    void postProcessing();
    void endToEnd();
    void foldingChangesNothing();
};

void GoldenTest::parameters()
{
    int64_t weights = 0;  // as torchvision counts them: without the backbone's norms, which are frozen there
    Detector detector = Detector::make(networkOfProfile("tv"), profileNamed("tv"));
    for (const NamedTensor &entry : detector.tensors())
        weights += entry.role == Role::Statistic ? 0 : entry.tensor->numel();
    QCOMPARE(weights, int64_t(32269600));
}

void GoldenTest::heads()
{
    const Safetensors file = readSafetensors(golden("torchvision_r50_heads.safetensors"));
    const c10::InferenceMode inference;
    const Detector detector = torchvisionDetector();
    const std::vector<at::Tensor> levels = detector.features(formulaInput(256, 320), {});
    for (size_t i = 0; i < levels.size(); ++i) {
        const std::string name = "p" + std::to_string(i + 3);
        const double mean = levels[i].abs().mean(at::kDouble).item<double>();
        QVERIFY2(std::abs(mean / scalar(file, name + ".mean_abs") - 1) < 1e-4, name.c_str());
        const at::Tensor first = *file.find(name + ".first8");
        AGREES(levels[i].contiguous().reshape({-1}).slice(0, 0, first.size(0)), first, 1e-4);
    }
    AGREES(levels[2].squeeze(0), *file.find("p5"), 1e-4);
    AGREES(levels[4].squeeze(0), *file.find("p7"), 1e-4);

    const FlatOutputs outputs = flattened(detector(formulaInput(256, 320), {}));
    AGREES(outputs.classLogits.squeeze(0), *file.find("cls_logits"), 1e-4);
    AGREES(outputs.centernessLogits.squeeze(0).unsqueeze(1), *file.find("bbox_ctrness"), 1e-4);
    const std::vector<Level> grid = levelsFor(detector.profile, {320, 256});
    at::Tensor distances = outputs.distances.squeeze(0).clone();
    int64_t first = 0;
    for (const Level &level : grid) {
        distances.slice(0, first, first + level.locations()).div_(level.stride);
        first += level.locations();
    }
    AGREES(distances, *file.find("bbox_regression"), 1e-4);
}

void GoldenTest::lossesAndGradients()
{
    const Safetensors file = readSafetensors(golden("torchvision_r50_losses.safetensors"));
    Detector detector = torchvisionDetector();
    const std::vector<Box> boxes = boxesOf(*file.find("boxes"));
    const std::vector<int> classes = classesOf(*file.find("labels"));
    const std::vector<Level> levels = levelsFor(detector.profile, {320, 256});
    const Assignment assignment = assign(boxes, levels, detector.profile);
    std::vector<int64_t> matched(1706, -1);
    std::vector<int64_t> first{0};
    const float *anchors = file.find("anchors")->data_ptr<float>();
    for (const Level &level : levels) {
        for (int i = 0; i < level.locations(); ++i) {
            const float *anchor = anchors + 4 * (first.back() + i);
            QCOMPARE((anchor[0] + anchor[2]) / 2, static_cast<float>(level.x(i % level.width)));
            QCOMPARE((anchor[1] + anchor[3]) / 2, static_cast<float>(level.y(i / level.width)));
        }
        first.push_back(first.back() + level.locations());
    }
    for (const Positive &positive : assignment.positives)
        matched[size_t(first[size_t(positive.level)] + positive.location)] = positive.box;
    const int64_t *theirs = file.find("matched_gt")->data_ptr<int64_t>();
    QVERIFY(std::equal(matched.begin(), matched.end(), theirs));
    QVERIFY(!assignment.positives.empty());

    NamedTensors names = detector.tensors();
    wantGradients(names);
    TargetsBuilder targets;
    targets.add(assignment, classes, levels, 0);
    const Losses losses = computeLosses(flattened(detector(formulaInput(256, 320), {})), targets.finish(),
                                        detector.profile, static_cast<double>(assignment.positives.size()));
    const auto close = [](double a, double b) { return std::abs(a - b) <= 1e-4 * std::abs(b); };
    QVERIFY(close(losses.classification.item<double>(), scalar(file, "loss.classification")));
    QVERIFY(close(losses.box.item<double>(), scalar(file, "loss.bbox_regression")));
    QVERIFY(close(losses.centerness.item<double>(), scalar(file, "loss.bbox_ctrness")));

    losses.total().backward();
    int compared = 0;
    for (const NamedTensor &entry : names) {
        const at::Tensor *norm = file.find("grad_norm." + theirName(entry.name));
        if (!norm)
            continue;
        const at::Tensor gradient = entry.tensor->grad().contiguous();
        const double ours = gradient.to(at::kDouble).norm().item<double>(), expected = norm->item<double>();
        QVERIFY2(std::abs(ours / expected - 1) < 1e-3, entry.name.c_str());
        const at::Tensor *head = file.find("grad_head." + theirName(entry.name));
        AGREES(gradient.reshape({-1}).slice(0, 0, head->numel()), head->reshape({-1}).slice(0, 0, gradient.numel()),
               1e-3);
        ++compared;
    }
    QCOMPARE(compared, 8);
}

void GoldenTest::postProcessing()
{
    const Safetensors file = readSafetensors(golden("torchvision_post.safetensors"));
    const Profile profile = profileNamed("tv");
    RawOutputs raw;
    raw.transform = fitTransform({320, 256}, 256, 320, 32);
    const at::Tensor classes = formulaTensor("post.cls", {1706, 91}, 8, -8.5),
                     distances = formulaTensor("post.reg", {1706, 4}, 3, 0),
                     centernesses = formulaTensor("post.ctr", {1706, 1}, 6, -3);
    int64_t first = 0;
    for (const Level &level : levelsFor(profile, raw.transform.paddedSize)) {
        raw.levels.push_back({gridFrom(classes, first, level, 1), gridFrom(centernesses, first, level, 1),
                              gridFrom(distances, first, level, level.stride)});
        first += level.locations();
    }
    QCOMPARE(first, int64_t(1706));
    DecodeOptions options = profile.decode;
    QCOMPARE(differences(decode(raw, profile, options), file, "default."), QString());
    options.scoreThreshold = 0.05;
    options.nmsThreshold = 0.5;
    QCOMPARE(differences(decode(raw, profile, options), file, "low."), QString());
}

void GoldenTest::endToEnd()
{
    const Safetensors file = readSafetensors(golden("torchvision_end_to_end.safetensors"));
    const at::Tensor bytes = file.find("image_rgb")->permute({1, 2, 0}).contiguous();
    Image image{"golden", {static_cast<int>(bytes.size(1)), static_cast<int>(bytes.size(0))}, {}};
    image.pixels.assign(bytes.data_ptr<uint8_t>(), bytes.data_ptr<uint8_t>() + bytes.numel());

    Detector detector = torchvisionDetector();
    detector.profile.shortSide = 320;
    detector.profile.longSide = 533;
    detector.profile.decode.scoreThreshold = 0.01;
    ModelInfo info;
    info.profile = detector.profile;
    const ImageTransform fit = fitTransform(image.size, 320, 533, 32);
    QCOMPARE(fit.contentSize.width, static_cast<int>(file.find("image_size")->data_ptr<int64_t>()[1]));
    AGREES(networkInput(image, fit, detector.profile, at::kCPU).squeeze(0), *file.find("resized_normalised"), 1e-4);

    const Predictor predictor = makePredictor(info, std::move(detector), at::kCPU);
    const RawOutputsPtr raw = predictor.run(image);
    QCOMPARE(raw->imageId, image.id);
    QCOMPARE(differences(decode(*raw, info.profile, info.profile.decode), file, "det."), QString());
}

void GoldenTest::foldingChangesNothing()
{
    const c10::InferenceMode inference;
    Detector plain = torchvisionDetector(), folded = torchvisionDetector();
    folded.to(at::kCPU);
    folded.fold();
    const FlatOutputs a = flattened(plain(formulaInput(256, 320), {})), b = flattened(folded(formulaInput(256, 320), {}));
    AGREES(b.classLogits, a.classLogits, 1e-4);
    AGREES(b.distances, a.distances, 1e-4);
}

QTEST_GUILESS_MAIN(GoldenTest)
#include "tst_golden.moc"
