// SPDX-License-Identifier: GPL-3.0-or-later
// What an assignment comes to under two profiles, side by side: a few lines of figures and their difference.
#pragma once

#include <QWidget>
#include <array>
#include <optional>

#include "core/rules/assigned_image.h"

class QLabel;

namespace fcoscope {

class CountTable : public QWidget {
    Q_OBJECT
public:
    explicit CountTable(QWidget *parent = nullptr);

    /// Either may be missing; with neither there are dashes.
    void setCounts(const std::optional<AssignmentCounts> &model, const std::optional<AssignmentCounts> &whatIf);

protected:
    void changeEvent(QEvent *event) override;

private:
    static constexpr size_t rows = 4;
    void retranslate();

    std::optional<AssignmentCounts> model_, whatIf_;
    std::array<QLabel *, 3> headers_{};
    std::array<QLabel *, rows> names_{};
    std::array<std::array<QLabel *, 3>, rows> cells_{};
};

}  // namespace fcoscope
