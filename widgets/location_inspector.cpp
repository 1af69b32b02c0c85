// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/location_inspector.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QScrollBar>
#include <QSplitter>
#include <QTextBrowser>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/location_words.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

constexpr int columnWidth = 210;  // logical px of a pin in the side-by-side view

std::vector<LocationRef> placesOf(const std::vector<LocationReport> &reports)
{
    std::vector<LocationRef> places;
    for (const LocationReport &report : reports)
        places.push_back(report.at);
    return places;
}

QString pointText(QPointF at)
{
    const QLocale locale;
    return QStringLiteral("(%1, %2)").arg(locale.toString(at.x(), 'f', 0), locale.toString(at.y(), 'f', 0));
}

}  // namespace

LocationInspector::LocationInspector(QWidget *parent)
    : QWidget(parent), transform_(new QLabel), copy_(new QToolButton), sideBySide_(new QToolButton),
      clear_(new QToolButton), splitter_(new QSplitter(Qt::Vertical)), cursorView_(makeView("cursorView")),
      pinView_(makeView("pinView")), soon_(new QTimer(this))
{
    transform_->setWordWrap(true);
    transform_->setTextFormat(Qt::PlainText);
    transform_->setForegroundRole(QPalette::PlaceholderText);
    copy_->setIcon(icon("copy"));
    copy_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    sideBySide_->setCheckable(true);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(4);
    for (QToolButton *button : {copy_, sideBySide_, clear_}) {
        button->setAutoRaise(true);
        button->setIconSize({16, 16});
        button->setFocusPolicy(Qt::StrongFocus);
        buttons->addWidget(button);
    }
    buttons->addStretch();
    splitter_->addWidget(cursorView_);
    splitter_->addWidget(pinView_);
    splitter_->setChildrenCollapsible(false);
    splitter_->setStretchFactor(1, 2);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 6, 8, 8);
    layout->setSpacing(4);
    layout->addLayout(buttons);
    layout->addWidget(transform_);
    layout->addWidget(splitter_, 1);
    soon_->setSingleShot(true);
    soon_->setInterval(0);

    connect(soon_, &QTimer::timeout, this, &LocationInspector::lookUnderCursor);
    connect(copy_, &QToolButton::clicked, this, &LocationInspector::copyToClipboard);
    connect(clear_, &QToolButton::clicked, this, &LocationInspector::clearPins);
    connect(sideBySide_, &QToolButton::toggled, this, &LocationInspector::showPins);
    retranslate();
}

QTextBrowser *LocationInspector::makeView(const char *name)
{
    auto *view = new QTextBrowser;
    view->setObjectName(QString::fromLatin1(name));
    view->setOpenLinks(false);
    view->setFrameShape(QFrame::NoFrame);
    view->document()->setDocumentMargin(6);
    view->setMinimumHeight(60);
    connect(view, &QTextBrowser::anchorClicked, this, [this](const QUrl &url) { follow(url.toString()); });
    return view;
}

// --- What is inspected

void LocationInspector::setContext(InspectorContext context)
{
    const bool sameImage = context.frame && context_.frame && context.frame->imageId == context_.frame->imageId;
    context_ = std::move(context);
    if (!sameImage) {
        pins_.clear();
        opened_.clear();
        cursor_.reset();
        hovered_.clear();
    }
    for (Pin &pin : pins_)
        pin.reports = reportsAt(pin.inImage);
    showHead();
    lookUnderCursor();
    pinsChanged();
}

Inspected LocationInspector::inspected() const
{
    Inspected of;
    if (!context_.frame)
        return of;
    of.assigned = context_.frame->assigned.get();
    of.raw = context_.frame->raw.get();
    of.modelProfile = &context_.modelProfile;
    of.trace = context_.trace.get();
    of.options = context_.options;
    if (!context_.frame->detectionsStandIn && !context_.labelNames.empty())
        of.labelNames = &context_.labelNames;
    return of;
}

std::vector<LocationReport> LocationInspector::reportsAt(QPointF at) const
{
    if (!context_.frame || (!context_.frame->assigned && !context_.frame->raw))
        return {};
    return inspectPoint(inspected(), at.x(), at.y());
}

void LocationInspector::hover(std::optional<QPointF> inImage)
{
    cursor_ = inImage;
    soon_->start();
}

