// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/draw.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <opencv2/imgproc.hpp>

#include "core/base/palette.h"

namespace fcoscope {
namespace {

cv::Scalar scalar(Colour colour)
{
    return {double(colour.r), double(colour.g), double(colour.b)};
}

/// Coordinates far outside overflow OpenCV's fixed-point drawing; the picture's neighbourhood is all that can be seen.
int pixel(double coordinate, int side)
{
    return static_cast<int>(std::lround(std::clamp(coordinate, -16.0, side + 16.0)));
}

std::string tagText(const Detection &detection, const std::vector<std::string> &classNames)
{
    const auto index = static_cast<size_t>(detection.classIndex);
    std::string name = detection.classIndex >= 0 && index < classNames.size() ? classNames[index] : std::string();
    const bool drawable = std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (name.empty() || !drawable)
        name = "#" + std::to_string(detection.classIndex);
    char score[16];
    std::snprintf(score, sizeof score, " %.2f", double(detection.score));
    return name + score;
}

struct Pen {
    int width;
    double letters;  ///< OpenCV's font scale
};

Pen penFor(Size size)
{
    const double side = std::max(1, std::min(size.width, size.height));
    return {std::max(1, static_cast<int>(std::lround(side / 320))), std::max(0.35, side / 1300)};
}

void drawBox(cv::Mat &canvas, const Detection &d, const Pen &pen)
{
    const cv::Point from(pixel(d.box.x1, canvas.cols), pixel(d.box.y1, canvas.rows));
    const cv::Point to(pixel(d.box.x2, canvas.cols) - 1, pixel(d.box.y2, canvas.rows) - 1);
    cv::rectangle(canvas, from, to, scalar(classColour(d.classIndex)), pen.width, cv::LINE_8);
}

/// The tag sits on the box's upper side, or just inside where there is no room above, and never leaves the picture.
void drawTag(cv::Mat &canvas, const Detection &d, const std::string &text, const Pen &pen)
{
    int baseline = 0;
    const cv::Size letters = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, pen.letters, 1, &baseline);
    const int margin = std::max(1, letters.height / 4);
    const int width = letters.width + 2 * margin, height = letters.height + 2 * margin;
    const int top = pixel(d.box.y1, canvas.rows), left = pixel(d.box.x1, canvas.cols);
    const int x = std::clamp(left, 0, std::max(0, canvas.cols - width));
    const int y = std::clamp(top >= height ? top - height : top, 0, std::max(0, canvas.rows - height));
    const Colour colour = classColour(d.classIndex);
    cv::rectangle(canvas, cv::Rect(x, y, width, height), scalar(colour), cv::FILLED);
    cv::putText(canvas, text, {x + margin, y + margin + letters.height}, cv::FONT_HERSHEY_SIMPLEX, pen.letters,
                scalar(inkOn(colour)), std::max(1, static_cast<int>(std::lround(pen.letters))), cv::LINE_AA);
}

}  // namespace

Image drawDetections(const Image &image, const std::vector<Detection> &detections,
                     const std::vector<std::string> &classNames)
{
    Image drawn = image;
    if (drawn.pixels.empty())
        return drawn;
    cv::Mat canvas(drawn.size.height, drawn.size.width, CV_8UC3, drawn.pixels.data());
    const Pen pen = penFor(image.size);
    // Worst first, so that the best end on top; all boxes before all tags, so that no line crosses a name.
    for (auto d = detections.rbegin(); d != detections.rend(); ++d)
        drawBox(canvas, *d, pen);
    for (auto d = detections.rbegin(); d != detections.rend(); ++d)
        drawTag(canvas, *d, tagText(*d, classNames), pen);
    return drawn;
}

}  // namespace fcoscope
