// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/image_list.h"

#include <QDragEnterEvent>
#include <QListView>
#include <QMimeData>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

#include "widgets/image_list_delegate.h"
#include "widgets/labels/image_filter.h"
#include "widgets/translate.h"

namespace fcoscope {

ImageList::ImageList(QWidget *parent)
    : QWidget(parent), model_(new ImageListModel(this)), filter_(new ImageFilter), view_(new QListView),
      delegate_(new ImageListDelegate(*model_, view_))
{
    view_->setModel(model_);
    view_->setItemDelegate(delegate_);
    view_->setUniformItemSizes(true);
    view_->setEditTriggers(QListView::NoEditTriggers);
    view_->setVerticalScrollMode(QListView::ScrollPerPixel);
    view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view_->setFrameShape(QFrame::NoFrame);
    view_->viewport()->installEventFilter(this);
    wishing_.setSingleShot(true);
    wishing_.setInterval(30);
    setAcceptDrops(true);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(filter_);
    layout->addWidget(view_, 1);
    connectAll();
    retranslate();
}

void ImageList::connectAll()
{
    connect(filter_, &ImageFilter::filterChanged, this, &ImageList::ask);
    connect(filter_, &ImageFilter::stepWanted, this, &ImageList::step);
    connect(filter_, &ImageFilter::namesOnlyChanged, this, [this](bool only) {
        keepingPlace([&] { delegate_->namesOnly = only; });
        Q_EMIT namesOnlyChanged(only);
    });
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex &now) {
        if (!quiet_ && now.isValid())
            announce(model_->placeAt(now.row()));
    });
    const auto wishSoon = [this] {
        if (!wishing_.isActive())
            wishing_.start();
    };
    connect(&wishing_, &QTimer::timeout, this, &ImageList::wish);
    connect(view_->verticalScrollBar(), &QScrollBar::valueChanged, this, wishSoon);
    connect(model_, &QAbstractItemModel::rowsInserted, this, wishSoon);
    connect(model_, &QAbstractItemModel::modelReset, this, wishSoon);
}

void ImageList::announce(int place)
{
    if (place == current_)
        return;
    current_ = place;
    Q_EMIT activated(model_->at(place).id);
}

// --- What is in the list

int ImageList::addImages(const std::vector<ImageId> &ids)
{
    const int added = model_->add(ids);
    if (added > 0 && !answered_ && !listFilter().neutral())
        showByName(listFilter());
    updateCount();
    return added;
}

void ImageList::setImages(const std::vector<ImageId> &ids)
{
    current_ = -1;
    wanted_.clear();
    model_->clear();
    addImages(ids);
}

void ImageList::setState(const ImageId &id, const ImageState &state)
{
    model_->setState(id, state);
}
void ImageList::setReview(const ImageId &id, const ImageReview &review)
{
    model_->setReview(id, review);
}
void ImageList::setReviews(const std::vector<ImageReview> &reviews)
{
    model_->setReviews(reviews);
}
void ImageList::setThumbnail(const ImageId &id, const QImage &thumbnail)
{
    model_->setThumbnail(id, thumbnail);
}
void ImageList::setClasses(std::vector<FilterClass> classes)
{
    filter_->setClasses(std::move(classes));
}

ImageState ImageList::stateOf(const ImageId &id) const
{
    const int place = model_->placeOf(id);
    return place < 0 ? ImageState{} : model_->at(place).state;
}

ImageReview ImageList::reviewOf(const ImageId &id) const
{
    const int place = model_->placeOf(id);
    return place < 0 ? ImageReview{} : model_->at(place).review;
}

int ImageList::count() const
{
    return model_->count();
}
int ImageList::visible() const
{
    return model_->rowCount();
}
const ImageId &ImageList::idAt(int place) const
{
    return model_->at(place).id;
}

ImageId ImageList::current() const
{
    return current_ < 0 ? ImageId() : model_->at(current_).id;
}
QString ImageList::filter() const
{
    return filter_->filter().name;
}
const ListFilter &ImageList::listFilter() const
{
    return filter_->filter();
}
void ImageList::setListFilter(const ListFilter &filter)
{
    filter_->setFilter(filter);
}
bool ImageList::namesOnly() const
{
    return filter_->namesOnly();
}
void ImageList::setNamesOnly(bool only)
{
    filter_->setNamesOnly(only);
}

// --- Which of it is shown

