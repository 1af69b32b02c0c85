// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/image_list.h"

#include <QDragEnterEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QLocale>
#include <QMimeData>
#include <QPainter>
#include <QSortFilterProxyModel>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

constexpr int rowPadding = 6;

// One line: a mark for the state, the name (elided in the middle, where names differ least), the number of detections.
class ImageDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const override
    {
        return {120, option.fontMetrics.height() + 2 * rowPadding};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const auto state = index.data(ImageListModel::StateRole).value<ImageState>();
        const bool selected = option.state & QStyle::State_Selected;
        const QPalette &palette = option.palette;
        option.widget->style()->drawPrimitive(QStyle::PE_PanelItemViewItem, &option, painter, option.widget);
        const QColor text = palette.color(QPalette::Active, selected ? QPalette::HighlightedText : QPalette::Text);
        const QColor faint = selected ? text : palette.color(QPalette::PlaceholderText);

        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QRect inner = option.rect.adjusted(10, 0, -10, 0);
        paintMark(painter, QRectF(inner.left(), option.rect.center().y() - 3.5, 8, 8), state.kind,
                  selected ? text : QColor(), palette);
        const QString number =
            state.kind == ImageState::Kind::Detected ? QLocale().toString(state.detections) : QString();
        const int numberWidth = number.isEmpty() ? 0 : option.fontMetrics.horizontalAdvance(number) + 10;
        painter->setPen(faint);
        painter->drawText(inner, Qt::AlignRight | Qt::AlignVCenter, number);
        painter->setPen(state.kind == ImageState::Kind::Failed && !selected ? faint : text);
        const QRect place = inner.adjusted(18, 0, -numberWidth, 0);
        painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                          option.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, place.width()));
        painter->restore();
    }

private:
    // Shapes differ as well as colours: ring, open arc, disc, cross.
    static void paintMark(QPainter *painter, const QRectF &at, ImageState::Kind kind, const QColor &forced,
                          const QPalette &palette)
    {
        const auto color = [&](const QColor &own) { return forced.isValid() ? forced : own; };
        painter->setBrush(Qt::NoBrush);
        switch (kind) {
        case ImageState::Kind::None:
            painter->setPen(QPen(color(palette.color(QPalette::PlaceholderText)), 1.2));
            painter->drawEllipse(at.adjusted(0.6, 0.6, -0.6, -0.6));
            break;
        case ImageState::Kind::Loading:
        case ImageState::Kind::Detecting:
            painter->setPen(QPen(color(palette.color(QPalette::Highlight)), 2, Qt::SolidLine, Qt::RoundCap));
            painter->drawArc(at.adjusted(0.8, 0.8, -0.8, -0.8), 90 * 16,
                             (kind == ImageState::Kind::Loading ? 120 : 250) * 16);
            break;
        case ImageState::Kind::Detected:
            painter->setPen(Qt::NoPen);
            painter->setBrush(color(successColor(palette)));
            painter->drawEllipse(at);
            break;
        case ImageState::Kind::Failed:
            painter->setPen(QPen(color(errorColor(palette)), 2, Qt::SolidLine, Qt::RoundCap));
            painter->drawLine(at.topLeft() + QPointF(1, 1), at.bottomRight() - QPointF(1, 1));
            painter->drawLine(at.topRight() + QPointF(-1, 1), at.bottomLeft() + QPointF(1, -1));
            break;
        }
    }
};

}  // namespace

// --- Model

ImageListModel::ImageListModel(QObject *parent) : QAbstractListModel(parent) {}

int ImageListModel::add(const std::vector<ImageId> &ids)
{
    std::vector<Entry> fresh;
    for (const ImageId &id : ids)
        if (rows_.emplace(id, static_cast<int>(entries_.size() + fresh.size())).second)
            fresh.push_back({id, fileName(id), {}});
    if (fresh.empty())
        return 0;
    const int first = static_cast<int>(entries_.size()), count = static_cast<int>(fresh.size());
    beginInsertRows({}, first, first + count - 1);
    entries_.insert(entries_.end(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
    endInsertRows();
    return count;
}

void ImageListModel::clear()
{
    beginResetModel();
    entries_.clear();
    rows_.clear();
    endResetModel();
}

void ImageListModel::setState(const ImageId &id, const ImageState &state)
{
    const int row = rowOf(id);
    if (row < 0 || entries_[static_cast<size_t>(row)].state == state)
        return;
    entries_[static_cast<size_t>(row)].state = state;
    Q_EMIT dataChanged(index(row), index(row),
                       {StateRole, Qt::ToolTipRole, Qt::AccessibleTextRole, Qt::AccessibleDescriptionRole});
}

ImageState ImageListModel::stateOf(const ImageId &id) const
{
    const int row = rowOf(id);
    return row < 0 ? ImageState{} : entries_[static_cast<size_t>(row)].state;
}

const ImageId &ImageListModel::idAt(int row) const { return entries_.at(static_cast<size_t>(row)).id; }

int ImageListModel::rowOf(const ImageId &id) const
{
    const auto found = rows_.find(id);
    return found == rows_.end() ? -1 : found->second;
}

int ImageListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(entries_.size());
}

QVariant ImageListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Entry &entry = entries_[static_cast<size_t>(index.row())];
    const auto stateText = [&]() -> QString {
        switch (entry.state.kind) {
        case ImageState::Kind::None: return tr("not opened yet");
        case ImageState::Kind::Loading: return tr("loading");
        case ImageState::Kind::Detecting: return tr("detecting");
        case ImageState::Kind::Detected: return tr("detections: %1").arg(QLocale().toString(entry.state.detections));
        case ImageState::Kind::Failed: return entry.state.reason;
        }
        return {};
    };
    switch (role) {
    case Qt::DisplayRole: return entry.name;
    case StateRole: return QVariant::fromValue(entry.state);
    case PathRole: return QString::fromStdString(entry.id);
    case Qt::ToolTipRole: return QStringLiteral("%1\n%2").arg(QString::fromStdString(entry.id), stateText());
    case Qt::AccessibleTextRole: return QStringLiteral("%1, %2").arg(entry.name, stateText());
    case Qt::AccessibleDescriptionRole: return QString::fromStdString(entry.id);
    default: return {};
    }
}

