// SPDX-License-Identifier: GPL-3.0-or-later
// What the model in training finds in chosen pictures by now: small pictures side by side, each with its step. A click
// asks for the picture itself.
#pragma once

#include <QColor>
#include <QImage>
#include <QRectF>
#include <QString>
#include <QWidget>

#include <vector>

namespace fcoscope {

struct TrainingBox {
    QRectF box;  ///< in pixels of the image beside it
    QString className;
    QColor colour;
    double score = 0;
};
struct TrainingPicture {
    QString name;  ///< what pictureWanted() says
    QImage image;  ///< may be smaller than the file's
    std::vector<TrainingBox> boxes;
    double step = 0;
};

class TrainingPictures : public QWidget {
    Q_OBJECT
public:
    explicit TrainingPictures(QWidget *parent = nullptr);

    void setPictures(const std::vector<TrainingPicture> &pictures);
    size_t count() const { return pictures_.size(); }

Q_SIGNALS:
    void pictureWanted(const QString &name);

protected:
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    std::vector<TrainingPicture> pictures_;
};

}  // namespace fcoscope
