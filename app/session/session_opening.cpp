// SPDX-License-Identifier: GPL-3.0-or-later
// What is open: opening it, taking it over, and what changes of the labels mean for the session.
#include <QFile>

#include <algorithm>

#include "app/session/session.h"

namespace fcoscope {
namespace {

constexpr size_t problemsTold = 3;  // of one opening, each in its own words; the rest are counted

}  // namespace

void Session::open(const QStringList &paths)
{
    for (const QString &path : paths)
        openLater_.emplace_back(QFile::encodeName(path).toStdString());
    if (openLater_.empty() || opening())
        return;
    // By value: a Session that goes away waits for the worker, but what the worker uses is its own all the same. What
    // the worker tells in between arrives through opening_'s own queue, so nothing can come after the end.
    OpeningContext context;
    context.anythingOpen = !images().empty();
    // What can only be looked at is opened anew: whoever wrote it may have closed it.
    if (labels_.saving().state != LabelDocument::Saving::State::ReadOnly)
        context.openProject = labels_.file();
    opening_.start(
        [paths = std::exchange(openLater_, {}), backend = backend_, context, this](const RunContext &run) mutable {
            context.run = run;
            context.firstImage = [this](const ImageId &id) {
                QMetaObject::invokeMethod(
                    this, [this, id] { openedFirst(id); }, Qt::QueuedConnection);
            };
            return std::make_shared<Opened>(openPaths(paths, backend, context));
        },
        [this](Outcome<std::shared_ptr<Opened>> outcome) { opened(std::move(outcome)); },
        [this](const Progress &progress) { Q_EMIT openingProgressed(progress); });
    Q_EMIT openingProgressed({-1, {}});
}

/// The first image of a large folder is shown while its list is still being made.
void Session::openedFirst(const ImageId &id)
{
    if (!opening_.running() || !images().empty())
        return;
    OpenedLabels alone;
    alone.set.root = std::filesystem::path(id).parent_path();
    ImageEntry entry;
    entry.key = alone.set.newKey();
    entry.path = pathBelow(alone.set.root, id);
    alone.set.images.push_back(entry);
    alone.ids.push_back(id);
    alone.readOnly = message("core", "The folder is still being read.");
    takeOver(std::move(alone));
    setCurrent(id);
}

/// What takes the place of what is open waits until its label files are written: by their worker, not by the window.
bool Session::park(const OpenedOutcome &outcome)
{
    if (!outcome.result || !(*outcome.result)->labels)
        return false;
    sidecars_.writeDue();
    if (sidecars_.atRest())
        return false;
    parked_ = outcome;
    return true;
}

void Session::goOnWithParked()
{
    if (parked_ && sidecars_.atRest())
        opened(*std::exchange(parked_, std::nullopt));
}

void Session::opened(OpenedOutcome outcome)
{
    if (park(outcome))
        return;
    // The first image of a folder that does not come goes again: it is in no project, so nothing could be done with it.
    const bool comes = outcome.result && (*outcome.result)->labels;
    if (!comes && !images().empty() && labels_.file().empty()) {
        std::vector<std::filesystem::path> later = std::move(openLater_);
        closeImages();
        openLater_ = std::move(later);
    }
    if (outcome.how == Ended::Failed)
        Q_EMIT failed({outcome.failure, "open"});
    if (outcome.how == Ended::Stopped)
        openLater_.clear();
    if (outcome.result) {
        Opened &found = **outcome.result;
        tellProblems(found);
        ImageId first = found.images.empty() ? ImageId() : found.images.front();
        if (found.labels && !mayLeave(found.labels->file)) {
            first.clear();
        } else if (found.labels) {
            if (first.empty() && !found.labels->ids.empty())
                first = found.labels->ids.front();
            takeOver(std::move(*found.labels));
        } else {
            labels_.addImages(found.images);
        }
        if (!found.model.empty())
            openModel(found.model);
        if (!first.empty() && (current_.empty() || !found.images.empty()))
            setCurrent(first);
    }
    Q_EMIT openingProgressed({1, {}});
    open({});  // what was asked for in the meantime
}

/// Edits that could not be written are not left behind.
bool Session::mayLeave(const std::filesystem::path &forWhat)
{
    if (labels_.finishSaving())
        return true;
    Q_EMIT failed({message("core", "{0} is not opened, because {1} change(s) of {2} are not saved yet.")
                       .with(forWhat.string(), labels_.saving().waiting, labels_.file().string()),
                   "open"});
    return false;
}

void Session::tellProblems(const Opened &found)
{
    for (size_t i = std::min(found.problems.size(), problemsTold); i-- > 0;)
        Q_EMIT failed({found.problems[i], "open " + std::to_string(i)});
    if (found.problems.size() > problemsTold)
        Q_EMIT failed({message("core", "{0} more of the files and folders given could not be opened.")
                           .with(found.problems.size() - problemsTold),
                       "open more"});
    if (found.labels)
        skipped_ = found.skipped;
    if (!found.skipped.empty())
        Q_EMIT noticed(
            {message("core", "{0} entries of the labels cannot be used.").with(found.skipped.size()), "data"});
}

/// The current image stays if it is among the new ones.
void Session::takeOver(OpenedLabels labels)
{
    const bool stays = std::find(labels.ids.begin(), labels.ids.end(), current_) != labels.ids.end();
    if (!stays) {
        leaveCurrent();
        current_.clear();
    }
    prefetchJob_.abandon();
    statuses_.clear();
    std::optional<KnownSidecars> sidecars = std::exchange(labels.sidecars, std::nullopt);
    const bool made = labels.project != nullptr;
    sidecars_.finish();
    labels_.open(std::move(labels));
    if (sidecars && !made)
        labels_.remember("sidecars", jsonOf(sidecars->layout));
    sidecars_.open(std::move(sidecars));
    list();
    tell(Change::Images | Change::Labels | (stays ? 0u : unsigned(Change::Current)));
    if (stays && picture_)
        labels_.noteSize(current_, picture_->image.size);
}

void Session::labelsChanged(const LabelsChange &change)
{
    if (change.has(LabelsChange::Images)) {
        list();
        tell(Change::Images);
    }
    const ImageEntry *current = labels_.find(current_);
    const bool here = current && std::binary_search(change.images.begin(), change.images.end(), current->key);
    const bool labels = change.has(LabelsChange::Boxes) || change.has(LabelsChange::Statuses);
    if ((labels && here) || change.has(LabelsChange::Classes))
        tell(Change::Labels);
}

void Session::closeImages()
{
    leaveCurrent();
    opening_.abandon();
    parked_.reset();
    prefetchJob_.abandon();
    openLater_.clear();
    sidecars_.finish();
    sidecars_.open(std::nullopt);
    labels_.close();
    listed_.clear();
    statuses_.clear();
    skipped_.clear();
    keptPictures_.clear();
    keptFindings_.clear();
    current_.clear();
    tell(Change::Images | Change::Labels | Change::Current);
}

void Session::setQuery(const ImageQuery &query)
{
    query_ = query;
    list();
    tell(Change::Listed);
}

void Session::list()
{
    listed_ = matching(labels_.set(), query_);
}

}  // namespace fcoscope
