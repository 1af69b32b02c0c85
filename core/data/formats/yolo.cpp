// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/yolo.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/data/image.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t largestLabelFile = uint64_t(256) << 20;

/// The label file of an image; "" if there is none.
fs::path labelOf(const YoloFolder &folder, const fs::path &image)
{
    std::vector<fs::path> places;
    if (!folder.images.empty()) {
        const fs::path below =
            fs::absolute(image).lexically_normal().lexically_relative(fs::absolute(folder.images).lexically_normal());
        places = {folder.root / "labels" / below, folder.root / mirroredLabel(below), folder.root / below};
    } else {
        const fs::path below = image.lexically_relative(fs::absolute(folder.root).lexically_normal());
        places = {mirroredLabel(image), image, folder.root / "labels" / below,
                  folder.root / "labels" / image.filename()};
    }
    std::error_code error;
    for (fs::path &place : places)
        if (!place.empty() && fs::is_regular_file(place.replace_extension(".txt"), error))
            return place;
    return {};
}

class Reader {
public:
    Reader(const ReadRequest &request, const YoloFolder &folder, ReadLabels &read)
        : request_(request), folder_(folder), read_(read), classes_(read.set, folder.names)
    {
    }

    void take(const std::string &path)
    {
        ImageEntry image;
        image.path = path;
        const fs::path file = fs::absolute(read_.set.fileOf(image)).lexically_normal();
        if (const fs::path label = labelOf(folder_, file); !label.empty())
            image = labelled(std::move(image), file, label);
        else if (!request_.newImages)
            return;
        image.key = read_.set.newKey();
        read_.set.images.push_back(std::move(image));
    }

    /// Label files in the folders of those that were read, without an image.
    void listOrphans()
    {
        std::set<fs::path> folders;
        for (const std::string &label : taken_)
            folders.insert(fs::path(label).parent_path());
        for (const fs::path &folder : folders) {
            std::error_code error;
            fs::directory_iterator entry(folder, error);
            for (; !error && entry != fs::directory_iterator(); entry.increment(error))
                if (const fs::path &file = entry->path();
                    lowerCase(file.extension().string()) == ".txt" && !taken_.contains(file.string()) &&
                    file.filename() != "classes.txt" && entry->file_size(error) > 0 && looksLikeYolo(file))
                    problem(file, message("core", "There is no image for the label file {0}; it was left out.")
                                      .with(file.string()));
        }
    }

private:
    ImageEntry labelled(ImageEntry image, const fs::path &file, const fs::path &label)
    {
        if (!taken_.insert(label.string()).second) {
            problem(label, message("core", "The image {0} has the label file of another one with the same name; its "
                                           "labels count for that one only.")
                               .with(file.string()));
            return image;
        }
        try {
            const std::string bytes = readFile(label, largestLabelFile);
            image.size = readImageSize(file.string());
            return yoloEntry(label, bytes, read_.set, classes_, image, folder_.keypoints, request_.extras,
                             read_.problems);
        } catch (const UserError &refusal) {
            problem(label, refusal.message());
            problem(label, message("core", "The labels of {0} were left out.").with(file.string()));
            return image;
        }
    }
    void problem(const fs::path &file, Message reason) { read_.problems.push_back({file.string(), std::move(reason)}); }

    const ReadRequest &request_;
    const YoloFolder &folder_;
    ReadLabels &read_;
    YoloClasses classes_;
    std::unordered_set<std::string> taken_;
};

ReadLabels readYolo(const ReadRequest &request, const RunContext &context)
{
    YoloFolder folder = openYolo(request.path, request.options.reading);
    ReadLabels read;
    read.format = LabelFormat::Yolo;
    read.set.root = folder.root;
    read.problems = std::move(folder.problems);
    Reader reader(request, folder, read);
    for (size_t i = 0; i < folder.files.size(); ++i) {
        if (context.shouldStop())
            throw Stopped{};
        if (i % 100 == 0)
            context.report(double(i) / double(folder.files.size()), message("core", "Reading label files"));
        reader.take(folder.files[i]);
    }
    if (request.options.reading.split.empty())
        reader.listOrphans();
    return read;
}

/// Where a set's label files go in a folder.
struct Target {
    fs::path to;
    bool inPlace = false;  ///< among the images
    fs::path namesFile;
    YoloNames names;
    std::string namesBefore;
    std::map<Key, size_t> numbers;

    Target(const LabelSet &set, const fs::path &folder) : to(folder)
    {
        std::error_code error;
        inPlace = fs::equivalent(folder, set.root, error) && !error;
        const bool mirrored = std::any_of(set.images.begin(), set.images.end(),
                                          [](const ImageEntry &image) { return !mirroredLabel(image.path).empty(); });
        const auto present = namesFileIn(folder);
        namesFile = present ? *present : folder / (inPlace && !mirrored ? "classes.txt" : "data.yaml");
        if (present) {
            names = readYoloNames(namesFile);
            namesBefore = readFile(namesFile);
        }
        numbers = yoloNumbers(set, names, false);
    }

