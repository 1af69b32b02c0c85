// SPDX-License-Identifier: GPL-3.0-or-later
// What people do to labels with keys, mouse and menus, as edits of the document: the desk knows the current image, the
// class that is drawn next and the clipboard; the selection is the caller's. Each call is one step of undo.
#pragma once

#include <QObject>

#include <optional>
#include <span>
#include <vector>

#include "app/session/ghosts.h"
#include "app/session/session.h"
#include "core/data/project/edits.h"

namespace fcoscope {

class LabelDesk : public QObject {
    Q_OBJECT
public:
    explicit LabelDesk(Session &session, QObject *parent = nullptr);

    using Keys = std::vector<Key>;

    /// The current image's row; null while its picture has not come: nothing is edited blindly.
    const ImageEntry *image() const;
    /// The boxes among `keys` that are there.
    std::vector<BoxEntry> boxes(const Keys &keys) const;

    /// The class of the next box; 0: none yet, the person is asked.
    Key drawingClass() const;
    void setDrawingClass(Key classKey);
    /// Of a class list that people have in their fingers: 0 is the first.
    std::optional<Key> classAt(int place) const;

    // Each answers the boxes that are to be selected now.

    Keys draw(const Box &box);
    Keys draw(const Box &box, const std::string &newClass);
    void move(const std::vector<MovedBox> &moved);
    void remove(const Keys &keys);
    void setClass(const Keys &keys, Key classKey);
    void setClass(const Keys &keys, const std::string &newClass);
    /// Sets the flag where any of them lacks it, else takes it from all.
    void toggle(const Keys &keys, BoxFlag flag);
    void setFlag(const Keys &keys, BoxFlag flag, bool to);
    void copy(const Keys &keys);
    bool canPaste() const { return !clipboard_.empty(); }
    Keys paste();
    Keys duplicate(const Keys &keys);
    /// Into the next `count` listed images.
    void propagate(const Keys &keys, int count);
    void tighten(const Keys &keys);

    void setStatus(ReviewStatus status);
    /// Verified or not: from whatever it is, and back to what its boxes make it.
    void toggleVerified();
    void toggleEmpty();

Q_SIGNALS:
    /// A gesture came to nothing, or to something a person should know: one sentence.
    void said(const fcoscope::Message &sentence);
    void drawingClassChanged();

private:
    Keys add(const LabelEdit &classes, const LabelSet &then, const std::vector<NewBox> &boxes, Message words);
    Keys addCopies(const std::vector<BoxEntry> &boxes, const std::vector<Box> &places, Message words);
    void toggleStatus(ReviewStatus status);

    Session &session_;
    LabelDocument &document_;
    Key drawingClass_ = 0;
    std::vector<BoxEntry> clipboard_;
    ImageId clipboardFrom_;
    int pastes_ = 0;  ///< of this clipboard into one image: each lies a little further
};

}  // namespace fcoscope
