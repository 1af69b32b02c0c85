// SPDX-License-Identifier: GPL-3.0-or-later
// Target assignment and decoding against what each codebase's own code made of the same boxes and the same head
// outputs: tests/golden. Torch reads the files here and does nothing else.
#include <QTest>

#include "core/fcos/safetensors.h"
#include "core/rules/assigner.h"
#include "core/rules/decode.h"
#include "core/rules/locations.h"

using namespace fcoscope;

namespace {

/// What a file calls its tensors, and what they mean.
struct Golden {
    const char *file, *profile;
    const char *distances;  ///< of the head, and their unit
    BoxUnit unit;
    const char *quality;    ///< logits
    const char *targets;    ///< l, t, r, b; in strides where the profile's boxes are
    int firstClass, background;  ///< labels of the files
};

const Golden goldens[] = {
    {"tianzhi_orig", "tz-orig", "bbox_eval_pixels", BoxUnit::Pixels, "centerness_logits", "target_ltrb", 1, 0},
    {"tianzhi_imprv", "tz-imprv", "bbox_eval_pixels", BoxUnit::Pixels, "centerness_logits", "target_ltrb", 1, 0},
    {"adelaidet_r50", "ad", "bbox_in_strides", BoxUnit::Strides, "centerness_or_iou_logits", "target_ltrb_in_strides",
     0, 80},
    {"adelaidet_r50_iou", "ad", "bbox_in_strides", BoxUnit::Strides, "centerness_or_iou_logits",
     "target_ltrb_in_strides", 0, 80},
    {"adelaidet_rt_r50", "ad-rt", "bbox_in_strides", BoxUnit::Strides, "centerness_or_iou_logits",
     "target_ltrb_in_strides", 0, 80},
    {"mmdet_base", "mm-base", "bbox_eval", BoxUnit::Pixels, "centerness_logits", "target_ltrb", 0, 80},
    {"mmdet_tricks", "mm-tricks", "bbox_eval", BoxUnit::Pixels, "centerness_logits", "target_ltrb", 0, 80},
};

Safetensors golden(const std::string &name)
{
    return readSafetensors(std::filesystem::path(qgetenv("FCOSCOPE_GOLDEN").toStdString()) / (name + ".safetensors"));
}

/// Rows of numbers of any type.
using Rows = std::vector<std::vector<double>>;
Rows rowsOf(const Safetensors &file, const std::string &name)
{
    const at::Tensor *found = file.find(name);
    if (!found)
        throw std::runtime_error("the file has no tensor " + name);
    const at::Tensor rows = found->to(at::kDouble).reshape({found->size(0), -1}).contiguous();
    Rows all;
    for (int64_t i = 0; i < rows.size(0); ++i)
        all.emplace_back(rows.data_ptr<double>() + i * rows.size(1), rows.data_ptr<double>() + (i + 1) * rows.size(1));
    return all;
}

std::vector<Box> boxesOf(const Safetensors &file, const std::string &name)
{
    std::vector<Box> boxes;
    for (const auto &row : rowsOf(file, name))
        boxes.push_back({row[0], row[1], row[2], row[3]});
    return boxes;
}

constexpr int around = 100000;  // px

/// The input's own size: nothing was resized. Codebases that cut boxes after NMS do it outside of what the files hold,
/// so for them the input is a part of a much larger image, from (around, around).
ImageTransform wholeInput(const Safetensors &file, const Profile &profile)
{
    const Rows shape = rowsOf(file, "input_shape");
    const int height = static_cast<int>(shape[2][0]), width = static_cast<int>(shape[3][0]);
    ImageTransform transform = fitTransform({width, height}, std::min(width, height), std::max(width, height), 1);
    if (profile.clipRule == ClipRule::AfterNms) {
        transform.imageSize = {2 * around, 2 * around};
        transform.crop = {around, around, around + double(width), around + double(height)};
    }
    return transform;
}

/// A detection's box as the file has it.
Box inFile(const Box &b, const Profile &profile)
{
    const double from = profile.clipRule == ClipRule::AfterNms ? around : 0;
    const double pixel = profile.pixels == PixelConvention::Inclusive ? 1 : 0;
    return {b.x1 - from, b.y1 - from, b.x2 - from - pixel, b.y2 - from - pixel};
}

/// The rows of one level as a map, each value through `change`.
template <typename Change> Grid gridOf(const Rows &rows, size_t first, const Level &level, Change change)
{
    Grid grid{static_cast<int>(rows[0].size()), level.height, level.width, {}};
    grid.values.resize(rows[0].size() * grid.cells());
    for (size_t i = 0; i < grid.cells(); ++i)
        for (size_t c = 0; c < rows[0].size(); ++c)
            grid.values[c * grid.cells() + i] = static_cast<float>(change(rows[first + i][c]));
    return grid;
}

/// How much the file says the class logits were raised by before post-processing.
double raisedBy(const Safetensors &file)
{
    const std::string words = "raised by ";
    const auto said = file.metadata.find("post");
    const size_t at = said == file.metadata.end() ? std::string::npos : said->second.find(words);
    return at == std::string::npos ? 0 : std::stod(said->second.substr(at + words.size()));
}

struct Expected {
    std::vector<Box> boxes;
    std::vector<double> scores;
    std::vector<int> classes;
};
Expected expectedOf(const Safetensors &file, const std::string &prefix, const std::string &labels, int firstClass)
{
    Expected expected{boxesOf(file, prefix + "boxes"), {}, {}};
    for (const auto &row : rowsOf(file, prefix + "scores"))
        expected.scores.push_back(row[0]);
    for (const auto &row : rowsOf(file, prefix + labels))
        expected.classes.push_back(static_cast<int>(row[0]) - firstClass);
    return expected;
}

/// Every expected detection has one of ours, whatever their order.
QString differences(const std::vector<Detection> &found, const Expected &expected, const Profile &profile)
{
    if (found.size() != expected.boxes.size() || found.empty())
        return QStringLiteral("%1 detections, expected %2").arg(found.size()).arg(expected.boxes.size());
    std::vector<char> taken(found.size(), 0);
    for (size_t e = 0; e < expected.boxes.size(); ++e) {
        size_t match = found.size();
        for (size_t i = 0; i < found.size() && match == found.size(); ++i) {
            const Box a = inFile(found[i].box, profile), b = expected.boxes[e];
            const double away = std::max(
                {std::abs(a.x1 - b.x1), std::abs(a.y1 - b.y1), std::abs(a.x2 - b.x2), std::abs(a.y2 - b.y2)});
            if (!taken[i] && found[i].classIndex == expected.classes[e] && away <= 0.01 &&
                std::abs(found[i].score - expected.scores[e]) <= 1e-5)
                match = i;
        }
        if (match == found.size())
            return QStringLiteral("detection %1 (class %2, score %3, x1 %4) was not found")
                .arg(e).arg(expected.classes[e]).arg(expected.scores[e]).arg(expected.boxes[e].x1);
        taken[match] = 1;
    }
    for (size_t i = 1; i < found.size(); ++i)
        if (found[i].score > found[i - 1].score)
            return QStringLiteral("detection %1 is better than the one before").arg(i);
    return {};
}

}  // namespace

class GoldenRulesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void targets_data();
    void targets();
    void detections_data();
    void detections();
    void simpleAicvTargets_data();
    void simpleAicvTargets();
    void simpleAicvDetections_data();
    void simpleAicvDetections();
};

void GoldenRulesTest::targets_data()
{
    QTest::addColumn<int>("which");
    for (int i = 0; i < static_cast<int>(std::size(goldens)); ++i)
        QTest::newRow(goldens[i].file) << i;
}

void GoldenRulesTest::targets()
{
    QFETCH(int, which);
    const Golden &golden_ = goldens[which];
    const Safetensors file = golden(golden_.file);
    const Profile profile = profileNamed(golden_.profile);
    const std::vector<Level> levels = levelsFor(profile, wholeInput(file, profile).paddedSize);
    const Rows labels = rowsOf(file, "labels"), wanted = rowsOf(file, "target_label"),
               distances = rowsOf(file, golden_.targets);
    const bool strides = profile.boxUnit == BoxUnit::Strides;
    Rows centernesses;
    if (file.find("target_centerness_of_positives"))
        centernesses = rowsOf(file, "target_centerness_of_positives");

    std::vector<size_t> first{0};
    for (const Level &level : levels)
        first.push_back(first.back() + static_cast<size_t>(level.locations()));
    QCOMPARE(wanted.size(), first.back());
    std::vector<int> ours(first.back(), golden_.background);
    size_t number = 0;
    for (const Positive &positive : assign(boxesOf(file, "boxes"), levels, profile).positives) {
        const size_t level = static_cast<size_t>(positive.level);
        const size_t at = first[level] + static_cast<size_t>(positive.location);
        ours[at] = static_cast<int>(labels[static_cast<size_t>(positive.box)][0]);
        const double unit = strides ? levels[level].stride : 1;
        const Distances &d = positive.distances;
        const double sides[] = {d.left / unit, d.top / unit, d.right / unit, d.bottom / unit};
        for (size_t side = 0; side < 4; ++side)
            QVERIFY2(std::abs(sides[side] - distances[at][side]) <= 1e-5 * std::max(1.0, sides[side]),
                     qPrintable(QStringLiteral("side %1 of location %2").arg(side).arg(at)));
        if (!centernesses.empty())
            QVERIFY(number < centernesses.size() &&
                    std::abs(positive.centerness - centernesses[number][0]) <= 1e-6);
        ++number;
    }
    for (size_t at = 0; at < ours.size(); ++at)
        QVERIFY2(ours[at] == static_cast<int>(wanted[at][0]), qPrintable(QString::number(at)));
    QVERIFY(number > 0);
    if (!centernesses.empty())
        QCOMPARE(number, centernesses.size());
}

void GoldenRulesTest::detections_data() { targets_data(); }

