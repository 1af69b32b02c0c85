// SPDX-License-Identifier: GPL-3.0-or-later
// The labels of an image as rows. Changes nothing by itself: what is typed or ticked is checked and told, and stands in
// the table when the owner gives the boxes back. It costs the same for 20,000: rows are made when they are looked at,
// and boxes that only changed leave rows, selection and scrolling where they are.
#pragma once

#include <QAbstractTableModel>
#include <QPixmap>

#include <vector>

#include "widgets/labels/label_tool.h"

namespace fcoscope {

class LabelsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Class, Left, Top, Width, Height, Score, Learnt, Difficult, Crowd, Locked, Hidden, ColumnCount };

    explicit LabelsModel(QObject *parent = nullptr);

    void setBoxes(const ImageId &id, std::vector<CanvasBox> boxes, Size image);
    void setClasses(std::vector<CanvasClass> classes);
    void setReadOnly(bool readOnly) { readOnly_ = readOnly; }
    const std::vector<CanvasClass> &classes() const { return classes_; }

    const CanvasBox &boxAt(int row) const { return boxes_[rows_[static_cast<size_t>(row)]]; }
    QString className(int classIndex) const;
    /// The colour of a class as a small rounded square.
    const QPixmap &swatch(int classIndex) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    /// By a column; −1: in the order in which they were given.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;
    /// The language has changed: headers, words and numbers are written anew.
    void retranslate();

Q_SIGNALS:
    /// A number was typed that makes another box of it.
    void boxEdited(int64_t key, const fcoscope::Box &box);
    /// A mark was set or taken away, in one of the columns from Difficult on.
    void toggled(int64_t key, int column, bool on);
    /// Why what was typed is not taken: one sentence.
    void refused(const QString &reason);

private:
    bool tryEdit(const CanvasBox &box, int column, const QString &text);
    bool isOn(const CanvasBox &box, int column) const;
    double number(const CanvasBox &box, int column) const;
    QString text(const CanvasBox &box, int column) const;
    void arrange();

    ImageId id_;
    Size image_;
    std::vector<CanvasBox> boxes_;  ///< as they were given
    std::vector<size_t> rows_;      ///< which of them stands in a row
    std::vector<CanvasClass> classes_;
    mutable std::vector<QPixmap> swatches_;
    int sortColumn_ = -1;
    Qt::SortOrder sortOrder_ = Qt::AscendingOrder;
    bool readOnly_ = false;
};

}  // namespace fcoscope
