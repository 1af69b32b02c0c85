// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/list_link.h"

#include <QSettings>

#include <algorithm>

#include "widgets/image_list.h"
#include "widgets/theme.h"

namespace fcoscope {
namespace {

const QString namesOnlyKey = QStringLiteral("namesOnly");

// The two lists of words go in step: the widgets' and the core's.
ImageQuery queryOf(const ListFilter &filter)
{
    ImageQuery query;
    query.name = filter.name.toStdString();
    query.classes.assign(filter.classes.begin(), filter.classes.end());
    for (ListStatus status : filter.statuses)
        query.statuses.push_back(static_cast<ReviewStatus>(status));
    if (filter.least)
        query.least = static_cast<size_t>(std::max(0, *filter.least));
    if (filter.most)
        query.most = static_cast<size_t>(std::max(0, *filter.most));
    query.sort = static_cast<ImageQuery::Sort>(filter.sort);
    query.descending = filter.descending;
    return query;
}

}  // namespace

ListLink::ListLink(Session &session, ImageList &list, QSettings &settings, QObject *parent)
    : QObject(parent), session_(session), document_(session.labels()), list_(list), thumbnails_(session.backend())
{
    list_.setNamesOnly(settings.value(namesOnlyKey, false).toBool());
    connect(&list_, &ImageList::namesOnlyChanged, this,
            [&settings](bool only) { settings.setValue(namesOnlyKey, only); });
    connect(&list_, &ImageList::filterChanged, this, &ListLink::filter);
    connect(&list_, &ImageList::thumbnailsWanted, &thumbnails_, &Thumbnails::want);
    connect(&thumbnails_, &Thumbnails::ready, &list_, &ImageList::setThumbnail);
    connect(&document_, &LabelDocument::changed, this, &ListLink::documentChanged);
    connect(&session_, &Session::changed, this, [this](const Change &change) {
        if (change.has(Change::Listed))
            showListed();
    });
}

void ListLink::showImages()
{
    const std::vector<ImageId> &ids = session_.images();
    const auto count = static_cast<size_t>(list_.count());
    const bool grown = count > 0 && count < ids.size() && ids.front() == list_.idAt(0) &&
                       ids[count - 1] == list_.idAt(static_cast<int>(count) - 1);
    grown ? void(list_.addImages({ids.begin() + static_cast<ptrdiff_t>(count), ids.end()})) : list_.setImages(ids);
    std::vector<ImageReview> reviews;
    for (const ImageEntry &image : document_.set().images)
        reviews.push_back(reviewOf(image));
    list_.setReviews(reviews);
    showClasses();
    showListed();
}

void ListLink::documentChanged(const LabelsChange &change)
{
    for (Key key : change.images)
        if (const ImageEntry *image = document_.find(key))
            list_.setReview(document_.idOf(key), reviewOf(*image));
    if (change.has(LabelsChange::Classes))
        showClasses();
}

void ListLink::showListed()
{
    list_.setShown({session_.listed().begin(), session_.listed().end()});
}

void ListLink::showClasses()
{
    std::vector<FilterClass> classes;
    const auto &known = document_.set().classes;
    for (size_t i = 0; i < known.size(); ++i)
        classes.push_back({known[i].key, QString::fromStdString(known[i].name),
                           known[i].colour ? QColor::fromRgb(known[i].colour) : classColor(static_cast<int>(i))});
    list_.setClasses(std::move(classes));
}

void ListLink::filter(const ListFilter &filter)
{
    session_.setQuery(queryOf(filter));
}

ImageReview ListLink::reviewOf(const ImageEntry &image) const
{
    return {static_cast<ListStatus>(image.status), static_cast<int>(image.boxes.size())};
}

}  // namespace fcoscope
