// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/project/image_query.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "core/base/text.h"

namespace fcoscope {
namespace {

/// What is compared: worked out once for each image, not once for each comparison.
struct Found {
    size_t place = 0;
    size_t boxes = 0;
    double score = std::numeric_limits<double>::infinity();  ///< none: behind all others
    std::string name;                                        ///< naturalKey
};

/// A text whose plain order is the order of naturallyBefore: 100,000 names are compared millions of times. A run of
/// digits becomes "0", the number of its digits behind leading zeros, and these.
std::string naturalKey(const std::string &name)
{
    std::string key;
    for (size_t i = 0; i < name.size();) {
        const auto digit = [&](size_t at) { return at < name.size() && name[at] >= '0' && name[at] <= '9'; };
        if (!digit(i)) {
            key += name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
            ++i;
            continue;
        }
        while (digit(i) && name[i] == '0')
            ++i;
        const size_t first = i;
        while (digit(i))
            ++i;
        const size_t length = i - first;
        key += {'0', static_cast<char>(length >> 16), static_cast<char>(length >> 8), static_cast<char>(length)};
        key.append(name, first, length);
    }
    return key;
}

/// Whether `lower`, which has no capitals, is a part of `text`.
bool contains(const std::string &text, const std::string &lower)
{
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; };
    return std::search(text.begin(), text.end(), lower.begin(), lower.end(), same) != text.end();
}

/// Boxes of the classes that are asked for. The classes of a query are few, so a walk finds them quickest.
size_t countBoxes(const ImageEntry &image, const std::vector<Key> &classes)
{
    if (classes.empty())
        return image.boxes.size();
    if (classes.size() == 1)
        return static_cast<size_t>(std::count_if(image.boxes.begin(), image.boxes.end(),
                                                 [&](const BoxEntry &box) { return box.classKey == classes[0]; }));
    return static_cast<size_t>(std::count_if(image.boxes.begin(), image.boxes.end(), [&](const BoxEntry &box) {
        return std::binary_search(classes.begin(), classes.end(), box.classKey);
    }));
}

double leastScore(const ImageEntry &image)
{
    double least = std::numeric_limits<double>::infinity();
    for (const BoxEntry &box : image.boxes)
        if (box.score)
            least = std::min(least, double(*box.score));
    return least;
}

void sortFound(std::vector<Found> &found, const LabelSet &set, const ImageQuery &query)
{
    const auto by = [&](auto &&before) {
        std::stable_sort(found.begin(), found.end(), [&](const Found &a, const Found &b) {
            return query.descending ? before(b, a) : before(a, b);
        });
    };
    const auto image = [&](const Found &one) -> const ImageEntry & { return set.images[one.place]; };
    switch (query.sort) {
    case ImageQuery::Sort::Listed:
        if (query.descending)
            std::reverse(found.begin(), found.end());
        return;
    case ImageQuery::Sort::Name:
        return by([&](const Found &a, const Found &b) {
            return a.name != b.name ? a.name < b.name : image(a).path < image(b).path;
        });
    case ImageQuery::Sort::Boxes:
        return by([](const Found &a, const Found &b) { return a.boxes < b.boxes; });
    case ImageQuery::Sort::Status:
        return by([&](const Found &a, const Found &b) { return image(a).status < image(b).status; });
    case ImageQuery::Sort::Score:
        break;
    }
    // Those without a score stay last in either direction.
    const auto scored =
        std::stable_partition(found.begin(), found.end(), [](const Found &f) { return std::isfinite(f.score); });
    std::stable_sort(found.begin(), scored, [&](const Found &a, const Found &b) {
        return query.descending ? b.score < a.score : a.score < b.score;
    });
}

}  // namespace

std::vector<size_t> matching(const LabelSet &set, const ImageQuery &query)
{
    std::vector<Key> classes = query.classes;
    std::sort(classes.begin(), classes.end());
    const std::string name = lowerCase(query.name);
    const size_t most = query.most.value_or(std::numeric_limits<size_t>::max());
    const size_t least = query.least.value_or(classes.empty() || most == 0 ? 0 : 1);
    std::vector<Found> found;
    for (size_t i = 0; i < set.images.size(); ++i) {
        const ImageEntry &image = set.images[i];
        if (!query.statuses.empty() &&
            std::find(query.statuses.begin(), query.statuses.end(), image.status) == query.statuses.end())
            continue;
        if (!name.empty() && !contains(image.path, name))
            continue;
        const size_t boxes = countBoxes(image, classes);
        if (boxes < least || boxes > most)
            continue;
        found.push_back({i, boxes, 0, {}});
        if (query.sort == ImageQuery::Sort::Score)
            found.back().score = leastScore(image);
        if (query.sort == ImageQuery::Sort::Name)
            found.back().name = naturalKey(image.path);
    }
    sortFound(found, set, query);
    std::vector<size_t> places;
    places.reserve(found.size());
    for (const Found &one : found)
        places.push_back(one.place);
    return places;
}

int nextUnreviewed(const LabelSet &set, std::span<const size_t> listed, int from, int step)
{
    const int count = static_cast<int>(listed.size());
    const int forward = step < 0 ? -1 : 1;
    int at = from < 0 || from >= count ? (forward > 0 ? -1 : count) : from;
    for (int seen = 0; seen < count; ++seen) {
        at = (at + forward + count) % count;
        if (set.images[listed[static_cast<size_t>(at)]].status == ReviewStatus::New)
            return at;
    }
    return -1;
}

std::vector<ClassCount> countClasses(const LabelSet &set)
{
    std::vector<ClassCount> counts(set.classes.size());
    std::vector<size_t> lastSeen(counts.size(), set.images.size());
    std::unordered_map<Key, size_t> places;
    for (size_t i = 0; i < set.classes.size(); ++i)
        places.emplace(set.classes[i].key, i);
    for (size_t i = 0; i < set.images.size(); ++i)
        for (const BoxEntry &box : set.images[i].boxes) {
            const auto found = places.find(box.classKey);
            if (found == places.end())
                continue;
            const size_t at = found->second;
            ++counts[at].boxes;
            counts[at].images += lastSeen[at] != i ? 1 : 0;
            lastSeen[at] = i;
        }
    return counts;
}

}  // namespace fcoscope
