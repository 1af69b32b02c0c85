// SPDX-License-Identifier: GPL-3.0-or-later
// Labelling's part of the window: the tool on the canvas, the panels of labels and classes, and the actions of the
// menus Edit and Labels, introduced to the document and to the lens. As in MainWindow each signal of the one side
// becomes a call of the other here, and nothing else happens here.
//
// The tool serves two owners. Usually its boxes are the labels and every gesture is an edit; while a person tries what
// would be if (LensDocks), they are copies that only the lens sees.
#pragma once

#include <QObject>
#include <QTimer>

#include <functional>
#include <set>

#include "app/gui/actions.h"
#include "app/gui/label_desk.h"
#include "app/session/folder_detection.h"
#include "widgets/labels/label_tool.h"

namespace fcoscope {

class Canvas;
class ClassesPanel;
struct ClassQuestion;
class DetectionTable;
class LabelsPanel;
class LensDocks;
class MessageStrip;

class LabelDocks : public QObject {
    Q_OBJECT
public:
    LabelDocks(Session &session, LensDocks &lenses, Canvas &canvas, DetectionTable &table, Actions &actions,
               MessageStrip &strip, QWidget *parent);
    ~LabelDocks() override;

    // To be put into docks, which own them.
    QWidget *labels();
    QWidget *classes();

    /// Labels of a file or folder into what is open, as one edit.
    void import(const std::filesystem::path &path);

    LabelDesk &desk() { return desk_; }
    LabelTool &tool() { return tool_; }
    FolderDetection &folderDetection() { return folder_; }

Q_SIGNALS:
    void failed(const fcoscope::Failure &failure);
    /// What the tool has from now on.
    void boxesShown(const std::vector<fcoscope::CanvasBox> &boxes);

private:
    using Keys = LabelDesk::Keys;
    void connectTool();
    void connectPanels();
    void connectClasses();
    void connectEditActions();
    void connectLabelActions();
    void connectGhosts();
    void on(ActionId id, std::function<void()> call);

    void sessionChanged(const Change &change);
    void documentChanged(const LabelsChange &change);
    void showBoxes();
    void showClasses();
    void showGhosts();
    void updateEnabled();
    void drawn(const Box &box, int classIndex);
    void moved(const std::vector<BoxAt> &boxes);
    void following();
    void setTrying(bool trying);
    void tellTried();
    void chooseClass(int place);
    void askForClass();
    void setClass(const Keys &keys, const std::string &name);
    void remove(const Keys &keys);
    void takeBack(int direction);
    void propagate();
    void pointOutUnlearnable(bool on);
    void imported(const ReadLabels &read);
    void acceptFolder(const std::vector<StoredDetections> &stored, const std::function<bool()> &isStillOpen);
    void answer(bool accepted, const std::vector<int> &detections);
    void showCounts();
    void showStatus();
    void showReadOnly();
    static QColor colourOf(const ClassEntry &entry, int number);
    void previewClasses(const ClassQuestion &question);
    void hide(const Keys &keys, bool hidden);
    void say(const Message &sentence);
    void goToUnreviewed(int step);
    std::vector<int> chosenDetections() const;

    Session &session_;
    LabelDocument &document_;
    LensDocks &lenses_;
    Canvas &canvas_;
    DetectionTable &table_;
    Actions &actions_;
    MessageStrip &strip_;
    QWidget *window_;
    LabelDesk desk_;
    Ghosts ghosts_;
    FolderDetection folder_;
    WorkThread importThread_;
    Job<std::shared_ptr<ReadLabels>> importing_{importThread_};
    LabelTool tool_;
    LabelsPanel *labels_;
    ClassesPanel *classes_;
    QTimer counting_;       ///< a million boxes are not counted with each stroke of a key
    std::set<Key> hidden_;  ///< of the current image: seen by nobody until shown again
    bool trying_ = false;
    std::vector<CanvasBox> tried_;  ///< boxes that only the lens sees
    Key nextTried_ = -1;            ///< below those of labels, so that no edit can take one for a label
};

}  // namespace fcoscope
