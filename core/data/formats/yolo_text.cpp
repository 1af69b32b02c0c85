// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/data/formats/labelme_shapes.h"
#include "core/data/formats/yolo.h"
#include "core/data/formats/yolo_numbers.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

constexpr double rounding = 0.5;   // as far outside the image as that is no error
constexpr size_t mostListed = 20;  // bad lines of one file that are listed one by one
constexpr double mostClasses = 100000;

std::vector<std::string_view> wordsOf(std::string_view line)
{
    std::vector<std::string_view> words;
    for (size_t at = 0; (at = line.find_first_not_of(" \t\r\v\f", at)) != std::string_view::npos;) {
        const size_t end = std::min(line.find_first_of(" \t\r\v\f", at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end;
    }
    return words;
}

/// A whole number, also as "1.0".
std::optional<size_t> classOf(std::string_view word)
{
    double number = 0;
    const auto parsed = std::from_chars(word.data(), word.data() + word.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != word.data() + word.size() || !(number >= 0) ||
        number != std::floor(number) || number >= mostClasses)
        return std::nullopt;
    return static_cast<size_t>(number);
}

/// What one line holds, in pixels.
struct Line {
    size_t number = 0;
    Box box;
    std::vector<Point> polygon;
    std::string keypoints;  ///< as they stand
    std::optional<float> score;
};

/// Reads the lines of one file and lists what is wrong with them.
class LineReader {
public:
    LineReader(const fs::path &file, Size size, size_t keypoints, std::vector<Problem> &problems)
        : file_(file.string()), size_(size), keypoints_(keypoints), problems_(problems)
    {
    }

    std::optional<Line> read(std::string_view text)
    {
        ++position_;
        const auto words = wordsOf(text);
        if (words.empty())
            return std::nullopt;
        ++filled_;
        Line line;
        const auto number = classOf(words[0]);
        if (!number)
            return refuse(message("core", "Line {0}: \"{1}\" is no class number; the line was left out."), words[0]);
        line.number = *number;
        std::vector<Fraction> numbers;
        for (size_t i = 1; i < words.size(); ++i) {
            const auto fraction = parseFraction(words[i]);
            if (!fraction)
                return refuse(message("core", "Line {0}: \"{1}\" is no fraction of a side; the line was left out."),
                              words[i]);
            numbers.push_back(*fraction);
        }
        if (numbers.size() < 4)
            return refuse(message("core", "Line {0} has fewer than five numbers (\"{1}\"); it was left out."), text);
        const size_t behind = keypoints_ > 0 && numbers.size() >= 4 + keypoints_ ? numbers.size() - 4 : 0;
        for (size_t i = 0; i < behind; ++i)
            line.keypoints.append(i > 0 ? "," : "") += jsonText(words[5 + i]);
        numbers.resize(numbers.size() - behind);
        return box(line, std::move(numbers), words.back(), text);
    }
    bool anyLine() const { return filled_ > 0; }

    void finish()
    {
        if (unlisted_ > 0)
            problems_.push_back(
                {file_, message("core", "{0} more lines are wrong; they were left out.").with(unlisted_)});
        if (polygons_ > 0)
            problems_.push_back({file_, message("core", "{0} lines are polygons: the boxes around them are used, and "
                                                        "the polygons are kept.")
                                            .with(polygons_)});
    }

private:
    std::optional<Line> refuse(const Message &reason, std::string_view value)
    {
        if (listed_ >= mostListed)
            ++unlisted_;
        else
            list(reason, value);
        return std::nullopt;
    }
    void list(const Message &reason, std::string_view value)
    {
        ++listed_;
        const std::string shown(value.substr(0, 80));
        problems_.push_back({file_, reason.with(position_, extraTextOf(shown))});
    }
    /// Bytes that are no UTF-8 are shown as U+FFFD.
    static std::string extraTextOf(const std::string &bytes) { return extraText(jsonText(bytes)); }

    std::optional<Line> box(Line line, std::vector<Fraction> numbers, std::string_view last, std::string_view text)
    {
        const bool polygon = numbers.size() > 5;
        if (numbers.size() % 2 == 1) {
            double score = 0;
            std::from_chars(last.data(), last.data() + last.size(), score);
            line.score = static_cast<float>(score);
            numbers.pop_back();
        }
        settlePrecision(numbers);
        if (polygon) {
            const auto pixels = pixelsOf(numbers, size_);
            for (size_t i = 0; i + 1 < pixels.size(); i += 2)
                line.polygon.push_back({pixels[i], pixels[i + 1]});
            line.box = boxAround(line.polygon);
        } else {
            line.box = boxOfFractions({numbers[0], numbers[1], numbers[2], numbers[3]}, size_);
        }
        return inImage(std::move(line), text);
    }

    std::optional<Line> inImage(Line line, std::string_view text)
    {
        if (!line.box.hasArea())
            return refuse(message("core", "Line {0}: the box has no area (\"{1}\"); it was left out."), text);
        const double width = size_.width, height = size_.height;
        const Box b = line.box;
        if (b.x1 < -rounding || b.y1 < -rounding || b.x2 > width + rounding || b.y2 > height + rounding) {
            line.box = clipped(b, width, height);
            for (Point &p : line.polygon)
                p = {std::clamp(p.x, 0.0, width), std::clamp(p.y, 0.0, height)};
            if (!line.box.hasArea())
                return refuse(message("core", "Line {0}: the box lies outside the image (\"{1}\"; the numbers are to "
                                              "be fractions of its sides); it was left out."),
                              text);
            list(message("core", "Line {0}: the box reaches outside the image (\"{1}\"); it was clipped."), text);
        }
        polygons_ += !line.polygon.empty();
        return line;
    }

    std::string file_;
    Size size_;
    size_t keypoints_;
    std::vector<Problem> &problems_;
    size_t position_ = 0, filled_ = 0, listed_ = 0, unlisted_ = 0, polygons_ = 0;
};

std::string extraOf(const Line &line)
{
    std::string extra = line.polygon.empty() ? "" : polygonExtra(line.polygon);
    if (!line.keypoints.empty())
        addExtra(extra, "yoloKeypoints", "[" + line.keypoints + "]");
    rememberBox(extra, line.box);
    return extra;
}

/// Within the image; a box that reaches out by less than half a pixel is cut only if YOLO could not say it.
Box sayable(const Box &box, Size size)
{
    const auto says = [](double low, double high, double side) {
        return low + high >= 0 && low + high <= 2 * side && high - low <= side;
    };
    return says(box.x1, box.x2, size.width) && says(box.y1, box.y2, size.height)
               ? box
               : clipped(box, size.width, size.height);
}

std::string polygonText(const std::vector<Point> &polygon, const Box &box, Size size)
{
    std::vector<double> points;
    const std::vector<Point> corners{{box.x1, box.y1}, {box.x2, box.y1}, {box.x2, box.y2}, {box.x1, box.y2}};
    for (const Point &p : polygon.empty() ? corners : polygon) {
        points.push_back(std::clamp(p.x, 0.0, double(size.width)));
        points.push_back(std::clamp(p.y, 0.0, double(size.height)));
    }
    return fractionsOf(points, size);
}

void noteDropped(const ImageEntry &image, ConversionReport &report)
{
    size_t difficult = 0, crowd = 0, scores = 0, locked = 0, areas = 0;
    for (const BoxEntry &box : image.boxes) {
        difficult += box.difficult;
        crowd += box.crowd;
        scores += box.score.has_value();
        locked += box.locked;
        areas += box.area >= 0;
        if (!box.extra.empty())
            noteDroppedExtras(report, image.path, "a box", extraForShape(report, image.path, "box", box),
                              std::array<std::string_view, 3>{"shape_type", "points", "yoloKeypoints"});
    }
    const auto tell = [&](size_t count, const Message &what) {
        if (count > 0)
            note(report, ConversionNote::Kind::Dropped, image.path, what.with(count));
    };
    tell(difficult, message("core", "YOLO has no place for \"difficult\": {0} boxes lose it."));
    tell(crowd, message("core", "YOLO has no place for \"crowd\": {0} boxes lose it."));
    tell(scores, message("core", "YOLO's training labels have no place for scores: {0} boxes lose theirs."));
    tell(locked, message("core", "YOLO has no place for \"locked\": {0} boxes lose it."));
    tell(areas, message("core", "YOLO has no place for areas of objects: {0} boxes lose theirs."));
    noteDroppedExtras(report, image.path, image.path, image.extra);
}

}  // namespace

YoloClasses::YoloClasses(LabelSet &set, const YoloNames &names) : set_(set), names_(names)
{
    if (set.classes.empty()) {
        for (size_t number = 0; number < names.size(); ++number)
            if (!names[number].empty())
                added(number, names[number]);
        return;
    }
    YoloNames listed = names;
    for (const auto &[key, number] : yoloNumbers(set, listed, true))
        keys_.emplace(number, key);
    for (size_t number = 0; number < names.size(); ++number)
        if (!keys_.contains(number) && !names[number].empty())
            if (const ClassEntry *same = set.findClass(names[number]))
                keys_.emplace(number, same->key);
}

Key YoloClasses::added(size_t number, const std::string &name)
{
    ClassEntry entry;
    entry.name = name;
    while (set_.findClass(entry.name))  // a name that stands twice in the list
        entry.name += " (" + std::to_string(number) + ")";
    entry.key = set_.newKey();
    entry.rank = set_.classes.empty() ? 0 : set_.classes.back().rank + 1;
    entry.formatId = static_cast<int64_t>(number);
    set_.classes.push_back(entry);
    keys_.emplace(number, entry.key);
    return entry.key;
}

Key YoloClasses::of(size_t number, const fs::path &file, std::vector<Problem> &problems)
{
    if (const auto known = keys_.find(number); known != keys_.end())
        return known->second;
    if (number < names_.size() && !names_[number].empty())
        return added(number, names_[number]);
    problems.push_back({file.string(), message("core", "Class {0} has no name in the list of names; it is named by its "
                                                       "number.")
                                           .with(number)});
    return added(number, std::to_string(number));
}

ImageEntry yoloEntry(const fs::path &file, std::string_view bytes, LabelSet &set, YoloClasses &classes,
                     const ImageEntry &present, size_t keypoints, bool extras, std::vector<Problem> &problems,
                     std::string *unread)
{
    ImageEntry image = present;
    image.boxes.clear();
    image.extra.clear();
    if (bytes.starts_with("\xEF\xBB\xBF"))
        bytes.remove_prefix(3);
    LineReader reader(file, image.size, keypoints, problems);
    while (!bytes.empty()) {
        const size_t end = std::min(bytes.find_first_of("\n"), bytes.size());
        if (const auto line = reader.read(bytes.substr(0, end))) {
            BoxEntry box;
            box.classKey = classes.of(line->number, file, problems);
            box.key = set.newKey();
            box.box = line->box;
            box.score = line->score;
            if (extras)
                box.extra = extraOf(*line);
            image.boxes.push_back(std::move(box));
        } else if (unread && !wordsOf(bytes.substr(0, end)).empty()) {
            unread->append(bytes.substr(0, end)).append("\n");
        }
        bytes.remove_prefix(std::min(end + 1, bytes.size()));
    }
    reader.finish();
    image.status = image.boxes.empty() && reader.anyLine() ? ReviewStatus::New : statusByBoxes(image);
    return image;
}

std::string yoloText(const ImageEntry &image, Size size, const std::map<Key, size_t> &numbers, ConversionReport &report)
{
    std::vector<std::vector<Point>> polygons;
    bool any = false;
    for (const BoxEntry &box : image.boxes) {
        polygons.push_back(polygonIn(box.extra, box.box));
        any = any || !polygons.back().empty();
    }
    std::string text;
    size_t cut = 0;
    for (size_t i = 0; i < image.boxes.size(); ++i) {
        const BoxEntry &box = image.boxes[i];
        const Box said = any ? clipped(box.box, size.width, size.height) : sayable(box.box, size);
        cut += said != box.box;
        if (!said.hasArea())
            continue;
        text += std::to_string(numbers.at(box.classKey)) + " ";
        text += any ? polygonText(polygons[i], said, size) : fractionsOf(said, size);
        for (const std::string_view keypoint : jsonElements(any ? "" : extraField(box.extra, "yoloKeypoints")))
            text += " " + extraText(keypoint);
        text += "\n";
    }
    if (cut > 0)
        note(report, ConversionNote::Kind::Changed, image.path,
             message("core", "{0} boxes reach outside the image; they were clipped.").with(cut));
    noteDropped(image, report);
    return text;
}

}  // namespace fcoscope
