// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/remedies.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/base/error.h"
#include "core/base/options.h"
#include "core/rules/pixels.h"

namespace fcoscope {
namespace {

constexpr double twinOverlap = 0.8;  // IoU
constexpr size_t heap = 100;         // labels that overlap one

/// A label and those that overlap it: all that decides what the locations inside it learn.
struct Neighbourhood {
    Size image;
    std::vector<Label> labels;  ///< in the order given, which decides ties
    size_t subject = 0;
};

Neighbourhood neighbourhoodOf(const AssignedImage &assigned, int index)
{
    Neighbourhood around{assigned.transform.imageSize, {}, 0};
    const Box &box = assigned.labels[static_cast<size_t>(index)].box;
    for (size_t i = 0; i < assigned.labels.size(); ++i) {
        const Box &other = assigned.labels[i].box;
        if (static_cast<int>(i) == index)
            around.subject = around.labels.size();
        else if (other.x1 > box.x2 || other.x2 < box.x1 || other.y1 > box.y2 || other.y2 < box.y1)
            continue;
        around.labels.push_back(assigned.labels[i]);
    }
    return around;
}

/// Whether any location learns the subject under another profile.
bool learnt(const Neighbourhood &around, const Profile &profile)
{
    const ImageTransform transform = inferenceTransform(around.image, profile);
    std::vector<Box> boxes;
    boxes.reserve(around.labels.size());
    for (const Label &label : around.labels)
        boxes.push_back(targetBox(boxInNetwork(label.box, transform), transform, profile));
    std::vector<Level> windows = levelsFor(profile, transform.paddedSize);
    const Box &subject = boxes[around.subject];
    const double longer = std::max(subject.width(), subject.height());
    for (Level &level : windows) {
        level = windowOf(level, subject);
        if (longer < level.rangeLow - 1 || longer / 2 > level.rangeHigh + 1)  // no location there is in range
            level.width = 0;
    }
    const Assignment assignment = assign(boxes, windows, profile);
    return std::any_of(assignment.positives.begin(), assignment.positives.end(),
                       [&](const Positive &p) { return static_cast<size_t>(p.box) == around.subject; });
}

/// A remedy that changes the profile; none where an option does not take the value, such as an input beyond its range.
std::optional<Remedy> remedyOf(Profile before, Profile after, const Message &words)
{
    OptionTable old, changed;
    visit(old, before);
    visit(changed, after);
    Remedy remedy{words, {}};
    const auto was = old.values();
    for (const auto &[option, value] : changed.values())
        if (was.at(option) != value)
            remedy.change.emplace_back(option, value);
    try {
        for (const auto &[option, value] : remedy.change)
            old.set(option, value, option);
    } catch (const UserError &) {
        return std::nullopt;
    }
    return remedy;
}

/// The changes to try for one label, each a function that answers with a remedy if it is one.
class Trials {
public:
    Trials(const AssignedImage &assigned, int index, const NearestMiss &miss)
        : profile_(assigned.profile), around_(neighbourhoodOf(assigned, index)), miss_(miss)
    {
    }

    /// Those that belong to the verdict come first, but none is left out before it is said that nothing helps.
    std::vector<Remedy> remedies(Verdict verdict) const
    {
        std::vector<Trial> trials = trialsFor(verdict);
        for (const Trial trial : allTrials())
            if (std::find(trials.begin(), trials.end(), trial) == trials.end())
                trials.push_back(trial);
        std::vector<Remedy> found;
        for (const Trial trial : trials)
            if (found.size() < 2)
                if (auto remedy = (this->*trial)())
                    found.push_back(std::move(*remedy));
        return found;
    }

private:
    using Trial = std::optional<Remedy> (Trials::*)() const;
    static std::vector<Trial> trialsFor(Verdict verdict)
    {
        using T = Trials;
        switch (verdict) {
        case Verdict::NoArea:
            return {&T::continuousEnds, &T::otherTieRule, &T::continuousEndsAndLargerInput};
        case Verdict::OutsideBox:
            return {&T::largerInput, &T::finerLevel, &T::halfStrideLocations};
        case Verdict::OutsideCenterRegion:
            return {&T::widerRegion, &T::noCenterSampling, &T::largerInput};
        case Verdict::OutsideRange:
            return {&T::closedRanges, &T::largerInput, &T::finerLevel, &T::otherLimit, &T::noCenterSampling};
        default:
            return {&T::withoutTwins, &T::largerInput, &T::finerLevel, &T::noCenterSampling, &T::otherTieRule};
        }
    }

