// SPDX-License-Identifier: GPL-3.0-or-later
// The labels that are open, and the only hand that changes them. Belongs to the GUI thread and answers every call at
// once: an edit changes the set in memory, is shown, and is written to the project file by a worker behind it.
//
// The project file is made with the first edit; only looking at a folder leaves nothing in it. A write that fails (a
// full disk, a folder that has gone) loses nothing: the edit stays, in memory and in the queue, saving() says what is
// the matter, and the queue is tried again every few seconds. A project that another window
// writes, or that cannot be written anywhere, is opened for reading: apply() answers false and saving() says why.
#pragma once

#include <QObject>
#include <QTimer>

#include <memory>
#include <unordered_map>
#include <vector>

#include "app/session/label_files.h"
#include "app/session/label_writer.h"
#include "app/session/sidecar_survey.h"
#include "core/data/formats/label_format.h"
#include "core/data/project/label_edit.h"

namespace fcoscope {

/// What opening came to: read on a worker, taken over by LabelDocument.
struct OpenedLabels {
    LabelSet set;                             ///< without extras
    std::filesystem::path file;               ///< where the project is, or will be made
    std::shared_ptr<ProjectFile> project;     ///< open; null: not made yet
    std::shared_ptr<const LabelSet> initial;  ///< of which it will be made, extras included; null where it is there
    std::shared_ptr<ProjectLock> lock;        ///< for that
    std::vector<JournalEntry> journal;        ///< newest first
    std::vector<ImageId> ids;                 ///< one for each image
    std::optional<KnownSidecars> sidecars;    ///< label files of single images, to be kept in step
    Message readOnly;                         ///< why it cannot be written; no text: it can
};

struct LabelsChange {
    enum Part : unsigned {
        Set = 1,       ///< another set: everything is new
        Images = 2,    ///< images were added
        Boxes = 4,     ///< of `images`
        Statuses = 8,  ///< of `images`
        Classes = 16,
        Refusals = 32,
        Saving = 64,
    };
    unsigned parts = 0;
    std::vector<Key> images;  ///< for Boxes and Statuses
    bool has(Part part) const { return (parts & part) != 0; }
};

class LabelDocument : public QObject {
    Q_OBJECT
public:
    explicit LabelDocument(QObject *parent = nullptr);
    ~LabelDocument() override;  ///< waits until what is queued is written, or cannot be

    void open(OpenedLabels opened);
    /// Empties it. False: edits were left that could not be written (saving() told so before).
    bool close();
    /// Images that were named later; those that are there already are passed over.
    void addImages(const std::vector<ImageId> &ids);
    /// Read from the picture, which knows better than any label file: remembered, no edit.
    void noteSize(const ImageId &id, Size size);

    /// Everything that is to be exported, with the place of what only files say.
    LabelsToExport source() const;
    /// The same for one image, to be asked on any thread.
    std::function<std::string(Key)> extrasOf(Key image) const { return fcoscope::extrasOf(image, initial_, file_); }

    /// For the project file alone, none of them an edit. The first makes the file, the others wait until it is made.
    void store(StoredDetections found);
    void remember(std::vector<SidecarRecord> sidecars);
    void remember(std::string note, std::string value);

    const LabelSet &set() const { return set_; }
    const std::vector<ImageId> &ids() const { return ids_; }  ///< one for each of set().images
    const ImageEntry *find(const ImageId &id) const;
    const ImageEntry *find(Key key) const;
    int rowOf(const ImageId &id) const;  ///< position in set().images; −1: not there
    ImageId idOf(Key image) const;       ///< "": no such image
    /// A copy of the reviewed part for the statistics; the same pointer until labels change. Null without labels.
    std::shared_ptr<const Dataset> dataset() const;

    /// False: the labels cannot be changed (saving() says why), none are open, or the edit is empty.
    bool apply(const LabelEdit &edit);
    bool canUndo() const { return done_ > 0; }
    bool canRedo() const { return done_ < history_.size(); }
    Message undoWords() const;  ///< of the edit that undo() takes back
    Message redoWords() const;
    /// Each answers the images it has changed, by rising key; none: nothing is to be undone, or only classes were.
    std::vector<Key> undo();
    std::vector<Key> redo();

    struct Saving {
        enum class State { Saved, Writing, Failing, ReadOnly } state = State::Saved;
        Message reason;      ///< Failing, ReadOnly
        size_t waiting = 0;  ///< edits that are not in the file yet
        bool operator==(const Saving &) const = default;
    };
    Saving saving() const;
    void saveNow();  ///< tries again what failed
    /// The same, and waits for everything that is queued. False: edits are left that cannot be written.
    bool finishSaving();
    const std::filesystem::path &file() const { return file_; }

Q_SIGNALS:
    void changed(const fcoscope::LabelsChange &change);

private:
    struct Step {
        LabelEdit edit, inverse;
    };
    bool clear();
    void tell(const LabelEdit &edit);
    void put(const LabelEdit &edit, const LabelEdit &inverse);
    void writerTold();
    void retry();

    LabelSet set_;
    ImagePlaces places_{set_};
    std::vector<ImageId> ids_;
    std::unordered_map<ImageId, size_t> rows_;
    std::filesystem::path file_;
    std::shared_ptr<const LabelSet> initial_;  ///< as long as the file is not made
    Message readOnly_;
    std::vector<Step> history_;
    size_t done_ = 0;          ///< of history_; those behind it are undone
    size_t unjournalled_ = 0;  ///< of history_: the file's journal does not hold them, undoing one is an edit to it
    mutable std::shared_ptr<const Dataset> dataset_;
    QTimer retry_;
    LabelWriter writer_;
};

}  // namespace fcoscope