void GoldenRulesTest::detections()
{
    QFETCH(int, which);
    const Golden &golden_ = goldens[which];
    const Safetensors file = golden(golden_.file);
    const Profile profile = profileNamed(golden_.profile);
    RawOutputs raw;
    raw.transform = wholeInput(file, profile);
    const Rows logits = rowsOf(file, "cls_logits"), qualities = rowsOf(file, golden_.quality),
               distances = rowsOf(file, golden_.distances);
    const double raised = raisedBy(file);
    size_t first = 0;
    for (const Level &level : levelsFor(profile, raw.transform.paddedSize)) {
        const double unit = golden_.unit == BoxUnit::Strides ? level.stride : 1;
        raw.levels.push_back({gridOf(logits, first, level, [&](double z) { return z + raised; }),
                              gridOf(qualities, first, level, [](double z) { return z; }),
                              gridOf(distances, first, level, [&](double d) { return d * unit; })});
        first += static_cast<size_t>(level.locations());
    }
    QCOMPARE(first, logits.size());
    DecodeOptions options = profile.decode;
    options.scoreThreshold = 0;  // these codebases have the class threshold alone
    const Expected expected = expectedOf(file, "post.", "labels", golden_.firstClass);
    QCOMPARE(differences(decode(raw, profile, options), expected, profile), QString());
}

void GoldenRulesTest::simpleAicvTargets_data()
{
    QTest::addColumn<QString>("prefix");
    for (const char *prefix : {"giou_centre", "iou_nocentre", "ciou_centre", "diou_centre", "eiou_centre"})
        QTest::newRow(prefix) << prefix;
}

void GoldenRulesTest::simpleAicvTargets()
{
    QFETCH(QString, prefix);
    const Safetensors file = golden("simpleaicv_r50");
    Profile profile = profileNamed("zg");
    if (prefix.endsWith("nocentre"))
        profile.centerRegion = CenterRegion::None;
    const Rows labels = rowsOf(file, "labels"), wanted = rowsOf(file, prefix.toStdString() + ".targets");
    const std::vector<Level> levels = levelsFor(profile, wholeInput(file, profile).paddedSize);
    Rows ours(wanted.size(), std::vector<double>(6, 0));
    std::vector<size_t> first{0};
    for (const Level &level : levels)
        first.push_back(first.back() + static_cast<size_t>(level.locations()));
    QCOMPARE(wanted.size(), first.back());
    const Assignment assignment = assign(boxesOf(file, "boxes"), levels, profile);
    QVERIFY(!assignment.positives.empty());
    for (const Positive &positive : assignment.positives) {
        const Distances &d = positive.distances;
        ours[first[static_cast<size_t>(positive.level)] + static_cast<size_t>(positive.location)] = {
            d.left, d.top, d.right, d.bottom, labels[static_cast<size_t>(positive.box)][0] + 1, positive.centerness};
    }
    for (size_t at = 0; at < ours.size(); ++at)
        for (size_t i = 0; i < 6; ++i)
            QVERIFY2(std::abs(ours[at][i] - wanted[at][i]) <= (i < 4 ? 1e-4 : 1e-6),
                     qPrintable(QStringLiteral("value %1 of location %2: %3 for %4")
                                    .arg(i).arg(at).arg(ours[at][i]).arg(wanted[at][i])));
}

void GoldenRulesTest::simpleAicvDetections_data()
{
    QTest::addColumn<QString>("prefix");
    QTest::addColumn<double>("scoreThreshold");
    QTest::addColumn<double>("nmsThreshold");
    QTest::newRow("default") << "decode.default." << 0.05 << 0.6;
    QTest::newRow("low") << "decode.low." << 0.01 << 0.5;
}

void GoldenRulesTest::simpleAicvDetections()
{
    QFETCH(QString, prefix);
    QFETCH(double, scoreThreshold);
    QFETCH(double, nmsThreshold);
    const Safetensors file = golden("simpleaicv_r50");
    const Profile profile = profileNamed("zg");
    const Rows probabilities = rowsOf(file, "cls_probability"), qualities = rowsOf(file, "centerness_probability"),
               exponents = rowsOf(file, "reg_times_exp_scale");
    RawOutputs raw;
    raw.transform = wholeInput(file, profile);
    const auto logit = [](double p) { return std::log(p / (1 - p)); };
    size_t first = 0;
    for (const Level &level : levelsFor(profile, raw.transform.paddedSize)) {
        raw.levels.push_back({gridOf(probabilities, first, level, logit), gridOf(qualities, first, level, logit),
                              gridOf(exponents, first, level,
                                     [](double e) { return std::exp(static_cast<float>(e)); })});
        first += static_cast<size_t>(level.locations());
    }
    QCOMPARE(first, probabilities.size());
    DecodeOptions options = profile.decode;
    options.scoreThreshold = scoreThreshold;
    options.nmsThreshold = nmsThreshold;
    QCOMPARE(differences(decode(raw, profile, options), expectedOf(file, prefix.toStdString(), "classes", 0), profile),
             QString());
}

QTEST_GUILESS_MAIN(GoldenRulesTest)
#include "tst_golden_rules.moc"
