// SPDX-License-Identifier: GPL-3.0-or-later
// The weights in a file that somebody else's program wrote, whatever its container: tensors under string keys, and what
// the file says about itself.
//
// PyTorch's files are pickles, and a pickle is a program. Ours is never run: it is read into an inert tree
// (checkpoint/pickle.h) in which every foreign class or function is an opaque node, and only tensors that are reached
// through dictionaries with string keys are taken (specification of the formats: Python's pickletools; PyTorch's
// serialization.py for the containers).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/fcos/checkpoint/container.h"
#include "core/fcos/torch.h"

namespace fcoscope {

struct StateFile {
    std::filesystem::path path;
    Container container = Container::Safetensors;
    /// In the order of the file, under the keys as they stand there, but for the prefixes that wrappers add to every
    /// key ("module.", "_orig_mod."), which are dropped. CPU tensors, contiguous or not; with `headerOnly` without
    /// data.
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    /// Where in the file they were found: "ema_model_state_dict" (averaged weights come before those averaged),
    /// "model_state_dict", "state_dict", "model", "model_state", "blobs"; empty: at the top.
    std::string wrapper;
    std::vector<std::string> classNames;  ///< mmdetection's meta.CLASSES or meta.dataset_meta.classes; else none
    std::map<std::string, std::string> metadata;  ///< safetensors' own; from pickles the plain texts and numbers beside
                                                  ///< the weights, nested keys joined by dots ("meta.epoch" → "12")
    std::vector<std::string> leftOut;  ///< what was not read: "optimizer", "collections.Counter in meta", …
};

/// Throws UserError in one sentence that names the file, what was expected, what was found and what to do: for
/// TorchScript, tar, 7z, gzip, PNG and JPEG, web pages, Git-LFS pointers, pickled modules, files cut short,
/// contradictory or hostile. Uses no more memory than the file's size and 64 MB. With `headerOnly` tensors have shapes
/// and types only (device "meta").
StateFile readStateFile(const std::filesystem::path &path, bool headerOnly = false);

/// True if the first bytes could be a file that readStateFile accepts or refuses by name as weights; reads 4 kB at
/// most.
bool looksLikeWeights(const std::filesystem::path &path);

}  // namespace fcoscope