void ImageListModel::retranslate()
{
    if (!entries_.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

// --- List

ImageList::ImageList(QWidget *parent)
    : QWidget(parent), model_(new ImageListModel(this)), proxy_(new QSortFilterProxyModel(this)),
      filter_(new QLineEdit), view_(new QListView), count_(new QLabel)
{
    proxy_->setSourceModel(model_);
    proxy_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    filter_->setClearButtonEnabled(true);
    filter_->addAction(icon("search"), QLineEdit::LeadingPosition);
    filter_->installEventFilter(this);
    view_->setModel(proxy_);
    view_->setItemDelegate(new ImageDelegate(view_));
    view_->setUniformItemSizes(true);
    view_->setEditTriggers(QListView::NoEditTriggers);
    view_->setVerticalScrollMode(QListView::ScrollPerPixel);
    view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view_->setFrameShape(QFrame::NoFrame);
    count_->setForegroundRole(QPalette::PlaceholderText);
    count_->setContentsMargins(10, 0, 10, 4);
    setAcceptDrops(true);
    setFocusProxy(view_);

    auto *filterLine = new QVBoxLayout;
    filterLine->setContentsMargins(8, 6, 8, 2);
    filterLine->addWidget(filter_);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(filterLine);
    layout->addWidget(view_, 1);
    layout->addWidget(count_);

    connect(filter_, &QLineEdit::textChanged, this, [this](const QString &text) {
        // A filter that hides the current image does not make another one current.
        quiet_ = true;
        proxy_->setFilterFixedString(text);
        const int row = model_->rowOf(announced_);
        const QModelIndex at = row < 0 ? QModelIndex() : proxy_->mapFromSource(model_->index(row));
        view_->setCurrentIndex(at);
        if (at.isValid())
            view_->scrollTo(at);
        quiet_ = false;
        updateCount();
    });
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex &now) {
        if (quiet_ || !now.isValid())
            return;
        const ImageId id = model_->idAt(proxy_->mapToSource(now).row());
        if (id == announced_)
            return;
        announced_ = id;
        Q_EMIT activated(id);
    });
    retranslate();
}

int ImageList::addImages(const std::vector<ImageId> &ids)
{
    const int added = model_->add(ids);
    updateCount();
    return added;
}

void ImageList::setImages(const std::vector<ImageId> &ids)
{
    announced_.clear();
    model_->clear();
    addImages(ids);
}

void ImageList::setState(const ImageId &id, const ImageState &state) { model_->setState(id, state); }

int ImageList::count() const { return model_->rowCount(); }
int ImageList::visible() const { return proxy_->rowCount(); }
ImageId ImageList::current() const { return announced_; }
QString ImageList::filter() const { return filter_->text(); }

void ImageList::setCurrent(const ImageId &id)
{
    const int row = model_->rowOf(id);
    if (row < 0)
        return;
    if (!proxy_->mapFromSource(model_->index(row)).isValid())
        filter_->clear();
    const QModelIndex at = proxy_->mapFromSource(model_->index(row));
    view_->setCurrentIndex(at);
    view_->scrollTo(at);
}

void ImageList::step(int by)
{
    const int rows = proxy_->rowCount();
    if (rows == 0)
        return;
    const QModelIndex here = view_->currentIndex();
    const int row = here.isValid() ? std::clamp(here.row() + by, 0, rows - 1) : by > 0 ? 0 : rows - 1;
    const QModelIndex at = proxy_->index(row, 0);
    view_->setCurrentIndex(at);
    view_->scrollTo(at);
}

void ImageList::next() { step(1); }
void ImageList::previous() { step(-1); }
void ImageList::setFilter(const QString &text) { filter_->setText(text); }

void ImageList::focusFilter()
{
    filter_->setFocus(Qt::ShortcutFocusReason);
    filter_->selectAll();
}

// From the filter, Down and Up walk through the list, Escape empties the filter.
bool ImageList::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == filter_ && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Down || key == Qt::Key_Up) {
            step(key == Qt::Key_Down ? 1 : -1);
            return true;
        }
        if (key == Qt::Key_Escape && !filter_->text().isEmpty()) {
            filter_->clear();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void ImageList::updateCount()
{
    const QLocale locale;
    if (visible() == count())
        count_->setText(count() == 0 ? tr("No images") : tr("Images: %1").arg(locale.toString(count())));
    else
        count_->setText(tr("Images: %1 of %2").arg(locale.toString(visible()), locale.toString(count())));
}

void ImageList::retranslate()
{
    filter_->setPlaceholderText(tr("Filter by name"));
    filter_->setAccessibleName(tr("Filter images by name"));
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
