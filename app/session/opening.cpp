// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/opening.h"

#include <algorithm>
#include <unordered_set>

#include "app/session/job.h"
#include "core/base/text.h"

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

std::string extensionOf(const fs::path &path)
{
    return lowerCase(path.extension().string());
}

/// Whether a folder holds a COCO file: one with a name that only they have, or any .json where there are no images. The
/// .json files among images are other programs' labels, one for each image.
bool holdsCocoFile(const fs::path &folder, const Backend &backend)
{
    std::error_code error;
    bool any = false;
    for (const auto &entry : fs::directory_iterator(folder, error)) {
        const std::string stem = entry.path().stem().string();
        if (extensionOf(entry.path()) != ".json" || stem.starts_with('.'))
            continue;
        if (stem.starts_with("instances") || stem == "annotations" || stem == "_annotations.coco")
            return true;
        any = true;
    }
    return any && backend.imagesInFolder(folder).empty();
}

bool isDataSet(const fs::path &path, const Backend &backend)
{
    std::error_code error;
    if (fs::is_directory(path, error))
        return fs::is_directory(path / "annotations", error) ||
               (fs::is_directory(path / "Annotations", error) && fs::is_directory(path / "JPEGImages", error)) ||
               holdsCocoFile(path, backend);
    return extensionOf(path) == ".json";
}

class Sorter {
public:
    Sorter(const Backend &backend, Opened &opened) : backend_(backend), opened_(opened) {}

    void add(const fs::path &path)
    {
        std::error_code error;
        if (!fs::exists(path, error))
            throw UserError(message("core", "There is no file or folder {0}.").with(path.string()));
        if (isModel(path, backend_)) {
            addModel(path);
        } else if (isDataSet(path, backend_)) {
            OpenedDataset opened{backend_.readDataSet(path), {}};
            for (const DatasetImage &image : opened.dataset->images)
                opened.ids.push_back(addImage(image.file));
            opened_.datasets.push_back(std::move(opened));
        } else if (fs::is_directory(path, error)) {
            const auto images = backend_.imagesInFolder(path);
            if (images.empty())
                throw UserError(message("core", "The folder {0} holds no images.").with(path.string()));
            for (const fs::path &image : images)
                addImage(image);
        } else if (backend_.isImage(path)) {
            addImage(path);
        } else {
            throw UserError(message("core", "The file {0} is neither an image nor a model nor a data set that "
                                            "FCOScope can open.")
                                .with(path.string()));
        }
    }

private:
    void addModel(const fs::path &path)
    {
        if (!opened_.model.empty() && opened_.model != path)
            opened_.problems.push_back(message("core", "One model at a time: {0} is opened, {1} is not.")
                                           .with(path.string(), opened_.model.string()));
        opened_.model = path;
    }
    ImageId addImage(const fs::path &path)
    {
        ImageId id = fs::absolute(path).lexically_normal().string();
        if (seen_.insert(id).second)
            opened_.images.push_back(id);
        return id;
    }

    const Backend &backend_;
    Opened &opened_;
    std::unordered_set<ImageId> seen_;
};

}  // namespace

const std::vector<std::string> &modelExtensions()
{
    static const std::vector<std::string> extensions{".safetensors", ".pth", ".pt", ".pkl", ".pyth", ".bin", ".ckpt"};
    return extensions;
}

bool isModel(const fs::path &path, const Backend &backend)
{
    std::error_code error;
    if (fs::is_directory(path, error))
        return backend.looksLikeModel(path);
    // What is an image by its content is one, whatever its name.
    if (!fs::exists(path, error) || backend.isImage(path))
        return false;
    const auto &known = modelExtensions();
    return std::find(known.begin(), known.end(), extensionOf(path)) != known.end() || backend.looksLikeModel(path);
}

Opened openPaths(const std::vector<fs::path> &paths, const Backend &backend, const RunContext &context)
{
    Opened opened;
    Sorter sorter(backend, opened);
    for (const fs::path &path : paths) {
        if (context.shouldStop())
            throw Stopped{};
        try {
            sorter.add(path);
        } catch (const Stopped &) {
            throw;
        } catch (...) {
            opened.problems.push_back(messageOfCurrentException());
        }
    }
    return opened;
}

}  // namespace fcoscope
