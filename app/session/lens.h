// SPDX-License-Identifier: GPL-3.0-or-later
// What is looked at through the lenses: which layers are visible, what if the profile or the boxes were others, and the
// frame that a worker makes of it all for the current image. Belongs to the GUI thread and answers every call at once;
// frameChanged() tells that a new frame is there.
//
// While a slider or a box moves, one frame is worked out at a time and each is shown, so that people see every one that
// can be had and not none until they let go.
#pragma once

#include <QObject>

#include <optional>

#include "app/session/session.h"
#include "core/rules/layers.h"
#include "core/rules/what_if.h"

namespace fcoscope {

/// What a frame was made for, and what the panels need beside it.
struct Look {
    LensFramePtr frame;
    FindingsPtr findings;  ///< what was said about the image, or null
    DecodeTracePtr trace;  ///< what became of every candidate of the findings
    std::vector<std::string> classNames;  ///< of the frame's labels; the model's classes come first, as it counts them
    std::optional<AssignmentCounts> unchanged;  ///< the same image by the model's own profile, where a what if differs
};
using LookPtr = std::shared_ptr<const Look>;

class Lens : public QObject {
    Q_OBJECT
public:
    explicit Lens(Session &session, QObject *parent = nullptr);
    ~Lens() override;

    const std::vector<Layer> &layers() const { return layers_; }
    void setLayers(std::vector<Layer> layers);

    const WhatIf &whatIf() const { return whatIf_; }
    void setWhatIf(const WhatIf &whatIf);
    /// The profile of the model, or without one ours.
    Profile ownProfile() const;

    /// The image's labels as they stand in its data set, counted in classNames(); none where it has none.
    std::vector<Label> labels() const;
    std::vector<std::string> classNames() const;
    /// Assigned instead of the image's labels, until another image is current: a what if, never saved. None: its own.
    void setBoxes(std::optional<std::vector<Label>> boxes);
    bool boxesChanged() const { return boxes_.has_value(); }

    bool looking() const { return looking_.running() || lookingAtLosses_.running(); }
    LookPtr look() const { return look_; }  ///< of the current image; null until there is one

Q_SIGNALS:
    void frameChanged();
    void failed(const fcoscope::Failure &failure);
    void whatIfChanged();  ///< not by setWhatIf: a new model has brought its profile, or an image was left

private:
    void sessionChanged(const Change &change);
    void ask();
    void answered(Outcome<LookPtr> outcome);
    void passDecoding();
    std::vector<Label> labelsIn(const std::vector<std::string> &classNames) const;

    Session &session_;
    std::vector<Layer> layers_ = standardLayers();
    WhatIf whatIf_;
    std::optional<std::vector<Label>> boxes_;
    LookPtr look_;
    bool askAgain_ = false;
    WorkThread thread_;
    Job<LookPtr> looking_{thread_};
    Job<LookPtr> lookingAtLosses_{session_.inferenceThread()};
};

}  // namespace fcoscope
