// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/assignment_statistics.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "core/rules/assigned_image.h"

namespace fcoscope {
namespace {

constexpr double singleStride = 16;  // P4, as in the paper's tables 1 and 2

size_t index(int i)
{
    return static_cast<size_t>(i);
}

void add(Share &to, int64_t part, int64_t whole)
{
    to.part += part;
    to.whole += whole;
}

/// What one thread has counted. Sums do not depend on their order; lists are kept by image.
struct Tally {
    int64_t labels = 0, leftOut = 0;
    ArrangementStatistics pyramid, singleLevel;
    std::vector<ClassStatistics> classes;
    std::array<int64_t, positiveBinStarts.size()> labelsByPositives{};
    std::map<std::pair<int, int>, ClassPair> pairs;
    std::vector<UnlearnableBox> unlearnable;

    ClassStatistics &classAt(int classIndex)
    {
        const size_t i = index(std::max(classIndex, 0));
        if (i >= classes.size())
            classes.resize(i + 1);
        return classes[i];
    }
};

void prepare(ArrangementStatistics &arrangement, const AssignedImage &assigned)
{
    if (!arrangement.levels.empty())
        return;
    for (const Level &level : assigned.levels) {
        LevelStatistics statistics;
        statistics.stride = level.stride;
        statistics.rangeLow = level.rangeLow;
        statistics.rangeHigh = level.rangeHigh;
        arrangement.levels.push_back(statistics);
    }
}

/// Positives by label and level: counts[label * levels + level].
std::vector<int> positivesByLabel(const AssignedImage &assigned)
{
    std::vector<int> counts(assigned.labels.size() * assigned.levels.size());
    for (const Positive &positive : assigned.assignment.positives)
        ++counts[index(positive.box) * assigned.levels.size() + index(positive.level)];
    return counts;
}

/// Adds one image to one arrangement; answers with the number of positives of each label.
std::vector<int> count(ArrangementStatistics &into, const AssignedImage &assigned,
                       const std::vector<ClaimedLocation> &ambiguous)
{
    prepare(into, assigned);
    const size_t levels = assigned.levels.size();
    const std::vector<int> byLevel = positivesByLabel(assigned);
    std::vector<int> all(assigned.labels.size());
    for (size_t i = 0; i < assigned.labels.size(); ++i) {
        const size_t bin = sizeBinOf(assigned.labels[i]);
        for (size_t l = 0; l < levels; ++l) {
            const int positives = byLevel[i * levels + l];
            all[i] += positives;
            into.levels[l].positives += positives;
            into.levels[l].positivesOfSize[bin] += positives;
            add(into.levels[l].recall, positives > 0, 1);
        }
        add(into.recall, all[i] > 0, 1);
        add(into.recallOfSize[bin], all[i] > 0, 1);
    }
    for (size_t l = 0; l < levels; ++l)
        into.levels[l].locations += assigned.levels[l].locations();
    const auto positives = static_cast<int64_t>(assigned.assignment.positives.size());
    add(into.ambiguous, static_cast<int64_t>(ambiguous.size()), positives);
    add(into.ambiguousAcrossClasses, 0, positives);
    for (const ClaimedLocation &at : ambiguous) {
        LevelStatistics &level = into.levels[index(at.at.level)];
        ++level.ambiguous;
        level.ambiguousAcrossClasses += at.acrossClasses;
        into.ambiguousAcrossClasses.part += at.acrossClasses;
    }
    return all;
}

void countPairs(Tally &tally, const AssignedImage &assigned, const std::vector<ClaimedLocation> &ambiguous)
{
    for (const ClaimedLocation &at : ambiguous) {
        std::map<int, int> claims;  // class → labels that claim the location
        for (size_t i = at.firstClaim; i < at.firstClaim + at.claims; ++i)
            ++claims[assigned.labels[index(assigned.assignment.claims[i].box)].classIndex];
        const int learnt = assigned.labels[index(at.winner)].classIndex;
        for (auto first = claims.begin(); first != claims.end(); ++first)
            for (auto second = first; second != claims.end(); ++second) {
                if (first == second && first->second < 2)
                    continue;
                ClassPair &pair = tally.pairs[{first->first, second->first}];
                ++pair.locations;
                pair.learnFirst += learnt == first->first;
                pair.learnSecond += learnt == second->first;
            }
    }
}

size_t positiveBinOf(int positives)
{
    size_t bin = 0;
    while (bin + 1 < positiveBinStarts.size() && positives >= positiveBinStarts[bin + 1])
        ++bin;
    return bin;
}

void countImage(Tally &tally, const ImageLabels &image, size_t position, const Profile &profile,
                const Profile &single, const RunContext &context)
{
    const AssignedImage assigned = assignImage(image.id, image.size, image.labels, profile);
    const auto ambiguous = ambiguousLocations(assigned);
    const std::vector<int> positives = count(tally.pyramid, assigned, ambiguous);
    countPairs(tally, assigned, ambiguous);
    tally.labels += static_cast<int64_t>(assigned.labels.size());
    tally.leftOut += static_cast<int64_t>(image.labels.size() - assigned.labels.size());
    for (size_t i = 0; i < positives.size(); ++i) {
        ClassStatistics &its = tally.classAt(assigned.labels[i].classIndex);
        add(its.recall, positives[i] > 0, 1);
        its.positives += positives[i];
        ++tally.labelsByPositives[positiveBinOf(positives[i])];
    }
    for (UnlearnableBox &box : explainUnlearnable(assigned, context)) {
        box.image = position;
        tally.unlearnable.push_back(std::move(box));
    }
    const AssignedImage flat = assignImage(image.id, image.size, image.labels, single);
    count(tally.singleLevel, flat, ambiguousLocations(flat));
}

void merge(ArrangementStatistics &into, const ArrangementStatistics &from)
{
    if (into.levels.empty()) {
        into = from;
        return;
    }
    add(into.recall, from.recall.part, from.recall.whole);
    add(into.ambiguous, from.ambiguous.part, from.ambiguous.whole);
    add(into.ambiguousAcrossClasses, from.ambiguousAcrossClasses.part, from.ambiguousAcrossClasses.whole);
    for (size_t bin = 0; bin < sizeBins; ++bin)
        add(into.recallOfSize[bin], from.recallOfSize[bin].part, from.recallOfSize[bin].whole);
    for (size_t l = 0; l < from.levels.size(); ++l) {
        LevelStatistics &level = into.levels[l];
        const LevelStatistics &more = from.levels[l];
        level.locations += more.locations;
        level.positives += more.positives;
        add(level.recall, more.recall.part, more.recall.whole);
        level.ambiguous += more.ambiguous;
        level.ambiguousAcrossClasses += more.ambiguousAcrossClasses;
        for (size_t bin = 0; bin < sizeBins; ++bin)
            level.positivesOfSize[bin] += more.positivesOfSize[bin];
    }
}

void merge(AssignmentStatistics &into, Tally &&from, std::map<std::pair<int, int>, ClassPair> &pairs)
{
    into.labels += from.labels;
    into.leftOut += from.leftOut;
    merge(into.pyramid, from.pyramid);
    merge(into.singleLevel, from.singleLevel);
    into.classes.resize(std::max(into.classes.size(), from.classes.size()));
    for (size_t c = 0; c < from.classes.size(); ++c) {
        add(into.classes[c].recall, from.classes[c].recall.part, from.classes[c].recall.whole);
        into.classes[c].positives += from.classes[c].positives;
    }
    for (size_t bin = 0; bin < positiveBinStarts.size(); ++bin)
        into.labelsByPositives[bin] += from.labelsByPositives[bin];
    for (const auto &[classes, more] : from.pairs) {
        ClassPair &pair = pairs[classes];
        pair.locations += more.locations;
        pair.learnFirst += more.learnFirst;
        pair.learnSecond += more.learnSecond;
    }
    std::move(from.unlearnable.begin(), from.unlearnable.end(), std::back_inserter(into.unlearnable));
}

/// Runs `work(thread, image)` for every image, the images shared out one by one, until all are done, one thread throws
/// or `context` asks to stop; then throws what was thrown first, or Stopped.
template <typename Work> void forEachImage(size_t images, int threads, const RunContext &context, Work work)
{
    std::atomic<size_t> next{0}, done{0};
    std::atomic<bool> stop{false};
    std::exception_ptr failure;
    std::mutex mutex;
    const auto run = [&](size_t thread) {
        try {
            for (size_t i = next++; i < images && !stop; i = next++) {
                if (context.shouldStop())
                    throw Stopped();
                work(thread, i);
                if (const size_t so = ++done; so % 16 == 0 || so == images)
                    context.report(double(so) / double(images),
                                   message("core", "assigning image {0} of {1}").with(so, images));
            }
        } catch (...) {
            const std::lock_guard lock(mutex);
            stop = true;
            if (!failure)
                failure = std::current_exception();
        }
    };
    std::vector<std::thread> helpers;
    for (int t = 1; t < threads; ++t)
        helpers.emplace_back(run, index(t));
    run(0);
    for (std::thread &helper : helpers)
        helper.join();
    if (failure)
        std::rethrow_exception(failure);
}

void sortLists(AssignmentStatistics &statistics, const std::map<std::pair<int, int>, ClassPair> &pairs)
{
    std::sort(statistics.unlearnable.begin(), statistics.unlearnable.end(),
              [](const auto &a, const auto &b) { return a.image != b.image ? a.image < b.image : a.label < b.label; });
    for (const auto &[classes, pair] : pairs) {
        statistics.pairs.push_back(pair);
        statistics.pairs.back().first = classes.first;
        statistics.pairs.back().second = classes.second;
    }
    std::stable_sort(statistics.pairs.begin(), statistics.pairs.end(),
                     [](const ClassPair &a, const ClassPair &b) { return a.locations > b.locations; });
}

}  // namespace

size_t sizeBinOf(const Label &label)
{
    const double area = label.area >= 0 ? label.area : label.box.area();
    return area < 32 * 32 ? 0 : area < 96 * 96 ? 1 : 2;
}

const char *sizeBinName(size_t bin)
{
    constexpr std::array<const char *, sizeBins> names{"small", "medium", "large"};
    return names.at(bin);
}

Profile singleLevelProfile(const Profile &profile)
{
    Profile single = profile;
    single.strides = {singleStride};
    single.rangeLimits.clear();
    return single;
}

std::string levelLabel(double stride)
{
    if (const auto number = pyramidNumber(stride))
        return "P" + std::to_string(*number);
    return "stride " + numberText(stride);
}

AssignmentStatistics assignmentStatistics(const DatasetLabels &data, const Profile &profile, const RunContext &context,
                                          int threads)
{
    checkProfile(profile);
    const Profile single = singleLevelProfile(profile);
    if (threads <= 0)
        threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 2u, 64u));
    std::vector<Tally> tallies(index(threads));
    forEachImage(data.images.size(), threads, context, [&](size_t thread, size_t i) {
        countImage(tallies[thread], data.images[i], i, profile, single, context);
    });

    AssignmentStatistics statistics;
    statistics.name = data.name;
    statistics.classNames = data.classNames;
    statistics.profile = profile;
    statistics.images = static_cast<int64_t>(data.images.size());
    statistics.classes.resize(data.classNames.size());
    AssignedImage none;  // a data set without images has levels, too
    none.levels = levelsFor(profile, {1, 1});
    prepare(statistics.pyramid, none);
    none.levels = levelsFor(single, {1, 1});
    prepare(statistics.singleLevel, none);
    std::map<std::pair<int, int>, ClassPair> pairs;
    for (Tally &tally : tallies)
        merge(statistics, std::move(tally), pairs);
    sortLists(statistics, pairs);
    return statistics;
}

}  // namespace fcoscope
