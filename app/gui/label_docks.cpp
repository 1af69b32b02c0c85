// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/label_docks.h"

#include <algorithm>

#include "app/gui/class_dialog.h"
#include "app/gui/lens_docks.h"
#include "app/session/class_numbers.h"
#include "widgets/canvas.h"
#include "widgets/detection_table.h"
#include "widgets/labels/classes_panel.h"
#include "widgets/labels/labels_panel.h"
#include "widgets/message_strip.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {
namespace {

constexpr int countingMs = 100;
constexpr const char *topic = "labels";  // of what is said about gestures: the next one takes its place

/// Labels that no location learns, by their places among those given.
std::set<int> unlearnableIn(const LensFrame &frame)
{
    std::set<int> places;
    if (!frame.assigned || frame.detectionsStandIn)
        return places;
    for (size_t i = 0; i < frame.assigned->given.size() && i < frame.counts.positivesOfLabel.size(); ++i)
        if (frame.counts.positivesOfLabel[i] == 0)
            places.insert(frame.assigned->given[i]);
    return places;
}

std::vector<Label> labelsOf(const std::vector<CanvasBox> &boxes)
{
    std::vector<Label> labels;
    for (const CanvasBox &box : boxes)
        labels.push_back(box.label);
    return labels;
}

}  // namespace

LabelDocks::LabelDocks(Session &session, LensDocks &lenses, Canvas &canvas, DetectionTable &table, Actions &actions,
                       MessageStrip &strip, QWidget *parent)
    : QObject(parent), session_(session), document_(session.labels()), lenses_(lenses), canvas_(canvas), table_(table),
      actions_(actions), strip_(strip), window_(parent), desk_(session), ghosts_(session), folder_(session),
      labels_(new LabelsPanel(parent)), classes_(new ClassesPanel(parent))
{
    canvas_.setTool(&tool_);
    connectTool();
    connectPanels();
    connectClasses();
    connectEditActions();
    connectLabelActions();
    connectGhosts();
    connect(&session_, &Session::changed, this, &LabelDocks::sessionChanged);
    connect(&document_, &LabelDocument::changed, this, &LabelDocks::documentChanged);
    connect(&lenses_.lens(), &Lens::frameChanged, this, [this] {
        if (!tool_.dragging())
            showBoxes();
    });
    connect(&lenses_, &LensDocks::tryingChanged, this, &LabelDocks::setTrying);
    connect(&lenses_, &LensDocks::restoreWanted, this, [this] { setTrying(trying_); });
    connect(&desk_, &LabelDesk::said, this, &LabelDocks::say);
    counting_.setSingleShot(true);
    counting_.setInterval(countingMs);
    connect(&counting_, &QTimer::timeout, this, &LabelDocks::showCounts);
    connect(&folder_, &FolderDetection::failed, this, &LabelDocks::failed);
    connect(&folder_, &FolderDetection::changed, this, &LabelDocks::updateEnabled);
    showClasses();
    showReadOnly();
    updateEnabled();
}

LabelDocks::~LabelDocks()
{
    canvas_.setTool(nullptr);
}

QWidget *LabelDocks::labels()
{
    return labels_;
}

QWidget *LabelDocks::classes()
{
    return classes_;
}

// --- The tool

void LabelDocks::connectTool()
{
    connect(&tool_, &LabelTool::drawn, this, &LabelDocks::drawn);
    connect(&tool_, &LabelTool::moved, this, &LabelDocks::moved);
    connect(&tool_, &LabelTool::changing, this, &LabelDocks::following);
    connect(&tool_, &LabelTool::repaintNeeded, &canvas_, qOverload<>(&QWidget::update));
    connect(&tool_, &LabelTool::refused, this,
            [this](const QString &reason) { strip_.show(MessageStrip::Kind::Info, reason, topic); });
    connect(&tool_, &LabelTool::classWanted, this, [this](int64_t) { askForClass(); });
    connect(&tool_, &LabelTool::selectionChanged, this, &LabelDocks::updateEnabled);
    QAction &draw = actions_[ActionId::DrawBox];
    connect(&draw, &QAction::toggled, &tool_, &LabelTool::setDrawing);
    connect(&tool_, &LabelTool::drawingChanged, &draw, &QAction::setChecked);
}

