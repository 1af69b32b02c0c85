// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/snapshot.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_writer.h"
#include "core/base/sha256.h"
#include "core/base/text.h"

namespace fcoscope {
namespace {

/// The bytes that an image file had.
struct FileFacts {
    int64_t bytes = 0;
    std::string sha256;
    bool operator==(const FileFacts &) const = default;
};

/// Calls work(i) for each image, on as many threads as there are cores. The first thing thrown is thrown on.
void forEachImage(size_t count, const RunContext &context, const std::function<void(size_t)> &work)
{
    std::atomic<size_t> next{0};
    std::mutex mutex;
    std::exception_ptr failure;
    const auto loop = [&] {
        try {
            for (size_t i = next++; i < count && !context.shouldStop(); i = next++) {
                work(i);
                context.report(static_cast<double>(i) / static_cast<double>(count),
                               message("core", "taking stock of the images"));
            }
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (!failure)
                failure = std::current_exception();
            next = count;
        }
    };
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < std::min<size_t>(count, std::max(1u, std::thread::hardware_concurrency())); ++i)
        threads.emplace_back(loop);
    threads.clear();  // joins
    if (failure)
        std::rethrow_exception(failure);
    if (context.shouldStop())
        throw Stopped();
}

std::string labelText(const Label &label)
{
    JsonObject json;
    json.raw("box", jsonArray({jsonNumber(label.box.x1), jsonNumber(label.box.y1), jsonNumber(label.box.x2),
                               jsonNumber(label.box.y2)}))
        .add("class", label.classIndex)
        .add("crowd", label.crowd)
        .add("difficult", label.difficult);
    if (label.area >= 0)
        json.add("area", label.area);
    return json.text();
}

std::string datasetText(const Dataset &dataset, const RunContext &context)
{
    std::vector<std::string> images(dataset.images.size());
    forEachImage(images.size(), context, [&](size_t i) {
        const DatasetImage &image = dataset.images[i];
        const std::string bytes = readFile(image.file);
        std::vector<std::string> labels;
        for (const Label &label : image.labels)
            labels.push_back(labelText(label));
        images[i] = JsonObject()
                        .add("file", image.file)
                        .add("bytes", static_cast<int64_t>(bytes.size()))
                        .add("sha256", sha256(bytes))
                        .add("width", image.size.width)
                        .add("height", image.size.height)
                        .raw("labels", jsonArray(labels))
                        .text();
    });
    std::string lines;
    for (const auto &image : images)
        lines += (lines.empty() ? "\n" : ",\n") + image;
    return JsonObject().add("name", dataset.name).raw("images", "[" + lines + "\n]").text();
}

// ---- Reading. Whatever does not fit throws a Message, and parsed() says which file it stands in.

const Json &member(const Json &object, const char *name, Json::Kind kind)
{
    const Json *value = object.find(name);
    if (!value || value->kind != kind)
        throw message("core", "\"{0}\" is missing or of another kind").with(name);
    return *value;
}

int64_t whole(const Json &object, const char *name, int64_t lowest, int64_t highest)
{
    const double value = member(object, name, Json::Kind::Number).number;
    if (!(value >= static_cast<double>(lowest) && value <= static_cast<double>(highest)) || value != std::floor(value))
        throw message("core", "\"{0}\" is {1}").with(name, value);
    return static_cast<int64_t>(value);
}

bool said(const Json &object, const char *name)
{
    const Json *value = object.find(name);
    return value && value->kind == Json::Kind::Boolean && value->number != 0;
}

Label labelFrom(const Json &json, const DatasetImage &image, size_t classes)
{
    Label label;
    const Json &box = member(json, "box", Json::Kind::Array);
    double *const sides[] = {&label.box.x1, &label.box.y1, &label.box.x2, &label.box.y2};
    for (size_t i = 0; i < 4; ++i) {
        if (box.items.size() != 4 || box.items[i].kind != Json::Kind::Number)
            throw message("core", "a box of {0} is not four numbers").with(image.file);
        *sides[i] = box.items[i].number;
    }
    const double slack = 0.5;  // as readDataset allows
    if (!label.box.hasArea() || label.box.x1 < -slack || label.box.y1 < -slack ||
        label.box.x2 > image.size.width + slack || label.box.y2 > image.size.height + slack)
        throw message("core", "a box of {0} has no area inside the image").with(image.file);
    label.classIndex = static_cast<int>(whole(json, "class", 0, static_cast<int64_t>(classes) - 1));
    label.crowd = said(json, "crowd");
    label.difficult = said(json, "difficult");
    if (const Json *area = json.find("area"); area && area->kind == Json::Kind::Number)
        label.area = area->number;
    return label;
}

/// An image and the bytes that its file had.
struct ImageEntry {
    DatasetImage image;
    FileFacts facts;
};

ImageEntry imageFrom(const Json &json, size_t classes)
{
    ImageEntry entry;
    entry.image.file = member(json, "file", Json::Kind::String).text;
    entry.image.size = {static_cast<int>(whole(json, "width", 1, 1 << 20)),
                        static_cast<int>(whole(json, "height", 1, 1 << 20))};
    entry.facts = {whole(json, "bytes", 0, int64_t(1) << 52), member(json, "sha256", Json::Kind::String).text};
    for (const Json &label : member(json, "labels", Json::Kind::Array).items)
        entry.image.labels.push_back(labelFrom(label, entry.image, classes));
    return entry;
}

struct Parsed {
    Snapshot data;
    std::vector<FileFacts> trainingFiles, validationFiles;
};

/// The text without its images: each line that is one becomes its number in `lines`.
std::string frameOf(const std::string &text, std::vector<std::string_view> &lines)
{
    std::string frame;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view line(text.data() + begin, end - begin);
        // A text within JSON holds no line end, so what begins a line like this is no part of one.
        if (line.starts_with("{\"file\":")) {
            const bool more = line.ends_with(',');
            frame += std::to_string(lines.size()) + (more ? "," : "");
            lines.push_back(line.substr(0, line.size() - (more ? 1 : 0)));
        } else {
            frame += line;
        }
        frame += '\n';
        begin = end + 1;
    }
    return frame;
}

