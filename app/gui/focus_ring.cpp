// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/focus_ring.h"

#include <QAbstractScrollArea>
#include <QApplication>
#include <QDockWidget>
#include <QFocusEvent>
#include <QPainter>
#include <QPointer>
#include <QPushButton>

namespace fcoscope {
namespace {

constexpr int thickness = 2;

class Ring : public QWidget {
public:
    explicit Ring(QWidget *around) : QWidget(around)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setFocusPolicy(Qt::NoFocus);
        fit();
        show();
        raise();
    }
    /// Only its edges are there, so that what is below is painted as fast as before.
    void fit()
    {
        const QRect all = parentWidget()->rect();
        setGeometry(all);
        setMask(QRegion(all) - all.adjusted(thickness, thickness, -thickness, -thickness));
    }

protected:
    void paintEvent(QPaintEvent *) override { QPainter(this).fillRect(rect(), palette().color(QPalette::Highlight)); }
};

bool needsRing(const QWidget *widget)
{
    return !widget->isWindow() &&
           (qobject_cast<const QAbstractScrollArea *>(widget) || qobject_cast<const QPushButton *>(widget) ||
            QByteArray(widget->metaObject()->className()).startsWith("fcoscope::"));
}

/// A panel behind another one stands, visible for Qt, outside of the window: the focus would go to where nobody sees
/// it.
bool isBehind(const QWidget *widget)
{
    for (; widget && !widget->isWindow(); widget = widget->parentWidget())
        if (qobject_cast<const QDockWidget *>(widget))
            return widget->visibleRegion().isEmpty();
    return false;
}

QWidget *nextSeen(QWidget *from, bool forward)
{
    const auto next = [forward](QWidget *widget) {
        return forward ? widget->nextInFocusChain() : widget->previousInFocusChain();
    };
    for (QWidget *widget = next(from); widget != from; widget = next(widget))
        if (widget->focusPolicy() & Qt::TabFocus && widget->isEnabled() && widget->isVisible() &&
            widget->window() == from->window() && !widget->focusProxy() && !isBehind(widget))
            return widget;
    return nullptr;
}

class FocusRings : public QObject {
public:
    using QObject::QObject;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() == QEvent::Resize && ring_ && watched == ring_->parent())
            ring_->fit();
        if (event->type() != QEvent::FocusIn && event->type() != QEvent::FocusOut)
            return false;
        auto *widget = qobject_cast<QWidget *>(watched);
        const Qt::FocusReason reason = static_cast<QFocusEvent *>(event)->reason();
        if (!widget || reason == Qt::ActiveWindowFocusReason || reason == Qt::PopupFocusReason)
            return false;  // it comes back as it went
        delete ring_;
        const bool forward = reason == Qt::TabFocusReason;
        if (event->type() == QEvent::FocusIn && (forward || reason == Qt::BacktabFocusReason) && isBehind(widget)) {
            if (QWidget *next = nextSeen(widget, forward))
                next->setFocus(reason);
            return true;
        }
        const bool byKey =
            reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason || reason == Qt::ShortcutFocusReason;
        if (event->type() == QEvent::FocusIn && byKey && needsRing(widget))
            ring_ = new Ring(widget);
        return false;
    }

private:
    QPointer<Ring> ring_;
};

}  // namespace

void showFocus(QWidget *window)
{
    qApp->installEventFilter(new FocusRings(window));
}

}  // namespace fcoscope