void LabelDocks::drawn(const Box &box, int classIndex)
{
    strip_.clearTopic(topic);
    if (trying_) {
        CanvasBox tried;
        tried.key = nextTried_--;
        tried.label = {box, std::max(0, classIndex)};
        tried_.push_back(tried);
        tellTried();
        tool_.select({tried.key});
    } else if (desk_.drawingClass() > 0) {
        tool_.select(desk_.draw(box));
    } else if (const auto name = askForClassName(window_, lenses_.lens().classNames())) {
        tool_.select(desk_.draw(box, *name));
    }
    following();
}

void LabelDocks::moved(const std::vector<BoxAt> &boxes)
{
    if (trying_) {
        for (const BoxAt &moved : boxes)
            for (CanvasBox &box : tried_)
                if (box.key == moved.key)
                    box.label.box = moved.box;
        return tellTried();
    }
    std::vector<MovedBox> moves;
    for (const BoxAt &box : boxes)
        moves.push_back({box.key, box.box});
    desk_.move(moves);
    following();
}

/// The lens shows what a box that is being drawn or dragged would change.
void LabelDocks::following()
{
    if (tool_.dragging() || trying_)
        lenses_.lens().setBoxes(labelsOf(tool_.boxes()));
    else
        lenses_.lens().setBoxes({});
}

/// Labels as they are, or from now on copies of them that nobody saves.
void LabelDocks::setTrying(bool trying)
{
    trying_ = trying;
    tried_.clear();
    lenses_.lens().setBoxes({});
    lenses_.setTried(false);
    if (trying_ && session_.picture()) {
        std::vector<Label> labels = lenses_.lens().labels();
        if (const LensFramePtr shown = lenses_.frame(); shown && shown->detectionsStandIn)
            labels = shown->assigned->labels;
        for (const Label &label : labels) {
            CanvasBox box;
            box.key = nextTried_--;
            box.label = label;
            tried_.push_back(box);
        }
    }
    showBoxes();
    tool_.setDrawing(trying_);
}

void LabelDocks::tellTried()
{
    lenses_.lens().setBoxes(labelsOf(tried_));
    lenses_.setTried(true);
    showBoxes();
}

// --- From the document

void LabelDocks::sessionChanged(const Change &change)
{
    if (change.has(Change::Current)) {
        tool_.cancel();
        hidden_.clear();
        tried_.clear();
        strip_.clearTopic(topic);
    }
    if (change.has(Change::Shown) && trying_)
        setTrying(true);
    if (change.has(Change::Model))
        showClasses();
    if (change.has(Change::Current) || change.has(Change::Shown) || change.has(Change::Labels) ||
        change.has(Change::Model))
        showBoxes();
    if (change.has(Change::Found) || change.has(Change::Current) || change.has(Change::Labels))
        showGhosts();
    if (change.has(Change::Current) || change.has(Change::Shown))
        showStatus();
    updateEnabled();
}

void LabelDocks::documentChanged(const LabelsChange &change)
{
    if (change.has(LabelsChange::Set) || change.has(LabelsChange::Classes))
        showClasses();
    else if (change.has(LabelsChange::Boxes) && !counting_.isActive())
        counting_.start();
    if (change.has(LabelsChange::Statuses) || change.has(LabelsChange::Set))
        showStatus();
    if (change.has(LabelsChange::Set))
        showReadOnly();
    updateEnabled();
}

void LabelDocks::showReadOnly()
{
    const bool nothing = document_.file().empty();
    const bool readOnly = nothing || document_.saving().state == LabelDocument::Saving::State::ReadOnly;
    labels_->setReadOnly(readOnly);
    classes_->setReadOnly(readOnly);
}

