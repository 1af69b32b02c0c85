// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/ghosts.h"

#include <algorithm>

namespace fcoscope {

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

void Ghosts::update()
{
    const FindingsPtr findings = session_.findings();
    const LabelSet &set = session_.labels().set();
    const ImageEntry *image = session_.labels().find(session_.current());
    std::vector<Suggestion> now;
    if (findings && image) {
        std::vector<Suggested> detections;
        for (const Detection &detection : findings->detections) {
            const ClassEntry *known =
                set.findClass(findings->model->info.classNames.at(static_cast<size_t>(detection.classIndex)));
            detections.push_back({known ? known->key : 0, detection.box});
        }
        now = suggestionsOf(*image, set.refusals, detections);
    }
    if (now == suggestions_)
        return;
    suggestions_ = std::move(now);
    Q_EMIT changed();
}

bool Ghosts::isOpen(int detection) const
{
    if (detection < 0 || static_cast<size_t>(detection) >= suggestions_.size())
        return false;
    const Suggestion is = suggestions_[static_cast<size_t>(detection)];
    return is == Suggestion::Open || is == Suggestion::Unknown;
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
    const auto &detections = session_.findings()->detections;
    std::erase_if(found, [&](int i) {
        return detections[static_cast<size_t>(i)].classIndex !=
               detections.at(static_cast<size_t>(detection)).classIndex;
    });
    return found;
}

std::optional<Ghosts::Wanted> Ghosts::wanted(const std::vector<int> &detections) const
{
    const FindingsPtr findings = session_.findings();
    const ImageEntry *image = session_.labels().find(session_.current());
    if (!findings || !image)
        return std::nullopt;
    Wanted made;
    LabelSet &classes = made.then;
    classes.classes = session_.labels().set().classes;
    classes.nextKey = session_.labels().set().nextKey;
    for (int index : detections) {
        if (!isOpen(index))
            continue;
        const Detection &detection = findings->detections[static_cast<size_t>(index)];
        const std::string &name = findings->model->info.classNames.at(static_cast<size_t>(detection.classIndex));
        if (!classes.findClass(name)) {
            AddedClass added = withClass(classes, name);
            made.classes = joined(std::move(made.classes), added.edit);
            classes = std::move(added.then);
        }
        NewBox box;
        box.classKey = classes.findClass(name)->key;
        box.box = clipped(detection.box, image->size.width, image->size.height);
        box.score = detection.score;
        if (!reasonAgainst(box.box, image->size))
            made.boxes.push_back(box);
    }
    return made.boxes.empty() ? std::nullopt : std::optional(std::move(made));
}

bool Ghosts::answer(const std::vector<int> &detections, MakeEdit makeEdit)
{
    const auto made = wanted(detections);
    if (!made)
        return false;
    LabelDocument &document = session_.labels();
    return document.apply(joined(made->classes, makeEdit(made->then, *document.find(session_.current()), made->boxes)));
}

bool Ghosts::accept(const std::vector<int> &detections)
{
    return answer(detections, [](const LabelSet &set, const ImageEntry &image, std::span<const NewBox> boxes) {
        return acceptDetections(set, image, boxes);
    });
}

bool Ghosts::refuse(const std::vector<int> &detections)
{
    return answer(detections, [](const LabelSet &set, const ImageEntry &image, std::span<const NewBox> boxes) {
        return refuseDetections(set, image, boxes);
    });
}

}  // namespace fcoscope