    static std::vector<Trial> allTrials()
    {
        using T = Trials;
        return {&T::withoutTwins,        &T::closedRanges, &T::otherLimit,       &T::largerInput,  &T::finerLevel,
                &T::halfStrideLocations, &T::widerRegion,  &T::noCenterSampling, &T::otherTieRule, &T::continuousEnds};
    }

    std::optional<Remedy> ifLearnt(const Profile &changed, const Message &words) const
    {
        if (changed == profile_ || !learnt(around_, changed))
            return std::nullopt;
        return remedyOf(profile_, changed, words);
    }

    /// The profile at the smallest shorter side, in steps of 32 px up to four times, with which it is learnt. In a heap
    /// of labels each try costs as much as the heap is high: there the steps are half the side.
    std::optional<Profile> larger(Profile profile) const
    {
        const int shortSide = profile.shortSide, longSide = profile.longSide;
        const int step = around_.labels.size() > heap ? std::max(32, shortSide / 2 / 32 * 32) : 32;
        for (int side = (shortSide / 32 + 1) * 32 - 32 + step; side <= 4 * shortSide; side += step) {
            profile.shortSide = side;
            profile.longSide = static_cast<int>(std::lround(double(longSide) * side / shortSide));
            if (learnt(around_, profile))
                return profile;
        }
        return std::nullopt;
    }
    /// `words` have places for how many times as large the input is, and for its sides.
    std::optional<Remedy> ifLargerLearnt(const Profile &changed, const Message &words) const
    {
        const auto found = larger(changed);
        if (!found)
            return std::nullopt;
        const double factor = std::round(double(found->shortSide) / profile_.shortSide * 100) / 100;
        return remedyOf(profile_, *found, words.with(numberText(factor), found->shortSide, found->longSide));
    }
    std::optional<Remedy> largerInput() const
    {
        return ifLargerLearnt(profile_, message("core", "An input {0} times as large would do (short side {1} px, "
                                                        "long side {2} px)."));
    }
    std::optional<Remedy> continuousEndsAndLargerInput() const
    {
        Profile changed = profile_;
        changed.pixels = PixelConvention::Continuous;
        if (changed == profile_)
            return std::nullopt;
        return ifLargerLearnt(changed,
                              message("core", "Boxes that end where their last pixel ends, in an input {0} times as "
                                              "large (short side {1} px, long side {2} px), would do."));
    }
    std::optional<Remedy> continuousEnds() const
    {
        Profile changed = profile_;
        changed.pixels = PixelConvention::Continuous;
        return ifLearnt(changed, message("core", "Boxes that end where their last pixel ends would do."));
    }
    std::optional<Remedy> otherTieRule() const
    {
        Profile changed = profile_;
        changed.tieRule = profile_.tieRule == TieRule::SmallestArea ? TieRule::Torchvision : TieRule::SmallestArea;
        return ifLearnt(changed, message("core", "The other tie rule would do."));
    }
    std::optional<Remedy> finerLevel() const
    {
        Profile changed = profile_;
        const double stride = profile_.strides.front() / 2;
        const double limit = profile_.rangeLimits.empty() ? 8 * stride : profile_.rangeLimits.front() / 2;
        if (stride < 1)
            return std::nullopt;
        changed.strides.insert(changed.strides.begin(), stride);
        changed.rangeLimits.insert(changed.rangeLimits.begin(), limit);
        return ifLearnt(changed, message("core", "A finer level would do (stride {0} px, regressing up to {1} px).")
                                     .with(tenths(stride), tenths(limit)));
    }
    std::optional<Remedy> halfStrideLocations() const
    {
        Profile changed = profile_;
        changed.locations = LocationRule::HalfStride;
        return ifLearnt(changed, message("core", "Locations in the middle of their cells would do."));
    }
    std::optional<Remedy> widerRegion() const
    {
        Profile changed = profile_;
        if (profile_.centerRegion == CenterRegion::None)
            return std::nullopt;
        for (int halves = 1; halves <= 20; ++halves) {
            changed.centerRadius = profile_.centerRadius + halves * 0.5;
            if (auto remedy = ifLearnt(
                    changed,
                    message("core", "A centre radius of {0} strides would do.").with(tenths(changed.centerRadius))))
                return remedy;
        }
        return std::nullopt;
    }
    std::optional<Remedy> noCenterSampling() const
    {
        Profile changed = profile_;
        changed.centerRegion = CenterRegion::None;
        return ifLearnt(changed, message("core", "No centre sampling would do."));
    }
    std::optional<Remedy> closedRanges() const
    {
        Profile changed = profile_;
        changed.rangeTest = RangeTest::Closed;
        return ifLearnt(changed, message("core", "Regression ranges that include their limits would do."));
    }
    /// Moves the range limit that the nearest location missed to the next whole pixel.
    std::optional<Remedy> otherLimit() const
    {
        const bool above = miss_.far >= profile_.rangeHigh(miss_.level);
        if (!std::isfinite(miss_.gap) || (!above && miss_.level == 0))
            return std::nullopt;
        const size_t limit = above ? miss_.level : miss_.level - 1;
        Profile changed = profile_;
        const double old = profile_.rangeLimits[limit];
        changed.rangeLimits[limit] = above ? std::floor(miss_.far) + 1 : std::ceil(miss_.far) - 1;
        for (size_t i = 1; i < changed.rangeLimits.size(); ++i)
            if (changed.rangeLimits[i] <= changed.rangeLimits[i - 1])
                return std::nullopt;
        if (changed.rangeLimits.front() < 1)
            return std::nullopt;
        return ifLearnt(changed, message("core", "A range limit of {0} px instead of {1} px would do.")
                                     .with(tenths(changed.rangeLimits[limit]), tenths(old)));
    }
    /// Takes the labels away whose boxes are nearly this one: most often one object that is labelled twice.
    std::optional<Remedy> withoutTwins() const
    {
        Neighbourhood alone{around_.image, {}, 0};
        const Box &box = around_.labels[around_.subject].box;
        for (size_t i = 0; i < around_.labels.size(); ++i) {
            if (i != around_.subject && intersectionOverUnion(around_.labels[i].box, box) >= twinOverlap)
                continue;
            if (i == around_.subject)
                alone.subject = alone.labels.size();
            alone.labels.push_back(around_.labels[i]);
        }
        if (alone.labels.size() == around_.labels.size() || !learnt(alone, profile_))
            return std::nullopt;
        return Remedy{message("core", "Without the labels ({0}) whose boxes are nearly this one (IoU {1} or more) it "
                                      "would be learnt: is one object labelled twice?")
                          .with(around_.labels.size() - alone.labels.size(), numberText(twinOverlap)),
                      {}};
    }

    const Profile &profile_;
    Neighbourhood around_;
    const NearestMiss &miss_;
};

}  // namespace

Level windowOf(Level level, const Box &box)
{
    const auto cut = [](double low, double high, double &first, double step, int &count) {
        const double from = std::clamp(std::floor((low - first) / step), 0.0, double(count));
        const double to = std::clamp(std::ceil((high - first) / step) + 1, from, double(count));
        first += from * step;
        count = static_cast<int>(to - from);
    };
    cut(box.x1, box.x2, level.firstX, level.stepX, level.width);
    cut(box.y1, box.y2, level.firstY, level.stepY, level.height);
    return level;
}

std::string tenths(double value)
{
    return std::isfinite(value) ? numberText(std::round(value * 10) / 10) : "∞";
}

std::vector<Remedy> remediesFor(const AssignedImage &assigned, int index, Verdict verdict, const NearestMiss &miss)
{
    return Trials(assigned, index, miss).remedies(verdict);
}

}  // namespace fcoscope
