// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/message_strip.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

QColor kindColor(MessageStrip::Kind kind, const QPalette &palette)
{
    switch (kind) {
    case MessageStrip::Kind::Error: return errorColor(palette);
    case MessageStrip::Kind::Warning: return warningColor(palette);
    case MessageStrip::Kind::Info: return palette.color(QPalette::Link);
    }
    return {};
}

QColor mixed(const QColor &a, const QColor &b, float part)
{
    return QColor::fromRgbF(a.redF() + (b.redF() - a.redF()) * part, a.greenF() + (b.greenF() - a.greenF()) * part,
                            a.blueF() + (b.blueF() - a.blueF()) * part);
}

}  // namespace

MessageStrip::MessageStrip(QWidget *parent)
    : QFrame(parent), icon_(new QLabel), text_(new QLabel), more_(new QLabel), action_(new QPushButton),
      close_(new QToolButton)
{
    text_->setTextFormat(Qt::PlainText);  // file names are no markup
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    text_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    more_->setForegroundRole(QPalette::PlaceholderText);
    close_->setAutoRaise(true);
    close_->setIcon(icon("close"));
    close_->setIconSize({16, 16});
    close_->setFocusPolicy(Qt::TabFocus);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(14, 8, 8, 8);
    layout->setSpacing(10);
    layout->addWidget(icon_);
    layout->addWidget(text_, 1);
    layout->addWidget(more_);
    layout->addWidget(action_);
    layout->addWidget(close_);
    connect(close_, &QToolButton::clicked, this, &MessageStrip::closeCurrent);
    connect(action_, &QPushButton::clicked, this, [this] {
        const auto action = notices_.back().action;
        closeCurrent();
        if (action)
            action();
    });
    refresh();
}

void MessageStrip::show(Notice notice)
{
    if (!notice.topic.empty())
        std::erase_if(notices_, [&](const Notice &n) { return n.topic == notice.topic; });
    // Something that failed is not covered by what is merely worth a word.
    auto place = notices_.end();
    while (notice.kind == Kind::Info && place != notices_.begin() && std::prev(place)->kind != Kind::Info)
        --place;
    notices_.insert(place, std::move(notice));
    refresh();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void MessageStrip::show(Kind kind, const Message &message, const std::string &topic)
{
    show(Notice{kind, [message] { return translated(message); }, topic, {}, {}});
}

void MessageStrip::show(Kind kind, const QString &text, const std::string &topic)
{
    show(Notice{kind, [text] { return text; }, topic, {}, {}});
}

QString MessageStrip::text() const { return notices_.empty() ? QString() : text_->text(); }
MessageStrip::Kind MessageStrip::kind() const { return notices_.empty() ? Kind::Info : notices_.back().kind; }

void MessageStrip::closeCurrent()
{
    if (!notices_.empty())
        notices_.pop_back();
    refresh();
}

void MessageStrip::clear()
{
    notices_.clear();
    refresh();
}

void MessageStrip::clearTopic(const std::string &topic)
{
    if (std::erase_if(notices_, [&](const Notice &n) { return n.topic == topic; }) > 0)
        refresh();
}

void MessageStrip::refresh()
{
    setVisible(!notices_.empty());
    if (notices_.empty())
        return;
    const Notice &notice = notices_.back();
    const QColor color = kindColor(notice.kind, palette());
    // The icon is tinted in the colour of its kind, not of the text.
    QPixmap mark = icon(notice.kind == Kind::Error     ? "error"
                        : notice.kind == Kind::Warning ? "warning"
                                                       : "info")
                       .pixmap(QSize(20, 20), devicePixelRatioF());
    QPainter painter(&mark);
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(mark.rect(), color);
    painter.end();
    icon_->setPixmap(mark);

    text_->setText(notice.text());
    const QString kindName = notice.kind == Kind::Error     ? tr("Error")
                             : notice.kind == Kind::Warning ? tr("Warning")
                                                            : tr("Notice");
    setAccessibleName(kindName);
    setAccessibleDescription(text_->text());
    text_->setAccessibleName(kindName + ": " + text_->text());
    more_->setText(notices_.size() > 1 ? tr("%1 more").arg(QLocale().toString(static_cast<int>(notices_.size()) - 1))
                                       : QString());
    more_->setVisible(notices_.size() > 1);
    action_->setVisible(static_cast<bool>(notice.actionText));
    action_->setText(notice.actionText ? notice.actionText() : QString());
    close_->setAccessibleName(tr("Close this notice"));
    close_->setToolTip(tr("Close"));
}

// The window's colour with a little of the kind's, and a line below.
void MessageStrip::paintEvent(QPaintEvent *)
{
    const QColor color = kindColor(kind(), palette()), window = palette().color(QPalette::Window);
    QPainter painter(this);
    painter.fillRect(rect(), mixed(window, color, isDark(palette()) ? 0.16f : 0.10f));
    painter.fillRect(0, height() - 1, width(), 1, mixed(window, color, 0.35f));
}

void MessageStrip::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange ||
        event->type() == QEvent::PaletteChange)
        refresh();
}

}  // namespace fcoscope
