// SPDX-License-Identifier: GPL-3.0-or-later
// The images that are open: a list that costs the same for ten and for a hundred thousand files, with a filter by name.
#pragma once

#include <QAbstractListModel>
#include <QList>
#include <QUrl>
#include <QWidget>
#include <unordered_map>
#include <vector>

#include "core/base/values.h"

class QLabel;
class QLineEdit;
class QListView;
class QSortFilterProxyModel;

namespace fcoscope {

/// What is known of an image in the list.
struct ImageState {
    enum class Kind { None, Loading, Detecting, Detected, Failed };
    Kind kind = Kind::None;
    int detections = 0;  ///< Detected
    QString reason;      ///< Failed: a whole sentence
    bool operator==(const ImageState &) const = default;
};

class ImageListModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { StateRole = Qt::UserRole, PathRole };

    explicit ImageListModel(QObject *parent = nullptr);

    /// Adds those that are not there yet, in the order given. Answers how many.
    int add(const std::vector<ImageId> &ids);
    void clear();
    void setState(const ImageId &id, const ImageState &state);
    ImageState stateOf(const ImageId &id) const;
    const ImageId &idAt(int row) const;
    int rowOf(const ImageId &id) const;  ///< -1: not in the list

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    void retranslate();

private:
    struct Entry {
        ImageId id;
        QString name;
        ImageState state;
    };
    std::vector<Entry> entries_;
    std::unordered_map<ImageId, int> rows_;
};

class ImageList : public QWidget {
    Q_OBJECT
public:
    explicit ImageList(QWidget *parent = nullptr);

    /// Adds images; those already there are not added twice. Answers how many are new. Selects nothing.
    int addImages(const std::vector<ImageId> &ids);
    void setImages(const std::vector<ImageId> &ids);
    void setState(const ImageId &id, const ImageState &state);
    ImageState stateOf(const ImageId &id) const { return model_->stateOf(id); }

    int count() const;    ///< images in the list
    int visible() const;  ///< those that pass the filter
    ImageId current() const;  ///< "": none
    QString filter() const;

public Q_SLOTS:
    /// Makes an image the current one and emits activated, unless it already is. A filter that hides it is cleared.
    void setCurrent(const fcoscope::ImageId &id);
    void next();      ///< among those that pass the filter; stays at the last
    void previous();
    void setFilter(const QString &text);
    void focusFilter();

Q_SIGNALS:
    /// The current image changed, by mouse, key or slot.
    void activated(const fcoscope::ImageId &id);
    void filesDropped(const QList<QUrl> &urls);

protected:
    void changeEvent(QEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void step(int by);
    void retranslate();
    void updateCount();

    ImageListModel *model_;
    QSortFilterProxyModel *proxy_;
    QLineEdit *filter_;
    QListView *view_;
    QLabel *count_;
    ImageId announced_;  ///< the last id that activated was emitted for
    bool quiet_ = false;  ///< the filter moves the selection, not a person
};

}  // namespace fcoscope
