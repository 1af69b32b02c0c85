// SPDX-License-Identifier: GPL-3.0-or-later
// Folders of Pascal VOC's label files: which there are, the images they are of, and what their numbers mean.
#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/data/dataset_checks.h"
#include "core/data/formats/voc_file.h"
#include "core/data/formats/voc_write.h"
#include "core/data/image.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

/// Where things are: a VOC root, or one folder for everything.
struct VocLayout {
    fs::path root;  ///< of the set: `images` is it, or in it
    fs::path annotations, images, lists;
    fs::path only;      ///< one label file, if one was asked for
    std::string below;  ///< of the images, below the root: "JPEGImages/"
};

/// Names without their endings, below the folder with '/', and the files, below the set's root.
using FilesByStem = std::map<std::string, std::vector<std::string>>;

bool hasExtension(const fs::path &path, std::string_view extension)
{
    return lowerCase(path.extension().string()) == extension;
}

std::string stemOf(const std::string &path)
{
    return (fs::path(path).parent_path() / fs::path(path).stem()).generic_string();
}

/// Label files below a folder. A folder of everything is not searched deeper: what lies in it are other sets.
std::vector<fs::path> xmlFilesIn(const fs::path &folder, bool deep, size_t most = size_t(-1))
{
    std::vector<fs::path> files;
    std::error_code error;
    const auto take = [&](const fs::directory_entry &entry) {
        if (hasExtension(entry.path(), ".xml"))
            files.push_back(entry.path().lexically_relative(folder));
        return files.size() < most;
    };
    if (!deep) {
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
            if (!take(*entry))
                break;
        return files;
    }
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        if (!take(*entry))
            break;
    return files;
}

bool isVocXml(const fs::path &file)
{
    constexpr std::string_view root = "<annotation";
    try {
        const std::string bytes = readFilePart(file, 0, 4096).bytes;
        const size_t at = bytes.find(root);  // CVAT's own are <annotations>
        return at != std::string::npos && bytes.substr(at + root.size(), 1) != "s";
    } catch (const UserError &) {
        return true;  // reading it says why not
    }
}

/// A file that is no XML at all may be a broken one of ours; one of another kind (CVAT's own, Qt's) is not.
bool holdsVoc(const fs::path &folder, bool deep)
{
    constexpr size_t few = 8;
    const auto files = xmlFilesIn(folder, deep, few);
    return std::any_of(files.begin(), files.end(), [&](const fs::path &file) { return isVocXml(folder / file); });
}

bool recogniseVoc(const fs::path &path)
{
    std::error_code error;
    if (!fs::is_directory(path, error))
        return hasExtension(path, ".xml") && isVocXml(path);
    return holdsVoc(path / "Annotations", true) || holdsVoc(path, false);
}

VocLayout layoutOf(const ReadRequest &request)
{
    VocLayout layout;
    std::error_code error;
    fs::path folder = request.path;
    if (!fs::is_directory(folder, error)) {
        layout.only = folder.filename();
        folder = folder.parent_path();
        if (folder.filename() == "Annotations")
            folder = folder.parent_path();
    }
    layout.root = layout.annotations = layout.images = layout.lists = folder;
    if (fs::is_directory(folder / "Annotations", error)) {
        layout.annotations = folder / "Annotations";
        layout.lists = folder / "ImageSets" / "Main";
        if (fs::is_directory(folder / "JPEGImages", error)) {
            layout.below = "JPEGImages/";
            layout.images = folder / "JPEGImages";
        }
    }
    if (!request.options.reading.images.empty()) {
        layout.root = layout.images = request.options.reading.images;
        layout.below.clear();
    }
    return layout;
}

/// The file's name in one line of a split: blanks belong to it, but lists of one class say 1, 0 or -1 after it, and
/// every image counts here.
std::string listedStem(const std::string &line, const fs::path &annotations)
{
    const std::string whole = trimmed(line);
    if (std::error_code error; fs::exists(annotations / (whole + ".xml"), error))
        return whole;
    const size_t blank = whole.find_last_of(" \t");
    const std::string last = blank == std::string::npos ? "" : whole.substr(blank + 1);
    return last == "1" || last == "0" || last == "-1" ? trimmed(whole.substr(0, blank)) : whole;
}

class VocReading {
public:
    VocReading(const ReadRequest &request, const RunContext &context)
        : request_(request), context_(context), layout_(layoutOf(request)), sizes_(request.options.reading.imageSizes)
    {
    }
    ReadLabels read();

private:
    void problem(const std::string &file, Message reason) { read_.problems.push_back({file, std::move(reason)}); }

