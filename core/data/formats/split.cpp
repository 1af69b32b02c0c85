// SPDX-License-Identifier: GPL-3.0-or-later
// Iterative stratification (Sechidis, Tsoumakas, Vlahavas: On the stratification of multi-label data, 2011), with the
// parts' sizes fixed beforehand and boxes counted instead of images: rare classes first, each image to the part that
// lacks most of the class. A repair by swaps follows, for classes that a part still misses.
#include "core/data/formats/split.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/base/error.h"
#include "core/base/options.h"
#include "core/base/random.h"

namespace fcoscope {
namespace {

/// Images of each part: whole numbers that sum to all, each less than one from its fraction.
std::vector<int> capacitiesOf(const std::vector<double> &fractions, int images)
{
    std::vector<int> capacities;
    std::vector<std::pair<double, size_t>> rests;
    int given = 0;
    for (size_t p = 0; p < fractions.size(); ++p) {
        const double exact = fractions[p] * images;
        capacities.push_back(static_cast<int>(exact));
        given += capacities.back();
        rests.emplace_back(-(exact - capacities.back()), p);
    }
    std::sort(rests.begin(), rests.end());
    for (size_t i = 0; given < images; ++i, ++given)
        ++capacities[rests[i % rests.size()].second];
    return capacities;
}

/// A number that depends on the path and the seed alone: what makes the split random, and the same for every order.
uint64_t drawOf(const std::string &path, uint64_t seed)
{
    uint64_t hash = 0xCBF29CE484222325ull;  // FNV-1a
    for (const char c : path)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
    return Random(hash, seed).next();
}

struct ClassBoxes {
    int index;  ///< of the class; after the last one stands "no boxes at all", so that negatives are shared out, too
    int boxes;
};

class Splitting {
public:
    Splitting(const LabelSet &set, const SplitOptions &options)
        : parts_(options.fractions.size()), fractions_(options.fractions),
          capacities_(capacitiesOf(options.fractions, static_cast<int>(set.images.size())))
    {
        takeImages(set, options.seed);
    }
    std::vector<int> run();

private:
    void takeImages(const LabelSet &set, uint64_t seed);
    int rarestClass() const;
    size_t partFor(int index) const;
    void put(size_t image, size_t part, int sign);
    void repair();
    bool repairClass(int index, size_t part);
    bool swapHarms(size_t leaves, size_t enters, size_t from, size_t to) const;

