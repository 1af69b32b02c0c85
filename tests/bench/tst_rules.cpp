// SPDX-License-Identifier: GPL-3.0-or-later
// How long the rules take while somebody drags a slider. Each figure is the median of many runs, printed in one line;
// the limits that fail the test are three times those that are promised, because the machine may be busy.
#include <QTest>

#include "core/rules/decode.h"
#include "core/rules/layers.h"
#include "core/rules/trace.h"
#include "tests/pace.h"
#include "tests/rules/scenes.h"

using namespace fcoscope;

namespace {

constexpr Size image{1333, 800};

/// A hundred labels from 12 to 700 px, as they are in photographs.
std::vector<Label> hundredLabels()
{
    Random random(5);
    std::vector<Label> labels(100);
    for (Label &label : labels) {
        const double side = std::exp(random.uniform(std::log(12.0), std::log(700.0)));
        const double w = side * random.uniform(0.5, 1), h = side * random.uniform(0.5, 1);
        const double x = random.uniform(0, image.width - w), y = random.uniform(0, std::max(1.0, image.height - h));
        label.box = {x, y, x + w, std::min(y + h, double(image.height))};
        label.classIndex = random.below(80);
    }
    return labels;
}

/// What a trained network could say about 80 classes: most pairs far below every threshold.
RawOutputs outputs(const Profile &profile)
{
    Random random(7);
    RawOutputs raw = evenOutputs(profile, image, 80);
    for (LevelOutputs &level : raw.levels) {
        for (float &value : level.classLogits.values)
            value = float(-6.7 + 1.2 * random.normal());
        for (float &value : level.centernessLogits.values)
            value = float(-1 + random.normal());
        for (float &value : level.distances.values)
            value = float(random.uniform(5, 200));
    }
    return raw;
}

Profile fullSize(const std::string &name)
{
    Profile profile = profileNamed(name);
    profile.shortSide = 800;
    profile.longSide = 1333;
    return profile;
}

void everyProfile()
{
    QTest::addColumn<QString>("name");
    for (const std::string &name : profileNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

}  // namespace

class RulesBench : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void assignmentOfAHundredBoxes_data() { everyProfile(); }
    void assignmentOfAHundredBoxes();
    void whatIfToFrame_data() { everyProfile(); }
    void whatIfToFrame();
    void thresholdToDetections_data() { everyProfile(); }
    void thresholdToDetections();
};

void RulesBench::assignmentOfAHundredBoxes()
{
    QFETCH(QString, name);
    const Profile profile = fullSize(name.toStdString());
    const AssignedImage assigned = assignImage("x", image, hundredLabels(), profile);
    QCOMPARE(assigned.boxes.size(), size_t(100));
    size_t positives = 0;
    const auto assignOnce = [&](bool claims) {
        positives = assign(assigned.boxes, assigned.levels, profile, claims).positives.size();
    };
    const double plain = medianMs(201, [&] { assignOnce(false); }), claims = medianMs(201, [&] { assignOnce(true); });
    qInfo("%s: 100 boxes assigned to %zu of the locations of 1333 x 800 in %.3f ms, with every claim in %.3f ms",
          qPrintable(name), positives, plain, claims);
    QVERIFY(positives > 300 && within(plain, 1) && within(claims, 1));
}

void RulesBench::whatIfToFrame()
{
    QFETCH(QString, name);
    LensInput input;
    input.modelProfile = fullSize(name.toStdString());
    input.raw = std::make_shared<RawOutputs>(outputs(input.modelProfile));
    const std::vector<Label> labels = hundredLabels();
    std::vector<Layer> layers = standardLayers();
    for (Layer &layer : layers)
        layer.visible = !needsModel(layer.kind) || layer.kind == LayerKind::CenternessDifference;
    Profile changed = input.modelProfile;
    size_t views = 0;
    const double took = medianMs(51, [&] {
        changed.centerRadius = changed.centerRadius == 1.5 ? 1.6 : 1.5;
        input.assigned = std::make_shared<AssignedImage>(assignImage("x", image, labels, changed));
        views = makeLensFrame(input, layers).layers.size();
    });
    qInfo("%s: from a changed profile to a frame of %zu layers over 100 labels in %.2f ms", qPrintable(name), views,
          took);
    QVERIFY(views == 7 && within(took, 50));
}

void RulesBench::thresholdToDetections()
{
    QFETCH(QString, name);
    const Profile profile = fullSize(name.toStdString());
    const RawOutputs raw = outputs(profile);
    DecodeOptions options = profile.decode;
    options.detectionsPerImage = 1000;
    options.candidatesPerLevel = 2000;  // for those that choose them of the whole image
    const double threshold = profile.scoreRule == ScoreRule::Product ? 0.003 : 0.05;
    size_t found = 0, candidates = 0;
    const double took = medianMs(51, [&] {
        options.scoreThreshold = threshold * (options.scoreThreshold == threshold ? 0.8 : 1);
        found = decode(raw, profile, options).size();
    });
    const double traced = medianMs(11, [&] { candidates = traceDecode(raw, profile, options).candidates.size(); });
    qInfo("%s: a changed threshold to %zu detections in %.2f ms, with the trace of %zu candidates in %.2f ms",
          qPrintable(name), found, took, candidates, traced);
    QVERIFY(found >= 900 && within(took, 16));
}

QTEST_GUILESS_MAIN(RulesBench)
#include "tst_rules.moc"