    std::vector<std::string> listedStems();
    std::vector<std::string> stems();
    bool readFileOf(VocFile &file);
    void takeOrigin();
    void takeClasses();
    void findImages(const std::vector<std::string> &stems);
    std::string imageOf(const VocFile &file);
    void takeImage(VocFile &file);
    std::vector<ImageEntry> newImages(const std::vector<std::string> &stems);
    void mergeNew(std::vector<ImageEntry> &&others);

    const ReadRequest &request_;
    const RunContext &context_;
    VocLayout layout_;
    ImageSizes sizes_;
    ReadLabels read_;
    std::optional<ClassKeys> classes_;
    std::vector<VocFile> files_;
    std::vector<std::string> orders_;  ///< what each of set.images is sorted by
    FilesByStem images_;
};

std::vector<std::string> VocReading::listedStems()
{
    const std::string &split = request_.options.reading.split;
    const fs::path list = layout_.lists / (split + ".txt");
    if (!fs::is_regular_file(list))
        throw UserError(
            message("core", "The data set has no split \"{0}\": the file {1} is missing.").with(split, list.string()));
    std::vector<std::string> stems;
    std::istringstream lines(readFile(list));
    std::set<std::string> seen;
    for (std::string line; std::getline(lines, line);) {
        const std::string stem = listedStem(line, layout_.annotations);
        if (stem.empty())
            continue;
        if (seen.insert(stem).second)
            stems.push_back(stem);
        else
            problem(list.string(), message("core", "{0} is listed twice; it counts once.").with(stem));
    }
    return stems;
}

/// The stems of the label files to read: the one asked for, those of the split, else all there are.
std::vector<std::string> VocReading::stems()
{
    if (!layout_.only.empty())
        return {fs::absolute(request_.path).lexically_relative(fs::absolute(layout_.annotations)).replace_extension()};
    if (!request_.options.reading.split.empty())
        return listedStems();
    std::vector<std::string> stems;
    for (const fs::path &file : xmlFilesIn(layout_.annotations, layout_.annotations.filename() == "Annotations"))
        stems.push_back(stemOf(file.generic_string()));
    std::sort(stems.begin(), stems.end(), naturallyBefore);
    return stems;
}

/// One label file; false, with a problem listed, if it is missing or is not an annotation.
bool VocReading::readFileOf(VocFile &file)
{
    std::error_code error;
    if (!fs::is_regular_file(file.path, error)) {
        problem(file.path.string(),
                message("core", "The label file {0} is missing; its image was left out.").with(file.path.string()));
        return false;
    }
    try {
        parseVoc(file, readFile(file.path, uint64_t(1) << 30), request_.extras, read_.problems);
    } catch (const UserError &refusal) {
        problem(file.path.string(), refusal.message());
        return false;
    }
    return true;
}

void VocReading::takeOrigin()
{
    read_.vocOrigin = request_.options.reading.vocOrigin;
    if (read_.vocOrigin != VocOrigin::Auto)
        return;
    const bool pascal = std::any_of(files_.begin(), files_.end(), [](const VocFile &file) { return file.fromPascal; });
    read_.vocOrigin = pascal ? VocOrigin::PixelsFrom1 : VocOrigin::Edges;
}

void VocReading::takeClasses()
{
    classes_.emplace(read_.set);
    std::set<std::string> names;
    for (const VocFile &file : files_)
        for (const VocObject &object : file.objects)
            names.insert(object.name);
    for (const std::string &name : names)
        classes_->of(name);
}

void VocReading::findImages(const std::vector<std::string> &stems)
{
    const bool deep = std::any_of(stems.begin(), stems.end(),
                                  [](const std::string &stem) { return stem.find('/') != std::string::npos; });
    std::error_code error;
    if (fs::is_directory(layout_.images, error))
        for (const std::string &file : imageFilesBelow(layout_.images, deep))
            images_[stemOf(file)].push_back(layout_.below + file);
}

