// SPDX-License-Identifier: GPL-3.0-or-later
// Two models on the same labelled images, before one takes the other's place. One image at a time, each a piece of work
// of its own on the thread of the network, so that the window's own detection comes in between.
#pragma once

#include <QObject>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/session/session.h"
#include "core/eval/average_precision.h"

namespace fcoscope {

/// What came of it. Each model is counted by the classes of the data that it knows, by name.
struct ModelsCompared {
    std::vector<std::string> classNames;  ///< the data's
    ApSummary before, after;
    std::vector<bool> knownBefore;             ///< of classNames, by the old model
    size_t images = 0, better = 0, worse = 0;  ///< by the F1 of each image at each profile's own score threshold
};

class ModelTrial : public QObject {
    Q_OBJECT
public:
    explicit ModelTrial(Session &session, QObject *parent = nullptr);
    ~ModelTrial() override;

    /// The loaded model against the one in `after`, on `images`. Ends with ended() or failed().
    void start(const std::filesystem::path &after, DatasetPtr images);
    void stop();  ///< ends with nothing
    bool running() const { return images_ != nullptr; }
    /// The model that was measured last, from ended() to stop(); a run that goes on may have another in its file by
    /// now.
    const ModelPtr &measured() const { return measured_; }

Q_SIGNALS:
    void progressed(double done);
    void ended(const fcoscope::ModelsCompared &compared);
    void failed(const fcoscope::Failure &failure);

private:
    /// What both found in one image, its classes counted as the data counts them.
    struct Seen {
        ImageResult before, after;
    };
    void next();
    void seen(Outcome<Seen> outcome);
    void judge();
    static ModelsCompared judged(std::vector<Seen> seen, const std::vector<std::string> &classNames,
                                 const ModelInfo &before, const ModelInfo &after);

    Session &session_;
    DatasetPtr images_;  // null: not running
    ModelPtr before_, after_, measured_;
    std::vector<Seen> seen_;
    size_t next_ = 0;
    Job<ModelPtr> loading_{session_.inferenceThread()};
    Job<Seen> looking_{session_.inferenceThread()};
    Job<ModelsCompared> judging_{session_.inferenceThread()};
};

}  // namespace fcoscope
