// SPDX-License-Identifier: GPL-3.0-or-later
// The line below: what is under the cursor, zoom, size of the image, what was found in what time, the model.
#pragma once

#include <QPointF>
#include <QSize>
#include <QStatusBar>

#include <optional>

class QLabel;
class QProgressBar;
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
    /// How the labels are saved, in a word; `tip` says more.
    void setSaving(const QString &words, const QString &tip, bool failing);
    /// What is being done for long; a fraction below 0: nobody knows how far. "": nothing.
    void setWork(const QString &words, double fraction);

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
    QLabel *savingLabel_;
    QProgressBar *work_;
    QLabel *positionLabel_, *valuesLabel_, *zoomLabel_, *sizeLabel_, *foundLabel_;
    QToolButton *modelButton_;
};

}  // namespace fcoscope
