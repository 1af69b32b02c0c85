// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/state_file.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/fcos/checkpoint/file_kind.h"
#include "core/fcos/checkpoint/materialise.h"

namespace fcoscope {

StateFile readStateFile(const std::filesystem::path &path, bool headerOnly)
{
    const FileBytes source(path);
    StatePlan plan = planStateFile(source);
    StateFile file;
    file.path = path;
    file.container = plan.container;
    file.tensors = materialise(plan, source, headerOnly);
    file.wrapper = std::move(plan.wrapper);
    file.classNames = std::move(plan.classNames);
    file.metadata = std::move(plan.metadata);
    file.leftOut = std::move(plan.leftOut);
    return file;
}

bool looksLikeWeights(const std::filesystem::path &path)
{
    FilePart first;
    try {
        first = readFilePart(path, 0, 4096);
    } catch (const UserError &) {
        return false;
    }
    const std::string_view bytes = first.bytes;
    const auto container = sniffContainer(bytes, first.fileBytes);
    // Many things are zip archives; PyTorch's have a folder first and one of these in it.
    if (container == Container::Zip) {
        const std::string_view name = bytes.substr(std::min<size_t>(bytes.size(), 30), 512);
        for (const char *inside : {"/data.pkl", "/data/", "/version", "/byteorder", "/constants.pkl", "/code/", "/."})
            if (name.find(inside) != std::string_view::npos)
                return true;
    } else if (container) {
        return true;
    }
    // What people take for weights because of its name (a web page saved as model.pth) is refused with a reason.
    const std::string extension = lowerCase(path.extension().string());
    for (const char *known : {".pth", ".pt", ".pkl", ".pyth", ".ckpt", ".safetensors", ".torch"})
        if (extension == known)
            return true;
    return false;
}

}  // namespace fcoscope
