// SPDX-License-Identifier: GPL-3.0-or-later
// What a ScorePlot is made of; for its own files.
#pragma once

#include <qcustomplot.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "widgets/plot/density.h"
#include "widgets/plot/score_plot.h"

namespace fcoscope {

struct ScorePlot::Parts {
    struct Half {
        QCPTextElement *title = nullptr, *trust = nullptr;
        QCPAxisRect *rect = nullptr;
        Density *density = nullptr;
        QCPGraph *equal = nullptr;  // the line y = x

        QCPAxis &x() const { return *rect->axis(QCPAxis::atBottom); }
        QCPAxis &y() const { return *rect->axis(QCPAxis::atLeft); }
    };

    QCustomPlot *plot = nullptr;
    std::array<Half, 2> halves;
    CountScale *scale = nullptr;
    QCPItemTracer *mark = nullptr;  // round the point under the cursor
    ScoreOverlap data;
    std::vector<std::string> classNames;
    bool roots = false, limiting = false;
    size_t used = 0;  // the half that keys move
    QPoint pressedAt;

    Half &half(Side side) { return halves[static_cast<size_t>(side)]; }
    void setColours(const QPalette &palette);
    void setFonts(const QFont &base);
    void count();
    std::optional<size_t> halfAt(QPointF place) const
    {
        for (size_t i = 0; i < halves.size(); ++i)
            if (halves[i].rect->rect().contains(place.toPoint()))
                return i;
        return {};
    }
};

}  // namespace fcoscope
