// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/location_inspector.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QSplitter>
#include <QTextBrowser>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/theme.h"

namespace fcoscope {

namespace {

std::vector<LocationRef> placesOf(const std::vector<LocationReport> &reports)
{
    std::vector<LocationRef> places;
    for (const LocationReport &report : reports)
        places.push_back(report.at);
    return places;
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