Dataset datasetFrom(const Json &json, const std::vector<std::string> &classNames,
                    const std::vector<std::string_view> &lines, std::vector<FileFacts> &files)
{
    Dataset dataset;
    dataset.name = member(json, "name", Json::Kind::String).text;
    dataset.classNames = classNames;
    for (size_t c = 0; c < classNames.size(); ++c)
        dataset.categoryIds.push_back(static_cast<int64_t>(c) + 1);
    for (const Json &item : member(json, "images", Json::Kind::Array).items) {
        const bool line = item.kind == Json::Kind::Number;
        if (line && !(item.number >= 0 && item.number < static_cast<double>(lines.size())))
            throw message("core", "\"{0}\" is missing or of another kind").with("images");
        ImageEntry entry =
            imageFrom(line ? parseJson(lines[static_cast<size_t>(item.number)]) : item, classNames.size());
        entry.image.id = static_cast<int64_t>(dataset.images.size()) + 1;
        dataset.images.push_back(std::move(entry.image));
        files.push_back(std::move(entry.facts));
    }
    return dataset;
}

Parsed parsedText(const std::string &text)
{
    std::vector<std::string_view> lines;
    const Json root = parseJson(frameOf(text, lines));
    if (member(root, "format", Json::Kind::String).text != "fcoscope-dataset")
        throw message("core", "\"{0}\" is missing or of another kind").with("format");
    whole(root, "version", 1, 1);
    std::vector<std::string> classes;
    for (const Json &name : member(root, "classes", Json::Kind::Array).items) {
        if (name.kind != Json::Kind::String)
            throw message("core", "\"{0}\" is missing or of another kind").with("classes");
        classes.push_back(name.text);
    }
    Parsed parsed;
    parsed.data.training = datasetFrom(member(root, "train", Json::Kind::Object), classes, lines, parsed.trainingFiles);
    if (const Json *validation = root.find("validation"))
        parsed.data.validation = datasetFrom(*validation, classes, lines, parsed.validationFiles);
    return parsed;
}

