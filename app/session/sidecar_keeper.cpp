// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/sidecar_keeper.h"

#include <algorithm>

#include "core/base/file.h"
#include "core/data/project/edits.h"

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

constexpr int soonMs = 700;

/// Classes and this image alone: what one file needs, and cheap to hand to a worker.
LabelSet partOf(const LabelSet &set, const ImageEntry &image)
{
    LabelSet part;
    part.root = set.root;
    part.classes = set.classes;
    part.images = {image};
    part.nextKey = set.nextKey;
    return part;
}

std::string textOf(const fs::path &file)
{
    std::error_code error;
    return fs::exists(file, error) ? readFile(file) : std::string();
}

/// YOLO's numbers mean what its list of names says, so the list comes first.
void writeNames(const SidecarLayout &layout, const LabelSet &set)
{
    if (layout.classFile.empty())
        return;
    const std::string before = textOf(layout.classFile), names = sidecarClasses(layout, set, before);
    if (names != before && !names.empty())
        writeFile(layout.classFile, names);
}

/// Writes the file of the only image of `part`, or removes it where the image has no labels and no review.
void bringInStep(const fs::path &file, const SidecarLayout &layout, const LabelSet &part, const ExtraOfKey &extraOf)
{
    std::error_code error;
    const ImageEntry &image = part.images.front();
    writeNames(layout, part);
    const std::string before = textOf(file), text = sidecarText(layout, part, image, before, extraOf);
    if (text.empty() && image.status == ReviewStatus::New) {
        fs::remove(file, error);
    } else if (text != before || !fs::exists(file, error)) {
        fs::create_directories(file.parent_path(), error);
        writeFile(file, text);
    }
}

std::map<Key, std::string> namesOf(const LabelSet &set)
{
    std::map<Key, std::string> names;
    for (const ClassEntry &entry : set.classes)
        names[entry.key] = entry.name;
    return names;
}

}  // namespace

SidecarKeeper::SidecarKeeper(LabelDocument &document, QObject *parent) : QObject(parent), document_(document)
{
    soon_.setSingleShot(true);
    soon_.setInterval(soonMs);
    connect(&soon_, &QTimer::timeout, this, &SidecarKeeper::writeDue);
    connect(&document_, &LabelDocument::changed, this, &SidecarKeeper::labelsChanged);
}

void SidecarKeeper::labelsChanged(const LabelsChange &change)
{
    if (!known_ || change.has(LabelsChange::Set))
        return;
    if (change.has(LabelsChange::Images))
        imagesAdded();
    if (change.has(LabelsChange::Boxes) || change.has(LabelsChange::Statuses))
        due_.insert(change.images.begin(), change.images.end());
    if (change.has(LabelsChange::Classes))
        classesChanged();
    if (due_.empty())
        return;
    due_.merge(failed_);
    if (std::exchange(saidInStep_, false))
        document_.remember(inStepNote, "");
    soon_.start();
}

void SidecarKeeper::imagesAdded()
{
    const std::vector<ImageEntry> &images = document_.set().images;
    for (; images_ < images.size(); ++images_)
        known_->owners.add(sidecarOf(known_->layout, document_.set(), images[images_]), images[images_].key);
}

/// A new name stands in every file that uses it; YOLO has one list of names, which any one image brings in step.
void SidecarKeeper::classesChanged()
{
    std::set<Key> renamed;
    for (const ClassEntry &entry : document_.set().classes)
        if (const auto before = names_.find(entry.key); before != names_.end() && before->second != entry.name)
            renamed.insert(entry.key);
    names_ = namesOf(document_.set());
    const bool oneList = known_->layout.format == LabelFormat::Yolo;
    for (const ImageEntry &image : document_.set().images) {
        if (std::none_of(image.boxes.begin(), image.boxes.end(),
                         [&](const BoxEntry &box) { return oneList || renamed.contains(box.classKey); }))
            continue;
        due_.insert(image.key);
        if (oneList)
            return;
    }
}

SidecarKeeper::~SidecarKeeper()
{
    finish();
}

void SidecarKeeper::finish()
{
    working_.abandon();  // what it was about is written, is still due, or was only a look
    thread_.waitFor(&working_);
    soon_.stop();
    due_.merge(failed_);
    for (Key image : std::exchange(due_, {}))
        if (Task &wanted = wanted_[image]; wanted == Task::Look)
            wanted = Task::Write;
    if (const auto writing = std::exchange(writing_, std::nullopt); writing && *writing->record)
        note(**writing->record);
    else if (writing)
        wanted_[writing->image] = writing->task;
    for (const auto &[image, task] : std::exchange(wanted_, {})) {
        const ImageEntry *entry = document_.find(image);
        if (!known_ || !entry || !writes(task) || asked_.contains(image) || !hasFile(*entry, task))
            continue;
        try {
            const Done done = work(*entry, task)({});
            if (done.stranger)
                asked_.insert(image);  // and nobody is there to answer
            else
                note(done.record);
        } catch (...) {
            failed_.insert(image);
            Q_EMIT failed({messageOfCurrentException(), "sidecars"});
        }
    }
    noteInStep();
}

/// At the end: whether the next start has to compare the files with the labels.
void SidecarKeeper::noteInStep()
{
    if (!known_ || saidInStep_ || !failed_.empty() || !asked_.empty())
        return;
    saidInStep_ = true;
    document_.remember(inStepNote, "yes");
}

