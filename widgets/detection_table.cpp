// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/detection_table.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QSortFilterProxyModel>

#include "core/rules/locations.h"
#include "widgets/detection_origin.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

// Rows of one class, or all.
class ClassFilter : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void setClass(int classIndex)
    {
        class_ = classIndex;
        invalidateFilter();
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override
    {
        return class_ < 0 ||
               sourceModel()->index(row, 0, parent).data(DetectionModel::ClassIndexRole).toInt() == class_;
    }

private:
    int class_ = -1;
};

}  // namespace

QPixmap classSwatch(const QColor &colour, double ratio)
{
    const int size = 12;
    QPixmap pixmap(QSize(size, size) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(QColor(0, 0, 0, 90), 1));
    painter.setBrush(colour);
    painter.drawRoundedRect(QRectF(0.5, 0.5, size - 1, size - 1), 3, 3);
    return pixmap;
}

std::vector<LevelGrid> levelGrids(const RawOutputs &raw, const Profile &profile)
{
    std::vector<LevelGrid> grids;
    for (size_t i = 0; i < raw.levels.size(); ++i)
        grids.push_back({i < profile.strides.size() ? profile.strides[i] : 0, raw.levels[i].classLogits.width});
    return grids;
}

QString levelName(double stride)
{
    if (const auto number = pyramidNumber(stride))
        return QStringLiteral("P%1").arg(*number);
    return DetectionTable::tr("%1 px").arg(QLocale().toString(stride, 'g', 4));
}

// --- Model

DetectionModel::DetectionModel(QObject *parent) : QAbstractTableModel(parent) {}

void DetectionModel::setDetections(std::vector<Detection> detections, std::vector<std::string> classNames,
                                   std::vector<LevelGrid> levels)
{
    beginResetModel();
    detections_ = std::move(detections);
    classNames_ = std::move(classNames);
    levels_ = std::move(levels);
    endResetModel();
}

QString DetectionModel::className(int classIndex) const
{
    return classNameIn(classNames_, classIndex);
}

int DetectionModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(detections_.size());
}
int DetectionModel::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString DetectionModel::locationText(const Detection &d) const
{
    const auto level = static_cast<size_t>(d.level);
    const QLocale locale;
    if (d.level >= 0 && level < levels_.size() && levels_[level].columns > 0)
        return QStringLiteral("(%1, %2)").arg(locale.toString(d.location % levels_[level].columns),
                                              locale.toString(d.location / levels_[level].columns));
    return locale.toString(d.location);
}

QString DetectionModel::text(const Detection &d, int column) const
{
    const QLocale locale;
    const auto level = static_cast<size_t>(d.level);
    switch (column) {
    case Class: return className(d.classIndex);
    case Score: return locale.toString(d.score, 'f', 3);
    case Probability: return locale.toString(d.classProbability, 'f', 3);
    case Centerness: return locale.toString(d.centerness, 'f', 3);
    case Level:
        return d.level >= 0 && level < levels_.size() && levels_[level].stride > 0 ? levelName(levels_[level].stride)
                                                                                   : locale.toString(d.level);
    case Location: return locationText(d);
    case Left: return locale.toString(d.box.x1, 'f', 1);
    case Top: return locale.toString(d.box.y1, 'f', 1);
    case Width: return locale.toString(d.box.width(), 'f', 1);
    case Height: return locale.toString(d.box.height(), 'f', 1);
    }
    return {};
}

QVariant DetectionModel::sortKey(const Detection &d, int column) const
{
    switch (column) {
    case Class: return className(d.classIndex);
    case Score: return d.score;
    case Probability: return d.classProbability;
    case Centerness: return d.centerness;
    case Level: return d.level;
    case Location: return d.level * 1e9 + d.location;
    case Left: return d.box.x1;
    case Top: return d.box.y1;
    case Width: return d.box.width();
    case Height: return d.box.height();
    }
    return {};
}

QVariant DetectionModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Detection &d = detections_[static_cast<size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return text(d, index.column());
    case SortRole:
        return sortKey(d, index.column());
    case ClassIndexRole:
        return d.classIndex;
    case Qt::DecorationRole:
        return index.column() == Class ? QVariant(classSwatch(classColor(d.classIndex), qApp->devicePixelRatio()))
                                       : QVariant();
    case Qt::TextAlignmentRole:
        return int(index.column() == Class   ? Qt::AlignLeft | Qt::AlignVCenter
                   : index.column() == Level ? Qt::AlignHCenter | Qt::AlignVCenter
                                             : Qt::AlignRight | Qt::AlignVCenter);
    case Qt::AccessibleTextRole:
        return headerData(index.column(), Qt::Horizontal, Qt::ToolTipRole).toString() + ": " + text(d, index.column());
    default:
        return {};
    }
}

QVariant DetectionModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return role == Qt::DisplayRole ? QVariant(QLocale().toString(section + 1)) : QVariant();
    if (role == Qt::TextAlignmentRole)
        return int(section == Class   ? Qt::AlignLeft | Qt::AlignVCenter
                   : section == Level ? Qt::AlignCenter
                                      : Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    const bool full = role == Qt::ToolTipRole;
    switch (section) {
    case Class: return full ? tr("Class of the object") : tr("Class");
    case Score: return full ? tr("Score by which detections are ranked") : tr("Score");
    case Probability: return full ? tr("Class probability p") : tr("p", "class probability");
    case Centerness: return full ? tr("Centerness o") : tr("o", "centerness");
    case Level: return full ? tr("Pyramid level the box came from") : tr("Level");
    case Location: return full ? tr("Location on that level: column, row") : tr("Location");
    case Left: return full ? tr("Left side in image pixels") : tr("x", "left side");
    case Top: return full ? tr("Upper side in image pixels") : tr("y", "upper side");
    case Width: return full ? tr("Width in image pixels") : tr("w", "width");
    case Height: return full ? tr("Height in image pixels") : tr("h", "height");
    }
    return {};
}

