// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/labelme_folder.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/data/image.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

bool isJson(const fs::path &path)
{
    return lowerCase(path.extension().string()) == ".json" && !path.filename().string().starts_with('.');
}

bool looksLikeLabelme(const fs::path &json)
{
    const auto keys = jsonKeysOf(json);
    const auto has = [&](const char *key) { return std::find(keys.begin(), keys.end(), key) != keys.end(); };
    return has("shapes") || (has("imagePath") && has("imageData"));
}

/// The .json files of a folder and of those in it but hidden ones, in natural order, no more than `most`, and of no
/// more than `mostEntries` looked at.
std::vector<fs::path> jsonFilesBelow(const fs::path &folder, size_t most = size_t(-1), size_t mostEntries = size_t(-1))
{
    size_t looked = 0;
    std::vector<fs::path> files;
    std::error_code error;
    for (auto entry = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
         !error && entry != fs::recursive_directory_iterator() && files.size() < most && looked < mostEntries;
         entry.increment(error), ++looked) {
        if (entry->is_directory(error) && entry->path().filename().string().starts_with('.'))
            entry.disable_recursion_pending();
        else if (isJson(entry->path()) && entry->is_regular_file(error))
            files.push_back(entry->path());
    }
    std::sort(files.begin(), files.end(),
              [](const fs::path &a, const fs::path &b) { return naturallyBefore(a.string(), b.string()); });
    return files;
}

/// The images below a folder, and which of them a file means.
class ImagesOfFiles {
public:
    ImagesOfFiles(fs::path root, const ReadRequest &request)
        : root_(std::move(root)), request_(request), images_(imageFilesBelow(root_))
    {
        for (const std::string &image : images_) {
            known_.insert(image);
            byStem_[stemOf(image)].push_back(image);
        }
    }
    const std::vector<std::string> &all() const { return images_; }

    /// Below the root or absolute; "" if there is none.
    std::string of(const fs::path &file, const LabelmeFile &content, std::vector<Problem> &problems) const
    {
        const fs::path below = file.lexically_relative(root_);
        const std::string name = fs::path(content.imagePath).filename().string();
        const std::string named = (below.parent_path() / content.imagePath).lexically_normal().generic_string();
        if (const auto same = byStem_.find(stemOf(below.generic_string())); same != byStem_.end()) {
            for (const std::string &image : same->second)
                if (fs::path(image).filename() == name)
                    return image;
            if (known_.contains(named))
                problems.push_back(
                    {file.string(), message("core", "The label file {0} names the image {1}, but is taken for the one "
                                                    "that has its name, {2}.")
                                        .with(file.string(), named, same->second.front())});
            return same->second.front();
        }
        if (content.imagePath.empty() || content.imagePath.find('\0') != std::string::npos)
            return {};
        std::error_code error;
        if (known_.contains(named))
            return named;
        if (fs::is_regular_file(root_ / named, error))
            return fs::absolute(root_ / named).lexically_normal().generic_string();
        if (const std::string beside = (below.parent_path() / name).generic_string(); known_.contains(beside))
            return beside;
        const fs::path given = request_.options.reading.images;
        if (!given.empty() && fs::is_regular_file(given / name, error))
            return fs::absolute(given / name).lexically_normal().generic_string();
        const bool trusted = request_.options.reading.imageSizes == ImageSizes::Trust && content.declared.width > 0;
        return trusted ? (below.parent_path() / name).generic_string() : "";
    }

private:
    static std::string stemOf(const std::string &path) { return fs::path(path).replace_extension().generic_string(); }

    fs::path root_;
    const ReadRequest &request_;
    std::vector<std::string> images_;
    std::unordered_set<std::string> known_;
    std::unordered_map<std::string, std::vector<std::string>> byStem_;
};

/// The image's own size, or the declared one where that is trusted; none, with a problem listed, if the labels cannot
/// be those of the image.
std::optional<Size> sizeFor(const fs::path &file, const LabelmeFile &content, const fs::path &image,
                            const ReadRequest &request, std::vector<Problem> &problems)
{
    const Size declared = content.declared;
    const bool isDeclared = declared.width > 0 && declared.height > 0;
    if (isDeclared && request.options.reading.imageSizes == ImageSizes::Trust)
        return declared;
    try {
        const Size size = readImageSize(image.string());
        if (!isDeclared || declared == size)
            return size;
        problems.push_back(
            {file.string(),
             message("core", "The labels of {0} were made for {1} × {2} pixels, but the image has {3} × {4}; its {5} "
                             "labels were left out.")
                 .with(image.string(), declared.width, declared.height, size.width, size.height,
                       content.shapes.size())});
    } catch (const UserError &refusal) {
        problems.push_back({image.string(), refusal.message()});
        problems.push_back(
            {file.string(), message("core", "The image {0} cannot be read; its {1} labels were left out.")
                                .with(image.string(), content.shapes.size())});
    }
    return std::nullopt;
}

struct Reading {
    const ReadRequest &request;
    ReadLabels &read;
    const ImagesOfFiles &images;
    ClassKeys &classes;
    std::unordered_map<std::string, ImageEntry> found;  ///< by path