    size_t parts_;
    std::vector<double> fractions_;
    std::vector<int> capacities_, filled_;
    std::vector<std::vector<ClassBoxes>> images_;  ///< in the order of their draws
    std::vector<size_t> places_;                   ///< where each of them stands in the set
    std::vector<int> part_;                        ///< of each, −1: none yet
    std::vector<std::vector<size_t>> imagesOf_;    ///< by class
    std::vector<int> openImages_;                  ///< of each class, without a part
    std::vector<std::vector<double>> lacking_;     ///< boxes by class and part
    std::vector<std::vector<int>> held_;           ///< images by class and part
};

void Splitting::takeImages(const LabelSet &set, uint64_t seed)
{
    std::map<std::string, int> byName;  // in an order that no reordering of classes changes
    for (const ClassEntry &entry : set.classes)
        byName.emplace(entry.name, 0);
    int count = 0;
    for (auto &[name, index] : byName)
        index = count++;
    std::unordered_map<Key, int> indexOf;
    for (const ClassEntry &entry : set.classes)
        indexOf.emplace(entry.key, byName.at(entry.name));

    std::vector<std::pair<uint64_t, size_t>> draws;
    for (size_t i = 0; i < set.images.size(); ++i)
        draws.emplace_back(drawOf(set.images[i].path, seed), i);
    std::sort(draws.begin(), draws.end());
    const size_t classes = static_cast<size_t>(count) + 1;
    imagesOf_.resize(classes);
    openImages_.assign(classes, 0);
    held_.assign(classes, std::vector<int>(parts_));
    filled_.assign(parts_, 0);
    std::vector<double> boxes(classes);
    for (const auto &[draw, place] : draws) {
        std::map<int, int> counts;
        for (const BoxEntry &box : set.images[place].boxes)
            ++counts[indexOf.at(box.classKey)];
        if (counts.empty())
            counts[count] = 1;
        std::vector<ClassBoxes> its;
        for (const auto &[index, number] : counts) {
            its.push_back({index, number});
            imagesOf_[static_cast<size_t>(index)].push_back(images_.size());
            ++openImages_[static_cast<size_t>(index)];
            boxes[static_cast<size_t>(index)] += number;
        }
        images_.push_back(std::move(its));
        places_.push_back(place);
    }
    part_.assign(images_.size(), -1);
    lacking_.assign(classes, std::vector<double>(parts_));
    for (size_t c = 0; c < classes; ++c)
        for (size_t p = 0; p < parts_; ++p)
            lacking_[c][p] = fractions_[p] * boxes[c];
}

int Splitting::rarestClass() const
{
    int rarest = -1;
    for (size_t c = 0; c < openImages_.size(); ++c)
        if (openImages_[c] > 0 && (rarest < 0 || openImages_[c] < openImages_[static_cast<size_t>(rarest)]))
            rarest = static_cast<int>(c);
    return rarest;
}

/// The part with room that lacks most boxes of the class; among equals the emptiest for its size.
size_t Splitting::partFor(int index) const
{
    const auto &lacking = lacking_[static_cast<size_t>(index)];
    const auto room = [&](size_t p) { return static_cast<double>(capacities_[p] - filled_[p]) / capacities_[p]; };
    size_t best = parts_;
    for (size_t p = 0; p < parts_; ++p) {
        if (filled_[p] >= capacities_[p])
            continue;
        if (best == parts_ || lacking[p] > lacking[best] || (lacking[p] == lacking[best] && room(p) > room(best)))
            best = p;
    }
    return best;
}

void Splitting::put(size_t image, size_t part, int sign)
{
    part_[image] = sign > 0 ? static_cast<int>(part) : -1;
    filled_[part] += sign;
    for (const auto &[index, boxes] : images_[image]) {
        lacking_[static_cast<size_t>(index)][part] -= sign * boxes;
        held_[static_cast<size_t>(index)][part] += sign;
        openImages_[static_cast<size_t>(index)] -= sign;
    }
}

/// Whether an exchange of two images would take the last of a class out of a part.
bool Splitting::swapHarms(size_t leaves, size_t enters, size_t from, size_t to) const
{
    const auto robs = [&](size_t going, size_t coming, size_t part) {
        for (const auto &its : images_[going]) {
            const auto &in = images_[coming];
            const bool replaced =
                std::any_of(in.begin(), in.end(), [&](const ClassBoxes &other) { return other.index == its.index; });
            if (!replaced && held_[static_cast<size_t>(its.index)][part] == 1)
                return true;
        }
        return false;
    };
    return robs(leaves, enters, from) || robs(enters, leaves, to);
}

/// Exchanges an image of the class for one of `part`, if that harms no other class.
bool Splitting::repairClass(int index, size_t part)
{
    for (const size_t image : imagesOf_[static_cast<size_t>(index)]) {
        const size_t from = static_cast<size_t>(part_[image]);
        if (held_[static_cast<size_t>(index)][from] < 2)
            continue;
        for (size_t other = 0; other < images_.size(); ++other) {
            if (part_[other] != static_cast<int>(part) || swapHarms(image, other, from, part))
                continue;
            put(image, from, -1);
            put(other, part, -1);
            put(image, part, 1);
            put(other, from, 1);
            return true;
        }
    }
    return false;
}

void Splitting::repair()
{
    for (size_t c = 0; c < imagesOf_.size(); ++c)
        for (size_t p = 0; imagesOf_[c].size() >= parts_ && p < parts_; ++p)
            if (held_[c][p] == 0 && capacities_[p] > 0)
                repairClass(static_cast<int>(c), p);
}

std::vector<int> Splitting::run()
{
    for (int c = rarestClass(); c >= 0; c = rarestClass()) {
        std::vector<std::pair<int, size_t>> open;  // those with many boxes first: the small ones even it out
        for (const size_t image : imagesOf_[static_cast<size_t>(c)])
            if (part_[image] < 0)
                for (const auto &[index, boxes] : images_[image])
                    if (index == c)
                        open.emplace_back(-boxes, image);
        std::sort(open.begin(), open.end());
        for (const auto &[boxes, image] : open)
            put(image, partFor(c), 1);
    }
    repair();
    std::vector<int> parts(part_.size());
    for (size_t i = 0; i < part_.size(); ++i)
        parts[places_[i]] = part_[i];
    return parts;
}

std::string partName(size_t part, size_t parts)
{
    constexpr const char *names[] = {"train", "val", "test"};
    return parts <= std::size(names) ? names[part] : "part" + std::to_string(part + 1);
}

std::filesystem::path partTarget(const std::filesystem::path &target, LabelFormat format, const std::string &name)
{
    if (isPerImage(format))
        return target / name;
    return target.parent_path() / (target.stem().string() + "_" + name + target.extension().string());
}

}  // namespace

std::vector<int> splitImages(const LabelSet &set, const SplitOptions &options)
{
    double sum = 0;
    bool good = !options.fractions.empty();
    std::string text;
    for (const double fraction : options.fractions) {
        good = good && fraction > 0 && std::isfinite(fraction);
        sum += fraction;
        text += (text.empty() ? "" : ",") + numberText(fraction);
    }
    if (!good || std::abs(sum - 1) > 1e-9)
        throw UserError(
            message("core", "The parts of a split are {0}; they must be above 0, and their sum 1.").with(text));
    return Splitting(set, options).run();
}

std::vector<std::filesystem::path> partTargets(const std::filesystem::path &target, LabelFormat format, size_t count)
{
    std::vector<std::filesystem::path> targets;
    for (size_t part = 0; part < count; ++part)
        targets.push_back(partTarget(target, format, partName(part, count)));
    return targets;
}

std::vector<LabelPart> splitLabels(LabelSet set, const SplitOptions &options, bool withNew, LabelFormat format,
                                   const std::filesystem::path &target)
{
    std::vector<ImageEntry> images = std::exchange(set.images, {});
    const auto shared = [&](const ImageEntry &image) { return withNew || image.status != ReviewStatus::New; };
    const auto rest = std::stable_partition(images.begin(), images.end(), shared);
    std::vector<ImageEntry> unreviewed(std::make_move_iterator(rest), std::make_move_iterator(images.end()));
    images.erase(rest, images.end());
    set.images = std::move(images);
    const std::vector<int> partOf = splitImages(set, options);
    images = std::exchange(set.images, {});
    std::vector<LabelPart> parts;
    for (std::filesystem::path &to : partTargets(target, format, options.fractions.size()))
        parts.push_back({std::move(to), set});
    for (size_t i = 0; i < images.size(); ++i)
        parts[static_cast<size_t>(partOf[i])].set.images.push_back(std::move(images[i]));
    std::move(unreviewed.begin(), unreviewed.end(), std::back_inserter(parts.front().set.images));
    return parts;
}

}  // namespace fcoscope
