// SPDX-License-Identifier: GPL-3.0-or-later
// What makeLensFrame() puts into a frame, and what it says where there is nothing to show.
#include <QTest>

#include <set>

#include "core/rules/layers.h"
#include "tests/pace.h"
#include "tests/rules/scenes.h"

using namespace fcoscope;

namespace {

std::vector<Layer> allVisible()
{
    std::vector<Layer> layers = standardLayers();
    for (Layer &layer : layers)
        layer.visible = true;
    return layers;
}

Layer visible(LayerKind kind)
{
    Layer layer;
    layer.kind = kind;
    layer.visible = true;
    return layer;
}

QString missing(const LensInput &input, const Layer &layer)
{
    const LensFrame frame = makeLensFrame(input, {layer});
    return QString::fromStdString(frame.layers.at(0).missing.english());
}

/// Everything there can be.
LensInput complete(const Profile &profile, Size image)
{
    Random random(61);
    LensInput input;
    input.imageId = "x";
    input.modelProfile = profile;
    auto raw = std::make_shared<RawOutputs>(randomOutputs(random, profile, image, 3));
    raw->features.push_back({"P3", 8, {1, 2, 2, {1, 2, 3, 4}}});
    input.raw = raw;
    input.assigned =
        std::make_shared<AssignedImage>(assignImage("x", image, randomLabels(random, 60, image, 3), profile));
    auto losses = std::make_shared<LossTerrain>();
    losses->classLoss = losses->boxLoss = losses->centernessLoss = centernessTarget(*input.assigned);
    input.losses = losses;
    return input;
}

}  // namespace

class LayersTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyKindOnceWithAName();
    void onlyVisibleLayersInTheirOrder();
    void sayWhatIsMissing();
    void sayWhyAMapIsEmpty();
    void twentyThousandLabels();
    void transformsInWords();
};

void LayersTest::everyKindOnceWithAName()
{
    const std::vector<Layer> layers = standardLayers();
    std::set<LayerKind> kinds;
    std::set<std::string> names, titles;
    std::vector<LayerKind> order;
    for (const Layer &layer : layers) {
        QVERIFY(!layer.visible);
        kinds.insert(layer.kind);
        order.push_back(layer.kind);
        names.insert(nameOf(layer.kind));
        titles.insert(titleOf(layer.kind).english());
        QVERIFY(layerKindNamed(nameOf(layer.kind)) == layer.kind);
    }
    QCOMPARE(layers.size(), size_t(LayerKind::Activation) + 1);
    QVERIFY(kinds.size() == layers.size() && names.size() == layers.size() && titles.size() == layers.size());
    QVERIFY(!layerKindNamed("nothing"));
    QVERIFY(order.front() == LayerKind::Activation && order.back() == LayerKind::Regression);
    const auto at = [&](LayerKind kind) { return std::find(order.begin(), order.end(), kind) - order.begin(); };
    QVERIFY(at(LayerKind::Score) < at(LayerKind::StrideGrid) && at(LayerKind::StrideGrid) < at(LayerKind::Assignment) &&
            at(LayerKind::Assignment) < at(LayerKind::Ambiguity) && at(LayerKind::Ambiguity) < at(LayerKind::Labels));
    for (const Layer &layer : layers)
        QCOMPARE(isHeatMap(layer.kind), at(layer.kind) < at(LayerKind::StrideGrid));
}

