// SPDX-License-Identifier: GPL-3.0-or-later
// The images that are open, as a list of those that are shown. Two numbers name an image here: its place among all that
// were added, which never changes, and its row among those that are shown, which a filter changes.
#pragma once

#include <QAbstractListModel>
#include <QCache>
#include <QImage>

#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/values.h"
#include "widgets/labels/list_filter.h"

namespace fcoscope {

/// What the program does or did with an image of the list.
struct ImageState {
    enum class Kind { None, Loading, Detecting, Detected, Failed };
    Kind kind = Kind::None;
    int detections = 0;  ///< Detected
    QString reason;      ///< Failed: a whole sentence
    bool operator==(const ImageState &) const = default;
};

/// What people have said about it.
struct ImageReview {
    ListStatus status = ListStatus::New;
    int labels = 0;
    bool operator==(const ImageReview &) const = default;
};

class ImageListModel : public QAbstractListModel {
    Q_OBJECT
public:
    static constexpr qsizetype thumbnailBytes = 32 << 20;  ///< the most that thumbnails take; then the oldest go

    struct Entry {
        ImageId id;
        ImageState state;
        ImageReview review;
        bool pictureless = false;  ///< it was tried: no thumbnail can be made of it
    };

    explicit ImageListModel(QObject *parent = nullptr);

    /// Adds those that are not there yet, in the order given. Answers how many. They are shown if all are.
    int add(const std::vector<ImageId> &ids);
    void clear();
    int count() const { return count_; }
    const Entry &at(int place) const { return entries_.at(static_cast<size_t>(place)); }
    int placeOf(const ImageId &id) const;  ///< -1: not in the list

    void setState(const ImageId &id, const ImageState &state);
    void setReview(const ImageId &id, const ImageReview &review);
    void setReviews(const std::vector<ImageReview> &byPlace);  ///< those of the first places; one repaint for all

    /// The places that are shown, in that order; others, and second mentions, are left out.
    void setShown(const std::vector<int> &places);
    void showAll();
    bool allShown() const { return all_; }
    int placeAt(int row) const { return all_ ? row : shown_.at(static_cast<size_t>(row)); }
    int rowOf(int place) const;  ///< -1: not shown

    /// A null image: there is none to be had.
    void setThumbnail(const ImageId &id, const QImage &thumbnail);
    const QImage *thumbnail(int place) const { return thumbnails_.object(place); }  ///< null: not kept
    bool lacksThumbnail(int place) const { return !thumbnails_.contains(place) && !at(place).pictureless; }
    qsizetype bytesOfThumbnails() const { return thumbnails_.totalCost(); }

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    void retranslate();
    static QString statusText(ListStatus status);

private:
    void changed(int place);
    QString stateText(const Entry &entry) const;

    std::deque<Entry> entries_;                         // by place; a deque, because its elements stay where they are
    std::unordered_map<std::string_view, int> places_;  // views of the ids in entries_
    int count_ = 0;                                     // of the entries that views know of
    bool all_ = true;
    std::vector<int> shown_;  // by row; empty if all_
    std::vector<int> rows_;   // by place; empty if all_
    QCache<int, QImage> thumbnails_;
};

}  // namespace fcoscope