void LocationInspector::lookUnderCursor()
{
    if (!isVisible())
        return;  // showEvent() looks again
    hovered_ = cursor_ ? reportsAt(*cursor_) : std::vector<LocationReport>();
    showHovered();
    tellOfLocations();
}

void LocationInspector::pin(QPointF inImage)
{
    std::vector<LocationReport> reports = reportsAt(inImage);
    if (reports.empty())
        return;
    const std::vector<LocationRef> places = placesOf(reports);
    const auto same =
        std::find_if(pins_.begin(), pins_.end(), [&](const Pin &pin) { return placesOf(pin.reports) == places; });
    if (same != pins_.end())
        pins_.erase(same);
    else
        pins_.push_back({inImage, std::move(reports)});
    pinsChanged();
}

void LocationInspector::removePin(int index)
{
    if (index < 0 || static_cast<size_t>(index) >= pins_.size())
        return;
    pins_.erase(pins_.begin() + index);
    opened_.clear();  // its keys are the pins' places in the list
    pinsChanged();
}

void LocationInspector::clearPins()
{
    pins_.clear();
    opened_.clear();
    pinsChanged();
}

void LocationInspector::pinsChanged()
{
    showPins();
    tellOfLocations();
}

std::vector<LocationRef> LocationInspector::hoveredLocations() const
{
    return placesOf(hovered_);
}

std::vector<LocationRef> LocationInspector::pinnedLocations() const
{
    std::vector<LocationRef> places;
    for (const Pin &pin : pins_)
        for (const LocationReport &report : pin.reports)
            places.push_back(report.at);
    return places;
}

void LocationInspector::tellOfLocations()
{
    std::vector<LocationRef> hovered = hoveredLocations(), pinned = pinnedLocations();
    if (hovered == toldHovered_ && pinned == toldPinned_)
        return;
    toldHovered_ = hovered;
    toldPinned_ = pinned;
    Q_EMIT locationsChanged(hovered, pinned);
}

// --- Words

LocationWords LocationInspector::words(const QWidget &view) const
{
    const QPalette &colours = view.palette();
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
    const LocationWords told = words(*cursorView_);
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
    const QColor color = pinView_->palette().color(QPalette::Active, QPalette::Link);
    return QStringLiteral(
               "<p style=\"margin:8px 0 0 0\"><b>%1</b> %2 · <a href=\"remove:%3\" style=\"color:%4\">%5</a></p>")
        .arg(tr("Pin %1").arg(QLocale().toString(static_cast<int>(index) + 1)), pointText(pins_[index].inImage))
        .arg(index)
        .arg(color.name(), tr("Remove"));
}

QString LocationInspector::listHtml() const
{
    const LocationWords told = words(*pinView_);
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
    const LocationWords told = words(*pinView_);
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

void LocationInspector::setSideBySide(bool sideBySide)
{
    sideBySide_->setChecked(sideBySide);
}

void LocationInspector::follow(const QString &link)
{
    const QString kind = link.section(':', 0, 0), what = link.section(':', 1);
    if (kind == QLatin1String("label"))
        Q_EMIT labelActivated(what.toInt());
    else if (kind == QLatin1String("detection"))
        Q_EMIT detectionActivated(what.toInt());
    else if (kind == QLatin1String("remove"))
        removePin(what.toInt());
    else if (kind == QLatin1String("more")) {
        if (!opened_.remove(what))
            opened_.insert(what);
        showPins();
    }
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

void LocationInspector::copyToClipboard() const
{
    const QString copied = text();
    if (!copied.isEmpty())
        QApplication::clipboard()->setText(copied);
}

// --- Language, colours, visibility

void LocationInspector::retranslate()
{
    copy_->setText(tr("Copy"));
    copy_->setToolTip(tr("Copy the pinned locations as text, or those under the cursor"));
    sideBySide_->setText(tr("Side by side"));
    sideBySide_->setToolTip(tr("Compare the pins in columns"));
    clear_->setText(tr("Clear pins"));
    clear_->setToolTip(tr("Let go of all pinned locations"));
    cursorView_->setAccessibleName(tr("Locations under the cursor"));
    pinView_->setAccessibleName(tr("Pinned locations"));
    showHead();
    showHovered();
    showPins();
}

void LocationInspector::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange ||
        event->type() == QEvent::PaletteChange)
        retranslate();
    QWidget::changeEvent(event);
}

void LocationInspector::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    lookUnderCursor();
}

void LocationInspector::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    hovered_.clear();
    tellOfLocations();
}

}  // namespace fcoscope
