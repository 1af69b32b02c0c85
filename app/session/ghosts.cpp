// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/ghosts.h"

#include <algorithm>

namespace fcoscope {
namespace {

/// Which of them are still open beside the labels of the image. `refusals` holds at least those of the image.
std::vector<Suggestion> suggestionsFor(const LabelSet &set, std::span<const Refusal> refusals, const ImageEntry &image,
                                       std::span<const Detection> found, const std::vector<std::string> &names)
{
    std::vector<Suggested> detections;
    for (const Detection &detection : found) {
        const std::string &name = names.at(static_cast<size_t>(detection.classIndex));
        const ClassEntry *known = set.findClass(name);
        detections.push_back({known ? known->key : 0, name, detection.box});
    }
    return suggestionsOf(image, refusals, detections);
}

bool isOpenOne(Suggestion is)
{
    return is == Suggestion::Open || is == Suggestion::Unknown;
}

}  // namespace

AddedClass withClass(const LabelSet &set, const std::string &name)
{
    AddedClass added;
    added.edit = addClass(set, name);
    added.then.classes = set.classes;
    added.then.nextKey = set.nextKey;
    apply(added.then, ImagePlaces(added.then), added.edit);
    added.classKey = added.then.findClass(name)->key;
    return added;
}

LabelEdit acceptStored(const LabelSet &set, std::span<const StoredDetections> stored, float scoreThreshold)
{
    const ImagePlaces places(set);
    std::vector<Refusal> refusals = set.refusals;  // once by image, not all of them for each
    std::ranges::sort(refusals, {}, &Refusal::imageKey);
    std::vector<ImageDetections> found;
    for (const StoredDetections &one : stored) {
        const size_t place = places.of(one.image);
        if (place == ImagePlaces::npos)
            continue;
        const ImageEntry &image = set.images[place];
        if (image.status == ReviewStatus::Verified || image.status == ReviewStatus::Empty)
            continue;
        const auto ours = std::ranges::equal_range(refusals, one.image, {}, &Refusal::imageKey);
        const std::vector<Suggestion> suggestions = suggestionsFor(set, ours, image, one.detections, one.classNames);
        ImageDetections wanted{&image, {}};
        for (size_t i = 0; i < suggestions.size(); ++i) {
            const Detection &detection = one.detections[i];
            const Box box = clipped(detection.box, image.size.width, image.size.height);
            if (detection.score >= scoreThreshold && isOpenOne(suggestions[i]) && !reasonAgainst(box, image.size))
                wanted.detections.push_back(
                    {one.classNames.at(static_cast<size_t>(detection.classIndex)), box, detection.score});
        }
        if (!wanted.detections.empty())
            found.push_back(std::move(wanted));
    }
    return acceptDetections(set, found);
}

LabelEdit joined(LabelEdit earlier, const LabelEdit &later)
{
    const auto append = [](auto &to, const auto &from) { to.insert(to.end(), from.begin(), from.end()); };
    append(earlier.boxes, later.boxes);
    append(earlier.statuses, later.statuses);
    append(earlier.classes, later.classes);
    append(earlier.refusals, later.refusals);
    earlier.words = later.words;
    return earlier;
}

Ghosts::Ghosts(Session &session, QObject *parent) : QObject(parent), session_(session)
{
    connect(&session_, &Session::changed, this, [this](const Change &change) {
        if (change.has(Change::Found) || change.has(Change::Current) || change.has(Change::Labels))
            update();
    });
    connect(&session_.labels(), &LabelDocument::changed, this, [this](const LabelsChange &change) {
        if (change.has(LabelsChange::Refusals))
            update();
    });
}

void Ghosts::setStored(std::shared_ptr<const StoredDetections> stored)
{
    stored_ = std::move(stored);
    update();
}

Ghosts::Proposals Ghosts::proposals() const
{
    if (const FindingsPtr findings = session_.findings())  // which the session holds
        return {findings->detections, &findings->model->info.classNames};
    const ImageEntry *image = session_.labels().find(session_.current());
    if (stored_ && image && stored_->image == image->key)
        return {stored_->detections, &stored_->classNames};
    return {};
}

void Ghosts::update()
{
    const Proposals found = proposals();
    const LabelSet &set = session_.labels().set();
    const ImageEntry *image = session_.labels().find(session_.current());
    std::vector<Suggestion> now;
    if (found.names && image)
        now = suggestionsFor(set, set.refusals, *image, found.detections, *found.names);
    if (now == suggestions_)
        return;
    suggestions_ = std::move(now);
    Q_EMIT changed();
}

bool Ghosts::isOpen(int detection) const
{
    if (detection < 0 || static_cast<size_t>(detection) >= suggestions_.size())
        return false;
    return isOpenOne(suggestions_[static_cast<size_t>(detection)]);
}

std::vector<int> Ghosts::open() const
{
    std::vector<int> found;
    for (int i = 0; i < static_cast<int>(suggestions_.size()); ++i)
        if (isOpen(i))
            found.push_back(i);
    return found;
}

std::vector<int> Ghosts::openOfClass(int detection) const
{
    std::vector<int> found = open();
    const auto detections = proposals().detections;
    std::erase_if(found, [&](int i) {
        return detections[static_cast<size_t>(i)].classIndex != detections[static_cast<size_t>(detection)].classIndex;
    });
    return found;
}

std::vector<NamedDetection> Ghosts::wanted(const std::vector<int> &detections, Size size) const
{
    std::vector<NamedDetection> wanted;
    const Proposals proposed = proposals();
    for (int index : detections) {
        if (!isOpen(index))
            continue;
        const Detection &detection = proposed.detections[static_cast<size_t>(index)];
        const Box box = clipped(detection.box, size.width, size.height);
        if (!reasonAgainst(box, size))
            wanted.push_back({proposed.names->at(static_cast<size_t>(detection.classIndex)), box, detection.score});
    }
    return wanted;
}

bool Ghosts::accept(const std::vector<int> &detections)
{
    LabelDocument &document = session_.labels();
    const ImageEntry *image = document.find(session_.current());
    if (!image)
        return false;
    const ImageDetections found{image, wanted(detections, image->size)};
    return document.apply(acceptDetections(document.set(), std::span(&found, 1)));
}

bool Ghosts::refuse(const std::vector<int> &detections)
{
    LabelDocument &document = session_.labels();
    const ImageEntry *image = document.find(session_.current());
    return image && document.apply(refuseDetections(document.set(), *image, wanted(detections, image->size)));
}

}  // namespace fcoscope
