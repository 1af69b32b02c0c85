// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/sidecar_keeper.h"

#include <algorithm>

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

constexpr int soonMs = 700;
constexpr size_t notedAtOnce = 64;  // records, in one transaction

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
    if (!known_->kept)
        return;
    if (change.has(LabelsChange::Saving))
        next();
    if (change.has(LabelsChange::Boxes) || change.has(LabelsChange::Statuses))
        due_.insert(change.images.begin(), change.images.end());
    if (change.has(LabelsChange::Classes))
        classesChanged();
    if (due_.empty())
        return;
    due_.merge(failed_);
    sayInStep(false);
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
    if (keeps() && !atRest())
        document_.finishSaving();  // first the project, if it can be written
    due_.merge(failed_);
    due_.merge(later_);  // whoever made another file of it may have taken that back
    for (Key image : std::exchange(due_, {}))
        if (Task &wanted = wanted_[image]; wanted == Task::Look)
            wanted = Task::Write;
    if (const auto writing = std::exchange(writing_, std::nullopt); writing && *writing->record)
        note(**writing->record);
    else if (writing)
        wanted_[writing->image] = writing->task;
    for (const auto &[image, task] : std::exchange(wanted_, {}))
        if (task == Task::Take)
            later_.insert(image);  // an answer that was not carried out is asked for again
        else
            finish(image, task);
    remember();
    if (keeps() && failed_.empty() && asked_.empty() && later_.empty())
        sayInStep(true);
}

void SidecarKeeper::finish(Key image, Task task)
{
    const ImageEntry *entry = document_.find(image);
    if (!keeps() || !entry || !writes(task) || asked_.contains(image) || !hasFile(*entry, task))
        return;
    try {
        const Done done = work(*entry, task)({});
        if (done.stranger)
            later_.insert(image);
        else
            take(done);
    } catch (...) {
        failed_.insert(image);
        Q_EMIT failed({messageOfCurrentException(), "sidecars"});
    }
}

/// Whether the next start has to compare the files with the labels.
void SidecarKeeper::sayInStep(bool are)
{
    if (std::exchange(saidInStep_, are) != are)
        document_.remember(inStepNote, are ? "yes" : "");
}

void SidecarKeeper::open(std::optional<KnownSidecars> sidecars)
{
    forget();
    known_ = std::move(sidecars);
    names_ = namesOf(document_.set());
    images_ = document_.set().images.size();
    toldShared_ = false;
    saidInStep_ = known_ && known_->inStep;
    if (known_) {
        sayInStep(false);  // before any edit: whoever is killed from now on has not said that all is well
        document_.remember(std::exchange(known_->fresh, {}));
        document_.apply(std::exchange(known_->taken, {}));
        due_.clear();  // the files say it already
        for (Key image : std::exchange(known_->behind, {}))
            due_.insert(image);
        if (!due_.empty())
            soon_.start();
    }
    Q_EMIT keepingChanged();
}

/// Nothing is due, nobody is asked.
void SidecarKeeper::forget()
{
    working_.abandon();
    soon_.stop();
    writing_.reset();
    due_.clear();
    asked_.clear();
    later_.clear();
    failed_.clear();
    wanted_.clear();
    noted_.clear();
    made_.clear();
    asking_ = 0;
    standing_.reset();
}

void SidecarKeeper::setKeeping(bool keep)
{
    if (!known_ || known_->kept == keep)
        return;
    // What is not written stays as it is: whoever says so does not wait for ten thousand files.
    working_.abandon();
    thread_.waitFor(&working_);
    if (writing_ && *writing_->record)
        note(**writing_->record);
    remember();
    forget();
    known_->kept = keep;
    tellRest();
    document_.remember(leftAloneNote, keep ? "" : "yes");
    sayInStep(false);
    for (size_t i = 0; keep && i < document_.set().images.size(); ++i) {
        const ImageEntry &image = document_.set().images[i];
        const auto record = known_->records.find(image.key);
        if (image.status != ReviewStatus::New ||
            (record != known_->records.end() && !record->second.fingerprint.empty()))
            due_.insert(image.key);
        else if (record == known_->records.end())
            wanted_[image.key] = Task::Look;
    }
    writeDue();
    next();
    Q_EMIT keepingChanged();
}

void SidecarKeeper::look(Key image)
{
    if (!keeps() || asked_.contains(image) || due_.contains(image) || wanted_.contains(image))
        return;
    begin(image, later_.erase(image) > 0 ? Task::Write : Task::Look);
}

void SidecarKeeper::writeDue()
{
    soon_.stop();
    for (Key image : std::exchange(due_, {}))
        if (!asked_.contains(image) && !later_.contains(image))
            begin(image, Task::Write);
    tellRest();
}