void LabelDocks::showBoxes()
{
    const ImageEntry *image = desk_.image();
    if (!image) {
        tool_.setBoxes(session_.current(), {}, {});
        Q_EMIT boxesShown({});
        return labels_->setBoxes(session_.current(), {}, {});
    }
    std::vector<CanvasBox> boxes = tried_;
    if (!trying_) {
        const std::vector<Label> labels = lenses_.lens().labels();
        const LensFramePtr frame = lenses_.frame();
        const std::set<int> unlearnable =
            frame && !lenses_.lens().boxesChanged() ? unlearnableIn(*frame) : std::set<int>();
        for (size_t i = 0; i < image->boxes.size(); ++i) {
            const BoxEntry &entry = image->boxes[i];
            boxes.push_back({entry.key, labels[i], entry.score, entry.locked, hidden_.contains(entry.key),
                             unlearnable.contains(static_cast<int>(i))});
        }
    }
    const Size size = session_.picture()->image.size;
    tool_.setBoxes(session_.current(), boxes, size);
    Q_EMIT boxesShown(boxes);
    labels_->setBoxes(session_.current(), std::move(boxes), size);
}

void LabelDocks::showClasses()
{
    std::vector<CanvasClass> shown;
    const LabelSet &set = document_.set();
    const std::vector<std::string> names = lenses_.lens().classNames();
    for (size_t i = 0; i < names.size(); ++i) {
        const ClassEntry *entry = set.findClass(names[i]);
        const int number = static_cast<int>(i);
        shown.push_back({QString::fromStdString(names[i]), entry ? colourOf(*entry, number) : classColor(number)});
    }
    tool_.setClasses(shown);
    labels_->setClasses(shown);
    showCounts();
}

void LabelDocks::updateEnabled()
{
    const bool image = desk_.image() != nullptr;
    const bool writable = document_.saving().state != LabelDocument::Saving::State::ReadOnly;
    const bool selected = image && !tool_.selection().empty();
    using Id = ActionId;
    for (Id id : {Id::DrawBox, Id::MarkVerified, Id::MarkEmpty})
        actions_[id].setEnabled(image && writable);
    actions_[Id::DeleteBoxes].setEnabled(selected && (writable || trying_));
    for (Id id : {Id::DuplicateBoxes, Id::ChangeClass, Id::LockBoxes, Id::ToggleDifficult, Id::ToggleCrowd,
                  Id::TightenBoxes, Id::PropagateBoxes})
        actions_[id].setEnabled(selected && writable);
    for (Id id : {Id::CopyBoxes, Id::HideBoxes, Id::SelectByClass})
        actions_[id].setEnabled(selected);
    for (Id id : {Id::SelectAllBoxes, Id::SelectUnsure, Id::NextBox, Id::PreviousBox})
        actions_[id].setEnabled(image && tool_.hasBoxes());
    actions_[Id::ShowHidden].setEnabled(!hidden_.empty());
    actions_[Id::PasteBoxes].setEnabled(image && writable && desk_.canPaste());
    actions_[Id::Undo].setEnabled(writable && document_.canUndo());
    actions_[Id::Redo].setEnabled(writable && document_.canRedo());
    const bool open = image && writable && !ghosts_.open().empty();
    for (Id id : {Id::AcceptDetection, Id::AcceptAllDetections, Id::AcceptClassDetections, Id::RefuseDetection})
        actions_[id].setEnabled(open);
    for (Id id : {Id::NextUnreviewed, Id::PreviousUnreviewed, Id::ExportLabels, Id::SplitSet})
        actions_[id].setEnabled(!session_.images().empty());
    actions_[Id::ImportLabels].setEnabled(!session_.images().empty() && writable);
    for (Id id : {Id::DetectFolder, Id::AcceptFolderDetections})
        actions_[id].setEnabled(session_.model() && !session_.images().empty() && writable);
    if (const ImageEntry *entry = desk_.image()) {
        actions_[Id::MarkVerified].setChecked(entry->status == ReviewStatus::Verified);
        actions_[Id::MarkEmpty].setChecked(entry->status == ReviewStatus::Empty);
    }
}

void LabelDocks::say(const Message &sentence)
{
    strip_.show(MessageStrip::Kind::Info, sentence, topic);
}

}  // namespace fcoscope