    void take(const fs::path &file)
    {
        std::vector<Problem> &problems = read.problems;
        LabelmeFile content;
        try {
            content = parseLabelme(file, readFile(file, largestLabelmeFile));
        } catch (const UserError &refusal) {
            problems.push_back({file.string(), refusal.message()});
            return;
        }
        ImageEntry image;
        image.path = images.of(file, content, problems);
        if (image.path.empty()) {
            problems.push_back({file.string(), message("core", "There is no image named {0}; its {1} labels were left "
                                                               "out.")
                                                   .with(content.imagePath, content.shapes.size())});
            return;
        }
        if (found.contains(image.path)) {
            problems.push_back({file.string(), message("core", "{0} has another label file; this one with its {1} "
                                                               "labels was left out.")
                                                   .with(image.path, content.shapes.size())});
            return;
        }
        const auto size = sizeFor(file, content, read.set.fileOf(image), request, problems);
        if (!size)
            return;
        image.size = *size;
        image = labelmeEntry(file, content, read.set, classes, image, request.extras, problems);
        if (const auto data = content.top.get("imageData"); request.extras && data.size() > 2 && data != "null")
            addExtra(image.extra, "imageDataFrom", jsonText(file.lexically_relative(read.set.root).generic_string()));
        found.emplace(image.path, std::move(image));
    }
};

/// The images in natural order, those without labels as New.
void putImages(Reading &reading)
{
    LabelSet &set = reading.read.set;
    std::set<std::string, decltype(&naturallyBefore)> paths(&naturallyBefore);
    for (const auto &[path, image] : reading.found)
        paths.insert(path);
    if (reading.request.newImages)
        paths.insert(reading.images.all().begin(), reading.images.all().end());
    for (const std::string &path : paths) {
        ImageEntry image;
        image.path = path;
        if (const auto known = reading.found.find(path); known != reading.found.end())
            image = std::move(known->second);
        image.key = set.newKey();
        set.images.push_back(std::move(image));
    }
}

/// Below `to` as the image is below its root.
fs::path labelmeFileOf(const fs::path &to, const ImageEntry &image)
{
    const fs::path path = image.path;
    return (to / (path.is_absolute() ? path.filename() : path)).replace_extension(".json");
}

}  // namespace

bool recogniseLabelme(const fs::path &path)
{
    std::error_code error;
    if (!fs::is_directory(path, error))
        return fs::is_regular_file(path, error) && isJson(path) && looksLikeLabelme(path);
    const auto files = jsonFilesBelow(path, 50, 200000);
    return std::any_of(files.begin(), files.end(), looksLikeLabelme);
}

ReadLabels readLabelme(const ReadRequest &request, const RunContext &context)
{
    ReadLabels read;
    read.format = LabelFormat::Labelme;
    fs::path folder = request.path;
    const bool single = !fs::is_directory(request.path);
    if (single)
        folder = request.path.parent_path();
    if (const std::string &split = request.options.reading.split; !split.empty()) {
        if (single || !fs::is_directory(folder / split))
            throw UserError(message("core", "The data set {0} has no split \"{1}\"; labelme's splits are folders.")
                                .with(request.path.string(), split));
        folder /= split;
    }
    if (folder.empty())
        folder = ".";
    read.set.root = folder;
    const ImagesOfFiles images(folder, request);
    ClassKeys classes(read.set);
    Reading reading{request, read, images, classes, {}};
    const std::vector<fs::path> files = single ? std::vector{folder / request.path.filename()} : jsonFilesBelow(folder);
    for (size_t i = 0; i < files.size(); ++i) {
        if (context.shouldStop())
            throw Stopped{};
        if (i % 100 == 0)
            context.report(double(i) / double(files.size()), message("core", "Reading label files"));
        if (single)
            parseLabelme(files[i], readFile(files[i], largestLabelmeFile));  // one that is refused refuses the whole
        reading.take(files[i]);
    }
    if (single)
        for (auto &[path, image] : reading.found) {
            image.key = read.set.newKey();
            read.set.images.push_back(std::move(image));
        }
    else
        putImages(reading);
    sortClassesByName(read.set);
    return read;
}

std::string labelmeImagePath(const LabelSet &set, const ImageEntry &image, const fs::path &file)
{
    const fs::path folder = fs::absolute(file).lexically_normal().parent_path();
    return fs::absolute(set.fileOf(image)).lexically_normal().lexically_relative(folder).generic_string();
}

void writeLabelme(const WriteRequest &request, const RunContext &context, ConversionReport &report)
{
    std::set<fs::path> written;
    size_t done = 0, unreviewed = 0;
    for (const ImageEntry *image : request.images) {
        if (context.shouldStop())
            throw Stopped{};
        context.report(double(done++) / double(request.images.size()), message("core", "Writing label files"));
        if (image->status == ReviewStatus::New && image->boxes.empty())
            continue;  // what has no file is New
        unreviewed += image->status == ReviewStatus::New;
        fs::path file = labelmeFileOf(request.to, *image);
        if (!written.insert(file).second) {
            file = file.parent_path() / (fs::path(image->path).filename().string() + ".json");
            note(report, ConversionNote::Kind::Changed, image->path,
                 message("core", "Another image has the same name but for its ending: its label file is {0}.")
                     .with(file.string()));
        }
        request.put(file,
                    labelmeText(request.set, *image, labelmeImagePath(request.set, *image, file), nullptr, {}, report));
    }
    if (unreviewed > 0)
        note(report, ConversionNote::Kind::Changed, "",
             message("core", "{0} images without review have labels: in the written files they count as labelled.")
                 .with(unreviewed));
    report.files.push_back(request.to);
}

}  // namespace fcoscope