/// Whoever waits for the rest hears of it however it comes, and when nobody is in the middle of anything.
void SidecarKeeper::tellRest()
{
    if (!atRest())
        return;
    const auto tell = [this] {
        if (atRest())
            Q_EMIT progressed();
    };
    QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
}

// --- Questions

void SidecarKeeper::strangerFound(Key image)
{
    if (standing_)
        return settle(image, *standing_);
    asked_.insert(image);
    askNext();
}

void SidecarKeeper::askNext()
{
    if (asking_ != 0 || asked_.empty())
        return;
    asking_ = *asked_.begin();
    if (const ImageEntry *image = document_.find(asking_))
        Q_EMIT question(asking_, QString::fromStdString(pathBelow(document_.set().root,
                                                                  sidecarOf(known_->layout, document_.set(), *image))));
}

void SidecarKeeper::answer(Key image, Answer answer, bool forAll)
{
    if (image == 0 || image != asking_)
        return;  // the question was about labels that are closed
    asking_ = 0;
    if (forAll)
        standing_ = answer;
    std::set<Key> settled{image};
    if (forAll)
        settled.merge(asked_);
    asked_.erase(image);
    for (Key one : settled) {
        asked_.erase(one);
        settle(one, answer);
    }
    if (atRest())
        standing_.reset();
    askNext();
}

void SidecarKeeper::settle(Key image, Answer answer)
{
    if (answer == Answer::NotNow)
        later_.insert(image);
    else
        begin(image, answer == Answer::Mine ? Task::Overwrite : Task::Take);
}

// --- One image after the other

void SidecarKeeper::begin(Key image, Task task)
{
    Task &wanted = wanted_.emplace(image, task).first->second;
    if (task != Task::Write || wanted == Task::Look)  // an answer that waits counts
        wanted = task;
    next();
}

void SidecarKeeper::next()
{
    // Never ahead of the project: a kill in between would make a stranger of what we wrote. Where the project cannot be
    // written, the label files hold at least what it does not.
    const auto projectHasIt = [this] { return document_.saving().state != LabelDocument::Saving::State::Writing; };
    while (!working_.running() && !wanted_.empty() && keeps() && projectHasIt()) {
        const auto [image, task] = *wanted_.begin();
        wanted_.erase(wanted_.begin());
        if (const ImageEntry *entry = document_.find(image); entry && hasFile(*entry, task))
            start(*entry, task);
    }
    tellRest();
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

void SidecarKeeper::done(Key image, Task task, Outcome<Done> outcome)
{
    writing_.reset();
    if (outcome.how == Ended::Failed) {
        Q_EMIT failed({outcome.failure, "sidecars"});
        if (task != Task::Look)
            (task == Task::Take ? later_ : failed_).insert(image);
    }
    if (outcome.result && outcome.result->stranger)
        strangerFound(image);
    else if (outcome.result && !outcome.result->nothing && (!outcome.result->theirs || takeOver(*outcome.result, task)))
        take(*outcome.result);
    next();
    if (atRest() || noted_.size() >= notedAtOnce)
        remember();
    if (atRest())
        standing_.reset();
    Q_EMIT progressed();
}

void SidecarKeeper::take(const Done &done)
{
    if (done.made)
        made_.insert(done.record.image);
    const auto known = known_->records.find(done.record.image);
    if (known == known_->records.end() || known->second.fingerprint != done.record.fingerprint)
        note(done.record);
}

/// The file is as we read or wrote it, here and for the next start.
void SidecarKeeper::note(const SidecarRecord &record)
{
    known_->records[record.image] = record;
    noted_.push_back(record);
}

void SidecarKeeper::remember()
{
    document_.remember(std::exchange(noted_, {}));
}

/// False: somebody has labelled the image while its file was read, so it is theirs no longer.
bool SidecarKeeper::takeOver(const Done &done, Task task)
{
    const ImageEntry *present = document_.find(done.theirs->key);
    const bool edited = present && (present->status != ReviewStatus::New || !present->boxes.empty());
    if (!present || (task == Task::Look && edited))
        return false;
    // What it names anew has keys of the labels as they were then: where these have gone on, it is read again.
    if (document_.set().nextKey != done.nextKeyBefore || document_.set().classes != done.classesBefore) {
        begin(done.theirs->key, task);
        return false;
    }
    document_.apply(editTowards(*present, *done.theirs, document_.set(), done.classes));
    due_.erase(done.theirs->key);  // the file says it already
    return true;
}

}  // namespace fcoscope
