// SPDX-License-Identifier: GPL-3.0-or-later
// Splits hold what their header promises, for random sets.
#include <QtTest>

#include <map>
#include <random>

#include "core/base/error.h"
#include "core/data/formats/split.h"

using namespace fcoscope;

namespace {

LabelSet randomSet(unsigned seed, int images, int classes)
{
    std::mt19937 random(seed);
    LabelSet set;
    for (int c = 0; c < classes; ++c)
        set.classes.push_back({set.newKey(), "class " + std::to_string(c), c, -1, 0, ""});
    for (int i = 0; i < images; ++i) {
        ImageEntry image;
        image.key = set.newKey();
        image.path = "image " + std::to_string(i) + ".png";
        const int boxes = static_cast<int>(random() % 6);
        for (int b = 0; b < boxes; ++b) {
            // Class c is half as frequent as the one before.
            int c = 0;
            while (c + 1 < classes && random() % 2 == 0)
                ++c;
            image.boxes.push_back(
                {set.newKey(), set.classes[static_cast<size_t>(c)].key, {0, 0, 9, 9}, {}, false, false, false, -1, ""});
        }
        set.images.push_back(image);
    }
    return set;
}

/// Images of each class (the last: of none) in each part.
std::vector<std::vector<int>> heldBy(const LabelSet &set, const std::vector<int> &parts, size_t count)
{
    std::vector<std::vector<int>> held(set.classes.size() + 1, std::vector<int>(count));
    for (size_t i = 0; i < set.images.size(); ++i) {
        std::vector<bool> has(set.classes.size() + 1);
        for (const BoxEntry &box : set.images[i].boxes)
            has[static_cast<size_t>(set.classIndex(box.classKey))] = true;
        has.back() = set.images[i].boxes.empty();
        for (size_t c = 0; c < has.size(); ++c)
            held[c][static_cast<size_t>(parts[i])] += has[c];
    }
    return held;
}

const std::vector<std::vector<double>> allFractions{
    {0.8, 0.2}, {0.8, 0.1, 0.1}, {0.5, 0.5}, {1}, {0.7, 0.15, 0.1, 0.05}};

}  // namespace

class TestSplit : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void partsHaveTheirSizes()
    {
        for (unsigned seed = 0; seed < 40; ++seed)
            for (const auto &fractions : allFractions) {
                const LabelSet set = randomSet(seed, static_cast<int>(seed * 7 % 200), 6);
                const auto parts = splitImages(set, {fractions, seed});
                QCOMPARE(parts.size(), set.images.size());
                std::vector<int> sizes(fractions.size());
                for (const int part : parts)
                    ++sizes.at(static_cast<size_t>(part));
                for (size_t p = 0; p < fractions.size(); ++p)
                    QVERIFY(std::abs(sizes[p] - fractions[p] * static_cast<double>(parts.size())) < 1);
            }
    }

    void classesAreInEveryPart()
    {
        int rare = 0;
        for (unsigned seed = 0; seed < 60; ++seed)
            for (const auto &fractions : allFractions) {
                const LabelSet set = randomSet(seed + 1000, 150, 8);
                const auto held = heldBy(set, splitImages(set, {fractions, seed}), fractions.size());
                for (const auto &parts : held) {
                    const int images = std::accumulate(parts.begin(), parts.end(), 0);
                    rare += images >= static_cast<int>(fractions.size()) && images < 10;
                    if (images >= static_cast<int>(fractions.size()))
                        QVERIFY(*std::min_element(parts.begin(), parts.end()) > 0);
                }
            }
        QVERIFY(rare > 50);  // the interesting ones did occur
    }

    void boxesAreSharedOutEvenly()
    {
        // Against a random split of the same sizes: the largest deviation of a class's share is smaller on average.
        double ours = 0, random = 0;
        for (unsigned seed = 0; seed < 20; ++seed) {
            const LabelSet set = randomSet(seed, 300, 6);
            auto parts = splitImages(set, {{0.8, 0.2}, seed});
            const auto deviation = [&] {
                std::map<Key, std::pair<double, double>> boxes;
                for (size_t i = 0; i < parts.size(); ++i)
                    for (const BoxEntry &box : set.images[i].boxes)
                        (parts[i] ? boxes[box.classKey].second : boxes[box.classKey].first) += 1;
                double worst = 0;
                for (const auto &[key, two] : boxes)
                    worst = std::max(worst, std::abs(two.second / (two.first + two.second) - 0.2));
                return worst;
            };
            ours += deviation();
            std::mt19937 shuffle(seed);
            std::shuffle(parts.begin(), parts.end(), shuffle);
            random += deviation();
        }
        QVERIFY2(ours < random / 3, qPrintable(QString("%1 against %2").arg(ours / 20).arg(random / 20)));
    }

    void theOrderOfImagesAndClassesDoesNotMatter()
    {
        LabelSet set = randomSet(3, 120, 5);
        const SplitOptions options{{0.7, 0.3}, 42};
        std::map<std::string, int> first;
        const auto parts = splitImages(set, options);
        for (size_t i = 0; i < parts.size(); ++i)
            first[set.images[i].path] = parts[i];
        std::mt19937 random(1);
        std::shuffle(set.images.begin(), set.images.end(), random);
        std::reverse(set.classes.begin(), set.classes.end());
        const auto again = splitImages(set, options);
        for (size_t i = 0; i < again.size(); ++i)
            QCOMPARE(again[i], first.at(set.images[i].path));
        QCOMPARE(splitImages(set, options), again);
        QVERIFY(splitImages(set, {{0.7, 0.3}, 43}) != again);
    }

    void wrongFractionsAreRefused()
    {
        const LabelSet set = randomSet(1, 10, 2);
        for (const std::vector<double> &fractions :
             {std::vector<double>{}, {0.5, 0.4}, {1.2, -0.2}, {1, 0}, {NAN, 1}, {0.6, 0.6}})
            QVERIFY_EXCEPTION_THROWN(splitImages(set, {fractions, 0}), UserError);
    }
};

QTEST_APPLESS_MAIN(TestSplit)
#include "tst_split.moc"