void SidecarKeeper::open(std::optional<KnownSidecars> sidecars)
{
    working_.abandon();
    soon_.stop();
    writing_.reset();
    due_.clear();
    asked_.clear();
    failed_.clear();
    wanted_.clear();
    known_ = std::move(sidecars);
    names_ = namesOf(document_.set());
    images_ = document_.set().images.size();
    toldShared_ = false;
    if (!known_)
        return;
    saidInStep_ = false;
    if (known_->inStep)  // before any edit: whoever is killed from now on has not said that all is well
        document_.remember(inStepNote, "");
    document_.remember(std::exchange(known_->fresh, {}));
    document_.apply(std::exchange(known_->taken, {}));
    due_.clear();  // the files say it already
    for (Key image : std::exchange(known_->behind, {}))
        due_.insert(image);
    if (!due_.empty())
        soon_.start();
}

void SidecarKeeper::stopKeeping()
{
    open(std::nullopt);
    document_.remember("sidecars", "");
}

void SidecarKeeper::look(Key image)
{
    if (known_ && !asked_.contains(image) && !due_.contains(image) && !wanted_.contains(image))
        begin(image, Task::Look);
}

void SidecarKeeper::writeDue()
{
    soon_.stop();
    for (Key image : std::exchange(due_, {}))
        if (!asked_.contains(image))
            begin(image, Task::Write);
}

void SidecarKeeper::answer(Key image, Answer answer)
{
    if (asked_.erase(image) > 0)  // else the question was about labels that are closed
        begin(image, answer == Answer::Mine ? Task::Overwrite : Task::Take);
}

void SidecarKeeper::begin(Key image, Task task)
{
    Task &wanted = wanted_.emplace(image, task).first->second;
    if (task != Task::Write || wanted == Task::Look)  // an answer that waits counts
        wanted = task;
    next();
}

void SidecarKeeper::next()
{
    while (!working_.running() && !wanted_.empty() && known_) {
        const auto [image, task] = *wanted_.begin();
        wanted_.erase(wanted_.begin());
        if (const ImageEntry *entry = document_.find(image); entry && hasFile(*entry, task))
            start(*entry, task);
    }
}

void SidecarKeeper::start(const ImageEntry &image, Task task)
{
    const auto record = std::make_shared<std::optional<SidecarRecord>>();
    if (writes(task))
        writing_ = Writing{image.key, task, record};
    working_.start(
        [work = work(image, task), record](const RunContext &context) {
            Done done = work(context);
            if (!done.stranger)
                *record = done.record;
            return done;
        },
        [this, image = image.key, task](Outcome<Done> outcome) { done(image, task, std::move(outcome)); });
}

/// Images elsewhere have none, and one that another image has, too, is left alone.
bool SidecarKeeper::hasFile(const ImageEntry &image, Task task)
{
    const fs::path file = sidecarOf(known_->layout, document_.set(), image);
    if (file.empty() || known_->owners.isOf(file, image.key))
        return !file.empty();
    if (writes(task) && !std::exchange(toldShared_, true))
        Q_EMIT failed({message("core", "{0} would be the label file of several images, so it is left as it is.")
                           .with(file.string()),
                       "sidecars"});
    return false;
}

/// Looks at or writes the image's file; on any thread.
Job<SidecarKeeper::Done>::Operation SidecarKeeper::work(const ImageEntry &image, Task task) const
{
    const auto record = known_->records.find(image.key);
    const auto known = record == known_->records.end() ? std::nullopt : std::optional(record->second);
    return [set = partOf(document_.set(), image), layout = known_->layout, task, known,
            extraOf = document_.extrasOf(image.key)](const RunContext &) {
        LabelSet part = set;
        const ImageEntry &present = set.images.front();
        const fs::path file = sidecarOf(layout, part, present);
        Done done;
        done.record = {present.key, pathBelow(part.root, file), {}};
        if (task == Task::Look || task == Task::Write) {
            const SidecarLook look = lookAtSidecar(layout, part, present, known ? &*known : nullptr);
            done.stranger =
                look.state == SidecarLook::Stranger || (look.state == SidecarLook::Fresh && task == Task::Write);
            done.record.fingerprint = look.fingerprint;
            done.theirs = look.theirs;
            if (done.stranger || task == Task::Look || look.state == SidecarLook::Same) {
                done.classes = std::move(part);
                return done;
            }
        }
        if (writes(task))
            bringInStep(file, layout, part, extraOf);
        else
            done.theirs = readSidecar(layout, part, present);
        done.record.fingerprint = fingerprintOf(file);
        done.classes = std::move(part);
        return done;
    };
}

void SidecarKeeper::done(Key image, Task task, Outcome<Done> outcome)
{
    writing_.reset();
    if (outcome.how == Ended::Failed) {
        Q_EMIT failed({outcome.failure, "sidecars"});
        if (writes(task))
            failed_.insert(image);
    }
    if (outcome.result && outcome.result->stranger) {
        asked_.insert(image);
        Q_EMIT question(image, QString::fromStdString(outcome.result->record.file));
    } else if (outcome.result && (!outcome.result->theirs || takeOver(*outcome.result, task))) {
        const auto known = known_->records.find(image);
        if (known == known_->records.end() || known->second.fingerprint != outcome.result->record.fingerprint)
            note(outcome.result->record);
    }
    next();
}

/// The file is as we read or wrote it, here and for the next start.
void SidecarKeeper::note(const SidecarRecord &record)
{
    known_->records[record.image] = record;
    document_.remember(std::vector{record});
}

/// False: somebody has labelled the image while its file was read, so it is theirs no longer.
bool SidecarKeeper::takeOver(const Done &done, Task task)
{
    const ImageEntry *present = document_.find(done.theirs->key);
    const bool edited = present && (present->status != ReviewStatus::New || !present->boxes.empty());
    if (!present || (task == Task::Look && edited))
        return false;
    document_.apply(editTowards(*present, *done.theirs, document_.set(), done.classes));
    due_.erase(done.theirs->key);  // the file says it already
    return true;
}

}  // namespace fcoscope
