// SPDX-License-Identifier: GPL-3.0-or-later
// AP of each class at the last validation, as a bar and a number, and how it changed since the one before.
#pragma once

#include <QTableWidget>

#include <map>
#include <string>
#include <vector>

namespace fcoscope {

class ClassApTable : public QTableWidget {
    Q_OBJECT
public:
    explicit ClassApTable(QWidget *parent = nullptr);

    /// `before`: of the validation before; empty: there was none. −1: no label of the class.
    void setFigures(const std::vector<std::string> &classNames, const std::map<std::string, double> &now,
                    const std::map<std::string, double> &before);

protected:
    void changeEvent(QEvent *event) override;

private:
    void fill();

    std::vector<std::string> classNames_;
    std::map<std::string, double> now_, before_;
};

}  // namespace fcoscope
