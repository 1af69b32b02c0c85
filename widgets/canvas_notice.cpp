// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/canvas_notice.h"

#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <cmath>

#include "widgets/theme.h"

namespace fcoscope {

CanvasNotice::CanvasNotice(QWidget *parent)
    : QWidget(parent), icon_(new QLabel), title_(new QLabel), text_(new QLabel), button_(new QPushButton)
{
    QFont large = title_->font();
    large.setPointSizeF(std::round(large.pointSizeF() * 1.35));
    large.setWeight(QFont::DemiBold);
    title_->setFont(large);
    for (QLabel *label : {icon_, title_, text_}) {
        label->setAlignment(Qt::AlignCenter);
        label->setTextFormat(Qt::PlainText);
    }
    title_->setWordWrap(true);
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    button_->setMinimumSize(140, button_->fontMetrics().height() + 16);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(32, 32, 32, 32);
    layout->setSpacing(10);
    layout->addStretch();
    layout->addWidget(icon_);
    layout->addWidget(title_);
    layout->addWidget(text_);
    layout->addSpacing(8);
    layout->addWidget(button_, 0, Qt::AlignHCenter);
    layout->addStretch();
    connect(button_, &QPushButton::clicked, this, &CanvasNotice::pressed);
}

void CanvasNotice::setContents(const QString &iconName, const QString &title, const QString &text,
                               const QString &button)
{
    iconName_ = iconName;
    title_->setText(title);
    text_->setText(text);
    button_->setText(button);
    button_->setVisible(!button.isEmpty());
    refreshIcon();
}

QString CanvasNotice::title() const
{
    return title_->text();
}
QString CanvasNotice::text() const
{
    return text_->text();
}

void CanvasNotice::refreshIcon()
{
    icon_->setPixmap(icon(iconName_).pixmap(QSize(56, 56), devicePixelRatioF(), QIcon::Disabled));
}

void CanvasNotice::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange)
        refreshIcon();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
