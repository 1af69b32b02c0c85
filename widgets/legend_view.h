// SPDX-License-Identifier: GPL-3.0-or-later
// The legend of a lens as a widget, as high as its width asks for.
#pragma once

#include <QWidget>

#include "core/rules/layers.h"

namespace fcoscope {

class LegendView : public QWidget {
    Q_OBJECT
public:
    explicit LegendView(QWidget *parent = nullptr);
    /// Null: nothing.
    void setFrame(LensFramePtr frame);

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    LensFramePtr frame_;
};

}  // namespace fcoscope