    fs::path labelOf(const ImageEntry &image) const
    {
        const fs::path path = image.path;
        std::error_code error;
        if (path.is_absolute())
            return (to / "labels" / path.filename()).replace_extension(".txt");
        if (const fs::path label = mirroredLabel(path); !label.empty())
            return to / label;
        const bool beside = inPlace && !fs::is_directory(to / "labels", error);
        return ((beside ? to : to / "labels") / path).replace_extension(".txt");
    }
};

/// "train: images/train" and so on, as far as the images' folders tell.
std::string splitLines(const WriteRequest &request)
{
    std::map<std::string, std::string> folders;
    bool mirrored = false;
    for (const ImageEntry *image : request.images) {
        const fs::path path = image->path;
        std::vector<std::string> parts;
        for (const fs::path &part : path)
            parts.push_back(part.string());
        for (size_t i = 0; i + 1 < parts.size(); ++i)
            if (parts[i] == "images") {
                mirrored = true;
                const std::string before = i > 0 ? parts[i - 1] : "", after = i + 2 < parts.size() ? parts[i + 1] : "";
                for (const auto &[word, split] :
                     {std::pair{"train", "train"}, {"val", "val"}, {"valid", "val"}, {"test", "test"}})
                    if (before == word || after == word) {
                        fs::path folder;
                        for (size_t k = 0; k <= i + (after == word); ++k)
                            folder /= parts[k];
                        folders.emplace(split, folder.generic_string());
                    }
            }
    }
    const std::string all = mirrored || request.images.empty() ? "." : "images";
    std::string lines;
    for (const char *split : {"train", "val"})
        lines += std::string(split) + ": " +
                 jsonText(folders.contains(split) ? folders[split]
                          : folders.empty()       ? all
                                                  : folders.begin()->second) +
                 "\n";
    return folders.contains("test") ? lines + "test: " + jsonText(folders["test"]) + "\n" : lines;
}

std::string namesText(const WriteRequest &request, const Target &target)
{
    const std::string names = yoloNamesText(target.namesFile, target.namesBefore, target.names);
    if (!target.namesBefore.empty() || !isYaml(target.namesFile))
        return names;
    std::string text = splitLines(request);
    if (!target.inPlace)  // YOLO looks for images beside labels; fcos finds them where they are
        text += "images_root: " + jsonText(fs::absolute(request.set.root).generic_string()) + "\n";
    return text + "nc: " + std::to_string(target.names.size()) + "\n" + names;
}

/// One note for all images: which of their statuses come back as another.
void noteStatuses(const WriteRequest &request, ConversionReport &report)
{
    size_t verified = 0, unreviewed = 0;
    for (const ImageEntry *image : request.images) {
        verified += image->status == ReviewStatus::Verified;
        unreviewed += image->status == ReviewStatus::New && !image->boxes.empty();
    }
    if (verified > 0)
        note(report, ConversionNote::Kind::Dropped, "",
             message("core", "YOLO has no place for \"verified\": {0} images count as labelled or empty.")
                 .with(verified));
    if (unreviewed > 0)
        note(report, ConversionNote::Kind::Changed, "",
             message("core", "{0} images without review have labels: in the written files they count as labelled.")
                 .with(unreviewed));
}

}  // namespace

void writeYolo(const WriteRequest &request, const RunContext &context, ConversionReport &report)
{
    const Target target(request.set, request.to);
    if (const std::string text = namesText(request, target); text != target.namesBefore)
        request.put(target.namesFile, text);
    report.files.push_back(target.namesFile);
    std::set<fs::path> written;
    size_t done = 0;
    for (const ImageEntry *image : request.images) {
        if (context.shouldStop())
            throw Stopped{};
        context.report(double(done++) / double(request.images.size()), message("core", "Writing label files"));
        if (image->status == ReviewStatus::New && image->boxes.empty())
            continue;  // what has no file is New
        const fs::path file = target.labelOf(*image);
        const Size size = sizeOrHeader(request.set, *image);
        if (!written.insert(file).second)
            note(report, ConversionNote::Kind::Dropped, image->path,
                 message("core", "Another image has the same name but for its ending, so the same label file: its {0} "
                                 "labels were left out.")
                     .with(image->boxes.size()));
        else if (!image->boxes.empty() && (size.width <= 0 || size.height <= 0))
            note(report, ConversionNote::Kind::Dropped, image->path,
                 message("core", "The size of the image is not known, and YOLO's numbers are fractions of it: its {0} "
                                 "labels were left out.")
                     .with(image->boxes.size()));
        else
            request.put(file, yoloText(*image, size, target.numbers, report));
    }
    noteStatuses(request, report);
    report.files.push_back(request.to);
}

extern const Format yoloFormat{LabelFormat::Yolo, "yolo", true, recogniseYolo, readYolo, writeYolo};

}  // namespace fcoscope
