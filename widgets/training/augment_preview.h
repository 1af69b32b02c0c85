// SPDX-License-Identifier: GPL-3.0-or-later
// Training samples as augmentation makes them, with their boxes and what each location learns there, in a grid: what an
// option does to pictures and to the assignment is seen while it is changed. It is given plain values and computes
// none.
//
// A dot is a location that learns the box of its colour; it has as many rings as there are finer levels, as on the
// canvas. A click or Enter enlarges one sample, another one (or Esc) shows all again; arrow keys go from one to
// another.
#pragma once

#include <QColor>
#include <QImage>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <QWidget>

#include <memory>
#include <vector>

namespace fcoscope {

/// All coordinates are pixels of the sample's picture; pixel (0, 0) covers [0, 1)².
struct PreviewBox {
    QRectF box;
    QColor colour;  ///< of its class
    QString name;   ///< of its class
};
struct LocationDot {
    QPointF at;
    int level = 0;  ///< 0 = the finest
    QColor colour;  ///< of what it learns
};
struct PreviewSample {
    QImage picture;
    std::vector<PreviewBox> boxes;
    std::vector<LocationDot> dots;
    QString name;  ///< of the image it was made of
};

class AugmentPreview : public QWidget {
    Q_OBJECT
public:
    explicit AugmentPreview(QWidget *parent = nullptr);
    ~AugmentPreview() override;

    /// `levels`: their names, finest first ("P3"), for the legend. Takes away what setFailed() said.
    void setSamples(std::vector<PreviewSample> samples, const std::vector<QString> &levels);
    /// New ones are on their way; those that are shown stay till they come.
    void setMaking(bool making);
    /// They could not be made; those that were shown are gone.
    void setFailed(const QString &reason);

    /// Which one is enlarged; −1: none. For tests and screenshots.
    int enlarged() const;
    /// Where a point of a sample's picture is painted, in this widget.
    QPointF placeOf(int sample, QPointF inPicture) const;

    QSize sizeHint() const override { return {720, 520}; }

Q_SIGNALS:
    void anotherWanted();

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace fcoscope
