// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/fold.h"

#include <QToolButton>
#include <QVBoxLayout>

namespace fcoscope {

Fold::Fold(QWidget *body, QWidget *parent) : QWidget(parent), heading_(new QToolButton), body_(body)
{
    heading_->setCheckable(true);
    heading_->setChecked(true);
    heading_->setAutoRaise(true);
    heading_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    heading_->setArrowType(Qt::DownArrow);
    heading_->setFocusPolicy(Qt::StrongFocus);
    heading_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    QFont font = heading_->font();
    font.setBold(true);
    heading_->setFont(font);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(heading_);
    layout->addWidget(body_);
    body_->setContentsMargins(6, 0, 0, 4);
    connect(heading_, &QToolButton::toggled, this, [this](bool open) {
        heading_->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
        body_->setVisible(open);
    });
}

void Fold::setTitle(const QString &title)
{
    heading_->setText(title);
}
bool Fold::isOpen() const
{
    return heading_->isChecked();
}
void Fold::setOpen(bool open)
{
    heading_->setChecked(open);
}

}  // namespace fcoscope
