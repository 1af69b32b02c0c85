// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/image_list_model.h"

#include <QLocale>
#include <QStringList>

#include "widgets/translate.h"

namespace fcoscope {

ImageListModel::ImageListModel(QObject *parent) : QAbstractListModel(parent), thumbnails_(thumbnailBytes) {}

int ImageListModel::add(const std::vector<ImageId> &ids)
{
    places_.reserve(entries_.size() + ids.size());
    for (const ImageId &id : ids) {
        entries_.push_back({id, {}, {}, false});
        if (!places_.emplace(entries_.back().id, static_cast<int>(entries_.size()) - 1).second)
            entries_.pop_back();
    }
    const int first = count_, total = static_cast<int>(entries_.size());
    if (total == first)
        return 0;
    if (all_)
        beginInsertRows({}, first, total - 1);
    else
        rows_.resize(entries_.size(), -1);
    count_ = total;
    if (all_)
        endInsertRows();
    return total - first;
}

void ImageListModel::clear()
{
    beginResetModel();
    places_.clear();
    entries_.clear();
    count_ = 0;
    shown_.clear();
    rows_.clear();
    all_ = true;
    thumbnails_.clear();
    endResetModel();
}

int ImageListModel::placeOf(const ImageId &id) const
{
    const auto found = places_.find(std::string_view(id));
    return found == places_.end() ? -1 : found->second;
}

int ImageListModel::rowOf(int place) const
{
    if (place < 0 || place >= count())
        return -1;
    return all_ ? place : rows_[static_cast<size_t>(place)];
}

void ImageListModel::changed(int place)
{
    if (const int row = rowOf(place); row >= 0)
        Q_EMIT dataChanged(index(row), index(row));
}

void ImageListModel::setState(const ImageId &id, const ImageState &state)
{
    const int place = placeOf(id);
    if (place < 0 || at(place).state == state)
        return;
    entries_[static_cast<size_t>(place)].state = state;
    changed(place);
}

void ImageListModel::setReview(const ImageId &id, const ImageReview &review)
{
    const int place = placeOf(id);
    if (place < 0 || at(place).review == review)
        return;
    entries_[static_cast<size_t>(place)].review = review;
    changed(place);
}

void ImageListModel::setReviews(const std::vector<ImageReview> &byPlace)
{
    bool any = false;
    auto entry = entries_.begin();
    for (size_t i = 0; i < byPlace.size() && entry != entries_.end(); ++i, ++entry) {
        any = any || entry->review != byPlace[i];
        entry->review = byPlace[i];
    }
    if (any && rowCount() > 0)
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

void ImageListModel::setShown(const std::vector<int> &places)
{
    std::vector<int> rows(entries_.size(), -1), shown;
    shown.reserve(places.size());
    bool asListed = places.size() == entries_.size();
    for (const int place : places) {
        if (place < 0 || place >= count() || rows[static_cast<size_t>(place)] >= 0)
            continue;
        asListed = asListed && place == static_cast<int>(shown.size());
        rows[static_cast<size_t>(place)] = static_cast<int>(shown.size());
        shown.push_back(place);
    }
    if (asListed)
        return showAll();
    if (!all_ && shown == shown_)
        return;
    beginResetModel();
    all_ = false;
    shown_ = std::move(shown);
    rows_ = std::move(rows);
    endResetModel();
}

void ImageListModel::showAll()
{
    if (all_)
        return;
    beginResetModel();
    all_ = true;
    shown_.clear();
    rows_.clear();
    endResetModel();
}

void ImageListModel::setThumbnail(const ImageId &id, const QImage &thumbnail)
{
    const int place = placeOf(id);
    if (place < 0)
        return;
    entries_[static_cast<size_t>(place)].pictureless = thumbnail.isNull();
    if (thumbnail.isNull())
        thumbnails_.remove(place);
    else
        thumbnails_.insert(place, new QImage(thumbnail), thumbnail.sizeInBytes());
    changed(place);
}

int ImageListModel::rowCount(const QModelIndex &parent) const
{
    if (parent.isValid())
        return 0;
    return all_ ? count() : static_cast<int>(shown_.size());
}

QString ImageListModel::statusText(ListStatus status)
{
    switch (status) {
    case ListStatus::New:
        return tr("new");
    case ListStatus::Labelled:
        return tr("labelled");
    case ListStatus::Verified:
        return tr("verified");
    case ListStatus::Empty:
        return tr("empty on purpose");
    }
    return {};
}

QString ImageListModel::stateText(const Entry &entry) const
{
    const QLocale locale;
    QStringList parts{statusText(entry.review.status)};
    if (entry.review.labels > 0)
        parts << tr("labels: %1").arg(locale.toString(entry.review.labels));
    switch (entry.state.kind) {
    case ImageState::Kind::None:
        break;
    case ImageState::Kind::Loading:
        parts << tr("loading");
        break;
    case ImageState::Kind::Detecting:
        parts << tr("detecting");
        break;
    case ImageState::Kind::Detected:
        parts << tr("detections: %1").arg(locale.toString(entry.state.detections));
        break;
    case ImageState::Kind::Failed:
        parts << entry.state.reason;
        break;
    }
    return parts.join(QStringLiteral(", "));
}

QVariant ImageListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Entry &entry = at(placeAt(index.row()));
    switch (role) {
    case Qt::DisplayRole:
        return fileName(entry.id);
    case Qt::AccessibleDescriptionRole:
        return QString::fromStdString(entry.id);
    case Qt::ToolTipRole:
        return QStringLiteral("%1\n%2").arg(QString::fromStdString(entry.id), stateText(entry));
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1, %2").arg(fileName(entry.id), stateText(entry));
    default:
        return {};
    }
}

void ImageListModel::retranslate()
{
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

}  // namespace fcoscope
