// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/translate.h"

#include <QCoreApplication>
#include <QStringList>
#include <array>

namespace fcoscope {

namespace {

// For lupdate only: the labels of the options that a form shows. Nothing reads the array.
[[maybe_unused]] constexpr std::array optionLabels = {
    QT_TRANSLATE_NOOP("option", "Score threshold"),
    QT_TRANSLATE_NOOP("option", "NMS threshold"),
    QT_TRANSLATE_NOOP("option", "Detections per image"),
    QT_TRANSLATE_NOOP("option", "Candidates per level"),
    // The what-if panel's.
    QT_TRANSLATE_NOOP("option", "Short side"),
    QT_TRANSLATE_NOOP("option", "Long side"),
    QT_TRANSLATE_NOOP("option", "Size rounding"),
    QT_TRANSLATE_NOOP("option", "Size divisor"),
    QT_TRANSLATE_NOOP("option", "Strides"),
    QT_TRANSLATE_NOOP("option", "Range limits"),
    QT_TRANSLATE_NOOP("option", "Center region"),
    QT_TRANSLATE_NOOP("option", "Center radius"),
    QT_TRANSLATE_NOOP("option", "Range test"),
    QT_TRANSLATE_NOOP("option", "Tie rule"),
    QT_TRANSLATE_NOOP("option", "Locations"),
    QT_TRANSLATE_NOOP("option", "Pixels"),
    QT_TRANSLATE_NOOP("option", "Score rule"),
    QT_TRANSLATE_NOOP("option", "Centerness source"),
    QT_TRANSLATE_NOOP("option", "Rank rule"),
    QT_TRANSLATE_NOOP("option", "Class threshold"),
    QT_TRANSLATE_NOOP("option", "Best class only"),
    QT_TRANSLATE_NOOP("option", "Candidate scope"),
    QT_TRANSLATE_NOOP("option", "NMS scope"),
    QT_TRANSLATE_NOOP("option", "NMS test"),
    QT_TRANSLATE_NOOP("option", "NMS frame"),
    QT_TRANSLATE_NOOP("option", "Label source"),
    QT_TRANSLATE_NOOP("option", "Training sample"),
    // The training form's.
    QT_TRANSLATE_NOOP("option", "Epochs"),
    QT_TRANSLATE_NOOP("option", "Batch"),
    QT_TRANSLATE_NOOP("option", "Accumulate"),
    QT_TRANSLATE_NOOP("option", "Optimizer"),
    QT_TRANSLATE_NOOP("option", "Learning rate"),
    QT_TRANSLATE_NOOP("option", "Weight decay"),
    QT_TRANSLATE_NOOP("option", "Momentum"),
    QT_TRANSLATE_NOOP("option", "Schedule"),
    QT_TRANSLATE_NOOP("option", "Step at"),
    QT_TRANSLATE_NOOP("option", "Warmup steps"),
    QT_TRANSLATE_NOOP("option", "Frozen stages"),
    QT_TRANSLATE_NOOP("option", "Balance classes"),
    QT_TRANSLATE_NOOP("option", "Precision"),
    QT_TRANSLATE_NOOP("option", "Clip norm"),
    QT_TRANSLATE_NOOP("option", "EMA decay"),
    QT_TRANSLATE_NOOP("option", "Seed"),
    QT_TRANSLATE_NOOP("option", "Loaders"),
    QT_TRANSLATE_NOOP("option", "Validate every"),
    QT_TRANSLATE_NOOP("option", "Patience"),
    QT_TRANSLATE_NOOP("option", "Checkpoint every"),
    QT_TRANSLATE_NOOP("option", "Device"),
    QT_TRANSLATE_NOOP("option", "Threads"),
    QT_TRANSLATE_NOOP("option", "Stop after"),
    QT_TRANSLATE_NOOP("option", "Train width"),
    QT_TRANSLATE_NOOP("option", "Train height"),
    QT_TRANSLATE_NOOP("option", "Scale spread"),
    QT_TRANSLATE_NOOP("option", "Stretch spread"),
    QT_TRANSLATE_NOOP("option", "Crop"),
    QT_TRANSLATE_NOOP("option", "Flip x"),
    QT_TRANSLATE_NOOP("option", "Flip y"),
    QT_TRANSLATE_NOOP("option", "Brightness"),
    QT_TRANSLATE_NOOP("option", "Contrast"),
    QT_TRANSLATE_NOOP("option", "Saturation"),
    QT_TRANSLATE_NOOP("option", "Hue"),
    QT_TRANSLATE_NOOP("option", "Min visible"),
    QT_TRANSLATE_NOOP("option", "Megapixel limit"),
    QT_TRANSLATE_NOOP("option", "Cache size"),
    QT_TRANSLATE_NOOP("option", "Backbone depth"),
    QT_TRANSLATE_NOOP("option", "Backbone width"),
    QT_TRANSLATE_NOOP("option", "Backbone groups"),
    QT_TRANSLATE_NOOP("option", "Group width"),
    QT_TRANSLATE_NOOP("option", "Stride conv"),
    QT_TRANSLATE_NOOP("option", "Norm epsilon"),
    QT_TRANSLATE_NOOP("option", "Pyramid channels"),
    QT_TRANSLATE_NOOP("option", "Upsampling"),
    QT_TRANSLATE_NOOP("option", "Shared tower depth"),
    QT_TRANSLATE_NOOP("option", "Tower depth"),
    QT_TRANSLATE_NOOP("option", "Tower norm"),
    QT_TRANSLATE_NOOP("option", "Tower bias"),
    QT_TRANSLATE_NOOP("option", "Tower groups"),
    QT_TRANSLATE_NOOP("option", "Centerness branch"),
    QT_TRANSLATE_NOOP("option", "Level scale"),
    QT_TRANSLATE_NOOP("option", "Class count"),
    // Units that are words.
    QT_TRANSLATE_NOOP("option", "epochs"),
    QT_TRANSLATE_NOOP("option", "images"),
    QT_TRANSLATE_NOOP("option", "stages"),
    QT_TRANSLATE_NOOP("option", "steps"),
    QT_TRANSLATE_NOOP("option", "strides"),
    QT_TRANSLATE_NOOP("option", "threads"),
    QT_TRANSLATE_NOOP("option", "validations"),
};

}  // namespace

QString translated(const Message &message)
{
    const QString text = QCoreApplication::translate("core", message.text.c_str());
    return QString::fromStdString(fillPlaces(text.toStdString(), message.arguments));
}

QString optionLabelInEnglish(const Option &option)
{
    static const QStringList acronyms = {"nms", "ema", "iou", "ap", "fpn", "gpu", "cpu"};
    QStringList words = QString::fromStdString(option.name).split('-');
    for (QString &word : words)
        if (acronyms.contains(word))
            word = word.toUpper();
    if (!words.first().isEmpty())
        words.first()[0] = words.first()[0].toUpper();
    return words.join(' ');
}

QString optionLabel(const Option &option)
{
    return QCoreApplication::translate("option", optionLabelInEnglish(option).toUtf8().constData());
}

QString optionUnit(const Option &option)
{
    return option.unit.empty() ? QString() : QCoreApplication::translate("option", option.unit.c_str());
}

QString fileName(const std::string &path)
{
    const size_t slash = path.find_last_of('/');
    const std::string name = slash == std::string::npos || slash + 1 == path.size() ? path : path.substr(slash + 1);
    return QString::fromStdString(name);
}

}  // namespace fcoscope
