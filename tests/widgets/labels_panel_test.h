// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of the labels' panel share: the panel in a window with four labels, and a hand at its table.
#pragma once

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>

#include "tests/widgets/label_test.h"
#include "widgets/labels/labels_model.h"
#include "widgets/labels/labels_panel.h"

namespace fcoscope {

class LabelsPanelInWindow {
protected:
    void openPanel()
    {
        panel_ = std::make_unique<LabelsPanel>();
        panel_->resize(760, 400);
        panel_->setClasses(cellClasses());
        boxes_ = sample();
        panel_->setBoxes("a.png", boxes_, image_);
        panel_->setStatus(ListStatus::Labelled);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    }
    static std::vector<CanvasBox> sample()
    {
        std::vector<CanvasBox> boxes{canvasBox(3, {40, 50, 100.25, 90}, 1), canvasBox(5, {10.5, 20, 60, 80}, 0),
                                     canvasBox(8, {200, 150, 204, 153}, 2), canvasBox(9, {100, 10, 150, 60}, 0)};
        boxes[0].score = 0.87f;
        boxes[2].unlearnable = true;
        boxes[3].locked = true;
        return boxes;
    }
    QTableView &table() const { return *panel_->findChild<QTableView *>(); }
    QComboBox &classes() const { return *panel_->findChild<QComboBox *>(); }
    QPushButton &button(const QString &text) const { return *partSaying<QPushButton>(*panel_, text); }
    bool says(const QString &text) const { return partSaying<QLabel>(*panel_, text); }
    QModelIndex cell(int row, int column) const { return table().model()->index(row, column); }
    QPoint middleOf(const QModelIndex &index) const { return table().visualRect(index).center(); }
    void click(int row, int column = 0, Qt::KeyboardModifiers keys = {})
    {
        table().scrollTo(cell(row, column));
        QTest::mouseClick(table().viewport(), Qt::LeftButton, keys, middleOf(cell(row, column)));
    }
    /// Ticks a box of the table with a real mouse.
    void tick(int row, int column)
    {
        table().scrollTo(cell(row, column));
        const QRect place = table().visualRect(cell(row, column));
        QTest::mouseClick(table().viewport(), Qt::LeftButton, {}, QPoint(place.left() + 11, place.center().y()));
    }
    void type(int row, int column, const QString &text)
    {
        table().scrollTo(cell(row, column));
        table().setCurrentIndex(cell(row, column));
        table().setFocus();
        QTest::keyClick(&table(), Qt::Key_F2);
        auto *editor = table().viewport()->findChild<QLineEdit *>();
        if (!editor)
            return;
        editor->selectAll();
        QTest::keyClicks(editor, text);
        QTest::keyClick(editor, Qt::Key_Return);
        QCoreApplication::processEvents();  // what was typed is taken after the key
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }

    std::unique_ptr<LabelsPanel> panel_;
    std::vector<CanvasBox> boxes_;
    static constexpr Size image_{400, 300};
};

}  // namespace fcoscope
