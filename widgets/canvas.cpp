// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/canvas.h"

#include <QPromise>
#include <QResizeEvent>
#include <QThreadPool>

#include "widgets/canvas_parts.h"
#include "widgets/detection_origin.h"
#include "widgets/pyramid.h"
#include "widgets/translate.h"

namespace fcoscope {

Canvas::Canvas(QWidget *parent) : QWidget(parent), parts_(std::make_unique<Parts>())
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAcceptDrops(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMinimumSize(160, 120);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    parts_->notice = new CanvasNotice(this);
    connect(parts_->notice, &CanvasNotice::pressed, this, &Canvas::openRequested);
    parts_->spinner.setInterval(40);
    connect(&parts_->spinner, &QTimer::timeout, this, [this] {
        ++parts_->spinnerStep;
        update(badgePlace());
    });
    parts_->reveal.setSingleShot(true);
    parts_->reveal.setInterval(150);
    connect(&parts_->reveal, &QTimer::timeout, this, [this] {
        parts_->revealed = true;
        updateBusy();
        update();
    });
    connect(&parts_->halving, &QFutureWatcherBase::finished, this, [this] {
        QFuture<std::vector<QImage>> made = parts_->halving.future();
        if (made.resultCount() == 1 && !*parts_->stopHalving)
            parts_->halves = made.takeResult();  // what the future keeps would be kept until the next image
        repaintFrame();
        Q_EMIT contentChanged();
    });
    startState(State::Empty, {});
}

Canvas::~Canvas()
{
    if (parts_->stopHalving)
        *parts_->stopHalving = true;
}

// --- What is shown

void Canvas::startState(State state, const ImageId &id)
{
    Parts &p = *parts_;
    p.state = state;
    p.id = id;
    p.detecting = false;
    p.revealed = state != State::Loading || p.image.isNull();
    p.reveal.stop();
    if (state == State::Loading && !p.revealed)
        p.reveal.start();
    if (state == State::Empty || state == State::Failed) {
        p.image = {};
        p.halves.clear();
        if (p.stopHalving)
            *p.stopHalving = true;
        p.halving.setFuture({});
    }
    p.toolHolds = false;
    if (p.tool)
        p.tool->interrupt();
    dropDetections();
    forgetHover();
    updateNotice();
    updateBusy();
    updateCursor();
    updateDescription();
    repaintFrame();
    Q_EMIT contentChanged();
}

void Canvas::dropDetections()
{
    Parts &p = *parts_;
    p.detections.clear();
    p.lens.reset();
    p.hovered = -1;
    p.clickedAt = {-1e9, -1e9};
    if (p.selected >= 0) {
        p.selected = -1;
        Q_EMIT selectionChanged(-1);
    }
}

void Canvas::clear()
{
    startState(State::Empty, {});
}

void Canvas::setLoading(const ImageId &id)
{
    startState(State::Loading, id);
}

bool Canvas::setImage(const ImageId &id, const QImage &image)
{
    Parts &p = *parts_;
    if (p.state == State::Loading && id != p.id)
        return false;
    if (image.isNull())
        return setFailed(id, tr("There is no picture in this file."));
    const bool keep = p.keepZoom && !p.fitted && image.size() == p.view.image;
    p.image = forScreen(image);
    p.halves.clear();
    startState(State::Shown, id);
    makeHalves();
    View view = p.view;
    view.image = image.size();
    view.widget = size();
    view.ratio = devicePixelRatioF();
    setView(keep ? view : view.fitted(), !keep);
    Q_EMIT contentChanged();
    updateDescription();
    return true;
}

bool Canvas::setFailed(const ImageId &id, const QString &reason)
{
    if (parts_->state == State::Loading && id != parts_->id)
        return false;
    parts_->failure = reason;
    startState(State::Failed, id);
    return true;
}

bool Canvas::setDetecting(const ImageId &id, bool detecting)
{
    if (parts_->state != State::Shown || id != parts_->id)
        return false;
    parts_->detecting = detecting;
    updateBusy();
    update();
    return true;
}

bool Canvas::setDetections(const ImageId &id, std::vector<Detection> detections, std::vector<std::string> classNames)
{
    Parts &p = *parts_;
    if (p.state != State::Shown || id != p.id)
        return false;
    const int before = p.selected;
    if (before >= 0)
        p.selected = indexOf(originOf(p.detections[static_cast<size_t>(before)]), detections);
    p.detections = std::move(detections);
    p.classNames = std::move(classNames);
    p.hovered = -1;
    p.detecting = false;
    if (underMouse())
        hoverAt(p.lastAt);
    updateBusy();
    updateDescription();
    repaintFrame();
    Q_EMIT contentChanged();
    if (before >= 0 && p.selected < 0)
        Q_EMIT selectionChanged(-1);
    return true;
}

// Large images are halved on another thread, so that opening one does not hold up the window; small ones at once.
void Canvas::makeHalves()
{
    Parts &p = *parts_;
    if (p.stopHalving)
        *p.stopHalving = true;
    p.stopHalving = std::make_shared<std::atomic<bool>>(false);
    if (qint64(p.image.width()) * p.image.height() <= 3'000'000) {
        p.halving.setFuture({});
        p.halves = halvedImages(p.image);
        return;
    }
    const auto promise = std::make_shared<QPromise<std::vector<QImage>>>();
    promise->start();
    p.halving.setFuture(promise->future());
    QThreadPool::globalInstance()->start([promise, image = p.image, stop = p.stopHalving] {
        promise->addResult(halvedImages(image, stop.get()));
        promise->finish();
    });
}

Canvas::State Canvas::state() const
{
    return parts_->state;
}
bool Canvas::detecting() const
{
    return parts_->detecting;
}
const ImageId &Canvas::imageId() const
{
    return parts_->id;
}
QSize Canvas::imageSize() const
{
    return parts_->state == State::Shown ? parts_->image.size() : QSize();
}
const std::vector<Detection> &Canvas::detections() const
{
    return parts_->detections;
}

// --- View

double Canvas::zoom() const
{
    return parts_->view.zoom;
}
bool Canvas::fitted() const
{
    return parts_->fitted;
}
QPointF Canvas::toImage(QPointF widget) const
{
    return parts_->view.toImage(widget);
}
QPointF Canvas::toWidget(QPointF image) const
{
    return parts_->view.toWidget(image);
}

void Canvas::setView(const View &view, bool fitted)
{
    const double before = parts_->view.zoom;
    parts_->view = view;
    parts_->fitted = fitted;
    repaintFrame();
    Q_EMIT viewChanged();
    if (view.zoom != before)
        Q_EMIT zoomChanged(view.zoom);
}

void Canvas::zoomAt(QPointF widget, double zoom)
{
    Parts &p = *parts_;
    if (!p.hasPicture())
        return;
    // Turning on at the same place keeps the same image point: the rounding to whole screen pixels does not add up.
    if (widget != p.anchorAt || p.view != p.anchored)
        p.anchor = p.view.toImage(widget);
    p.anchorAt = widget;
    p.anchored = p.view.zoomedAt(p.anchor, widget, zoom);
    setView(p.anchored, false);
}

void Canvas::zoomIn()
{
    zoomAt(rect().toRectF().center(), zoom() * 1.25);
}
void Canvas::zoomOut()
{
    zoomAt(rect().toRectF().center(), zoom() / 1.25);
}
void Canvas::zoomToActualSize()
{
    zoomAt(rect().toRectF().center(), 1);
}

void Canvas::zoomToFit()
{
    if (parts_->hasPicture())
        setView(parts_->view.fitted(), true);
}

void Canvas::ensureVisible(int detection)
{
    const Parts &p = *parts_;
    if (detection < 0 || static_cast<size_t>(detection) >= p.detections.size())
        return;
    showBox(p.detections[static_cast<size_t>(detection)].box);
}

void Canvas::showBox(const Box &box)
{
    Parts &p = *parts_;
    if (!box.hasArea() || p.state != State::Shown)
        return;
    const Box inImage = clipped(box, p.view.image.width(), p.view.image.height());
    const QRectF place(QPointF(inImage.x1, inImage.y1), QPointF(inImage.x2, inImage.y2));
    if (p.view.seen().adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(place))
        return;
    View view = p.view;
    const double margin = 1.2, width = margin * std::max(1.0, place.width()),
                 height = margin * std::max(1.0, place.height());
    view.zoom = std::min({view.zoom, view.screen().width() / width, view.screen().height() / height});
    view.centre = view.held(place.center());
    setView(view, false);
}

void Canvas::resizeEvent(QResizeEvent *)
{
    Parts &p = *parts_;
    p.notice->setGeometry(rect());
    View view = p.view;
    view.widget = size();
    view.ratio = devicePixelRatioF();
    setView(p.fitted && p.hasPicture() ? view.fitted() : view, p.fitted);
}

bool Canvas::keepZoom() const
{
    return parts_->keepZoom;
}
void Canvas::setKeepZoom(bool keep)
{
    parts_->keepZoom = keep;
}
bool Canvas::tagsShown() const
{
    return parts_->style.tags;
}
bool Canvas::boxesShown() const
{
    return parts_->boxes;
}

void Canvas::setTagsShown(bool shown)
{
    parts_->style.tags = shown;
    repaintFrame();
}

void Canvas::setBoxesShown(bool shown)
{
    parts_->boxes = shown;
    forgetHover();
    repaintFrame();
    Q_EMIT contentChanged();
}

void Canvas::setGhosts(bool ghosts, std::vector<bool> hidden)
{
    Parts &p = *parts_;
    if (p.style.ghosts == ghosts && p.style.hidden == hidden)
        return;
    p.style.ghosts = ghosts;
    p.style.hidden = std::move(hidden);
    forgetHover();
    repaintFrame();
    Q_EMIT contentChanged();
}

void Canvas::setClassFilter(int classIndex)
{
    parts_->style.classFilter = classIndex;
    forgetHover();
    repaintFrame();
    Q_EMIT contentChanged();
}

// --- Selection

int Canvas::selected() const
{
    return parts_->selected;
}
int Canvas::hoveredDetection() const
{
    return parts_->hovered;
}

void Canvas::select(int detection)
{
    const bool known = detection >= 0 && static_cast<size_t>(detection) < parts_->detections.size();
    parts_->selected = known ? detection : -1;
    updateDescription();
    update();
}

void Canvas::choose(int detection)
{
    if (detection == parts_->selected)
        return;
    select(detection);
    Q_EMIT selectionChanged(parts_->selected);
}

QSize Canvas::sizeHint() const
{
    return {800, 600};
}

}  // namespace fcoscope
