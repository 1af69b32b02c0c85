// SPDX-License-Identifier: GPL-3.0-or-later
// What is drawn is what is trained on: the tensors that enter the trainer's losses, after augmentation and the padding
// of the batch, against the values of the maps and the numbers of the inspector, which see no pixel and no tensor.
// The NumPy reference says the same of the same tensors: loader_reference.py.
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>
#include <set>

#include "core/fcos/engine.h"
#include "core/fcos/input.h"
#include "core/fcos/loader.h"
#include "core/fcos/trainer.h"
#include "core/rules/inspect.h"
#include "core/rules/location_maps.h"
#include "tests/fcos/mixed_source.h"

using namespace fcoscope;

namespace {

constexpr uint64_t seed = 7;
constexpr int batchSize = 3;

/// Row by row what a batch's tensors ask for.
struct Row {
    int64_t location = 0, classIndex = 0;
    float sides[4] = {}, centerness = 0, stride = 0;
};

std::vector<Row> rowsOf(const Targets &targets)
{
    std::vector<Row> rows(static_cast<size_t>(targets.count()));
    for (size_t i = 0; i < rows.size(); ++i) {
        Row &row = rows[i];
        row.location = targets.location.const_data_ptr<int64_t>()[i];
        row.classIndex = targets.classIndex.const_data_ptr<int64_t>()[i];
        std::memcpy(row.sides, targets.distances.const_data_ptr<float>() + 4 * i, sizeof row.sides);
        row.centerness = targets.centerness.const_data_ptr<float>()[i];
        row.stride = targets.stride.const_data_ptr<float>()[i];
    }
    return rows;
}

/// What a lens shows of the sample that was asked for, in a batch of that padded size. No pixel is touched.
AssignedImage shown(const MixedSource &source, const MixedSource::Asked &asked, Size padded, const Profile &profile)
{
    const SampleGeometry geometry =
        sampleGeometry(source.imageSize(asked.index), source.labels(asked.index), MixedSource::options(asked.index),
                       asked.seed, asked.epoch, asked.index);
    return assignSample("sample " + std::to_string(asked.index), geometry.labels, geometry.transform, padded, profile);
}

int64_t locationsOf(const std::vector<Level> &levels)
{
    int64_t all = 0;
    for (const Level &level : levels)
        all += level.locations();
    return all;
}

/// Location `flat` of all levels side by side, finest first.
LocationRef refOf(const std::vector<Level> &levels, int64_t flat)
{
    LocationRef at;
    while (flat >= levels[static_cast<size_t>(at.level)].locations())
        flat -= levels[static_cast<size_t>(at.level++)].locations();
    at.location = static_cast<int>(flat);
    return at;
}

bool same(float a, double b)
{
    return a == static_cast<float>(b);
}

/// The inspector at one location against the row that the trainer is given there (null: background); "" if they agree.
QString inspectorDiffers(const AssignedImage &assigned, LocationRef at, const Row *row)
{
    Inspected inspected;
    inspected.assigned = &assigned;
    const LocationReport report = inspectLocation(inspected, at);
    if (!row)
        return report.learns < 0 ? QString() : QStringLiteral("it learns label %1").arg(report.learns);
    if (report.learns < 0)
        return QStringLiteral("it learns nothing");
    const Distances &d = report.target;
    if (assigned.labels[static_cast<size_t>(report.learns)].classIndex != row->classIndex)
        return QStringLiteral("label %1 is of another class").arg(report.learns);
    if (!same(row->sides[0], d.left) || !same(row->sides[1], d.top) || !same(row->sides[2], d.right) ||
        !same(row->sides[3], d.bottom))
        return QStringLiteral("its distances are %1, %2, %3, %4").arg(d.left).arg(d.top).arg(d.right).arg(d.bottom);
    if (row->centerness != report.centernessTarget || !same(row->stride, report.level.stride))
        return QStringLiteral("its centerness is %1, its stride %2")
            .arg(report.centernessTarget)
            .arg(report.level.stride);
    return {};
}

/// The map of centerness targets against the rows of one image: the same number where there is one, none elsewhere.
QString mapDiffers(const LocationMap &map, const std::vector<const Row *> &rowAt)
{
    size_t flat = 0;
    for (size_t l = 0; l < map.values.size(); ++l)
        for (size_t i = 0; i < map.values[l].size(); ++i, ++flat)
            if (rowAt[flat] ? map.values[l][i] != rowAt[flat]->centerness : !std::isnan(map.values[l][i]))
                return QStringLiteral("level %1, location %2: the map says %3").arg(l).arg(i).arg(map.values[l][i]);
    return flat == rowAt.size() ? QString() : QStringLiteral("the map has %1 locations").arg(flat);
}

/// What was met, so that the comparison is known to have met everything it is for.
struct Met {
    std::set<int> levels;
    size_t positives = 0, ambiguous = 0, mirrored = 0, cropped = 0, paddedByBatch = 0;
};

/// One image of a batch: `rows` are those of its tensors.
QString imageDiffers(const AssignedImage &assigned, const std::vector<const Row *> &rowAt, Random &random, Met &met)
{
    const std::vector<Positive> &positives = assigned.assignment.positives;
    const auto learnt =
        static_cast<size_t>(std::count_if(rowAt.begin(), rowAt.end(), [](const Row *row) { return row; }));
    if (learnt != positives.size())
        return QStringLiteral("%1 positive locations, not %2").arg(positives.size()).arg(learnt);
    if (const QString wrong = mapDiffers(centernessTarget(assigned), rowAt); !wrong.isEmpty())
        return wrong;
    for (size_t flat = 0; flat < rowAt.size(); ++flat) {
        if (!rowAt[flat])
            continue;
        const LocationRef at = refOf(assigned.levels, static_cast<int64_t>(flat));
        met.levels.insert(at.level);
        if (const QString wrong = inspectorDiffers(assigned, at, rowAt[flat]); !wrong.isEmpty())
            return QStringLiteral("level %1, location %2: %3").arg(at.level).arg(at.location).arg(wrong);
    }
    for (int negatives = 0; negatives < 500;) {
        const auto flat = static_cast<size_t>(random.below(static_cast<int>(rowAt.size())));
        if (rowAt[flat])
            continue;
        ++negatives;
        const LocationRef at = refOf(assigned.levels, static_cast<int64_t>(flat));
        if (const QString wrong = inspectorDiffers(assigned, at, nullptr); !wrong.isEmpty())
            return QStringLiteral("level %1, location %2: %3").arg(at.level).arg(at.location).arg(wrong);
    }
    met.positives += positives.size();
    met.ambiguous += ambiguousLocations(assigned).size();
    return {};
}

/// Everything a loader hands out against everything that is shown.
QString differences(const MixedSource &source, const Profile &profile, int batches, Met &met)
{
    Loader loader(
        source, profile,
        {.seed = seed, .batch = batchSize, .batches = batches});  // one thread: samples are asked for in order
    std::vector<Batch> made;
    for (int b = 0; b < batches; ++b)
        made.push_back(loader.next());
    const std::vector<MixedSource::Asked> asked = source.asked();
    Random random(3);
    for (int b = 0; b < batches; ++b) {
        const Batch &batch = made[static_cast<size_t>(b)];
        const Size padded{static_cast<int>(batch.pixels.size(2)), static_cast<int>(batch.pixels.size(1))};
        const std::vector<Row> rows = rowsOf(batch.targets);
        const int64_t all = locationsOf(levelsFor(profile, padded));
        for (int i = 0; i < batchSize; ++i) {
            const AssignedImage assigned =
                shown(source, asked[static_cast<size_t>(b * batchSize + i)], padded, profile);
            const ImageTransform &given = batch.transforms[static_cast<size_t>(i)];
            std::vector<const Row *> rowAt(static_cast<size_t>(all), nullptr);
            for (const Row &row : rows)
                if (row.location / all == i)
                    rowAt[static_cast<size_t>(row.location % all)] = &row;
            ImageTransform whole = given;
            whole.paddedSize = padded;
            const QString wrong = whole == assigned.transform ? imageDiffers(assigned, rowAt, random, met)
                                                              : QStringLiteral("the transform is another");
            if (!wrong.isEmpty())
                return QStringLiteral("batch %1, image %2: %3").arg(b).arg(i).arg(wrong);
            met.mirrored += given.mirroredX + given.mirroredY;
            met.cropped += given.crop.width() < given.imageSize.width || given.crop.height() < given.imageSize.height;
            met.paddedByBatch += given.paddedSize != padded;
        }
    }
    return {};
}

/// A network that a step takes no time with.
NetworkOptions smallNetwork(const std::string &profile)
{
    NetworkOptions network = networkOfProfile(profile);
    network.backboneDepth = 18;
    network.backboneWidth = 0.25;
    network.backboneNorm = BackboneNorm::Trained;
    network.pyramidChannels = 32;
    network.towerGroups = 8;
    network.towerDepth = network.sharedTowerDepth > 0 ? 0 : 1;
    network.classCount = 3;
    return network;
}

/// Targets made of nothing but what is shown: where the map has a number, what the inspector says there.
Targets targetsShown(const std::vector<AssignedImage> &images)
{
    std::vector<int64_t> location, classIndex;
    std::vector<float> sides, centerness, stride;
    int64_t flat = 0;
    for (const AssignedImage &assigned : images) {
        const LocationMap map = centernessTarget(assigned);
        Inspected inspected;
        inspected.assigned = &assigned;
        for (size_t l = 0; l < map.values.size(); ++l)
            for (size_t i = 0; i < map.values[l].size(); ++i, ++flat) {
                if (std::isnan(map.values[l][i]))
                    continue;
                const LocationReport report = inspectLocation(inspected, {static_cast<int>(l), static_cast<int>(i)});
                location.push_back(flat);
                classIndex.push_back(assigned.labels.at(static_cast<size_t>(report.learns)).classIndex);
                for (const double side :
                     {report.target.left, report.target.top, report.target.right, report.target.bottom})
                    sides.push_back(static_cast<float>(side));
                centerness.push_back(map.values[l][i]);
                stride.push_back(static_cast<float>(report.level.stride));
            }
    }
    const auto count = static_cast<int64_t>(location.size());
    Targets targets{at::tensor(location, at::kLong),
                    at::tensor(classIndex, at::kLong),
                    at::tensor(sides, at::kFloat).view({count, 4}),
                    at::tensor(centerness, at::kFloat),
                    at::tensor(stride, at::kFloat).view({count, 1}),
                    0};
    for (const float value : centerness)
        targets.centernessSum += value;
    return targets;
}

/// The first losses that a training of drawn images reports.
StepReport firstStep(const MixedSource &source, const Profile &profile)
{
    const QTemporaryDir folder;
    TrainOptions options;
    options.batch = batchSize;
    options.seed = static_cast<int64_t>(seed);
    options.device = "cpu";
    options.threads = 1;
    options.stopAfterSteps = 1;
    StepReport first;
    TrainCallbacks callbacks;
    callbacks.step = [&](const StepReport &report) { first = report; };
    train(source, smallNetwork(profile.name), profile, options, folder.path().toStdString(), {}, callbacks, {});
    return first;
}

}  // namespace

class LensTruthTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { configureEngine(1); }
    void drawnImages_data() { profiles(); }
    void drawnImages();
    void bccd_data() { profiles(); }
    void bccd();
    void theTrainersLosses_data() { profiles(); }
    void theTrainersLosses();

private:
    static void profiles()
    {
        QTest::addColumn<QString>("name");
        for (const std::string &name : profileNames())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
};

void LensTruthTest::drawnImages()
{
    QFETCH(QString, name);
    const Profile profile = profileNamed(name.toStdString());
    Met met;
    QCOMPARE(differences(MixedSource(9), profile, 4, met), QString());
    QCOMPARE(met.levels.size(), profile.strides.size());
    QVERIFY(met.positives > 500 && met.ambiguous > 50 && met.mirrored > 3 && met.cropped > 3 && met.paddedByBatch > 3);
}

void LensTruthTest::bccd()
{
    QFETCH(QString, name);
    const std::filesystem::path folder =
        std::filesystem::path(qgetenv("FCOSCOPE_SHARED").toStdString()) / "datasets/bccd/BCCD";
    if (!std::filesystem::exists(folder))
        QSKIP("FCOSCOPE_SHARED has no datasets/bccd: the loader was NOT compared with the lenses on real images.");
    Met met;
    QCOMPARE(differences(MixedSource(readDataset(folder), 9), profileNamed(name.toStdString()), 3, met), QString());
    QVERIFY(met.levels.size() >= 2 && met.positives > 500 && met.mirrored > 2 && met.cropped > 0 &&
            met.paddedByBatch > 2);
}

