// SPDX-License-Identifier: GPL-3.0-or-later
// The actions of the menus Edit and Labels, and what the model proposes.
#include <QInputDialog>
#include <QMessageBox>
#include <QPushButton>

#include <algorithm>

#include "app/gui/class_dialog.h"
#include "app/gui/label_docks.h"
#include "app/gui/lens_docks.h"
#include "core/data/project/import_labels.h"
#include "widgets/canvas.h"
#include "widgets/detection_table.h"
#include "widgets/labels/classes_panel.h"
#include "widgets/labels/labels_panel.h"
#include "widgets/message_strip.h"
#include "widgets/translate.h"

namespace fcoscope {

void LabelDocks::on(ActionId id, std::function<void()> call)
{
    connect(&actions_[id], &QAction::triggered, this, std::move(call));
}

// --- Edit

void LabelDocks::connectEditActions()
{
    using Id = ActionId;
    on(Id::Undo, [this] { takeBack(-1); });
    on(Id::Redo, [this] { takeBack(1); });
    on(Id::CopyBoxes, [this] {
        desk_.copy(tool_.selection());
        updateEnabled();
    });
    on(Id::PasteBoxes, [this] { tool_.select(desk_.paste()); });
    on(Id::DuplicateBoxes, [this] { tool_.select(desk_.duplicate(tool_.selection())); });
    on(Id::DeleteBoxes, [this] { remove(tool_.selection()); });
    on(Id::SelectAllBoxes, [this] { tool_.selectAll(); });
    on(Id::SelectByClass, [this] {
        const Keys chosen = tool_.selection();
        for (const CanvasBox &box : tool_.boxes())
            if (!chosen.empty() && box.key == chosen.front())
                return tool_.selectClass(box.label.classIndex);
    });
    on(Id::SelectUnsure, [this] { tool_.selectScoreBelow(session_.decodeOptions().scoreThreshold); });
    on(Id::NextBox, [this] { tool_.selectNext(1); });
    on(Id::PreviousBox, [this] { tool_.selectNext(-1); });
}

/// Goes to the image that the step was about, so that a person sees what it did.
void LabelDocks::takeBack(int direction)
{
    const Message words = direction < 0 ? document_.undoWords() : document_.redoWords();
    const std::vector<Key> images = direction < 0 ? document_.undo() : document_.redo();
    const ImageEntry *current = document_.find(session_.current());
    if (!images.empty() && (!current || !std::binary_search(images.begin(), images.end(), current->key)))
        session_.setCurrent(document_.idOf(images.front()));
    strip_.show(MessageStrip::Kind::Info,
                (direction < 0 ? tr("Undone: %1") : tr("Done again: %1")).arg(translated(words)), "labels");
}

void LabelDocks::remove(const Keys &keys)
{
    if (!trying_)
        return desk_.remove(keys);
    std::erase_if(tried_,
                  [&](const CanvasBox &box) { return std::find(keys.begin(), keys.end(), box.key) != keys.end(); });
    tellTried();
}

// --- Labels

void LabelDocks::connectLabelActions()
{
    using Id = ActionId;
    for (int place = 0; place < 10; ++place)
        on(static_cast<Id>(static_cast<int>(Id::Class1) + place), [this, place] { chooseClass(place); });
    on(Id::ChangeClass, [this] { askForClass(); });
    on(Id::LockBoxes, [this] { desk_.toggle(tool_.selection(), BoxFlag::Locked); });
    on(Id::ToggleDifficult, [this] { desk_.toggle(tool_.selection(), BoxFlag::Difficult); });
    on(Id::ToggleCrowd, [this] { desk_.toggle(tool_.selection(), BoxFlag::Crowd); });
    on(Id::HideBoxes, [this] { hide(tool_.selection(), true); });
    on(Id::ShowHidden, [this] { hide(Keys(hidden_.begin(), hidden_.end()), false); });
    connect(&actions_[Id::PeekLabels], &QAction::toggled, this, [this](bool away) {
        tool_.setShown(!away);
        showGhosts();  // without labels every detection is seen
        canvas_.update();
    });
    connect(&actions_[Id::ShowUnlearnable], &QAction::toggled, this, &LabelDocks::pointOutUnlearnable);
    on(Id::TightenBoxes, [this] { desk_.tighten(tool_.selection()); });
    on(Id::PropagateBoxes, [this] { propagate(); });
    on(Id::MarkVerified, [this] { desk_.toggleVerified(); });
    on(Id::MarkEmpty, [this] { desk_.toggleEmpty(); });
    on(Id::NextUnreviewed, [this] { goToUnreviewed(1); });
    on(Id::PreviousUnreviewed, [this] { goToUnreviewed(-1); });
    on(Id::DetectFolder, [this] { folder_.running() ? folder_.stop() : folder_.start(); });
}

/// With the map that says why: no location of any level is theirs.
void LabelDocks::pointOutUnlearnable(bool on)
{
    if (actions_[ActionId::LensAssignment].isChecked() != on)
        actions_[ActionId::LensAssignment].trigger();
    if (!on)
        return;
    Keys keys;
    for (const CanvasBox &box : tool_.boxes())
        if (box.unlearnable)
            keys.push_back(box.key);
    tool_.select(keys);
    if (keys.empty())
        say(message("core", "Every box of this image can be learnt: some location of some level is its own."));
}

void LabelDocks::chooseClass(int place)
{
    const auto classKey = desk_.classAt(place);
    if (!classKey)
        return;
    if (trying_ || tool_.selection().empty())
        desk_.setDrawingClass(*classKey);
    else
        desk_.setClass(tool_.selection(), *classKey);
}

void LabelDocks::askForClass()
{
    const Keys chosen = tool_.selection();
    const std::vector<BoxEntry> boxes = desk_.boxes(chosen);
    if (boxes.empty() || trying_)
        return;
    const ClassEntry *now = document_.set().findClass(boxes.front().classKey);
    if (const auto name = askForClassName(window_, lenses_.lens().classNames(), now ? now->name : std::string()))
        setClass(chosen, *name);
}

void LabelDocks::setClass(const Keys &keys, const std::string &name)
{
    if (const ClassEntry *known = document_.set().findClass(name))
        desk_.setClass(keys, known->key);
    else
        desk_.setClass(keys, name);
}

void LabelDocks::hide(const Keys &keys, bool hidden)
{
    for (Key key : keys)
        hidden ? void(hidden_.insert(key)) : void(hidden_.erase(key));
    showBoxes();
    updateEnabled();
}

void LabelDocks::propagate()
{
    bool wanted = false;
    const int count = QInputDialog::getInt(window_, tr("Propagate boxes"), tr("Into how many of the next images?"), 1,
                                           1, std::max(1, static_cast<int>(session_.listed().size())), 1, &wanted);
    if (wanted)
        desk_.propagate(tool_.selection(), count);
}

void LabelDocks::goToUnreviewed(int step)
{
    const std::vector<size_t> &listed = session_.listed();
    const auto here = std::find(listed.begin(), listed.end(), static_cast<size_t>(document_.rowOf(session_.current())));
    const int from = here == listed.end() ? -1 : static_cast<int>(here - listed.begin());
    const int next = nextUnreviewed(document_.set(), listed, from, step);
    if (next < 0)
        return say(message("core", "Every listed image has been looked at."));
    session_.setCurrent(session_.images()[listed[static_cast<size_t>(next)]]);
}

void LabelDocks::import(const std::filesystem::path &path)
{
    importing_.start([path, read = session_.backend().readLabels](
                         const RunContext &context) { return std::make_shared<ReadLabels>(read(path, context)); },
                     [this](Outcome<std::shared_ptr<ReadLabels>> outcome) {
                         if (outcome.how == Ended::Failed)
                             Q_EMIT failed({outcome.failure, "import"});
                         if (outcome.result)
                             imported(**outcome.result);
                     });
}

void LabelDocks::imported(const ReadLabels &read)
{
    const ImportedLabels labels = importLabels(document_.set(), read.set);
    document_.apply(labels.edit);
    const auto number = [](size_t count) { return static_cast<int>(count); };
    QStringList sentences{tr("%n box(es) imported.", nullptr, number(labels.boxes))};
    if (labels.known > 0)
        sentences += tr("%n were there already.", nullptr, number(labels.known));
    if (!labels.strangers.empty())
        sentences += tr("Of %n image(s) nothing was taken: they are not open, the first is %1.", nullptr,
                        number(labels.strangers.size()))
                         .arg(QString::fromStdString(labels.strangers.front()));
    if (!read.problems.empty())
        sentences += tr("%n entries cannot be used.", nullptr, number(read.problems.size()));
    strip_.show(MessageStrip::Kind::Info, sentences.join(QLatin1Char(' ')), "import");
}

// --- What the model proposes

void LabelDocks::connectGhosts()
{
    connect(&ghosts_, &Ghosts::changed, this, &LabelDocks::showGhosts);
    connect(&folder_, &FolderDetection::storedChanged, this, [this] { ghosts_.setStored(folder_.stored()); });
    using Id = ActionId;
    on(Id::AcceptDetection, [this] { answer(true, chosenDetections()); });
    on(Id::AcceptAllDetections, [this] { answer(true, ghosts_.open()); });
    on(Id::AcceptClassDetections, [this] {
        if (const std::vector<int> chosen = chosenDetections(); !chosen.empty())
            answer(true, ghosts_.openOfClass(chosen.front()));
    });
    on(Id::AcceptFolderDetections, [this] {
        const auto isStillOpen = [this, file = document_.file(), model = session_.model()] {
            return document_.file() == file && session_.model() == model;
        };
        folder_.recall([this, isStillOpen](FolderDetection::Recalled stored) {
            // It asks: not in the middle of the job that brought it.
            QMetaObject::invokeMethod(
                this, [this, isStillOpen, stored = std::move(stored)] { acceptFolder(stored, isStillOpen); },
                Qt::QueuedConnection);
        });
    });
    on(Id::RefuseDetection, [this] { answer(false, chosenDetections()); });
    connect(&table_, &DetectionTable::selectionChanged, this, &LabelDocks::updateEnabled);
    connect(&canvas_, &Canvas::selectionChanged, this, &LabelDocks::updateEnabled);
}

/// The one that is selected, or else the best that is open, which then is the next to be decided.
std::vector<int> LabelDocks::chosenDetections() const
{
    if (ghosts_.isOpen(canvas_.selected()))
        return {canvas_.selected()};
    const std::vector<int> open = ghosts_.open();
    return open.empty() ? open : std::vector<int>{open.front()};
}

void LabelDocks::answer(bool accepted, const std::vector<int> &detections)
{
    if (detections.empty())
        return;
    accepted ? ghosts_.accept(detections) : ghosts_.refuse(detections);
    // On to the next, so that a row of them is decided with one key.
    const std::vector<int> open = ghosts_.open();
    const int next = open.empty() ? -1 : open.front();
    canvas_.select(next);
    table_.select(next);
    updateEnabled();
}

/// Says first how much it is: nobody has looked at these. The window may open something else at any time.
void LabelDocks::acceptFolder(const std::vector<StoredDetections> &stored, const std::function<bool()> &isStillOpen)
{
    if (!isStillOpen())
        return;
    const float threshold = session_.decodeOptions().scoreThreshold;
    LabelEdit edit = acceptStored(document_.set(), stored, threshold);
    const Touched touched = touchedBy(edit);
    if (touched.boxes == 0)
        return say(stored.empty() ? message("core", "This model has not looked at these images yet: detect in all "
                                                    "images first.")
                                  : message("core", "Nothing is left to be accepted: what was detected is labelled, "
                                                    "refused, or below the score threshold."));
    const QString where = tr("in %n image(s)", nullptr, static_cast<int>(touched.images));
    QMessageBox box(QMessageBox::Question, tr("Accept detections of all images"),
                    tr("%n box(es) %1 become labels: what was detected with a score of at least %2 and is neither "
                       "labelled nor refused. Images that are verified or empty stay as they are.",
                       nullptr, static_cast<int>(touched.boxes))
                        .arg(where)
                        .arg(static_cast<double>(threshold), 0, 'f', 2),
                    QMessageBox::Cancel, window_);
    box.setObjectName(QStringLiteral("acceptFolder"));
    QPushButton *accept = box.addButton(tr("&Accept"), QMessageBox::AcceptRole);
    box.setDefaultButton(accept);
    bool changed = false;
    connect(&document_, &LabelDocument::changed, &box,
            [&changed](const LabelsChange &change) { changed |= change.parts != LabelsChange::Saving; });
    box.exec();
    if (box.clickedButton() != accept)
        return;
    if (!isStillOpen())
        return say(message("core", "Another folder or model has been opened meanwhile: nothing was accepted."));
    if (changed)
        edit = acceptStored(document_.set(), stored, threshold);
    document_.apply(edit);
}

void LabelDocks::showGhosts()
{
    std::vector<bool> hidden;
    for (Suggestion suggestion : ghosts_.suggestions())
        hidden.push_back(suggestion == Suggestion::Labelled || suggestion == Suggestion::Refused);
    const ImageEntry *image = desk_.image();
    const bool labelled = image && (image->status != ReviewStatus::New || !image->boxes.empty());
    if (actions_[ActionId::PeekLabels].isChecked())
        canvas_.setGhosts(false, {});
    else
        canvas_.setGhosts(labelled, std::move(hidden));
    updateEnabled();
}

}  // namespace fcoscope
