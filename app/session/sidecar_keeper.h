// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps label files that came with the folder, one for each image, in step with the labels: a moment after an edit the
// image's file is written beside and renamed. A file that another program has changed since it was last read or written
// is left alone, and question() asks the person whose labels count; until an answer comes, its image is not written.
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
#include "core/data/formats/sidecars.h"

namespace fcoscope {

class SidecarKeeper : public QObject {
    Q_OBJECT
public:
    explicit SidecarKeeper(LabelDocument &document, QObject *parent = nullptr);
    ~SidecarKeeper() override;  ///< writes what is due

    /// What came with the labels that were just opened.
    void open(const std::optional<SidecarLayout> &layout, const std::vector<SidecarRecord> &records);
    bool keeps() const { return layout_.has_value(); }
    void stopKeeping();  ///< from now on the files are left as they are

    /// The image is shown: has its file been changed by another program?
    void look(Key image);
    void writeDue();  ///< at once, not in a moment
    void finish();    ///< the same, and waits until it is done
    bool atRest() const { return due_.empty() && !working_.running(); }

    enum class Answer { Mine, Theirs };
    /// To question(): the file is overwritten, or its labels replace those in the project, as an edit.
    void answer(Key image, Answer answer);

Q_SIGNALS:
    void question(fcoscope::Key image, const QString &file);
    void failed(const fcoscope::Failure &failure);

private:
    /// One image's file, looked at or written by the worker.
    struct Done {
        SidecarRecord record;
        std::optional<ImageEntry> theirs;  ///< for Answer::Theirs
        LabelSet classes;                  ///< likewise: the set's classes with those that are new
        bool stranger = false;             ///< changed by another program
    };
    enum class Task { Look, Write, Overwrite, Take };
    Job<Done>::Operation work(const ImageEntry &image, Task task) const;
    void begin(Key image, Task task);
    void done(Key image, Task task, Outcome<Done> outcome);
    void next();
    void classesChanged();
    void takeOver(const Done &done);
    void note(const SidecarRecord &record);

    LabelDocument &document_;
    std::optional<SidecarLayout> layout_;
    std::map<Key, SidecarRecord> records_;
    std::filesystem::file_time_type since_;  ///< files that are not in records_ and older than this are as we read them
    std::set<Key> due_, asked_;
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
