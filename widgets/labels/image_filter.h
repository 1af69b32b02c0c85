// SPDX-License-Identifier: GPL-3.0-or-later
// The bar above the list of images: which of them are shown and in what order. One line with a name to look for, the
// rest folded away under a button; below it a line that says how many are shown. It asks, others filter.
#pragma once

#include <QWidget>

#include "widgets/labels/list_filter.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QSpinBox;
class QToolButton;

namespace fcoscope {

class ImageFilter : public QWidget {
    Q_OBJECT
public:
    explicit ImageFilter(QWidget *parent = nullptr);

    const ListFilter &filter() const { return filter_; }
    /// Shows this filter, and emits filterChanged if it is another one.
    void setFilter(const ListFilter &filter);
    /// Those that can be chosen. A chosen class that is no longer there is given up.
    void setClasses(std::vector<FilterClass> classes);
    void setCounts(int shown, int all);

    bool isOpen() const;  ///< more than the name is seen
    void setOpen(bool open);
    bool namesOnly() const;
    void setNamesOnly(bool only);

public Q_SLOTS:
    void clear();
    void focusName();

Q_SIGNALS:
    void filterChanged(const fcoscope::ListFilter &filter);
    void namesOnlyChanged(bool only);
    /// Down (1) or Up (-1) in the name field: the list is to go on without losing the field.
    void stepWanted(int by);

protected:
    void changeEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QWidget *makeMore();
    void connectAll();
    void take();  ///< makes the filter of what the controls say
    void showFilter(const ListFilter &filter);
    void showClasses();
    void showState();
    void retranslate();

    ListFilter filter_;
    std::vector<FilterClass> classes_;
    int shown_ = 0, all_ = 0;
    bool quiet_ = false;  ///< the controls are being set, not used

    QLineEdit *name_;
    QToolButton *open_;
    QWidget *more_;
    QListWidget *classList_;
    std::vector<QCheckBox *> statuses_;
    QSpinBox *least_, *most_;
    QComboBox *sort_;
    QToolButton *descending_;
    QCheckBox *namesOnly_;
    QLabel *classTitle_, *statusTitle_, *boxTitle_, *sortTitle_, *count_;
    QToolButton *clear_;
};

}  // namespace fcoscope
