// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "core/data/formats/csv_table.h"
#include "core/data/formats/labelme_folder.h"
#include "core/data/image.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;
using C = CsvColumn;
using Row = std::vector<std::string>;

bool isTable(const fs::path &file)
{
    const std::string extension = lowerCase(file.extension().string());
    return extension == ".csv" || extension == ".tsv";
}

bool looksLikeBoxes(const fs::path &file)
{
    try {
        const std::string bytes = readFilePart(file, 0, size_t(1) << 16).bytes;
        CsvReader reader(bytes);
        Row row;
        return reader.next(row) && csvColumnsOf(row);
    } catch (const UserError &) {
        return false;
    }
}

std::vector<fs::path> tablesIn(const fs::path &folder)
{
    std::vector<fs::path> files;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error))
        if (isTable(entry->path()) && entry->is_regular_file(error) && looksLikeBoxes(entry->path()))
            files.push_back(entry->path());
    std::sort(files.begin(), files.end());
    return files;
}

bool recognise(const fs::path &path)
{
    std::error_code error;
    if (fs::is_directory(path, error))
        return !tablesIn(path).empty();
    return isTable(path) && fs::is_regular_file(path, error) && looksLikeBoxes(path);
}

/// The table of a folder, or of its split.
fs::path tableOf(const fs::path &path, const std::string &split)
{
    if (!fs::is_directory(path))
        return path;
    std::vector<fs::path> tables = tablesIn(!split.empty() && fs::is_directory(path / split) ? path / split : path);
    const std::string names = fileNames(tables);
    if (!split.empty() && !fs::is_directory(path / split))
        std::erase_if(tables, [&](const fs::path &t) { return t.stem().string().find(split) == std::string::npos; });
    if (tables.empty())
        throw UserError(message("core", "The data set {0} has no split \"{1}\"; its label files are {2}.")
                            .with(path.string(), split, names));
    if (tables.size() > 1)
        throw UserError(message("core", "The folder {0} has several label files, {1}; name one of them, or a split.")
                            .with(path.string(), names));
    return tables.front();
}

/// A number; a comma may be its point where it separates no fields.
bool readNumber(std::string text, char separator, double &number)
{
    if (separator != ',')
        std::replace(text.begin(), text.end(), ',', '.');
    return parseNumber(text, number) && std::isfinite(number);
}

bool readFlag(const std::string &text)
{
    const std::string word = lowerCase(text);
    return word == "1" || word == "true" || word == "yes" || word == "1.0";
}

/// A cell as JSON: numbers, true and false stay what they are, all else is text.
std::string jsonOfCell(const std::string &cell)
{
    try {
        if (cell.find_first_of("0123456789tf[{-") == 0 && parseJson(cell).kind != Json::Kind::Null)
            return compactJson("", cell);
    } catch (const UserError &) {
    }
    return jsonText(cell);
}

class Reader {
public:
    Reader(const ReadRequest &request, const fs::path &table, ReadLabels &read)
        : request_(request), table_(table), read_(read), classes_(read.set)
    {
        read_.set.root = table.has_parent_path() ? table.parent_path() : ".";
        for (const std::string &file : imageFilesBelow(read_.set.root)) {
            files_.insert(file);
            byName_[fs::path(file).filename().string()].push_back(file);
            byName_[fs::path(file).stem().string()].push_back(file);  // image_id without an ending
        }
    }

    void readAll(const RunContext &context)
    {
        const std::string text = readFile(table_);
        CsvReader reader(text);
        separator_ = reader.separator();
        Row row;
        const auto columns = reader.next(row) ? csvColumnsOf(row) : std::nullopt;
        if (!columns)
            throw UserError(message("core", "{0} is no table of boxes: its first line names no image and no edges.")
                                .with(table_.string()));
        columns_ = *columns;
        bool more = !columns_.names.empty() ? reader.next(row) : true;
        for (size_t rows = 0; more; more = reader.next(row), ++rows) {
            if (rows % 1000 == 0 && context.shouldStop())
                throw Stopped{};
            line_ = reader.line();
            take(row);
        }
        if (reader.unclosedQuote())
            problem(message("core", "Line {0}: a quote is not closed before the file ends."));
        finish();
    }

private:
    struct Place {
        size_t image = 0;  ///< in set.images; npos: left out
        size_t leftOut = 0;
        bool saysStatus = false;
    };
    static constexpr size_t npos = size_t(-1);

