// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_colours.h"

#include <algorithm>
#include <array>

#include "widgets/theme.h"

namespace fcoscope {

namespace {

constexpr size_t safeColours = 7;  // of the class colours' first eight all but silver, which is for negatives
constexpr size_t colours = 16;
constexpr size_t mostCompared = 600;  // labels; comparing more with one another takes time and nobody sees it

QColor colourNumber(size_t number)
{
    return classColor(static_cast<int>(number < safeColours ? number : number + 1));
}

bool near(const Box &a, const Box &b)
{
    const double reach = 0.15 * std::max({a.width(), a.height(), b.width(), b.height()});
    return a.x1 - reach < b.x2 && b.x1 - reach < a.x2 && a.y1 - reach < b.y2 && b.y1 - reach < a.y2;
}

}  // namespace

std::vector<QColor> labelColours(const std::vector<Label> &labels)
{
    std::vector<size_t> numbers;
    std::vector<QColor> chosen;
    for (size_t i = 0; i < labels.size(); ++i) {
        size_t number = i % safeColours;
        if (labels.size() <= mostCompared) {
            std::array<int, colours> neighbours{};
            for (size_t j = 0; j < i; ++j)
                neighbours[numbers[j]] += near(labels[i].box, labels[j].box);
            // Its own if no neighbour has it, else the next free one; of the safe ones first.
            for (size_t step = 0; step < colours && neighbours[number] > 0; ++step)
                number = step + 1 < safeColours ? (i + step + 1) % safeColours : std::min(step + 1, colours - 1);
            if (neighbours[number] > 0)
                number =
                    static_cast<size_t>(std::min_element(neighbours.begin(), neighbours.end()) - neighbours.begin());
        }
        numbers.push_back(number);
        chosen.push_back(colourNumber(number));
    }
    return chosen;
}

}  // namespace fcoscope
