// SPDX-License-Identifier: GPL-3.0-or-later
// The table of the classes panel: a class in each row, in the order of the number keys. A name that was typed and a row
// that was dragged are told, not taken: the table shows what setClasses() says.
#pragma once

#include <QColor>
#include <QTreeWidget>

#include <cstdint>
#include <vector>

namespace fcoscope {

struct ClassRow {
    int64_t key = 0;
    QString name;
    QColor colour;           ///< as it is drawn
    bool ownColour = false;  ///< chosen by a person, not by its place
    size_t boxes = 0, images = 0;
    bool operator==(const ClassRow &) const = default;
};

/// A square of the colour, framed so that it is seen on any ground.
QIcon colourSwatch(const QColor &colour);

class ClassTable : public QTreeWidget {
    Q_OBJECT
public:
    enum Column { Digit, Name, Boxes, Images };

    explicit ClassTable(QWidget *parent = nullptr);

    /// In the order of their ranks. The chosen class stays chosen by its key, an open editor open.
    void setClasses(const std::vector<ClassRow> &classes);
    const std::vector<ClassRow> &classes() const { return classes_; }
    const ClassRow *chosen() const;  ///< null: none
    int rowOf(int64_t key) const;
    void choose(int row);
    void editName();
    void setEditable(bool editable);
    void retranslate();
    void dropEvent(QDropEvent *event) override;  ///< lets go of the chosen class

Q_SIGNALS:
    void renamed(int64_t key, const QString &name);
    /// To `rank`, counted without the class itself.
    void dragged(int64_t key, int rank);

protected:
    Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }

private:
    void fill(QTreeWidgetItem &item, int row);
    void takeName(QTreeWidgetItem *item, int column);

    std::vector<ClassRow> classes_;
    bool filling_ = false, editable_ = true;
};

}  // namespace fcoscope
