// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/sidecars_match.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace fcoscope {
namespace {

class Matching {
public:
    Matching(const std::vector<NamedBox> &before, const std::vector<NamedBox> &now)
        : before_(before), now_(now), taken_(before.size()), was(now.size(), -1)
    {
    }

    /// The first that is left with equal edges, and the class if it counts.
    void equalOnes(bool withClass)
    {
        using Place = std::tuple<double, double, double, double, std::string>;
        const auto place = [&](const NamedBox &b) {
            return Place{b.box.x1, b.box.y1, b.box.x2, b.box.y2, withClass ? b.className : ""};
        };
        std::map<Place, std::vector<size_t>> left;
        for (size_t i = before_.size(); i-- > 0;)
            if (!taken_[i] && before_[i].box.hasArea())
                left[place(before_[i])].push_back(i);
        for (size_t k = 0; k < now_.size(); ++k)
            if (was[k] < 0 && now_[k].box.hasArea())
                if (const auto found = left.find(place(now_[k])); found != left.end() && !found->second.empty()) {
                    put(k, found->second.back());
                    found->second.pop_back();
                }
    }

    /// The pairs of one class by falling overlap.
    void overlapping(double least)
    {
        std::vector<size_t> left;
        for (size_t i = 0; i < before_.size(); ++i)
            if (!taken_[i])
                left.push_back(i);
        std::sort(left.begin(), left.end(), [&](size_t a, size_t b) { return before_[a].box.x1 < before_[b].box.x1; });
        double widest = 0;
        for (const size_t i : left)
            widest = std::max(widest, before_[i].box.width());
        struct Pair {
            double overlap;
            size_t now, before;
        };
        std::vector<Pair> pairs;
        for (size_t k = 0; k < now_.size(); ++k) {
            if (was[k] >= 0)
                continue;
            auto i = std::lower_bound(left.begin(), left.end(), now_[k].box.x1 - widest,
                                      [&](size_t a, double x) { return before_[a].box.x1 < x; });
            for (; i != left.end() && before_[*i].box.x1 < now_[k].box.x2; ++i)
                if (before_[*i].className == now_[k].className)
                    if (const double overlap = intersectionOverUnion(before_[*i].box, now_[k].box); overlap >= least)
                        pairs.push_back({overlap, k, *i});
        }
        std::stable_sort(pairs.begin(), pairs.end(),
                         [](const Pair &a, const Pair &b) { return a.overlap > b.overlap; });
        for (const Pair &pair : pairs)
            if (was[pair.now] < 0 && !taken_[pair.before])
                put(pair.now, pair.before);
    }

    /// Stretches between neighbours that are matched, with one box left on either side, of one class.
    void betweenNeighbours()
    {
        for (size_t k = 0; k < now_.size(); ++k) {
            if (was[k] >= 0 || (k + 1 < now_.size() && was[k + 1] < 0) || (k > 0 && was[k - 1] < 0))
                continue;
            const int low = k > 0 ? was[k - 1] : -1;
            const int high = k + 1 < now_.size() ? was[k + 1] : static_cast<int>(before_.size());
            const size_t only = static_cast<size_t>(low + 1);
            const bool last = k + 1 == now_.size();  // a new box stands there, too
            if (high - low == 2 && !taken_[only] && before_[only].className == now_[k].className &&
                (!last || now_.size() == 1 || intersectionOverUnion(before_[only].box, now_[k].box) > 0))
                put(k, only);
        }
    }

private:
    void put(size_t k, size_t i)
    {
        was[k] = static_cast<int>(i);
        taken_[i] = true;
    }

    const std::vector<NamedBox> &before_, &now_;
    std::vector<bool> taken_;

public:
    std::vector<int> was;
};

}  // namespace

std::vector<NamedBox> namedBoxes(const LabelSet &set, const ImageEntry &image)
{
    std::vector<NamedBox> boxes;
    for (const BoxEntry &box : image.boxes)
        boxes.push_back({set.findClass(box.classKey)->name, box.box});
    return boxes;
}

std::vector<int> sameBoxes(const std::vector<NamedBox> &before, const std::vector<NamedBox> &now, bool inPlace)
{
    Matching matching(before, now);
    matching.equalOnes(true);
    matching.overlapping(0.5);
    matching.equalOnes(false);
    if (inPlace)
        matching.betweenNeighbours();
    return matching.was;
}

}  // namespace fcoscope