/// Changes what or how rows are shown; the current image stays selected and where it was on the screen if it still is
/// shown, else the image at the top stays at the top. Hiding the current image makes no other one current.
template <typename Change> void ImageList::keepingPlace(Change change)
{
    const auto topOf = [&](int place) { return view_->visualRect(model_->index(model_->rowOf(place))).top(); };
    const auto inView = [&](int place) {
        return model_->rowOf(place) >= 0 &&
               view_->visualRect(model_->index(model_->rowOf(place))).intersects(view_->viewport()->rect());
    };
    const QModelIndex first = view_->indexAt({1, 1});
    int held = current_ >= 0 && inView(current_) ? current_ : first.isValid() ? model_->placeAt(first.row()) : -1;
    const bool atTop = view_->verticalScrollBar()->value() == 0 && held != current_;
    const int before = held < 0 ? 0 : topOf(held);
    quiet_ = true;
    change();
    const int row = model_->rowOf(current_);
    view_->setCurrentIndex(row < 0 ? QModelIndex() : model_->index(row));
    quiet_ = false;
    view_->doItemsLayout();  // now, so that there are places to scroll to
    QScrollBar &bar = *view_->verticalScrollBar();
    if (held >= 0 && !atTop && model_->rowOf(held) >= 0)
        bar.setValue(bar.value() + topOf(held) - before);
    else if (row >= 0)
        scrollToCurrent();
    else
        bar.setValue(0);
}

void ImageList::setShown(const std::vector<int> &places)
{
    answered_ = true;
    keepingPlace([&] { model_->setShown(places); });
    updateCount();
}

void ImageList::ask(const ListFilter &filter)
{
    Q_EMIT filterChanged(filter);
    if (!answered_)
        showByName(filter);
}

void ImageList::showByName(const ListFilter &filter)
{
    std::vector<int> places;
    for (int place = 0; place < model_->count(); ++place)
        if (fileName(model_->at(place).id).contains(filter.name, Qt::CaseInsensitive))
            places.push_back(place);
    keepingPlace([&] { model_->setShown(places); });
    updateCount();
}

void ImageList::updateCount()
{
    filter_->setCounts(visible(), count());
}
void ImageList::setFilter(const QString &name)
{
    ListFilter filter = listFilter();
    filter.name = name;
    setListFilter(filter);
}
void ImageList::focusFilter()
{
    filter_->focusName();
}

// --- Walking

void ImageList::setCurrent(const ImageId &id)
{
    const int place = model_->placeOf(id);
    if (place < 0)
        return;
    if (model_->rowOf(place) < 0)
        filter_->clear();
    if (const int row = model_->rowOf(place); row >= 0) {
        view_->setCurrentIndex(model_->index(row));
        view_->scrollTo(view_->currentIndex());
    } else {
        quiet_ = true;
        view_->setCurrentIndex({});
        quiet_ = false;
    }
    announce(place);  // also where the answer to the cleared filter is still to come
}

void ImageList::scrollToCurrent()
{
    if (view_->currentIndex().isValid())
        view_->scrollTo(view_->currentIndex());
}

void ImageList::step(int by)
{
    const int rows = model_->rowCount();
    if (rows == 0)
        return;
    const QModelIndex here = view_->currentIndex();
    const int row = here.isValid() ? std::clamp(here.row() + by, 0, rows - 1) : by > 0 ? 0 : rows - 1;
    view_->setCurrentIndex(model_->index(row));
    scrollToCurrent();
}

void ImageList::next()
{
    step(1);
}
void ImageList::previous()
{
    step(-1);
}

// --- Pictures

std::vector<ImageId> ImageList::missingThumbnails() const
{
    std::vector<ImageId> missing;
    const int rows = model_->rowCount();
    if (rows == 0 || !view_->isVisible() || namesOnly())
        return missing;
    const QRect viewport = view_->viewport()->rect();
    const QModelIndex top = view_->indexAt({1, 1}), bottom = view_->indexAt({1, viewport.bottom()});
    const int first = top.isValid() ? top.row() : 0, last = bottom.isValid() ? bottom.row() : rows - 1;
    const int page = last - first + 1;
    const auto take = [&](int from, int to) {
        for (int row = std::max(0, from); row <= std::min(rows - 1, to); ++row)
            if (const int place = model_->placeAt(row); model_->lacksThumbnail(place))
                missing.push_back(model_->at(place).id);
    };
    take(first, last);
    take(last + 1, last + page);
    take(first - page, first - 1);
    return missing;
}

void ImageList::wish()
{
    std::vector<ImageId> missing = missingThumbnails();
    if (missing == wanted_)
        return;
    wanted_ = std::move(missing);
    const QSize size = ImageListDelegate::thumbnailSize;
    Q_EMIT thumbnailsWanted(wanted_, qRound(std::max(size.width(), size.height()) * devicePixelRatioF()));
}

// --- Events

bool ImageList::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == view_->viewport() &&
        (event->type() == QEvent::Resize || event->type() == QEvent::Show || event->type() == QEvent::Hide))
        wishing_.start();
    return QWidget::eventFilter(watched, event);
}

void ImageList::retranslate()
{
    view_->setAccessibleName(tr("Images"));
    updateCount();
    model_->retranslate();
}

void ImageList::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
    QWidget::changeEvent(event);
}

void ImageList::dragEnterEvent(QDragEnterEvent *event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void ImageList::dropEvent(QDropEvent *event)
{
    event->acceptProposedAction();
    Q_EMIT filesDropped(event->mimeData()->urls());
}

}  // namespace fcoscope
