// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/status_line.h"

#include <QEvent>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QToolButton>

#include <cmath>

namespace fcoscope {
namespace {

/// Wide enough for `widest`, so that the line does not jump while numbers change.
QLabel *addField(QStatusBar &bar, const QString &name, const QString &widest)
{
    auto *label = new QLabel(&bar);
    label->setObjectName(name);
    label->setMinimumWidth(label->fontMetrics().horizontalAdvance(widest) + 12);
    label->setAlignment(Qt::AlignCenter);
    bar.addPermanentWidget(label);
    return label;
}

}  // namespace

StatusLine::StatusLine(QWidget *parent) : QStatusBar(parent)
{
    setSizeGripEnabled(false);
    positionLabel_ = addField(*this, QStringLiteral("position"), QStringLiteral("x 00000  y 00000"));
    // Takes what room is left; the values of many layers are long.
    valuesLabel_ = new QLabel(this);
    valuesLabel_->setObjectName(QStringLiteral("values"));
    valuesLabel_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    addWidget(valuesLabel_, 1);
    work_ = new QProgressBar(this);
    work_->setObjectName(QStringLiteral("work"));
    work_->setMaximumWidth(260);
    work_->hide();
    addPermanentWidget(work_);
    savingLabel_ = new QLabel(this);
    savingLabel_->setObjectName(QStringLiteral("saving"));
    addPermanentWidget(savingLabel_);
    zoomLabel_ = addField(*this, QStringLiteral("zoom"), QStringLiteral("0000 %"));
    sizeLabel_ = addField(*this, QStringLiteral("imageSize"), QStringLiteral("0000 × 0000"));
    foundLabel_ = addField(*this, QStringLiteral("found"), QStringLiteral("000 found, 000 ms"));
    modelButton_ = new QToolButton(this);
    modelButton_->setObjectName(QStringLiteral("model"));
    modelButton_->setAutoRaise(true);
    addPermanentWidget(modelButton_);
    connect(modelButton_, &QToolButton::clicked, this, &StatusLine::modelClicked);
    refresh();
}

void StatusLine::setCursorPosition(std::optional<QPointF> inImage)
{
    position_ = inImage;
    // The pixel's column and row, as other programs count them.
    positionLabel_->setText(position_ ? QStringLiteral("x %1  y %2")
                                            .arg(static_cast<int>(std::floor(position_->x())))
                                            .arg(static_cast<int>(std::floor(position_->y())))
                                      : QString());
}

void StatusLine::setValues(const QString &values)
{
    valuesLabel_->setText(values);
}

void StatusLine::setZoom(double zoom)
{
    zoom_ = zoom;
    refresh();
}

void StatusLine::setImageSize(QSize size)
{
    size_ = size;
    refresh();
}

void StatusLine::setFound(std::optional<Found> found)
{
    found_ = found;
    refresh();
}

void StatusLine::setModel(const ModelLine &model)
{
    line_ = model;
    refresh();
}

void StatusLine::setSaving(const QString &words, const QString &tip, bool failing)
{
    savingLabel_->setText(failing ? QStringLiteral("⚠ ") + words : words);
    savingLabel_->setToolTip(tip);
    savingLabel_->setAccessibleDescription(tip);
}

void StatusLine::setWork(const QString &words, double fraction)
{
    work_->setVisible(!words.isEmpty());
    work_->setRange(0, fraction < 0 ? 0 : 1000);
    work_->setValue(static_cast<int>(fraction * 1000));
    work_->setFormat(words);
    work_->setAccessibleName(words);
}

void StatusLine::refresh()
{
    const bool image = !size_.isEmpty();
    const double percent = zoom_ * 100;
    zoomLabel_->setText(image ? QStringLiteral("%1 %").arg(percent, 0, 'f', percent < 10 ? 1 : 0) : QString());
    sizeLabel_->setText(image ? QStringLiteral("%1 × %2").arg(size_.width()).arg(size_.height()) : QString());
    foundLabel_->setText(found_ ? tr("%1 found, %2 ms").arg(found_->detections).arg(found_->networkMs, 0, 'f', 0)
                                : QString());
    foundLabel_->setToolTip(tr("Number of detections, and the time that the network took"));
    modelButton_->setText(line_.loading          ? tr("Loading the model…")
                          : line_.name.isEmpty() ? tr("No model")
                                                 : QStringLiteral("%1 · %2").arg(line_.name, line_.device));
    modelButton_->setToolTip(tr("The model and the device that it runs on; click for its model card"));
    modelButton_->setEnabled(!line_.loading);
}

void StatusLine::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange)
        refresh();
    QStatusBar::changeEvent(event);
}

}  // namespace fcoscope