    template <typename... Values> void problem(const Message &reason, const Values &...values)
    {
        read_.problems.push_back({table_.string(), reason.with(line_, values...)});
    }

    void take(const Row &row)
    {
        const std::string &name = columns_.in(row, C::Image);
        if (name.empty())
            return problem(message("core", "Line {0} names no image; it was left out."));
        const auto [known, isNew] = places_.try_emplace(name);
        Place &place = known->second;
        if (isNew)
            place.image = open(name, row);
        if (place.image == npos) {
            ++place.leftOut;
            return;
        }
        ImageEntry &image = read_.set.images[place.image];
        if (const auto status = reviewStatusOf(lowerCase(columns_.in(row, C::Status)))) {
            image.status = *status;
            place.saysStatus = true;
        }
        if (hasBox(row))
            addBox(image, row);
    }

    /// A line without edges and class says that its image is there.
    bool hasBox(const Row &row) const
    {
        for (const C column : {C::Class, C::X1, C::Y1, C::X2, C::Y2, C::X, C::Y, C::Bbox})
            if (!columns_.in(row, column).empty())
                return true;
        return false;
    }

    std::string pathOf(std::string name) const
    {
        std::replace(name.begin(), name.end(), '\\', '/');
        if (name.find('\0') != std::string::npos)
            return {};
        const fs::path path = name;
        const std::string below = path.lexically_normal().generic_string();
        std::error_code error;
        if (files_.contains(below))
            return below;
        for (const fs::path &base : {read_.set.root, fs::path(request_.options.reading.images)})
            if (!base.empty() && fs::is_regular_file(base / path, error))
                return fs::absolute(base / path).lexically_normal().generic_string();
        const auto same = byName_.find(path.filename().string());
        return same != byName_.end() && same->second.size() == 1 ? same->second.front() : "";
    }

    size_t open(const std::string &name, const Row &row)
    {
        ImageEntry image;
        image.path = pathOf(name);
        double width = 0, height = 0;
        const bool declared = readNumber(columns_.in(row, C::Width), separator_, width) &&
                              readNumber(columns_.in(row, C::Height), separator_, height) && width >= 1 &&
                              height >= 1 && width < 1e9 && height < 1e9;
        const Size size{static_cast<int>(declared ? width : 0), static_cast<int>(declared ? height : 0)};
        const bool trust = declared && request_.options.reading.imageSizes == ImageSizes::Trust;
        if (image.path.empty() && trust && name.find('\0') == std::string::npos)
            image.path = fs::path(name).lexically_normal().generic_string();
        if (image.path.empty()) {
            problem(message("core", "Line {0}: there is no image {1}; its lines were left out."), name);
            return npos;
        }
        if (!taken_.insert(image.path).second) {
            problem(message("core", "Line {0}: the image {1} goes by another name above; these lines were left out."),
                    name);
            return npos;
        }
        if (!findSize(image, size, trust))
            return npos;
        image.key = read_.set.newKey();
        image.status = ReviewStatus::Empty;
        read_.set.images.push_back(std::move(image));
        return read_.set.images.size() - 1;
    }

    bool findSize(ImageEntry &image, Size declared, bool trust)
    {
        image.size = declared;
        if (trust)
            return true;
        const std::string file = read_.set.fileOf(image).string();
        try {
            image.size = readImageSize(file);
        } catch (const UserError &refusal) {
            read_.problems.push_back({file, refusal.message()});
            return false;
        }
        if (declared.width == 0 || declared == image.size)
            return true;
        read_.problems.push_back(
            {table_.string(),
             message("core", "The labels of {0} were made for {1} × {2} pixels, but the image has {3} × "
                             "{4}; they were left out.")
                 .with(file, declared.width, declared.height, image.size.width, image.size.height)});
        return false;
    }

    bool numbersOf(const Row &row, std::initializer_list<C> columns, std::array<double, 4> &numbers) const
    {
        size_t i = 0;
        for (const C column : columns)
            if (!readNumber(columns_.in(row, column), separator_, numbers[i++]))
                return false;
        return true;
    }

