// SPDX-License-Identifier: GPL-3.0-or-later
// The words of legends: what a layer shows, and what it says at a point.
#include <QCoreApplication>
#include <QLocale>
#include <QStringList>
#include <cmath>

#include "core/rules/location_maps.h"
#include "widgets/detection_table.h"
#include "widgets/legend.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Legend)
};

/// The levels that a layer is about: of its map, of the labels, or of the network.
std::vector<Level> levelsOf(const Layer &layer, const LensFrame &frame)
{
    for (const LayerView &view : frame.layers)
        if (view.layer == layer && !view.map.levels.empty())
            return view.map.levels;
    if (frame.assigned)
        return frame.assigned->levels;
    return frame.raw ? networkLevels(*frame.raw, frame.modelProfile) : std::vector<Level>();
}

bool hasLevels(LayerKind kind)
{
    return kind != LayerKind::Labels && kind != LayerKind::Activation;
}

}  // namespace

QString scaleNumber(double value)
{
    if (std::abs(value) < 5e-7)
        value = 0;  // never "-0"
    return QLocale().toString(value, 'g', std::abs(value) >= 1000 ? 4 : 3);
}

QString layerTitle(const Layer &layer, const LensFrame &frame)
{
    QStringList parts{translated(titleOf(layer.kind))};
    const std::vector<Level> levels = levelsOf(layer, frame);
    if (hasLevels(layer.kind) && layer.level >= 0 && static_cast<size_t>(layer.level) < levels.size())
        parts += levelName(levels[static_cast<size_t>(layer.level)].stride);
    else if (isHeatMap(layer.kind) && hasLevels(layer.kind) && levels.size() > 1)
        parts +=
            Words::tr("largest of %1 to %2").arg(levelName(levels.front().stride), levelName(levels.back().stride));
    if (layer.kind == LayerKind::ClassProbability || layer.kind == LayerKind::Score) {
        static const std::vector<std::string> none;
        parts += layer.classIndex < 0 ? Words::tr("most probable class")
                                      : classNameIn(frame.raw ? frame.raw->classNames : none, layer.classIndex);
    }
    if (layer.kind == LayerKind::Activation) {
        parts += QString::fromStdString(layer.features);
        parts += layer.channel < 0 ? Words::tr("mean of the channels") : Words::tr("channel %1").arg(layer.channel);
    }
    return parts.join(QStringLiteral(", "));
}

QString describeValues(const LensFrame &frame, QPointF inImage)
{
    QStringList lines;
    for (auto view = frame.layers.rbegin(); view != frame.layers.rend(); ++view) {
        if (view->map.empty() || !view->missing.text.empty())
            continue;
        const MapValue found = valueAt(view->map, inImage.x(), inImage.y(), view->layer.level);
        if (!found.known)
            continue;
        const Level &level = view->map.levels[static_cast<size_t>(found.at.level)];
        lines += Words::tr("%1: %2 (%3, column %4, row %5)")
                     .arg(translated(titleOf(view->layer.kind)), QLocale().toString(found.value, 'g', 4),
                          levelName(level.stride))
                     .arg(found.at.location % level.width)
                     .arg(found.at.location / level.width);
    }
    return lines.join('\n');
}

}  // namespace fcoscope
