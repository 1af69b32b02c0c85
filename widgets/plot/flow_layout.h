// SPDX-License-Identifier: GPL-3.0-or-later
// One beside the other while there is room, then on the next line; never cut off at the side, so that a row of buttons
// fits into a narrow dock.
#pragma once

#include <QLayout>

#include <memory>
#include <vector>

namespace fcoscope {

class FlowLayout : public QLayout {
    Q_OBJECT
public:
    explicit FlowLayout(QWidget *parent = nullptr, int space = 4);
    ~FlowLayout() override;

    void addItem(QLayoutItem *item) override;
    int count() const override { return static_cast<int>(items_.size()); }
    QLayoutItem *itemAt(int index) const override;
    QLayoutItem *takeAt(int index) override;
    Qt::Orientations expandingDirections() const override { return {}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSize() const override;
    void setGeometry(const QRect &place) override;

private:
    /// Where the items go in `place`; the height that it takes.
    int arrange(const QRect &place, bool move) const;

    std::vector<std::unique_ptr<QLayoutItem>> items_;
    int space_;
};

}  // namespace fcoscope
