// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps label files that came with the folder, one for each image, in step with the labels: a moment after an edit the
// image's file is written beside and renamed. A file that holds what neither we have read nor written is left alone:
// question() asks the person whose labels count, one image at a time, and until an answer comes it is not written. Who
// puts the answer off is asked again when the image is shown the next time.
//
// The project remembers the fingerprint of every file as it was last read or written, and whether all files were in
// step when it was closed: after a kill, opening it compares them all (sidecar_survey.h), and those that are behind are
// written.
#pragma once

#include <QObject>
#include <QTimer>

#include <map>
#include <memory>
#include <optional>
#include <set>

#include "app/session/failure.h"
#include "app/session/job.h"
#include "app/session/label_document.h"
#include "app/session/sidecar_survey.h"

namespace fcoscope {

class SidecarKeeper : public QObject {
    Q_OBJECT
public:
    /// The project's note that says "yes" as long as no file is behind.
    static constexpr const char *inStepNote = "label files in step";
    /// The one that says "yes" where the person wants them to be left alone.
    static constexpr const char *leftAloneNote = "label files left alone";

    explicit SidecarKeeper(LabelDocument &document, QObject *parent = nullptr);
    ~SidecarKeeper() override;  ///< writes what is due

    /// What came with the labels that were just opened, surveyed.
    void open(std::optional<KnownSidecars> sidecars);
    bool canKeep() const { return known_.has_value(); }  ///< there are such files
    bool keeps() const { return known_ && known_->kept; }
    /// Whether the files are left as they are from now on. When it begins again, all are brought in step.
    void setKeeping(bool keep);

    /// The image is shown: has its file been changed by another program?
    void look(Key image);
    void writeDue();  ///< at once, not in a moment
    void finish();    ///< the same, and waits until it is done
    bool atRest() const { return waiting() == 0; }
    /// Files that are to be written or looked at; those that a person is asked about are none.
    size_t waiting() const { return due_.size() + wanted_.size() + (working_.running() ? 1 : 0); }

    enum class Answer { Mine, Theirs, NotNow };
    /// To question(): the file is overwritten, or its labels replace those in the project, as an edit. `forAll`: it is
    /// the answer for all that wait, and for those that are found until the keeper is at rest.
    void answer(Key image, Answer answer, bool forAll = false);

Q_SIGNALS:
    void question(fcoscope::Key image, const QString &file);  ///< the next comes when this one is answered
    void keepingChanged();                                    ///< canKeep(), keeps()
    void progressed();                                        ///< one file less is waiting()
    void failed(const fcoscope::Failure &failure);

private:
    /// One image's file, looked at or written by the worker.
    struct Done {
        SidecarRecord record;
        std::optional<ImageEntry> theirs;            ///< for Answer::Theirs, and where there is nothing to lose
        LabelSet classes;                            ///< likewise: the set's classes with those that are new
        std::vector<ClassEntry> classesBefore = {};  ///< likewise: the set's, and its next key, when the work began
        Key nextKeyBefore = 0;
        bool stranger = false;  ///< it holds what a person is to decide about
        bool nothing = false;   ///< nothing is known of it now
        bool made = false;      ///< there was no file, and there is one now
    };
    enum class Task { Look, Write, Overwrite, Take };
    static bool writes(Task task) { return task == Task::Write || task == Task::Overwrite; }
    Job<Done>::Operation work(const ImageEntry &image, Task task) const;
    bool hasFile(const ImageEntry &image, Task task);
    void begin(Key image, Task task);
    void done(Key image, Task task, Outcome<Done> outcome);
    void next();
    void start(const ImageEntry &image, Task task);
    void labelsChanged(const LabelsChange &change);
    void classesChanged();
    void imagesAdded();
    bool takeOver(const Done &done, Task task);
    void note(const SidecarRecord &record);
    void remember();
    void finish(Key image, Task task);
    void take(const Done &done);
    void tellRest();
    void sayInStep(bool are);
    void forget();
    void strangerFound(Key image);
    void askNext();
    void settle(Key image, Answer answer);

    LabelDocument &document_;
    std::optional<KnownSidecars> known_;
    size_t images_ = 0;  ///< of the document, that known_->owners has
    std::set<Key> due_;
    std::set<Key> asked_;  ///< strangers, until they are answered
    Key asking_ = 0;       ///< of these, the one that question() was about
    std::optional<Answer> standing_;
    std::set<Key> later_;               ///< answered with NotNow
    std::set<Key> failed_;              ///< could not be written; tried again with the next edit
    std::set<Key> made_;                ///< whose file is ours from the first byte on, and may go with an undo
    std::vector<SidecarRecord> noted_;  ///< to be remembered
    bool saidInStep_ = true;            ///< what the project's note says
    bool toldShared_ = false;
    /// What the worker writes, and its record once it is written.
    struct Writing {
        Key image = 0;
        Task task = Task::Write;
        std::shared_ptr<std::optional<SidecarRecord>> record;
    };
    std::optional<Writing> writing_;
    std::map<Key, std::string> names_;  ///< of the classes, as the files have them
    std::map<Key, Task> wanted_;
    QTimer soon_;
    WorkThread thread_;
    Job<Done> working_{thread_};
};

}  // namespace fcoscope