void LayersTest::onlyVisibleLayersInTheirOrder()
{
    const LensInput input = complete(smallProfile("fcoscope"), {400, 300});
    LensFrame frame = makeLensFrame(input, standardLayers());
    QVERIFY(frame.layers.empty() && frame.imageId == "x");
    QCOMPARE(frame.counts.positives, int(input.assigned->assignment.positives.size()));
    QVERIFY(!frame.ambiguous.empty() && frame.ambiguous.size() == size_t(frame.counts.ambiguous));
    frame = makeLensFrame(input, allVisible());
    QCOMPARE(frame.layers.size(), standardLayers().size());
    for (size_t i = 0; i < frame.layers.size(); ++i) {
        const LayerView &view = frame.layers[i];
        QVERIFY(view.layer == allVisible()[i]);
        QCOMPARE(view.missing.english(), std::string());
        QCOMPARE(view.map.empty(), !isHeatMap(view.layer.kind));
    }
    QVERIFY(frame.layers[2].map.values == scoreMap(*input.raw, input.modelProfile, -1).values);
}

void LayersTest::sayWhatIsMissing()
{
    const LensInput nothing;
    for (const Layer &layer : allVisible()) {
        const QString said = missing(nothing, layer);
        QVERIFY2(said.endsWith(QLatin1Char('.')), nameOf(layer.kind));
        if (needsModel(layer.kind))
            QCOMPARE(said, QStringLiteral("No model has looked at this image yet."));
        else if (needsLabels(layer.kind))
            QCOMPARE(said, QStringLiteral("The image has no labels, and no detections stand in for them."));
        else
            QCOMPARE(said, QStringLiteral("Neither labels nor a model say anything about this image."));
    }
    LensInput onlyModel = complete(smallProfile("fcoscope"), {400, 300}), onlyLabels = onlyModel;
    onlyModel.assigned.reset();
    onlyLabels.raw.reset();
    for (const Layer &layer : allVisible()) {
        QCOMPARE(missing(onlyModel, layer).isEmpty(), !needsLabels(layer.kind));
        QCOMPARE(missing(onlyLabels, layer).isEmpty(), !needsModel(layer.kind));
    }
    LensInput noLosses = complete(smallProfile("fcoscope"), {400, 300});
    noLosses.losses.reset();
    QCOMPARE(missing(noLosses, visible(LayerKind::BoxLoss)),
             QStringLiteral("The losses have not been worked out yet."));
    noLosses.lossesMissing = message("core", "The model's file holds no training weights.");
    QCOMPARE(missing(noLosses, visible(LayerKind::ClassLoss)),
             QStringLiteral("The model's file holds no training weights."));
}

void LayersTest::sayWhyAMapIsEmpty()
{
    const Size image{400, 300};
    LensInput input = complete(smallProfile("fcoscope"), image);
    Layer layer = visible(LayerKind::Score);
    layer.classIndex = 3;
    QCOMPARE(missing(input, layer), QStringLiteral("The model has no class of that number."));
    layer.classIndex = -1;
    layer.level = 5;
    QCOMPARE(missing(input, layer), QStringLiteral("There are 5 levels; this layer asks for another one."));
    layer = visible(LayerKind::Activation);
    layer.features = "C3";
    QCOMPARE(missing(input, layer), QStringLiteral("The feature map C3 was not kept."));
    layer.features = "P3";
    layer.channel = 1;
    QCOMPARE(missing(input, layer), QStringLiteral("The feature map P3 has 1 channels; there is no channel 1."));

    Profile moved = input.modelProfile;
    moved.shortSide = 256;
    LensInput whatIf = input;
    Random random(62);
    whatIf.assigned =
        std::make_shared<AssignedImage>(assignImage("x", image, randomLabels(random, 30, image, 3), moved));
    QCOMPARE(missing(whatIf, visible(LayerKind::CenternessDifference)),
             QStringLiteral("The locations of this what if are not those of the network."));
    LensInput overlaps = input;
    overlaps.modelProfile.quality = QualityTarget::Iou;
    QVERIFY(missing(overlaps, visible(LayerKind::CenternessDifference)).contains(QStringLiteral("overlap")));

    auto raw = std::make_shared<RawOutputs>(*input.raw);
    for (LevelOutputs &level : raw->levels) {
        level.centernessLogits.values.clear();
        std::fill(level.classLogits.values.begin(), level.classLogits.values.end(), float(NAN));
    }
    LensInput broken = input;
    broken.raw = raw;
    for (const LayerKind kind : {LayerKind::CenternessPredicted, LayerKind::CenternessDifference})
        QCOMPARE(missing(broken, visible(kind)), QStringLiteral("This network has no centerness."));
    QCOMPARE(missing(broken, visible(LayerKind::ClassProbability)),
             QStringLiteral("What the model says about this image is no number."));
    broken.raw = std::make_shared<RawOutputs>();
    QCOMPARE(missing(broken, visible(LayerKind::Score)), QStringLiteral("The model said nothing about this image."));

    LensInput none = input;
    none.assigned = std::make_shared<AssignedImage>(assignImage("x", image, {}, input.modelProfile));
    QCOMPARE(missing(none, visible(LayerKind::Labels)),
             QStringLiteral("None of the image's labels can be trained on."));
    QCOMPARE(missing(none, visible(LayerKind::Ambiguity)), QStringLiteral("No location is claimed by two labels."));
    for (const LayerKind kind : {LayerKind::CenternessTarget, LayerKind::CenternessDifference})
        QCOMPARE(missing(none, visible(kind)), QStringLiteral("No location learns a label."));
    QVERIFY(missing(none, visible(LayerKind::Assignment)).isEmpty());  // all background, and that is worth seeing
}

