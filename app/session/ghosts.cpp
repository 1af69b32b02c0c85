// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/ghosts.h"

#include <algorithm>

namespace fcoscope {
namespace {

const std::string &nameOf(const Findings &findings, const Detection &detection)
{
    return findings.model->info.classNames.at(static_cast<size_t>(detection.classIndex));
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
            const std::string &name = nameOf(*findings, detection);
            const ClassEntry *known = set.findClass(name);
            detections.push_back({known ? known->key : 0, name, detection.box});
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

std::vector<NamedDetection> Ghosts::wanted(const std::vector<int> &detections, Size size) const
{
    std::vector<NamedDetection> wanted;
    for (int index : detections) {
        if (!isOpen(index))
            continue;
        const Findings &findings = *session_.findings();
        const Detection &detection = findings.detections[static_cast<size_t>(index)];
        const Box box = clipped(detection.box, size.width, size.height);
        if (!reasonAgainst(box, size))
            wanted.push_back({nameOf(findings, detection), box, detection.score});
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
