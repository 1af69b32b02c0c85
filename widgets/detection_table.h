// SPDX-License-Identifier: GPL-3.0-or-later
// The detections of the shown image as a table: class, score, p, o, level, location, box. Tied to the canvas by index:
// connect selectionChanged of either to select() of the other; select() emits nothing, so there is no echo.
#pragma once

#include <QAbstractTableModel>
#include <QTableView>
#include <string>
#include <vector>

#include "core/base/values.h"
#include "core/rules/profile.h"

class QPixmap;
class QSortFilterProxyModel;

namespace fcoscope {

/// What the table has to know of one level to name it and to tell column and row of a location.
struct LevelGrid {
    double stride = 0;  ///< px; a power of two, 2^k, is shown as Pk
    int columns = 0;    ///< cells in a row; 0: unknown, the location is shown as its number
};
std::vector<LevelGrid> levelGrids(const RawOutputs &raw, const Profile &profile);
/// "P3" for a stride of 8; "12 px" for a stride that is no power of two.
QString levelName(double stride);
/// The colour of a class as a small rounded square, crisp at `ratio` screen pixels for each of the widget's.
QPixmap classSwatch(const QColor &colour, double ratio);

class DetectionModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Class, Score, Probability, Centerness, Level, Location, Left, Top, Width, Height, ColumnCount };
    enum Role {
        SortRole = Qt::UserRole,  ///< the number or the name by which a column is sorted
        ClassIndexRole,
    };

    explicit DetectionModel(QObject *parent = nullptr);

    void setDetections(std::vector<Detection> detections, std::vector<std::string> classNames,
                       std::vector<LevelGrid> levels);
    const std::vector<Detection> &detections() const { return detections_; }
    const std::vector<std::string> &classNames() const { return classNames_; }
    QString className(int classIndex) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// The language has changed: headers and numbers are written anew.
    void retranslate();

private:
    QString text(const Detection &detection, int column) const;
    QVariant sortKey(const Detection &detection, int column) const;
    QString locationText(const Detection &detection) const;

    std::vector<Detection> detections_;
    std::vector<std::string> classNames_;
    std::vector<LevelGrid> levels_;
};

/// Indices are those of the list given to setDetections, whatever the sorting and the filter.
class DetectionTable : public QTableView {
    Q_OBJECT
public:
    explicit DetectionTable(QWidget *parent = nullptr);

    /// Keeps the selected detection by its origin, as the canvas does; else selectionChanged(-1) is emitted.
    void setDetections(std::vector<Detection> detections, std::vector<std::string> classNames,
                       std::vector<LevelGrid> levels);
    const DetectionModel &detectionModel() const { return *model_; }
    int selected() const;
    void setClassFilter(int classIndex);  ///< -1: all classes
    int classFilter() const { return classFilter_; }

public Q_SLOTS:
    /// Selects and scrolls to a detection (-1: none). Emits nothing.
    void select(int detection);
    /// The selected row, or all rows, as tab-separated text with a header line. Also on Ctrl+C.
    void copyToClipboard() const;

Q_SIGNALS:
    void selectionChanged(int detection);
    /// Enter or a double click on a row: bring it into view.
    void detectionActivated(int detection);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void fitColumns();

    DetectionModel *model_;
    QSortFilterProxyModel *proxy_;
    int classFilter_ = -1;
    bool quiet_ = false;  ///< a selection of ours, not a person's
};

}  // namespace fcoscope