void DetectionModel::retranslate()
{
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
    if (!detections_.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

// --- Table

DetectionTable::DetectionTable(QWidget *parent)
    : QTableView(parent), model_(new DetectionModel(this)), proxy_(new ClassFilter(this))
{
    proxy_->setSourceModel(model_);
    proxy_->setSortRole(DetectionModel::SortRole);
    proxy_->setSortLocaleAware(true);
    setModel(proxy_);
    setSortingEnabled(true);
    sortByColumn(DetectionModel::Score, Qt::DescendingOrder);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setAlternatingRowColors(true);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);  // Tab leaves the table
    setFrameShape(NoFrame);
    setHorizontalScrollMode(ScrollPerPixel);
    setIconSize({12, 12});
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setMinimumSectionSize(28);
    horizontalHeader()->setFixedHeight(fontMetrics().height() + 10);
    setAccessibleName(tr("Detections"));
    fitColumns();

    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (!quiet_)
            Q_EMIT selectionChanged(selected());
    });
    connect(this, &QTableView::activated, this,
            [this](const QModelIndex &at) { Q_EMIT detectionActivated(proxy_->mapToSource(at).row()); });
}

// Widths that hold for any detection, so that columns do not jump while a slider moves.
void DetectionTable::fitColumns()
{
    const QFontMetrics metrics(font());
    const auto wide = [&](const QString &text) { return metrics.horizontalAdvance(text) + 20; };
    int name = wide("platelets") + 22;
    for (const std::string &className : model_->classNames())
        name = std::max(name, std::min(wide(QString::fromStdString(className)) + 22, 220));
    const int sortMark = 14;
    const QString widest[] = {{},           "0.000",  "0.000",  "0.000",  "P77",
                              "(000, 000)", "0000.0", "0000.0", "0000.0", "0000.0"};
    for (int c = 0; c < DetectionModel::ColumnCount; ++c) {
        const QString header = model_->headerData(c, Qt::Horizontal, Qt::DisplayRole).toString();
        const int contents = c == DetectionModel::Class ? name : wide(widest[c]);
        setColumnWidth(c, std::max(contents, wide(header) + sortMark));
    }
}

void DetectionTable::setDetections(std::vector<Detection> detections, std::vector<std::string> classNames,
                                   std::vector<LevelGrid> levels)
{
    const int before = selected();
    DetectionOrigin origin;
    if (before >= 0)
        origin = originOf(model_->detections()[static_cast<size_t>(before)]);
    const bool newClasses = classNames != model_->classNames();
    quiet_ = true;
    model_->setDetections(std::move(detections), std::move(classNames), std::move(levels));
    quiet_ = false;
    if (newClasses)
        fitColumns();
    if (before < 0)
        return;
    const int now = indexOf(origin, model_->detections());
    select(now);
    if (selected() < 0)
        Q_EMIT selectionChanged(-1);
}

int DetectionTable::selected() const
{
    const QModelIndexList rows = selectionModel()->selectedRows();
    return rows.isEmpty() ? -1 : proxy_->mapToSource(rows.first()).row();
}

void DetectionTable::select(int detection)
{
    if (detection == selected())
        return;
    quiet_ = true;
    const QModelIndex at = proxy_->mapFromSource(model_->index(detection, 0));
    if (at.isValid()) {
        setCurrentIndex(at);
        selectionModel()->select(at, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        scrollTo(at);
    } else {
        clearSelection();
        selectionModel()->clearCurrentIndex();
    }
    quiet_ = false;
}

void DetectionTable::setClassFilter(int classIndex)
{
    if (classIndex == classFilter_)
        return;
    const int before = selected();
    classFilter_ = classIndex;
    quiet_ = true;
    static_cast<ClassFilter *>(proxy_)->setClass(classIndex);
    quiet_ = false;
    if (before >= 0) {
        select(before);
        if (selected() < 0)
            Q_EMIT selectionChanged(-1);
    }
}

void DetectionTable::copyToClipboard() const
{
    QStringList lines, cells;
    for (int c = 0; c < DetectionModel::ColumnCount; ++c)
        cells << proxy_->headerData(c, Qt::Horizontal).toString();
    lines << cells.join('\t');
    const QModelIndexList chosen = selectionModel()->selectedRows();
    for (int row = 0; row < proxy_->rowCount(); ++row) {
        if (!chosen.isEmpty() && !chosen.contains(proxy_->index(row, 0)))
            continue;
        cells.clear();
        for (int c = 0; c < DetectionModel::ColumnCount; ++c)
            cells << proxy_->index(row, c).data().toString();
        lines << cells.join('\t');
    }
    QApplication::clipboard()->setText(lines.join('\n') + '\n');
}

void DetectionTable::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        copyToClipboard();
        return;
    }
    if (event->key() == Qt::Key_Escape && selected() >= 0) {
        clearSelection();
        return;
    }
    QTableView::keyPressEvent(event);
}

void DetectionTable::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange) {
        setAccessibleName(tr("Detections"));
        model_->retranslate();
        fitColumns();
    } else if (event->type() == QEvent::FontChange) {
        verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
        horizontalHeader()->setFixedHeight(fontMetrics().height() + 10);
        fitColumns();
    }
    QTableView::changeEvent(event);
}

}  // namespace fcoscope
