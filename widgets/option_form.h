// SPDX-License-Identifier: GPL-3.0-or-later
// A form made from an OptionTable, one row an option: check box for a switch, slider and spin box for a number, combo
// box for a choice, line edit for text and lists. Names, ranges and help come from the table, so each is written once.
#pragma once

#include <QString>
#include <QWidget>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/options.h"

class QGridLayout;
class QLabel;

namespace fcoscope {

class OptionForm : public QWidget {
    Q_OBJECT
public:
    explicit OptionForm(QWidget *parent = nullptr);

    /// Shows the options of `table`; the struct behind it must outlive the form or the next setTable.
    /// `names` chooses and orders them; empty: all.
    void setTable(OptionTable table, const std::vector<std::string> &names = {});
    /// The struct was changed from outside: shows its values. Emits nothing.
    void reload();
    /// For a dock of 260 pixels, from now on: long labels take two lines, combo boxes only the room there is.
    void setNarrow();
    /// From now on each option's help stands below it, not in its tool tip alone.
    void setSentences();
    /// These are shown and cannot be edited; `reason` stands below them and in their tool tips. The others can.
    void setFixed(const std::vector<std::string> &names, const QString &reason);
    /// A text is chosen from these instead of typed; a value that is none of them is offered besides. In the next
    /// table.
    struct Offered {
        QString words;
        std::string value;
    };
    void offer(const std::string &name, std::vector<Offered> values);
    /// Where the option is edited; null: it is not in this form.
    QWidget *editorOf(const std::string &name) const;
    const OptionTable &table() const { return table_; }

Q_SIGNALS:
    /// A person changed this option; the struct behind the table already holds the new value. Live while sliding.
    void changed(const QString &name);

protected:
    void changeEvent(QEvent *event) override;

private:
    struct Row {
        std::string name;
        QLabel *label = nullptr;
        QLabel *sentence = nullptr;      ///< below both; null as long as nothing was to be said there
        int gap = 0;                     ///< the grid's row below it
        std::vector<QWidget *> editors;  ///< all that stand for the value: a slider and a spin box, or one widget
        std::function<void()> show;      ///< from the struct to the editors
    };
    void addRow(const Option &option);
    void makeNumber(const Option &option, Row &row);
    void makeSwitch(const Option &option, Row &row);
    void makeChoice(const Option &option, Row &row);
    void makeText(const Option &option, Row &row);
    void makeOffered(const Option &option, Row &row);
    void store(const std::string &name, const std::string &text);
    void retranslate();
    void narrow(Row &row);
    void saySentence(Row &row, const QString &sentence, bool said);
    bool isFixed(const std::string &name) const;

    OptionTable table_;
    QGridLayout *layout_;
    std::vector<Row> rows_;
    std::map<std::string, std::vector<Offered>> offered_;
    std::vector<std::string> fixed_;
    QString fixedReason_;
    bool narrow_ = false, sentences_ = false;
    bool quiet_ = false;  ///< values are being shown, not changed by a person
};

}  // namespace fcoscope
