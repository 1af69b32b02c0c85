// SPDX-License-Identifier: GPL-3.0-or-later
// What the preview of augmentation is put together from; for nobody else.
#pragma once

#include <QWidget>

#include <vector>

#include "widgets/marks.h"
#include "widgets/training/augment_preview.h"

namespace fcoscope {

/// The samples, painted side by side as large as they can be.
class SampleGrid : public QWidget {
    Q_OBJECT
public:
    explicit SampleGrid(QWidget *parent = nullptr);

    void setSamples(std::vector<PreviewSample> samples);
    const std::vector<PreviewSample> &samples() const { return samples_; }
    void setMessage(const QString &message);  ///< where there are none
    int enlarged() const { return enlarged_; }
    QPointF placeOf(int sample, QPointF inPicture) const;

    QSize sizeHint() const override { return {680, 420}; }
    QSize minimumSizeHint() const override { return {200, 150}; }

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    bool event(QEvent *event) override;

private:
    /// Where sample i is painted, logical pixels; empty: it is not.
    QRectF placeOfSample(int i) const;
    int columns() const;
    int sampleAt(QPointF at) const;
    void paintSample(QPainter &painter, int i, double ratio);
    void enlarge(int sample);

    std::vector<PreviewSample> samples_;
    std::vector<QImage> scaled_;  ///< as last painted
    KeptMarks marks_;
    QString message_;
    int current_ = 0, enlarged_ = -1;
};

/// The mark of each level with its name and how many locations of it learn something, in as many rows as it takes.
class LevelLegend : public QWidget {
public:
    explicit LevelLegend(QWidget *parent = nullptr);

    void setLevels(const std::vector<QString> &names, const std::vector<int> &positives);
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override { return {240, heightForWidth(240)}; }
    QSize minimumSizeHint() const override { return {120, rowHeight()}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    int rowHeight() const;
    QString words(size_t level) const;
    std::vector<QRect> places(int width) const;

    std::vector<QString> names_;
    std::vector<int> positives_;
};

/// How the dot of a level looks, on pictures and in the legend.
Mark levelMark(const QColor &colour, int level, double unit);

}  // namespace fcoscope