/// The image of a label file: the one with its name, or else the one it names, or the one its <path> leads to; "" if
/// there is none to be sure of.
std::string VocReading::imageOf(const VocFile &file)
{
    const std::string xml = file.path.string();
    const std::string stem = stemOf(file.path.lexically_relative(layout_.annotations).generic_string());
    const auto same = images_.find(stem);
    const auto isNamed = [&](const std::string &image) { return fs::path(image).filename() == file.fileName; };
    if (same != images_.end()) {
        if (same->second.size() == 1)
            return same->second.front();
        const auto named = std::find_if(same->second.begin(), same->second.end(), isNamed);
        if (named != same->second.end())
            return *named;
        problem(xml, message("core", "{0} and {1} share this label file; they and its {2} labels were left out.")
                         .with((layout_.root / same->second[0]).string(), (layout_.root / same->second[1]).string(),
                               file.objects.size()));
        return {};
    }
    const auto other = images_.find((fs::path(stem).parent_path() / fs::path(file.fileName).stem()).generic_string());
    if (other != images_.end())
        for (const auto &image : other->second)
            if (isNamed(image))
                return image;
    std::error_code error;
    if (const fs::path path = file.imagePath; path.is_absolute() && fs::is_regular_file(path, error))
        return path.string();
    if (sizes_ == ImageSizes::Trust && file.declared.width > 0 && file.declared.height > 0)
        return layout_.below + (file.fileName.empty() ? stem + ".jpg" : file.fileName);
    problem(
        xml,
        message("core", "There is no image named {0}; its {1} labels were left out.").with(stem, file.objects.size()));
    return {};
}

void VocReading::takeImage(VocFile &file)
{
    LabelSet &set = read_.set;
    ImageEntry image;
    image.path = imageOf(file);
    if (image.path.empty() || !acceptImage(read_.problems, set.fileOf(image).string(), image.size, file.declared,
                                           sizes_, {file.path.string(), file.objects.size()}))
        return;
    image.key = set.newKey();
    takeVocObjects(file, read_.vocOrigin, request_.extras, set, *classes_, image, read_.problems);
    image.status = file.status.value_or(statusByBoxes(image));
    image.extra = std::move(file.extra);
    if (request_.extras)
        dropFolder(image.extra, fs::absolute(set.fileOf(image)));
    orders_.push_back(stemOf(file.path.lexically_relative(layout_.annotations).generic_string()));
    set.images.push_back(std::move(image));
}

/// Images without a label file, also a broken or foreign one.
std::vector<ImageEntry> VocReading::newImages(const std::vector<std::string> &stems)
{
    std::set<std::string> used(stems.begin(), stems.end());
    for (const auto &file : files_)
        used.insert(
            (fs::path(file.path.lexically_relative(layout_.annotations)).parent_path() / fs::path(file.fileName).stem())
                .generic_string());
    std::vector<ImageEntry> found;
    for (const auto &[stem, paths] : images_)
        for (const auto &path : paths)
            if (!used.contains(stem)) {
                found.emplace_back();
                found.back().path = path;
            }
    return found;
}

/// Everything in natural order of the names.
void VocReading::mergeNew(std::vector<ImageEntry> &&others)
{
    LabelSet &set = read_.set;
    for (ImageEntry &image : others) {
        image.key = set.newKey();
        orders_.push_back(stemOf(image.path.substr(layout_.below.size())));
        set.images.push_back(std::move(image));
    }
    std::vector<size_t> places(set.images.size());
    for (size_t i = 0; i < places.size(); ++i)
        places[i] = i;
    std::stable_sort(places.begin(), places.end(),
                     [&](size_t a, size_t b) { return naturallyBefore(orders_[a], orders_[b]); });
    std::vector<ImageEntry> sorted;
    for (const size_t place : places)
        sorted.push_back(std::move(set.images[place]));
    set.images = std::move(sorted);
}

ReadLabels VocReading::read()
{
    read_.format = LabelFormat::Voc;
    read_.set.root = layout_.root;
    const auto all = stems();
    for (size_t i = 0; i < all.size(); ++i) {
        if (context_.shouldStop())
            throw Stopped();
        if (i % 256 == 0)
            context_.report(static_cast<double>(i) / static_cast<double>(all.size()),
                            message("core", "Reading labels"));
        VocFile file;
        file.path = layout_.annotations / (all[i] + ".xml");
        if (readFileOf(file))
            files_.push_back(std::move(file));
    }
    takeOrigin();
    takeClasses();
    findImages(all);
    for (VocFile &file : files_)
        takeImage(file);
    if (request_.newImages && request_.options.reading.split.empty() && layout_.only.empty())
        mergeNew(newImages(all));
    return std::move(read_);
}

ReadLabels readVoc(const ReadRequest &request, const RunContext &context)
{
    return VocReading(request, context).read();
}

}  // namespace

extern const Format vocFormat{LabelFormat::Voc, "voc", true, recogniseVoc, readVoc, writeVoc};

}  // namespace fcoscope