void LayersTest::twentyThousandLabels()
{
    Random random(63);
    LensInput input = complete(smallProfile("fcoscope", 800), {1333, 800});
    input.assigned = std::make_shared<AssignedImage>(
        assignImage("x", {1333, 800}, randomLabels(random, 20000, {1333, 800}, 3), input.modelProfile));
    QElapsedTimer timer;
    timer.start();
    const LensFrame frame = makeLensFrame(input, allVisible());
    qInfo("20,000 labels: %d positive locations, %d ambiguous, a frame of every layer in %lld ms",
          frame.counts.positives, frame.counts.ambiguous, static_cast<long long>(timer.elapsed()));
    QVERIFY(frame.counts.ambiguous > 1000 && timer.elapsed() < 5000 * slower);
}

void LayersTest::transformsInWords()
{
    const auto words = [](const ImageTransform &transform, bool sample) {
        return QString::fromStdString(transformText(transform, sample).english());
    };
    ImageTransform transform = fitTransform({640, 384}, 800, 1333, 32);
    QCOMPARE(words(transform, false),
             QStringLiteral("1333 × 799 resized from 640 × 384 by 2.083 × 2.081, padded to 1344 × 800"));
    transform = fitTransform({640, 480}, 480, 640, 32);
    QCOMPARE(words(transform, false), QStringLiteral("640 × 480 resized from 640 × 480 by 1, padded to 640 × 480"));
    transform.crop = {10.3, -4, 330.3, 236};
    transform.scaleX = transform.scaleY = 2;
    QCOMPARE(words(transform, false),
             QStringLiteral(
                 "640 × 480 from the part (10.3, -4) – (330.3, 236) of 640 × 480, resized by 2, padded to 640 × 480"));
    std::set<QString> all;
    for (int i = 0; i < 8; ++i) {
        transform.mirroredX = i & 1;
        transform.mirroredY = i & 2;
        const QString text = words(transform, i & 4);
        QCOMPARE(text.contains(QStringLiteral("left to right")), transform.mirroredX);
        QCOMPARE(text.contains(QStringLiteral("top to bottom")), transform.mirroredY);
        QCOMPARE(text.startsWith(QStringLiteral("Training sample: ")), (i & 4) != 0);
        QVERIFY(text.contains(QStringLiteral("(10.3, -4) – (330.3, 236)")) && !text.contains(QLatin1Char('{')));
        all.insert(text);
    }
    QCOMPARE(all.size(), size_t(8));
}

QTEST_GUILESS_MAIN(LayersTest)
#include "tst_layers.moc"
