// SPDX-License-Identifier: GPL-3.0-or-later
// fcos detect IMAGES…: find objects in images.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include "app/cli/command_line.h"
#include "app/cli/image_ahead.h"
#include "app/cli/model_options.h"
#include "app/cli/verbs.h"
#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "core/data/draw.h"
#include "core/rules/decode.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

struct DetectOptions {
    ModelOptions model;
    DecodeOptions decode;
    ReadLimits limits;
    bool json = false;
    std::string draw;
};

/// Folders become the images in them.
std::vector<std::string> imageFiles(const std::vector<std::string> &named)
{
    std::vector<std::string> files;
    for (const auto &name : named) {
        std::error_code error;
        if (!fs::is_directory(name, error)) {
            files.push_back(name);
            continue;
        }
        const auto inside = imageFilesIn(name);
        if (inside.empty())
            throw UserError(message("core", "The folder {0} holds no images.").with(name));
        files.insert(files.end(), inside.begin(), inside.end());
    }
    return files;
}

std::string detectionJson(const Detection &d, const ModelInfo &model)
{
    const auto numbers = [](std::initializer_list<double> values) {
        std::vector<std::string> texts;
        for (const double value : values)
            texts.push_back(jsonNumber(static_cast<float>(value)));
        return jsonArray(texts);
    };
    return JsonObject()
        .raw("box", numbers({d.box.x1, d.box.y1, d.box.x2, d.box.y2}))
        .add("class", nameOfClass(model.classNames, d.classIndex))
        .add("class_index", d.classIndex)
        .add("score", d.score)
        .add("p", d.classProbability)
        .add("centerness", d.centerness)
        .add("level", d.level)
        .add("location", d.location)
        .raw("ltrb", numbers({d.distances.left, d.distances.top, d.distances.right, d.distances.bottom}))
        .text();
}

std::string imageJson(const Image &image, const std::vector<Detection> &detections, const ModelInfo &model)
{
    std::vector<std::string> found;
    for (const Detection &d : detections)
        found.push_back(detectionJson(d, model));
    return JsonObject()
        .add("file", image.id)
        .add("width", image.size.width)
        .add("height", image.size.height)
        .add("model", model.path.string())
        .raw("detections", jsonArray(found))
        .text();
}

std::string imageText(const Image &image, const std::vector<Detection> &detections, const ModelInfo &model)
{
    size_t width = 0;
    for (const Detection &d : detections)
        width = std::max(width, printable(nameOfClass(model.classNames, d.classIndex)).size());
    std::string text = printable(image.id) + ": " + std::to_string(image.size.width) + " × " +
                       std::to_string(image.size.height) + ", " + std::to_string(detections.size()) +
                       (detections.size() == 1 ? " detection\n" : " detections\n");
    for (const Detection &d : detections) {
        char numbers[96];
        std::snprintf(numbers, sizeof numbers, "  %.3f  %8.1f %8.1f %8.1f %8.1f\n", double(d.score), d.box.x1, d.box.y1,
                      d.box.x2, d.box.y2);
        std::string name = printable(nameOfClass(model.classNames, d.classIndex));
        name.resize(std::max(name.size(), width), ' ');
        text += "  " + name + numbers;
    }
    return text;
}

/// Where the pictures go: one name for each image, even if two images of different folders are called alike.
class DrawingFolder {
public:
    explicit DrawingFolder(const std::string &folder) : folder_(folder)
    {
        std::error_code error;
        fs::create_directories(folder_, error);
        if (!fs::is_directory(folder_))
            throw UserError(message("core", "The folder {0} cannot be made: {1}.")
                                .with(folder, error ? error.message() : "there is a file of that name"));
    }

    void write(const Image &image, const std::vector<Detection> &detections, const std::vector<std::string> &classNames)
    {
        const fs::path source(image.id), stem = source.stem();
        fs::path target = folder_ / (stem.string() + ".png");
        for (int n = 2; !taken_.insert(target.string()).second; ++n)
            target = folder_ / (stem.string() + "_" + std::to_string(n) + ".png");
        std::error_code error;
        if (fs::equivalent(source, target, error))
            throw UserError(message("core", "Drawing into {0} would overwrite the image {1}; name another folder.")
                                .with(folder_.string(), image.id));
        writePng(target.string(), drawDetections(image, detections, classNames));
    }

private:
    fs::path folder_;
    std::set<std::string> taken_;
};

/// One text for each image as soon as it is known; with --json they make one array, which is closed even after a stop.
class Output {
public:
    explicit Output(bool json) : json_(json)
    {
        if (json_)
            open_ = print("[");
    }
    ~Output()
    {
        if (json_ && open_) {
            std::fputs("\n]\n", stdout);  // a full disk was told by show() or is told by the exit of the program
            std::fflush(stdout);
        }
    }
    /// False once nobody reads any more.
    bool show(const std::string &text)
    {
        open_ = print(json_ ? (first_ ? "\n" : ",\n") + text : text);
        first_ = false;
        return open_;
    }

private:
    bool json_, first_ = true, open_ = true;
};

int detectIn(const std::vector<std::string> &files, const Predictor &model, const DetectOptions &options,
             Console &console)
{
    std::unique_ptr<DrawingFolder> drawings;
    if (!options.draw.empty())
        drawings = std::make_unique<DrawingFolder>(options.draw);
    const RunContext context{[] { return stopAsked(); }, {}};
    Output output(options.json);
    int failed = 0;
    for (ImageAhead images(files, options.limits); !images.atEnd();) {
        throwIfStopAsked();
        const size_t i = images.position();
        if (files.size() > 1)
            console.progress(static_cast<double>(i) / static_cast<double>(files.size()), images.file());
        try {
            const Image image = images.next();
            const auto detections = decode(*model.run(image, context), model.info().profile, options.decode);
            if (drawings)
                drawings->write(image, detections, model.info().classNames);
            if (!output.show(options.json ? imageJson(image, detections, model.info())
                                          : imageText(image, detections, model.info())))
                return exitDone;            // the reader has seen enough
        } catch (const UserError &error) {  // one bad image does not keep the others from being seen
            console.error(error.message().english());
            ++failed;
        }
    }
    if (failed > 0 && files.size() > 1)
        console.error(std::to_string(failed) + " of " + std::to_string(files.size()) + " images failed.");
    return failed > 0 ? exitUserError : exitDone;
}

}  // namespace

int detectVerb(const Arguments &arguments, Console &console)
{
    DetectOptions options;
    OptionTable own, model, decoding;
    own.add("json", options.json, message("core", "Print one JSON array instead of text."));
    own.add("draw", options.draw, message("core", "Write each image with its detections as a PNG into this folder."));
    visit(model, options.model);
    visit(own, options.limits);
    visit(decoding, options.decode);

    std::vector<std::string> named;
    CommandLine line("detect", "Find objects in images.");
    line.positional("IMAGES", named, 1, 1 << 20, message("core", "Image files, or folders of images."));
    line.options("Output", own);
    line.options("Model", model);
    line.options("Decoding (without a flag: what the model's profile says)", decoding);
    if (!line.parse(arguments))
        return exitDone;
    for (const OptionTable *table : {&own, &model, &decoding})
        line.apply(*table);  // decoding too: a wrong value is told before a model is loaded

    const std::vector<std::string> files = imageFiles(named);
    const Predictor predictor = loadModel(options.model);
    options.decode = predictor.info().profile.decode;
    line.apply(decoding);
    return detectIn(files, predictor, options, console);
}

}  // namespace fcoscope
