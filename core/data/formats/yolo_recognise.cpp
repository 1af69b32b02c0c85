// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a file or folder is YOLO's, by content.
#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/data/formats/yolo.h"
#include "core/data/formats/yolo_numbers.h"
#include "core/data/image.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

std::string slashed(std::string path)
{
    std::replace(path.begin(), path.end(), '\\', '/');
    return path.substr(0, path.find('\0'));
}

/// Whether the first words of a text are an image that is there.
bool isListOfImages(const fs::path &file)
{
    std::string bytes = readFilePart(file, 0, 4096).bytes;
    bytes.resize(std::min(bytes.find('\n'), bytes.size()));
    const auto lines = namesOfLines(bytes);
    if (lines.empty() || lines[0].empty())
        return false;
    const fs::path path = fs::path(slashed(lines[0])), here = file.parent_path();
    for (const fs::path &place : {here / path, here.parent_path() / path, here / path.filename()})
        if (isFile(place) && isImageFile(place.string()))
            return true;
    return false;
}

/// Whether one of the label files of a folder and those in it is YOLO's; gives up after `mostEntries`.
bool holdsYoloTexts(const fs::path &folder, size_t mostEntries)
{
    std::error_code error;
    size_t looked = 0, read = 0;
    for (auto entry = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
         !error && entry != fs::recursive_directory_iterator() && looked < mostEntries && read < 50;
         entry.increment(error), ++looked) {
        const fs::path &path = entry->path();
        if (entry->is_directory(error) && path.filename().string().starts_with('.'))
            entry.disable_recursion_pending();
        else if (isText(path) && path.filename() != "classes.txt" && entry->is_regular_file(error) &&
                 entry->file_size(error) > 0 && ++read > 0 && looksLikeYolo(path))
            return true;
    }
    return false;
}

/// Looks where label files usually are before it walks over all images.
bool holdsYoloTexts(const fs::path &folder)
{
    std::error_code error;
    std::vector<fs::path> likely{folder / "labels"};
    fs::directory_iterator entry(folder, error);
    for (size_t looked = 0; !error && entry != fs::directory_iterator() && looked < 1000;
         entry.increment(error), ++looked)
        if (entry->is_directory(error))
            likely.push_back(entry->path() / "labels");
    constexpr size_t few = 2000, most = 200000;
    return std::any_of(likely.begin(), likely.end(),
                       [&](const fs::path &labels) { return holdsYoloTexts(labels, few); }) ||
           holdsYoloTexts(folder, most);
}

/// A class and four numbers at least, none far from being a fraction.
bool isLine(std::string_view line)
{
    constexpr Fraction::Whole two = Fraction::Whole(2000000) * 1000000 * 1000000 * 1000000;
    size_t words = 0;
    for (size_t at = 0; (at = line.find_first_not_of(" \t", at)) != std::string_view::npos; ++words) {
        const size_t end = std::min(line.find_first_of(" \t", at), line.size());
        const auto number = parseFraction(line.substr(at, end - at));
        if (!number || (words > 0 && (number->value > two || number->value < -two)))
            return false;
        at = end;
    }
    return words >= 5;
}

}  // namespace

bool isFolder(const fs::path &path)
{
    std::error_code error;
    return fs::is_directory(path, error);
}
bool isFile(const fs::path &path)
{
    std::error_code error;
    return fs::is_regular_file(path, error);
}

bool isText(const fs::path &path)
{
    return lowerCase(path.extension().string()) == ".txt";
}

bool isDarknet(const fs::path &file)
{
    if (lowerCase(file.extension().string()) != ".data")
        return false;
    const auto values = readDarknet(file);
    return values.contains("names") && (values.contains("train") || values.contains("valid"));
}

std::optional<fs::path> darknetIn(const fs::path &folder)
{
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error))
        if (isFile(entry->path()) && isDarknet(entry->path()))
            return entry->path();
    return std::nullopt;
}

bool looksLikeYolo(const fs::path &text)
{
    std::string bytes;
    try {
        bytes = readFilePart(text, 0, 2048).bytes;
    } catch (const UserError &) {
        return false;
    }
    if (bytes.size() == 2048)
        bytes.resize(bytes.rfind('\n') + 1);  // the line that is cut short does not count
    size_t good = 0, filled = 0;
    for (const std::string &line : namesOfLines(bytes)) {
        filled += !line.empty();
        good += isLine(line);
    }
    return filled == 0 ? bytes.find('\0') == std::string::npos : good * 4 >= filled;
}

bool recogniseYolo(const fs::path &path)
{
    try {
        if (isFolder(path)) {
            const auto names = namesFileIn(path);
            if (names && isYaml(*names)) {
                readYoloYaml(*names);
                return true;
            }
            return darknetIn(path) || holdsYoloTexts(path) || (names && isFolder(path / "labels"));
        }
        if (isYaml(path)) {
            readYoloYaml(path);
            return true;
        }
        return isFile(path) && (isDarknet(path) ||
                                (isText(path) && (path.filename() == "classes.txt" ? holdsYoloTexts(path.parent_path())
                                                                                   : isListOfImages(path))));
    } catch (const std::exception &) {
        return false;
    }
}

}  // namespace fcoscope
