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

bool changedSince(const fs::path &file, const SidecarRecord *known, fs::file_time_type since)
{
    std::error_code error;
    if (known)
        return fingerprintOf(file) != known->fingerprint;
    const auto written = fs::last_write_time(file, error);
    return !error && written > since;
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
void bringInStep(const fs::path &file, const SidecarLayout &layout, const LabelSet &part)
{
    std::error_code error;
    const ImageEntry &image = part.images.front();
    writeNames(layout, part);
    const std::string before = textOf(file), text = sidecarText(layout, part, image, before);
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

/// From what is there to what the file says: boxes of equal keys are the same.
LabelEdit editTowards(const ImageEntry &from, const ImageEntry &to, const LabelSet &before, const LabelSet &after)
{
    LabelEdit edit;
    edit.words = message("core", "Take over the labels of another program");
    for (const ClassEntry &entry : after.classes)
        if (!before.findClass(entry.key))
            edit.classes.push_back({entry.key, entry});
    for (const BoxEntry &box : from.boxes)
        if (!findBox(to, box.key))
            edit.boxes.push_back({from.key, box.key, std::nullopt});
    for (const BoxEntry &box : to.boxes)
        if (const BoxEntry *old = findBox(from, box.key); !old || *old != box)
            edit.boxes.push_back({from.key, box.key, box});
    if (from.status != to.status)
        edit.statuses.push_back({from.key, to.status});
    return edit;
}

}  // namespace

SidecarKeeper::SidecarKeeper(LabelDocument &document, QObject *parent) : QObject(parent), document_(document)
{
    soon_.setSingleShot(true);
    soon_.setInterval(soonMs);
    connect(&soon_, &QTimer::timeout, this, &SidecarKeeper::writeDue);
    connect(&document_, &LabelDocument::changed, this, [this](const LabelsChange &change) {
        if (!layout_)
            return;
        if (change.has(LabelsChange::Boxes) || change.has(LabelsChange::Statuses))
            due_.insert(change.images.begin(), change.images.end());
        if (change.has(LabelsChange::Classes))
            classesChanged();
        if (!due_.empty())
            soon_.start();
    });
}

/// A new name stands in every file that uses it; YOLO has one list of names, which any one image brings in step.
void SidecarKeeper::classesChanged()
{
    std::set<Key> renamed;
    for (const ClassEntry &entry : document_.set().classes)
        if (const auto before = names_.find(entry.key); before != names_.end() && before->second != entry.name)
            renamed.insert(entry.key);
    names_ = namesOf(document_.set());
    const bool oneList = layout_->format == LabelFormat::Yolo;
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
    for (Key image : std::exchange(due_, {}))
        wanted_[image] = Task::Write;
    if (const auto writing = std::exchange(writing_, std::nullopt); writing && *writing->record)
        note(**writing->record);
    else if (writing)
        wanted_[writing->image] = writing->task;
    for (const auto &[image, task] : std::exchange(wanted_, {})) {
        const ImageEntry *entry = document_.find(image);
        if (!layout_ || !entry || task == Task::Look || task == Task::Take || asked_.contains(image))
            continue;
        try {
            note(work(*entry, task)({}).record);
        } catch (...) {
            Q_EMIT failed({messageOfCurrentException(), "sidecars"});
        }
    }
}

void SidecarKeeper::open(const std::optional<SidecarLayout> &layout, const std::vector<SidecarRecord> &records)
{
    working_.abandon();
    soon_.stop();
    layout_ = layout;
    records_.clear();
    writing_.reset();
    names_ = namesOf(document_.set());
    due_.clear();
    asked_.clear();
    wanted_.clear();
    for (const SidecarRecord &record : records)
        records_[record.image] = record;
    since_ = fs::file_time_type::clock::now();
}

void SidecarKeeper::stopKeeping()
{
    open(std::nullopt, {});
    document_.remember("sidecars", "");
}

void SidecarKeeper::look(Key image)
{
    if (layout_ && !asked_.contains(image) && !due_.contains(image))
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
    wanted_[image] = task;
    next();
}

void SidecarKeeper::next()
{
    if (working_.running() || wanted_.empty() || !layout_)
        return;
    const auto [image, task] = *wanted_.begin();
    wanted_.erase(wanted_.begin());
    const ImageEntry *entry = document_.find(image);
    if (!entry)
        return next();
    const auto record = std::make_shared<std::optional<SidecarRecord>>();
    if (task == Task::Write || task == Task::Overwrite)
        writing_ = Writing{image, task, record};
    working_.start(
        [work = work(*entry, task), record](const RunContext &context) {
            Done done = work(context);
            if (!done.stranger)
                *record = done.record;
            return done;
        },
        [this, image = image, task = task](Outcome<Done> outcome) { done(image, task, std::move(outcome)); });
}

/// Looks at or writes the image's file; on any thread.
Job<SidecarKeeper::Done>::Operation SidecarKeeper::work(const ImageEntry &image, Task task) const
{
    const auto record = records_.find(image.key);
    const auto known = record == records_.end() ? std::nullopt : std::optional(record->second);
    return [set = partOf(document_.set(), image), layout = *layout_, task, known, since = since_](const RunContext &) {
        LabelSet part = set;
        const ImageEntry &present = set.images.front();
        const fs::path file = sidecarOf(layout, part, present);
        Done done;
        done.record = {present.key, pathBelow(part.root, file), {}};
        done.stranger =
            (task == Task::Look || task == Task::Write) && changedSince(file, known ? &*known : nullptr, since);
        if (done.stranger)
            return done;
        if (task == Task::Write || task == Task::Overwrite)
            bringInStep(file, layout, part);
        if (task == Task::Take) {
            done.theirs = readSidecar(layout, part, present);
            done.classes = std::move(part);
        }
        done.record.fingerprint = fingerprintOf(file);
        return done;
    };
}

void SidecarKeeper::done(Key image, Task task, Outcome<Done> outcome)
{
    writing_.reset();
    if (outcome.how == Ended::Failed) {
        Q_EMIT failed({outcome.failure, "sidecars"});
        if (task == Task::Write || task == Task::Overwrite)
            due_.insert(image);  // with the next edit it is tried again
    }
    if (outcome.result && outcome.result->stranger) {
        asked_.insert(image);
        Q_EMIT question(image, QString::fromStdString(outcome.result->record.file));
    } else if (outcome.result) {
        if (records_[image].fingerprint != outcome.result->record.fingerprint || task != Task::Look)
            document_.remember(outcome.result->record);
        records_[image] = outcome.result->record;
        if (outcome.result->theirs)
            takeOver(*outcome.result);
    }
    next();
}

/// The file is as we read or wrote it, here and for the next start.
void SidecarKeeper::note(const SidecarRecord &record)
{
    records_[record.image] = record;
    document_.remember(record);
}

void SidecarKeeper::takeOver(const Done &done)
{
    const ImageEntry *present = document_.find(done.theirs->key);
    if (!present)
        return;
    document_.apply(editTowards(*present, *done.theirs, document_.set(), done.classes));
    due_.erase(done.theirs->key);  // the file says it already
}

}  // namespace fcoscope
