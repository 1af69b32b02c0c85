// SPDX-License-Identifier: GPL-3.0-or-later
// The line below: what is under the cursor, zoom, size of the image, what was found in what time, the model.
#pragma once

#include <QPointF>
#include <QSize>
#include <QStatusBar>

#include <optional>

class QLabel;
class QToolButton;

namespace fcoscope {

class StatusLine : public QStatusBar {
    Q_OBJECT
public:
    explicit StatusLine(QWidget *parent = nullptr);

    struct Found {
        int detections = 0;
        double networkMs = 0;
    };
    struct ModelLine {
        bool loading = false;
        QString name;  ///< "": no model
        QString device;
    };

    void setCursorPosition(std::optional<QPointF> inImage);
    void setValues(const QString &values);  ///< of the layers under the cursor
    void setZoom(double zoom);
    void setImageSize(QSize size);  ///< empty: no image
    void setFound(std::optional<Found> found);
    void setModel(const ModelLine &model);

Q_SIGNALS:
    void modelClicked();

protected:
    void changeEvent(QEvent *event) override;

private:
    void refresh();

    std::optional<QPointF> position_;
    double zoom_ = 0;
    QSize size_;
    std::optional<Found> found_;
    ModelLine line_;
    QLabel *positionLabel_, *valuesLabel_, *zoomLabel_, *sizeLabel_, *foundLabel_;
    QToolButton *modelButton_;
};

}  // namespace fcoscope
