// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/model_file.h"

#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/fcos/checkpoint/state_file.h"

namespace fcoscope {
namespace {

constexpr char formatName[] = "fcoscope-model";

/// The entries of `all` whose key begins with `section`, without it.
std::map<std::string, std::string> sectionOf(const std::map<std::string, std::string> &all, const std::string &section)
{
    std::map<std::string, std::string> entries;
    for (const auto &[key, value] : all)
        if (key.starts_with(section))
            entries[key.substr(section.size())] = value;
    return entries;
}

template <typename Options>
void readOptions(Options &options, const std::map<std::string, std::string> &all, const std::string &section,
                 const std::string &origin)
{
    OptionTable table;
    visit(table, options);
    for (const auto &[name, value] : sectionOf(all, section))
        table.set(name, value, origin);
}

template <typename Options>
void writeOptions(Options options, std::map<std::string, std::string> &all, const std::string &section)
{
    OptionTable table;
    visit(table, options);
    for (const auto &[name, value] : table.values())
        all[section + name] = value;
}

std::vector<std::string> classNamesOf(const std::map<std::string, std::string> &metadata,
                                      const std::filesystem::path &path)
{
    std::vector<std::string> names;
    const auto text = metadata.find("classes");
    if (text == metadata.end())
        return names;
    try {
        for (const Json &name : parseJson(text->second).items)
            names.push_back(name.text);
    } catch (const UserError &error) {
        throw UserError(
            message("core", "The class names of the model {0} cannot be read: {1}.").with(path.string(), error.what()));
    }
    return names;
}

}  // namespace

std::filesystem::path modelFileOf(const std::filesystem::path &path)
{
    namespace fs = std::filesystem;
    std::error_code ignored;
    if (!fs::is_directory(path, ignored))
        return path;
    for (const char *inside :
         {"model.safetensors", "checkpoints/best/model.safetensors", "checkpoints/last/model.safetensors"})
        if (fs::exists(path / inside, ignored))
            return path / inside;
    throw UserError(message("core", "There is no model in the folder {0}.").with(path.string()));
}

bool looksLikeModel(const std::filesystem::path &path)
{
    std::error_code ignored;
    if (!std::filesystem::is_directory(path, ignored))
        return looksLikeWeights(path);
    try {
        return !modelFileOf(path).empty();
    } catch (const UserError &) {
        return false;  // a folder of images, say
    }
}

ModelInfo infoOf(const Safetensors &file, const std::filesystem::path &path)
{
    const auto format = file.metadata.find("format");
    if (format == file.metadata.end() || format->second != formatName)
        throw UserError(
            message("core", "The file {0} holds tensors, but is not a model of FCOScope.").with(path.string()));
    if (const auto version = file.metadata.find("version"); version == file.metadata.end() || version->second != "1")
        throw UserError(message("core", "The model {0} was written by a newer FCOScope.").with(path.string()));
    ModelInfo info;
    info.path = path;
    readOptions(info.network, file.metadata, "network.", path.string());
    if (const auto name = file.metadata.find("profile-name"); name != file.metadata.end())
        info.profile.name = name->second;
    readOptions(info.profile, file.metadata, "profile.", path.string());
    info.training = sectionOf(file.metadata, "training.");
    info.facts = sectionOf(file.metadata, "fact.");
    info.classNames = classNamesOf(file.metadata, path);
    if (info.classNames.size() != static_cast<size_t>(info.network.classCount))
        throw UserError(message("core", "The model {0} names {1} classes and predicts {2}.")
                            .with(path.string(), info.classNames.size(), info.network.classCount));
    for (const auto &[name, tensor] : file.tensors) {
        if (!name.ends_with(".mean") && !name.ends_with(".var"))
            info.weightCount += tensor.numel();
        info.halfPrecision = info.halfPrecision || tensor.scalar_type() == at::kHalf;
    }
    return info;
}

std::map<std::string, std::string> metadataOf(const ModelInfo &info)
{
    std::map<std::string, std::string> metadata{
        {"format", formatName}, {"version", "1"}, {"profile-name", info.profile.name}};
    writeOptions(info.network, metadata, "network.");
    writeOptions(info.profile, metadata, "profile.");
    for (const auto &[name, value] : info.training)
        metadata["training." + name] = value;
    for (const auto &[name, value] : info.facts)
        metadata["fact." + name] = value;
    std::string names = "[";
    for (const std::string &name : info.classNames)
        names += (names.size() == 1 ? "" : ",") + jsonText(name);
    metadata["classes"] = names + "]";
    return metadata;
}

void copyTensors(const Safetensors &file, const std::string &prefix, const NamedTensors &into,
                 const std::filesystem::path &path, bool complete)
{
    std::map<std::string, const at::Tensor *> given;
    for (const auto &[name, tensor] : file.tensors)
        if (name.starts_with(prefix))
            given[name.substr(prefix.size())] = &tensor;
    std::string problems;
    const auto problem = [&](const std::string &what) { problems += (problems.empty() ? "" : "; ") + what; };
    std::set<std::string> wanted;
    for (const NamedTensor &entry : into) {
        wanted.insert(entry.name);
        const auto found = given.find(entry.name);
        if (found == given.end())
            problem(entry.name + " is missing");
        else if (found->second->sizes() != entry.tensor->sizes())
            problem(entry.name + " has the wrong shape");
    }
    for (const auto &[name, tensor] : given)
        if (complete && !wanted.contains(name))
            problem(name + " is unknown");
    if (!problems.empty())
        throw UserError(
            message("core", "The weights of {0} do not fit the network: {1}.").with(path.string(), problems));
    const at::NoGradGuard noGradient;
    for (const NamedTensor &entry : into)
        entry.tensor->copy_(*given.at(entry.name));
}

ModelInfo readModelInfo(const std::filesystem::path &path)
{
    const std::filesystem::path file = modelFileOf(path);
    return infoOf(readSafetensors(file, /*headerOnly=*/true), file);
}

void exportModel(const std::filesystem::path &from, const std::filesystem::path &to, bool half,
                 const std::map<std::string, std::string> &facts, const std::map<std::string, std::string> &profile)
{
    const std::filesystem::path path = modelFileOf(from);
    Safetensors file = readSafetensors(path);
    ModelInfo info = infoOf(file, path);
    OptionTable table;
    visit(table, info.profile);
    for (const auto &[name, value] : profile)
        table.set(name, value, path.string());
    for (const auto &[name, value] : facts)
        info.facts[name] = value;
    file.metadata = metadataOf(info);
    if (half)
        for (auto &[name, tensor] : file.tensors)
            tensor = tensor.to(at::kHalf);
    writeSafetensors(to, file);
}

void writeRandomModel(const std::filesystem::path &to, const NetworkOptions &network, const Profile &profile,
                      const std::vector<std::string> &classNames, uint64_t seed)
{
    Detector detector = Detector::make(network, profile);
    detector.initialise(seed);
    ModelInfo info;
    info.network = network;
    info.profile = profile;
    info.classNames = classNames;
    Safetensors file;
    file.metadata = metadataOf(info);
    for (const NamedTensor &entry : detector.tensors())
        file.tensors.emplace_back(entry.name, *entry.tensor);
    writeSafetensors(to, file);
}

}  // namespace fcoscope