    std::optional<Box> boxOf(const Row &row, Size image) const
    {
        std::array<double, 4> n{};
        if (columns_.has(C::X1)) {
            if (!numbersOf(row, {C::X1, C::Y1, C::X2, C::Y2}, n))
                return std::nullopt;
            if (columns_.fractions)
                n[0] *= image.width, n[2] *= image.width, n[1] *= image.height, n[3] *= image.height;
            return Box{n[0], n[1], n[2], n[3]};
        }
        if (columns_.has(C::X)) {
            if (!numbersOf(row, {C::X, C::Y, C::W, C::H}, n))
                return std::nullopt;
        } else {
            size_t i = 0;
            std::string list = columns_.in(row, C::Bbox);
            std::erase_if(list, [](char c) { return c == ' ' || c == '(' || c == ')'; });
            if (!list.starts_with('['))
                list = "[" + list + "]";
            const auto elements = jsonElements(list);
            if (elements.size() != 4)
                return std::nullopt;
            for (const std::string_view element : elements)
                if (!readNumber(std::string(element), ',', n[i++]))
                    return std::nullopt;
        }
        return Box{n[0], n[1], n[0] + n[2], n[1] + n[3]};
    }

    void addBox(ImageEntry &image, const Row &row)
    {
        const std::string &name = columns_.has(C::Class) ? columns_.in(row, C::Class) : oneClass_;
        const auto edges = boxOf(row, image.size);
        if (name.empty())
            return problem(message("core", "Line {0} has edges, but no class; it was left out."));
        if (!edges)
            return problem(message("core", "Line {0} lacks an edge, or one of them is no number; it was left out."));
        if (!edges->hasArea())
            return problem(message("core", "Line {0}: the box has no area; it was left out."));
        BoxEntry box;
        box.classKey = classes_.of(name);
        box.key = read_.set.newKey();
        box.box = *edges;
        double number = 0;
        if (readNumber(columns_.in(row, C::Score), separator_, number) && std::abs(number) < 1e30)
            box.score = static_cast<float>(number);
        if (readNumber(columns_.in(row, C::Area), separator_, number) && number >= 0)
            box.area = number;
        box.difficult = readFlag(columns_.in(row, C::Difficult));
        box.crowd = readFlag(columns_.in(row, C::Crowd));
        box.locked = readFlag(columns_.in(row, C::Locked));
        if (request_.extras)
            box.extra = extraOf(row), rememberBox(box.extra, box.box);
        image.boxes.push_back(std::move(box));
    }

    std::string extraOf(const Row &row) const
    {
        std::string extra;
        for (size_t i = 0; i < std::min(row.size(), columns_.names.size()); ++i) {
            const bool known = std::any_of(columns_.places.begin(), columns_.places.end(),
                                           [&](const auto &place) { return place.second == i; });
            if (!known && !row[i].empty() && !columns_.names[i].empty()) {
                const std::string key = jsonText(columns_.names[i]);
                addExtra(extra, std::string_view(key).substr(1, key.size() - 2), jsonOfCell(row[i]));
            }
        }
        return extra;
    }

    void finish()
    {
        for (const auto &[name, place] : places_)
            if (place.image == npos)
                read_.problems.push_back(
                    {table_.string(),
                     message("core", "{0} lines of the image {1} were left out.").with(place.leftOut, name)});
            else if (!place.saysStatus)
                read_.set.images[place.image].status = statusByBoxes(read_.set.images[place.image]);
        if (request_.newImages)
            for (const std::string &file : files_)
                if (!taken_.contains(file)) {
                    ImageEntry image;
                    image.path = file;
                    image.key = read_.set.newKey();
                    read_.set.images.push_back(std::move(image));
                }
        std::sort(read_.set.images.begin(), read_.set.images.end(),
                  [](const ImageEntry &a, const ImageEntry &b) { return naturallyBefore(a.path, b.path); });
        sortClassesByName(read_.set);
    }

    const ReadRequest &request_;
    fs::path table_;
    ReadLabels &read_;
    ClassKeys classes_;
    CsvColumns columns_;
    char separator_ = ',';
    const std::string oneClass_ = "object";  ///< of a table without a column of classes (Kaggle's wheat heads)
    size_t line_ = 0;
    std::map<std::string, Place> places_;  ///< by the text that names the image
    std::unordered_set<std::string> files_, taken_;
    std::unordered_map<std::string, std::vector<std::string>> byName_;
};

ReadLabels read(const ReadRequest &request, const RunContext &context)
{
    ReadLabels labels;
    labels.format = LabelFormat::Csv;
    Reader(request, tableOf(request.path, request.options.reading.split), labels).readAll(context);
    return labels;
}

}  // namespace

void writeCsv(const WriteRequest &request, const RunContext &context, ConversionReport &report);  // csv_writer.cpp

extern const Format csvFormat{LabelFormat::Csv, "csv", false, recognise, read, writeCsv};

}  // namespace fcoscope
