// SPDX-License-Identifier: GPL-3.0-or-later
// The detector over every image that is open, in the background: what it says of each is stored in the project as soon
// as it is known, so that a run that was stopped, or killed, goes on where it was. Labels are not touched.
//
// One image at a time, each a piece of work of its own on the thread of the network, so that the current image is
// detected in between and nobody waits. What is stored is what people see of an image until the network has looked at
// it again, and what they accept for many images at once.
#pragma once

#include <QObject>

#include <functional>
#include <optional>
#include <unordered_set>

#include "app/session/session.h"

namespace fcoscope {

class FolderDetection : public QObject {
    Q_OBJECT
public:
    explicit FolderDetection(Session &session, QObject *parent = nullptr);
    ~FolderDetection() override;

    /// Every image that the model has not looked at yet, the listed ones first. Needs a model and a project that can
    /// be written.
    void start();
    void stop();
    bool running() const { return running_; }
    size_t done() const { return done_; }  ///< images, those of earlier runs included
    size_t all() const { return all_; }

    /// What the model that is loaded said about the current image, as far as the score threshold of now lets it
    /// through; null: nothing is stored, or it has not come yet.
    std::shared_ptr<const StoredDetections> stored() const;
    /// What it said about every image, handed to `then` on this thread, unless other images or another model have come
    /// first. Failures are told.
    using Recalled = std::vector<StoredDetections>;
    void recall(std::function<void(Recalled)> then);

Q_SIGNALS:
    void storedChanged();
    void changed();  ///< begun, one more, ended
    void failed(const fcoscope::Failure &failure);

private:
    struct Begun {
        std::string model;  ///< the SHA-256 of its file
        std::vector<Key> known;
    };
    struct Seen {
        StoredDetections found;
        Size size;
    };
    void begun(Outcome<Begun> outcome);
    void lookUp();
    void showStored();
    void next();
    void seen(Key image, Outcome<Seen> outcome);
    void end();

    Session &session_;
    ModelPtr model_;
    std::string modelHash_;
    std::vector<Key> waiting_;  // the last one is next
    bool running_ = false;
    size_t done_ = 0, all_ = 0;
    std::optional<StoredDetections> whole_;           // of the current image, whatever the threshold
    std::shared_ptr<const StoredDetections> stored_;  // those of it that are shown
    WorkThread thread_;
    Job<Begun> beginning_{thread_};
    Job<Recalled> recalling_{thread_}, lookingUp_{thread_};
    Job<Seen> looking_{session_.inferenceThread()};
};

}  // namespace fcoscope
