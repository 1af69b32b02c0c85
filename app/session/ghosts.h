// SPDX-License-Identifier: GPL-3.0-or-later
// The detections of the current image beside its labels, the network's or, before it has looked, those of a run over
// the folder: which are still open, and making labels of them. A detection becomes a label only by accept(); one that
// was refused stays refused, for later runs and models, too.
#pragma once

#include <QObject>

#include <optional>
#include <vector>

#include "app/session/session.h"
#include "core/data/project/edits.h"
#include "core/data/project/suggestions.h"

namespace fcoscope {

class Ghosts : public QObject {
    Q_OBJECT
public:
    explicit Ghosts(Session &session, QObject *parent = nullptr);

    /// What was stored of the current image: proposed until the network has looked at it. Null: nothing.
    void setStored(std::shared_ptr<const StoredDetections> stored);

    /// One for each of the current findings' detections, or of those that are stored; empty without any.
    const std::vector<Suggestion> &suggestions() const { return suggestions_; }
    /// Neither labelled already nor refused.
    bool isOpen(int detection) const;
    std::vector<int> open() const;
    /// Those of the class of `detection` that are open.
    std::vector<int> openOfClass(int detection) const;

    /// One edit each; accepting adds the class where the set does not have it. False: nothing to do, or read-only.
    bool accept(const std::vector<int> &detections);
    bool refuse(const std::vector<int> &detections);

Q_SIGNALS:
    void changed();

private:
    struct Proposals {
        std::span<const Detection> detections;
        const std::vector<std::string> *names = nullptr;  ///< of the classes; null: there are none
    };
    Proposals proposals() const;
    void update();
    /// Those that are open and can be labels.
    std::vector<NamedDetection> wanted(const std::vector<int> &detections, Size size) const;

    Session &session_;
    std::shared_ptr<const StoredDetections> stored_;
    std::vector<Suggestion> suggestions_;
};

/// What is stored of many images, as one edit: all with that score or more that are neither labelled nor refused. An
/// image of which a person has said that it is right, or empty, is passed over.
LabelEdit acceptStored(const LabelSet &set, std::span<const StoredDetections> stored, float scoreThreshold);

/// A class that is added on the way, and the classes and the next key as they are then.
struct AddedClass {
    LabelEdit edit;
    LabelSet then;
    Key classKey = 0;
};
AddedClass withClass(const LabelSet &set, const std::string &name);

/// Two edits as one: `later` was made for a set in which `earlier` had been applied.
LabelEdit joined(LabelEdit earlier, const LabelEdit &later);

}  // namespace fcoscope
