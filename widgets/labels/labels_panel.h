// SPDX-License-Identifier: GPL-3.0-or-later
// The labels of the image as a list, and what is known of the image as a whole. Everything can be read, chosen and
// typed here without a mouse; nothing is decided here: the panel says what a person wants, and shows what its owner
// gives back with setBoxes() and setStatus().
//
// In step with the canvas: connect selectionChanged() of either to select() of the other. select() emits nothing, so
// there is no echo. Hidden labels are in the list, too, and can be selected in it.
#pragma once

#include <QWidget>

#include <optional>
#include <vector>

#include "widgets/labels/label_tool.h"
#include "widgets/labels/list_filter.h"

class QComboBox;
class QItemSelection;
class QLabel;
class QPushButton;
class QTableView;
class QToolButton;

namespace fcoscope {

class LabelsModel;

/// What can be said of a label besides its class and place.
enum class LabelFlag { Difficult, Crowd, Locked };

class LabelsPanel : public QWidget {
    Q_OBJECT
public:
    explicit LabelsPanel(QWidget *parent = nullptr);

    /// Also live, at each step of a gesture: rows of the same keys stay where they are, with selection and scrolling.
    /// A box with the key 0, one that is being drawn, is left out. Emits nothing but selectionChanged(), if a selected
    /// label is gone.
    void setBoxes(const ImageId &id, std::vector<CanvasBox> boxes, Size image);
    void setClasses(std::vector<CanvasClass> classes);  ///< by classIndex
    void setStatus(std::optional<ListStatus> status);  ///< none: no image is open
    /// Labels cannot be changed: everything can be read, selected and hidden, nothing else.
    void setReadOnly(bool readOnly);

    std::vector<int64_t> selection() const;         ///< by rising key
    void select(const std::vector<int64_t> &keys);  ///< emits nothing; a single one is scrolled to

public Q_SLOTS:
    /// The next thing typed is a class for the selected labels.
    void chooseClass();

Q_SIGNALS:
    void selectionChanged(const std::vector<int64_t> &keys);
    void statusChosen(fcoscope::ListStatus status);
    void classChosen(const std::vector<int64_t> &keys, int classIndex);
    /// A name was typed that no class has.
    void newClassWanted(const std::vector<int64_t> &keys, const QString &name);
    void boxEdited(int64_t key, const fcoscope::Box &box);
    /// Of the row that was ticked, or of all selected ones if it is among them.
    void flagToggled(const std::vector<int64_t> &keys, fcoscope::LabelFlag flag, bool on);
    void hiddenToggled(const std::vector<int64_t> &keys, bool hidden);
    void deleteWanted(const std::vector<int64_t> &keys);
    /// Enter or a double click on a row: bring it into view.
    void labelActivated(int64_t key);

protected:
    void changeEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void makeTable();
    void makeClasses();
    void fitColumns();
    void fillClasses();
    void takeClass(const QString &typed);
    bool keyInTable(int key);
    void toggled(int64_t key, int column, bool on);
    void selectedByHand();
    void restoreSelection();
    void showSelection();
    void showStatus();
    void say(const QString &sentence);
    void retranslate();

    LabelsModel *model_;
    QTableView *table_;
    QLabel *classLabel_, *count_, *sentence_;
    QToolButton *sign_;
    QComboBox *class_;
    std::vector<QPushButton *> statuses_;
    std::vector<int64_t> selection_;
    std::optional<ListStatus> status_;
    ImageId id_;
    int longest_ = 0;  ///< side of the image: so wide are numbers
    bool readOnly_ = false;
    bool quiet_ = false;    ///< a selection of ours, not a person's
    bool refused_ = false;  ///< the sentence says why something was not taken
};

}  // namespace fcoscope
