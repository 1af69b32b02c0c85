// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/threshold_panel.h"

#include <QEvent>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/option_form.h"
#include "widgets/theme.h"

namespace fcoscope {

namespace {

OptionTable tableOf(DecodeOptions &options)
{
    OptionTable table;
    visit(table, options);
    return table;
}

}  // namespace

ThresholdPanel::ThresholdPanel(QWidget *parent) : QWidget(parent), form_(new OptionForm), reset_(new QPushButton)
{
    form_->setTable(tableOf(options_));
    reset_->setIcon(icon("reset"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 10, 12, 12);
    layout->setSpacing(8);
    layout->addWidget(form_);
    layout->addWidget(reset_, 0, Qt::AlignRight);
    layout->addStretch();
    connect(form_, &OptionForm::changed, this, [this] {
        updateReset();
        Q_EMIT changed(options_);
    });
    connect(reset_, &QPushButton::clicked, this, &ThresholdPanel::resetToProfile);
    retranslate();
    updateReset();
}

void ThresholdPanel::setProfile(const DecodeOptions &profile)
{
    profile_ = profile;
    setOptions(profile);
}

void ThresholdPanel::setOptions(const DecodeOptions &options)
{
    options_ = options;
    form_->reload();
    updateReset();
}

void ThresholdPanel::resetToProfile()
{
    setOptions(profile_);
    Q_EMIT changed(options_);
}

void ThresholdPanel::updateReset()
{
    DecodeOptions profile = profile_;
    reset_->setEnabled(form_->table().values() != tableOf(profile).values());
}

void ThresholdPanel::retranslate()
{
    reset_->setText(tr("Reset to profile"));
    reset_->setToolTip(tr("Go back to the values the model was made with"));
}

void ThresholdPanel::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
