// SPDX-License-Identifier: GPL-3.0-or-later
// What the inspector's two views and its clipboard text say.
#include <QLabel>
#include <QLocale>
#include <QScrollBar>
#include <QTextBrowser>
#include <QToolButton>
#include <algorithm>

#include "widgets/location_inspector.h"
#include "widgets/location_words.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

constexpr int columnWidth = 210;  // logical px of a pin in the side-by-side view

QString pointText(QPointF at)
{
    const QLocale locale;
    return QStringLiteral("(%1, %2)").arg(locale.toString(at.x(), 'f', 0), locale.toString(at.y(), 'f', 0));
}

}  // namespace

// The inspector's own palette: when a theme changes, its views have theirs a moment later.
LocationWords LocationInspector::words() const
{
    const QPalette &colours = palette();
    LocationWords words;
    words.inspected = inspected();
    words.labelNames = &context_.labelNames;
    words.modelNames = &context_.modelNames;
    words.faint = colours.color(QPalette::Active, QPalette::PlaceholderText);
    words.strong = successColor(colours);
    words.link = colours.color(QPalette::Active, QPalette::Link);
    words.opened = opened_;
    return words;
}

void LocationInspector::showHead()
{
    QString text = context_.frame ? translated(context_.frame->transform) : QString();
    if (context_.frame && context_.frame->detectionsStandIn)
        text += (text.isEmpty() ? QString() : QStringLiteral("\n")) + tr("Detections stand in for labels.");
    transform_->setText(text);
    transform_->setVisible(!text.isEmpty());
}

void LocationInspector::showHovered()
{
    QString html;
    if (!context_.frame || (!context_.frame->assigned && !context_.frame->raw))
        html = tr("There is nothing to inspect: neither labels nor a model say anything about this image.");
    else if (hovered_.empty())
        html = tr("Move the cursor over the image to inspect its locations. A click pins them.");
    const LocationWords told = words();
    if (!html.isEmpty()) {
        html = QStringLiteral("<p style=\"color:%1\">%2</p>").arg(told.faint.name(), html);
    } else {
        html = QStringLiteral("<p style=\"margin:0\"><b>%1</b> %2</p>")
                   .arg(tr("Under the cursor"), cursor_ ? pointText(*cursor_) : QString());
        for (const LocationReport &report : hovered_)
            html += told.reportHtml(report, QString(), true);
    }
    // A picture of the check mark in the colour that the words around it have.
    cursorView_->document()->addResource(QTextDocument::ImageResource, QUrl("icon:check"),
                                         icon("check").pixmap(28, 28));
    cursorView_->setHtml(html);
    copy_->setEnabled(!hovered_.empty() || !pins_.empty());
}

QString LocationInspector::pinHeading(size_t index) const
{
    const QColor color = palette().color(QPalette::Active, QPalette::Link);
    return QStringLiteral(
               "<p style=\"margin:8px 0 0 0\"><b>%1</b> %2 · <a href=\"remove:%3\" style=\"color:%4\">%5</a></p>")
        .arg(tr("Pin %1").arg(QLocale().toString(static_cast<int>(index) + 1)), pointText(pins_[index].inImage))
        .arg(index)
        .arg(color.name(), tr("Remove"));
}

QString LocationInspector::listHtml() const
{
    const LocationWords told = words();
    QString html;
    for (size_t i = 0; i < pins_.size(); ++i) {
        html += pinHeading(i);
        for (const LocationReport &report : pins_[i].reports)
            html += told.reportHtml(report, QStringLiteral("%1/%2").arg(i).arg(report.at.level), false);
    }
    return html;
}

// A column for each pin, a row for each level.
QString LocationInspector::tableHtml() const
{
    const LocationWords told = words();
    int levels = 0;
    for (const Pin &pin : pins_)
        for (const LocationReport &report : pin.reports)
            levels = std::max(levels, report.at.level + 1);
    const int width = std::max(pinView_->viewport()->width() - 14, columnWidth * static_cast<int>(pins_.size()));
    QString html = QStringLiteral("<table width=\"%1\" cellspacing=\"0\" cellpadding=\"2\"><tr>").arg(width);
    const QString cell = QStringLiteral("<td width=\"%1%\">%2</td>").arg(100 / std::max(1, int(pins_.size())));
    for (size_t i = 0; i < pins_.size(); ++i)
        html += cell.arg(pinHeading(i));
    html += QStringLiteral("</tr>");
    for (int level = 0; level < levels; ++level) {
        html += QStringLiteral("<tr>");
        for (size_t i = 0; i < pins_.size(); ++i) {
            QString inside;
            for (const LocationReport &report : pins_[i].reports)
                if (report.at.level == level)
                    inside = told.reportHtml(report, QStringLiteral("%1/%2").arg(i).arg(level), false);
            html += cell.arg(inside);
        }
        html += QStringLiteral("</tr>");
    }
    return html + QStringLiteral("</table>");
}

void LocationInspector::showPins()
{
    pinView_->setVisible(!pins_.empty());
    clear_->setEnabled(!pins_.empty());
    sideBySide_->setEnabled(pins_.size() > 1);
    copy_->setEnabled(!hovered_.empty() || !pins_.empty());
    const int across = pinView_->horizontalScrollBar()->value(), down = pinView_->verticalScrollBar()->value();
    pinView_->document()->addResource(QTextDocument::ImageResource, QUrl("icon:check"), icon("check").pixmap(28, 28));
    pinView_->setHtml(sideBySide_->isChecked() && pins_.size() > 1 ? tableHtml() : listHtml());
    pinView_->horizontalScrollBar()->setValue(across);
    pinView_->verticalScrollBar()->setValue(down);
}

QString LocationInspector::text() const
{
    const auto say = [](const Message &message) { return translated(message).toStdString(); };
    const Inspected of = inspected();
    std::string text;
    const auto add = [&](const QString &title, const std::vector<LocationReport> &reports) {
        text += (text.empty() ? "" : "\n") + title.toStdString() + "\n";
        for (const LocationReport &report : reports) {
            text += reportText(report, of, context_.labelNames, context_.modelNames, say);
            if (text.back() != '\n')
                text += '\n';
        }
    };
    for (size_t i = 0; i < pins_.size(); ++i)
        add(tr("Pin %1").arg(QLocale().toString(static_cast<int>(i) + 1)) + ' ' + pointText(pins_[i].inImage),
            pins_[i].reports);
    if (pins_.empty() && cursor_ && !hovered_.empty())
        add(tr("Under the cursor") + ' ' + pointText(*cursor_), hovered_);
    return QString::fromStdString(text);
}

}  // namespace fcoscope
