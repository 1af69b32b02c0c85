// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/run_pictures.h"

#include <algorithm>
#include <system_error>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_writer.h"

namespace fcoscope {
namespace {

constexpr size_t mostBoxes = 100;

std::string pictureText(const RunPicture &picture)
{
    std::vector<Detection> best = picture.detections;
    std::stable_sort(best.begin(), best.end(), [](const auto &a, const auto &b) { return a.score > b.score; });
    best.resize(std::min(best.size(), mostBoxes));
    std::vector<std::string> boxes;
    for (const Detection &d : best) {
        std::vector<std::string> sides;
        for (const double side : {d.box.x1, d.box.y1, d.box.x2, d.box.y2})
            sides.push_back(jsonNumber(static_cast<float>(side)));
        boxes.push_back(
            JsonObject().raw("box", jsonArray(sides)).add("class", d.classIndex).add("score", d.score).text());
    }
    return JsonObject()
        .add("file", picture.file)
        .add("width", picture.size.width)
        .add("height", picture.size.height)
        .raw("detections", jsonArray(boxes))
        .text();
}

/// Thrown within this file for whatever does not fit.
struct Unfit {};

double number(const Json *json)
{
    return json && json->kind == Json::Kind::Number ? json->number : throw Unfit();
}
int whole(const Json *json)
{
    const double value = number(json);
    return value >= 0 && value <= (1 << 30) ? static_cast<int>(value) : throw Unfit();
}
const std::string &textIn(const Json *json)
{
    return json && json->kind == Json::Kind::String ? json->text : throw Unfit();
}
const std::vector<Json> &itemsIn(const Json *json)
{
    return json && json->kind == Json::Kind::Array ? json->items : throw Unfit();
}

RunPicture pictureFrom(const Json &json, size_t classes)
{
    RunPicture picture{textIn(json.find("file")), {whole(json.find("width")), whole(json.find("height"))}, {}};
    for (const Json &entry : itemsIn(json.find("detections"))) {
        const std::vector<Json> &box = itemsIn(entry.find("box"));
        Detection detection;
        if (box.size() != 4)
            throw Unfit();
        detection.box = {number(&box[0]), number(&box[1]), number(&box[2]), number(&box[3])};
        detection.classIndex = whole(entry.find("class"));
        detection.score = static_cast<float>(number(entry.find("score")));
        if (static_cast<size_t>(detection.classIndex) >= classes)
            throw Unfit();
        picture.detections.push_back(detection);
    }
    return picture;
}

RunPictures picturesFrom(const Json &json)
{
    if (textIn(json.find("format")) != "fcoscope-pictures" || whole(json.find("version")) != 1)
        throw Unfit();
    RunPictures pictures;
    pictures.step = whole(json.find("step"));
    pictures.epoch = whole(json.find("epoch"));
    for (const Json &name : itemsIn(json.find("classes")))
        pictures.classNames.push_back(textIn(&name));
    for (const Json &image : itemsIn(json.find("images")))
        pictures.images.push_back(pictureFrom(image, pictures.classNames.size()));
    return pictures;
}

}  // namespace

std::string writePictures(const std::filesystem::path &folder, const RunPictures &pictures)
{
    std::error_code ignored;  // if it cannot be made, writeFile says why
    std::filesystem::create_directories(folder / "pictures", ignored);
    std::vector<std::string> images;
    for (const RunPicture &picture : pictures.images)
        images.push_back(pictureText(picture));
    const std::string name = "pictures/" + std::to_string(pictures.step) + ".json";
    writeFile(folder / name, JsonObject()
                                     .add("format", "fcoscope-pictures")
                                     .add("version", 1)
                                     .add("step", pictures.step)
                                     .add("epoch", pictures.epoch)
                                     .raw("classes", jsonTexts(pictures.classNames))
                                     .raw("images", jsonArray(images))
                                     .text() +
                                 "\n");
    return name;
}

std::vector<std::string> chosenPictures(const std::filesystem::path &folder)
{
    std::vector<std::string> files;
    try {
        const Json all = parseJson(readFile(folder / "pictures" / "chosen.json"));
        for (const Json &file : itemsIn(&all))
            if (files.size() < mostRunPictures)
                files.push_back(textIn(&file));
    } catch (const UserError &) {  // there is none
    } catch (const Unfit &) {
    }
    return files;
}

void choosePictures(const std::filesystem::path &folder, const std::vector<std::string> &files)
{
    std::error_code error;
    std::filesystem::create_directory(folder / "pictures", error);
    writeFile(folder / "pictures" / "chosen.json", jsonTexts(files));
}

RunPictures readPictures(const std::filesystem::path &file)
{
    const std::string text = readFile(file, 64u << 20);
    try {
        return picturesFrom(parseJson(text));
    } catch (const Unfit &) {
    } catch (const UserError &) {  // no JSON
    }
    throw UserError(message("core", "The file {0} does not hold what a model saw in a run.").with(file.string()));
}

}  // namespace fcoscope