Parsed parsed(const std::string &text, const std::filesystem::path &file)
{
    const auto refused = [&](const Message &why) {
        return UserError(
            message("core", "The file {0} does not hold the data of a run: {1}.").with(file.string(), why.english()));
    };
    try {
        return parsedText(text);
    } catch (const Message &why) {
        throw refused(why);
    } catch (const UserError &error) {  // no JSON
        throw refused(error.message());
    }
}

void checkFiles(const Dataset &dataset, const std::vector<FileFacts> &files, const RunContext &context)
{
    forEachImage(files.size(), context, [&](size_t i) {
        const std::string &file = dataset.images[i].file;
        const auto changed = message("core", "The image {0} is no longer the file that the run was started with.");
        if (OpenFile(file).bytes() != static_cast<uint64_t>(files[i].bytes) || sha256OfFile(file) != files[i].sha256)
            throw UserError(changed.with(file));
    });
}

bool sameLabels(std::vector<Label> before, std::vector<Label> now)
{
    const auto hasArea = [](const Label &label) { return label.area >= 0; };
    if (std::none_of(before.begin(), before.end(), hasArea))
        for (Label &label : now)
            label.area = -1;
    return before == now;
}

std::optional<Message> datasetChanged(const Dataset &before, const std::vector<FileFacts> &filesBefore,
                                      const Dataset &now, const std::vector<FileFacts> &filesNow,
                                      const std::string &folder)
{
    if (before.images.size() != now.images.size())
        return message("core", "The run in {0} was started with {1} images in {2}, not {3} (see its dataset.json); "
                               "train into another folder.")
            .with(folder, before.images.size(), before.name, now.images.size());
    for (size_t i = 0; i < before.images.size(); ++i) {
        const DatasetImage &was = before.images[i], &is = now.images[i];
        if (was.file != is.file || !(was.size == is.size) || filesBefore[i] != filesNow[i])
            return message("core", "The run in {0} was started with another image than {1} is now (see its "
                                   "dataset.json); train into another folder.")
                .with(folder, is.file);
        if (!sameLabels(was.labels, is.labels))
            return message("core", "The run in {0} was started with other labels of {1} (see its dataset.json); "
                                   "train into another folder.")
                .with(folder, is.file);
    }
    return {};
}

}  // namespace

std::string snapshotText(const Snapshot &snapshot, const RunContext &context)
{
    JsonObject json;
    json.add("format", "fcoscope-dataset").add("version", 1).raw("classes", jsonTexts(snapshot.training.classNames));
    json.raw("train", datasetText(snapshot.training, context));
    if (snapshot.validation)
        json.raw("validation", datasetText(*snapshot.validation, context));
    return json.text() + "\n";
}

Snapshot readSnapshot(const std::filesystem::path &file, bool files, const RunContext &context)
{
    Parsed read = parsed(readFile(file), file);
    if (files) {
        checkFiles(read.data.training, read.trainingFiles, context);
        if (read.data.validation)
            checkFiles(*read.data.validation, read.validationFiles, context);
    }
    return std::move(read.data);
}

std::optional<Message> dataChanged(const std::string &before, const std::string &now,
                                   const std::filesystem::path &folder)
{
    if (before == now)
        return {};
    const Parsed was = parsed(before, folder / "dataset.json"), is = parsed(now, folder / "dataset.json");
    if (was.data.training.classNames != is.data.training.classNames)
        return message("core", "The run in {0} was started with the classes {1}, not {2} (see its dataset.json); train "
                               "into another folder.")
            .with(folder.string(), joined(was.data.training.classNames), joined(is.data.training.classNames));
    const auto change =
        datasetChanged(was.data.training, was.trainingFiles, is.data.training, is.trainingFiles, folder.string());
    if (change || (!was.data.validation && !is.data.validation))
        return change;
    return datasetChanged(was.data.validation.value_or(Dataset()), was.validationFiles,
                          is.data.validation.value_or(Dataset()), is.validationFiles, folder.string());
}

}  // namespace fcoscope
