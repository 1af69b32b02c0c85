// SPDX-License-Identifier: GPL-3.0-or-later
// The tensors of each codebase's own network, as tests/golden/*_manifest.json lists them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/fcos/checkpoint/codebase_names.h"

namespace fcoscope {

struct ManifestFile {
    const char *name;  ///< without "_manifest.json"
    Codebase codebase;
    const char *profile;
};
inline const std::vector<ManifestFile> &manifestFiles()
{
    static const std::vector<ManifestFile> all{
        {"tianzhi_r50", Codebase::Tianzhi, "tz-orig"},    {"adelaidet_r50", Codebase::AdelaiDet, "ad"},
        {"adelaidet_r50_iou", Codebase::AdelaiDet, "ad"}, {"adelaidet_rt_r50", Codebase::AdelaiDet, "ad-rt"},
        {"torchvision_r50", Codebase::Torchvision, "tv"}, {"mmdet_r50", Codebase::Mmdetection, "mm-base"},
        {"simpleaicv_r50", Codebase::SimpleAicv, "zg"},
    };
    return all;
}

using Manifest = std::vector<std::pair<std::string, std::vector<int64_t>>>;  ///< name, shape

inline Manifest readManifest(const std::string &name)
{
    const Json json =
        parseJson(readFile(std::filesystem::path(std::getenv("FCOSCOPE_GOLDEN")) / (name + "_manifest.json")));
    const Json *tensors = json.find("tensors");
    Manifest manifest;
    for (const auto &[tensor, shape] : (tensors ? *tensors : json).members) {
        std::vector<int64_t> sizes;
        for (const Json &size : shape.items)
            sizes.push_back(static_cast<int64_t>(size.number));
        manifest.emplace_back(tensor, sizes);
    }
    return manifest;
}

}  // namespace fcoscope
