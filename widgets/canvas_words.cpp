// SPDX-License-Identifier: GPL-3.0-or-later
// What the canvas says: the notice of an empty one, the description for those who hear it, the badge.
#include <QEvent>
#include <QLocale>

#include "widgets/canvas_parts.h"
#include "widgets/translate.h"

namespace fcoscope {

void Canvas::updateNotice()
{
    Parts &p = *parts_;
    if (p.state == State::Empty)
        p.notice->setContents("open-image", tr("Open an image to see what FCOS finds in it"),
                              tr("Drop images, folders or a model here, or choose a file."), tr("Open images…"));
    else if (p.state == State::Failed)
        p.notice->setContents("image-broken", tr("%1 cannot be shown").arg(fileName(p.id)), p.failure, {});
    p.notice->setVisible(p.state == State::Empty || p.state == State::Failed);
}

void Canvas::updateDescription()
{
    const Parts &p = *parts_;
    setAccessibleName(tr("Image"));
    switch (p.state) {
    case State::Empty:
        setAccessibleDescription(tr("No image is open."));
        return;
    case State::Loading:
        setAccessibleDescription(tr("Loading %1…").arg(fileName(p.id)));
        return;
    case State::Failed:
        setAccessibleDescription(tr("%1 cannot be shown").arg(fileName(p.id)) + ". " + p.failure);
        return;
    case State::Shown:
        break;
    }
    const QLocale locale;
    QString text = tr("%1, %2 × %3 pixels")
                       .arg(fileName(p.id), locale.toString(p.image.width()), locale.toString(p.image.height()));
    text += ", " + tr("detections: %1").arg(locale.toString(static_cast<int>(p.detections.size())));
    if (p.selected >= 0)
        text += ". " + tr("Selected: %1").arg(tagText(p.detections[static_cast<size_t>(p.selected)], p.classNames));
    setAccessibleDescription(text);
}

QString Canvas::badgeText() const
{
    const Parts &p = *parts_;
    if (p.state == State::Loading && p.revealed)
        return tr("Loading %1…").arg(fileName(p.id));
    if (p.state == State::Shown && p.detecting)
        return tr("Detecting…");
    return {};
}

void Canvas::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange) {
        updateNotice();
        updateDescription();
        repaintFrame();
    } else if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        repaintFrame();
    }
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