/// Behind every door of the trainer: its own first step reports the losses that follow from what is shown, to the bit.
void LensTruthTest::theTrainersLosses()
{
    QFETCH(QString, name);
    const Profile profile = profileNamed(name.toStdString());
    const MixedSource source(9);
    const StepReport reported = firstStep(source, profile);

    const MixedSource again(9);
    const Batch batch = Loader(again, profile, {.seed = seed, .batch = batchSize, .batches = 1}).next();
    const Size padded{static_cast<int>(batch.pixels.size(2)), static_cast<int>(batch.pixels.size(1))};
    std::vector<AssignedImage> images;
    for (const MixedSource::Asked &asked : again.asked())
        images.push_back(shown(again, asked, padded, profile));
    const Targets targets = targetsShown(images);
    Detector detector = Detector::make(smallNetwork(profile.name), profile);
    detector.initialise(seed);
    detector.to(at::kCPU);
    const at::NoGradGuard noGradient;
    const FlatOutputs outputs =
        flattened(detector(networkInput(batch.pixels, batch.transforms, profile, at::kCPU), Pass{true, nullptr}));
    const Losses losses = computeLosses(
        outputs, targets, profile, nextClassNormalizer(profile.classNormalizer, firstClassNormalizer, targets.count()));
    QVERIFY(reported.positives > 100);
    QCOMPARE(static_cast<int64_t>(reported.positives), targets.count());
    QVERIFY(reported.classLoss == losses.classification.item<double>());
    QVERIFY(reported.boxLoss == losses.box.item<double>());
    QVERIFY(reported.centernessLoss == losses.centerness.item<double>());
}

QTEST_GUILESS_MAIN(LensTruthTest)
#include "tst_lens_truth.moc"
