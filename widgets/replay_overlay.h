// SPDX-License-Identifier: GPL-3.0-or-later
// Non-maximum suppression as it happens, candidate by candidate: what is needed to tell it, and how it lies over the
// picture. ReplayPanel steps through it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/rules/nms.h"
#include "core/rules/trace.h"
#include "widgets/canvas_overlay.h"
#include "widgets/detection_table.h"

namespace fcoscope {

/// What a replay tells: the trace of one image and what is needed to put it into words.
struct ReplaySource {
    ImageId imageId;
    DecodeTracePtr trace;  ///< null: nothing was detected
    std::vector<std::string> classNames;
    std::vector<LevelGrid> levels;  ///< see levelGrids()
    NmsRules rules;                 ///< see nmsRules(): threshold and test
};

/// A candidate that stays, and whom it removes.
struct Survivor {
    int candidate = 0;         ///< index into trace.candidates
    std::vector<int> removed;  ///< candidates, in the order in which they went
};
/// In the order in which they stayed: every candidate that is detected or that removes another one.
std::vector<Survivor> survivorsOf(const DecodeTrace &trace);

/// The boxes kept so far (solid), the candidate that is judged (thick, filled a little), who suppresses it (solid, with
/// a white line around it) and those that went (thin, dashed, faint): told apart by line and width as well as by
/// colour. With a survivor chosen, those that it removed are the only ones that are shown dashed, and not faint.
class ReplayOverlay : public CanvasOverlay {
public:
    void setTrace(DecodeTracePtr trace);
    /// How many candidates have been judged; the last of them is the current one.
    void setStep(int step) { step_ = step; }
    /// Index of a candidate that stays, or -1.
    void setChosen(int candidate);

    void paint(QPainter &painter, const View &view) override;
    bool replacesDetections() const override { return trace_ != nullptr; }

private:
    void paintRemoved(QPainter &painter, const View &view) const;
    void paintKept(QPainter &painter, const View &view) const;
    void paintCurrent(QPainter &painter, const View &view) const;

    DecodeTracePtr trace_;
    std::vector<Survivor> survivors_;
    int step_ = 0, chosen_ = -1;
};

}  // namespace fcoscope
