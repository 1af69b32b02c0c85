// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/labels/view_aids.h"

#include <QCheckBox>
#include <QEvent>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSlider>

#include <cmath>

namespace fcoscope {

namespace {

// A slider of gamma goes in equal steps of its logarithm: a quarter at the left, four at the right, one in the middle.
double gammaAt(int position)
{
    return position == 0 ? 1 : std::pow(4.0, position / 100.0);
}
int positionOf(double gamma)
{
    return static_cast<int>(std::lround(100 * std::log(std::max(0.01, gamma)) / std::log(4.0)));
}

QSlider *slider()
{
    auto *made = new QSlider(Qt::Horizontal);
    made->setRange(-100, 100);
    made->setPageStep(10);
    return made;
}

}  // namespace

ViewAids::ViewAids(QWidget *parent)
    : QWidget(parent), form_(new QFormLayout(this)), brightness_(slider()), contrast_(slider()), gamma_(slider()),
      brightnessNumber_(new QLabel), contrastNumber_(new QLabel), gammaNumber_(new QLabel), note_(new QLabel),
      inverted_(new QCheckBox), minimap_(new QCheckBox), reset_(new QPushButton)
{
    form_->setContentsMargins(10, 8, 10, 10);
    form_->setHorizontalSpacing(10);
    form_->setVerticalSpacing(6);
    form_->addRow(new QLabel, withNumber(brightness_, brightnessNumber_));
    form_->addRow(new QLabel, withNumber(contrast_, contrastNumber_));
    form_->addRow(new QLabel, withNumber(gamma_, gammaNumber_));
    auto *line = new QHBoxLayout;
    line->addWidget(inverted_, 1);
    line->addWidget(reset_);
    form_->addRow(line);
    form_->addRow(note_);
    form_->addRow(minimap_);
    note_->setWordWrap(true);
    note_->setForegroundRole(QPalette::PlaceholderText);
    minimap_->setChecked(true);
    for (QSlider *each : {brightness_, contrast_, gamma_})
        connect(each, &QSlider::valueChanged, this, &ViewAids::take);
    connect(inverted_, &QCheckBox::toggled, this, &ViewAids::take);
    connect(reset_, &QPushButton::clicked, this, &ViewAids::reset);
    connect(minimap_, &QCheckBox::toggled, this, &ViewAids::minimapWantedChanged);
    retranslate();
}

QWidget *ViewAids::withNumber(QSlider *slider, QLabel *number)
{
    auto *both = new QWidget;
    auto *line = new QHBoxLayout(both);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(slider, 1);
    line->addWidget(number);
    number->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    number->setMinimumWidth(number->fontMetrics().horizontalAdvance(QStringLiteral("+100")) + 2);
    return both;
}

PictureLook ViewAids::look() const
{
    return {brightness_->value(), contrast_->value(), gammaAt(gamma_->value()), inverted_->isChecked()};
}

void ViewAids::setLook(const PictureLook &look)
{
    quiet_ = true;
    brightness_->setValue(look.brightness);
    contrast_->setValue(look.contrast);
    gamma_->setValue(positionOf(look.gamma));
    inverted_->setChecked(look.inverted);
    quiet_ = false;
    take();
}

void ViewAids::reset()
{
    setLook({});
}

void ViewAids::take()
{
    if (quiet_)
        return;
    showNumbers();
    const PictureLook now = look();
    if (now == told_)
        return;
    told_ = now;
    Q_EMIT lookChanged(now);
}

void ViewAids::setMinimapWanted(bool wanted)
{
    minimap_->setChecked(wanted);
}

void ViewAids::showNumbers()
{
    const QLocale locale;
    const auto text = [&](int value) { return (value > 0 ? QStringLiteral("+") : QString()) + locale.toString(value); };
    brightnessNumber_->setText(text(brightness_->value()));
    contrastNumber_->setText(text(contrast_->value()));
    gammaNumber_->setText(locale.toString(gammaAt(gamma_->value()), 'f', 2));
    reset_->setEnabled(!look().neutral());
}

void ViewAids::retranslate()
{
    const std::pair<QSlider *, QString> rows[] = {
        {brightness_, tr("Brightness")}, {contrast_, tr("Contrast")}, {gamma_, tr("Gamma")}};
    for (const auto &[each, name] : rows) {
        each->setAccessibleName(name);
        if (auto *label = qobject_cast<QLabel *>(form_->labelForField(each->parentWidget())))
            label->setText(name);
    }
    inverted_->setText(tr("Inverted"));
    reset_->setText(tr("Reset"));
    reset_->setAccessibleName(tr("Show the picture as it is"));
    note_->setText(tr("Only on the screen: the network gets the picture as it is."));
    minimap_->setText(tr("Overview in the corner while zoomed in"));
    showNumbers();
}

void ViewAids::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
