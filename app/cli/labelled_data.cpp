// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/labelled_data.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "core/base/error.h"

namespace fcoscope {

namespace fs = std::filesystem;

DatasetName datasetName(const std::string &text, const std::string &split)
{
    std::error_code error;
    DatasetName name{text, split};
    const size_t colon = text.rfind(':');
    if (!fs::exists(text, error) && colon != std::string::npos && colon > 0)
        name = {text.substr(0, colon), text.substr(colon + 1)};
    if (const fs::path absolute = fs::absolute(name.path, error); !error)
        name.path = absolute.lexically_normal().string();
    return name;
}

namespace {

void append(Dataset &all, Dataset &&more)
{
    all.name += " + " + more.name;
    all.labelled = all.labelled && more.labelled;
    std::move(more.images.begin(), more.images.end(), std::back_inserter(all.images));
    std::move(more.problems.begin(), more.problems.end(), std::back_inserter(all.problems));
    // Ids of two data sets may clash; joined, the position is the only one that cannot.
    for (size_t i = 0; i < all.images.size(); ++i)
        all.images[i].id = static_cast<int64_t>(i) + 1;
}

}  // namespace

Dataset readDatasets(const std::vector<std::string> &names, const DatasetOptions &options)
{
    std::vector<Dataset> parts;
    std::vector<std::string> classes;
    for (const auto &text : names) {
        const DatasetName name = datasetName(text, options.split);
        DatasetOptions own = options;
        own.split = name.split;
        parts.push_back(readDataset(name.path, own));
        for (const auto &className : parts.back().classNames)
            if (parts.size() == 1 || std::find(classes.begin(), classes.end(), className) == classes.end())
                classes.push_back(className);
    }
    Dataset all;
    for (size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].classNames != classes)
            useClasses(parts[i], classes);
        i == 0 ? void(all = std::move(parts[0])) : append(all, std::move(parts[i]));
    }
    return all;
}

void requireLabels(const Dataset &dataset)
{
    if (dataset.images.empty())
        throw UserError(message("core", "The data set {0} has no images that can be used.").with(dataset.name));
    if (!dataset.labelled || dataset.labelCount() == 0)
        throw UserError(message("core", "The data set {0} has no labels.").with(dataset.name));
}

std::string problemCount(const Dataset &dataset)
{
    const size_t count = dataset.problems.size();
    if (count == 0)
        return {};
    return std::to_string(count) + (count == 1 ? " entry of " : " entries of ") + dataset.name +
           " could not be used as " + (count == 1 ? "it stands" : "they stand");
}

std::string problemList(const Dataset &dataset)
{
    std::string text;
    for (const Problem &problem : dataset.problems)
        text += problem.file + ": " + problem.reason.english() + "\n";
    return text;
}

}  // namespace fcoscope
