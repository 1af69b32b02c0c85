// SPDX-License-Identifier: GPL-3.0-or-later
// Data sets made on the spot: COCO and VOC files with the images they speak of, and what reading them said.
#pragma once

#include <QtTest>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "core/base/error.h"
#include "core/data/dataset.h"
#include "core/data/image.h"

namespace fcoscope {

namespace fs = std::filesystem;

inline void put(const fs::path &path, const std::string &content)
{
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
}

inline void putImage(const fs::path &path, int width = 100, int height = 80)
{
    fs::create_directories(path.parent_path());
    Image image{"", {width, height}, {}};
    image.pixels.assign(static_cast<size_t>(width * height * 3), 90);
    writePng(path.string(), image);
}

inline std::string vocObject(const std::string &name, const std::string &x1, const std::string &y1,
                             const std::string &x2, const std::string &y2, const std::string &more = "")
{
    return "<object><name>" + name + "</name>" + more + "<bndbox><xmin>" + x1 + "</xmin><ymin>" + y1 + "</ymin><xmax>" +
           x2 + "</xmax><ymax>" + y2 + "</ymax></bndbox></object>";
}

inline std::string voc(const std::string &objects,
                       const std::string &size = "<size><width>100</width><height>80</height><depth>3</depth></size>",
                       const std::string &database = "Unknown", const std::string &fileName = "anything.jpg")
{
    return "<annotation><filename>" + fileName + "</filename><source><database>" + database + "</database></source>" +
           size + objects + "</annotation>";
}

inline std::string textOf(const std::vector<Problem> &problems)
{
    std::string text;
    for (const Problem &problem : problems)
        text += problem.file + ": " + problem.reason.english() + "\n";
    return text;
}
inline std::string allReasons(const Dataset &dataset)
{
    return textOf(dataset.problems);
}

inline bool lists(const std::vector<Problem> &problems, const std::string &words)
{
    return std::any_of(problems.begin(), problems.end(), [&](const Problem &problem) {
        return !problem.file.empty() && problem.reason.english().find(words) != std::string::npos;
    });
}
inline bool lists(const Dataset &dataset, const std::string &words)
{
    return lists(dataset.problems, words);
}

inline QString refusal(const fs::path &path, const DatasetOptions &options = {})
{
    try {
        readDataset(path, options);
    } catch (const UserError &error) {
        return QString::fromStdString(error.what());
    }
    return {};
}

/// JSON with its quotes written as apostrophes, for texts that moc cannot follow as raw strings.
inline std::string json(std::string text)
{
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

inline const std::string cocoImage = R"({"id": 7, "file_name": "a.png", "width": 100, "height": 80})";
inline const std::string cocoCategories = R"([{"id": 3, "name": "cat"}, {"id": 1, "name": "dog"}])";

inline std::string coco(const std::string &annotations, const std::string &images = cocoImage,
                        const std::string &categories = cocoCategories)
{
    return "{\"images\": [" + images + "], \"categories\": " + categories + ", \"annotations\": [" + annotations + "]}";
}

inline std::string annotation(int id, const std::string &bbox,
                              const std::string &rest = R"("image_id": 7, "category_id": 3)")
{
    return "{\"id\": " + std::to_string(id) + ", \"bbox\": " + bbox + ", " + rest + "}";
}

/// An empty folder for each test function.
class DatasetFolder {
protected:
    void newFolder() { folder_ = std::make_unique<QTemporaryDir>(); }
    fs::path root() const { return folder_->path().toStdString(); }
    static fs::path shared() { return qEnvironmentVariable("FCOSCOPE_SHARED").toStdString(); }

    /// A COCO file beside the image a.png of 100 × 80 pixels.
    Dataset readCocoText(const std::string &text)
    {
        putImage(root() / "a.png");
        put(root() / "labels.json", text);
        return readDataset(root() / "labels.json");
    }
    Dataset readVocText(const std::string &text, const DatasetOptions &options = {})
    {
        putImage(root() / "JPEGImages/a.png");
        put(root() / "Annotations/a.xml", text);
        return readDataset(root(), options);
    }

private:
    std::unique_ptr<QTemporaryDir> folder_;
};

}  // namespace fcoscope
