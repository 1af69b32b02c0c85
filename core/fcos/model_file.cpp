// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/model_file.h"

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/fcos/checkpoint/codebase.h"

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

/// A file written before an option was there has that option as its profile has it. detectron2's has no name of ours.
Profile profileWithName(const std::string &name)
{
    const std::vector<std::string> known = profileNames();
    Profile profile = std::find(known.begin(), known.end(), name) != known.end() ? profileNamed(name) : Profile{};
    profile.name = name;
    return profile;
}

void count(ModelInfo &info, const Safetensors &weights)
{
    for (const auto &[name, tensor] : weights.tensors) {
        if (!name.ends_with(".mean") && !name.ends_with(".var"))
            info.weightCount += tensor.numel();
        info.halfPrecision = info.halfPrecision || tensor.scalar_type() == at::kHalf;
    }
}

/// Whether it is a safetensors file: a length, then JSON.
bool isSafetensors(const std::filesystem::path &path)
{
    const std::string begin = readFilePart(path, 0, 9).bytes;
    return begin.size() == 9 && begin[8] == '{';
}

ModelContents importedFrom(const std::filesystem::path &path, const std::string &profileName, bool headerOnly)
{
    const StateFile file = readStateFile(path, headerOnly);
    ImportedModel imported = importModel(file, profileName);
    ModelContents contents;
    ModelInfo &info = contents.info;
    info.path = path;
    info.container = nameOf(file.container);
    info.codebase = nameOf(imported.codebase);
    info.backboneOnly = imported.backboneOnly;
    info.network = imported.network;
    info.profile = imported.profile;
    info.classNames = imported.classNames;
    info.classesNamed = file.classNames == imported.classNames;
    info.assumptions = imported.assumptions;
    info.ignored = imported.ignored;
    info.facts["codebase"] = info.codebase;
    for (const char *fact : {"meta.epoch", "iteration", "epoch", "meta.mmdet_version"})
        if (const auto said = file.metadata.find(fact); said != file.metadata.end())
            info.facts[fact] = said->second;
    contents.weights.tensors = std::move(imported.tensors);
    count(info, contents.weights);
    return contents;
}

}  // namespace

ModelContents readModel(const std::filesystem::path &path, const std::string &profileName, bool headerOnly)
{
    const std::filesystem::path file = modelFileOf(path);
    if (isSafetensors(file)) {
        Safetensors own = readSafetensors(file, headerOnly);
        if (const auto format = own.metadata.find("format");
            format != own.metadata.end() && format->second == formatName) {
            if (!profileName.empty())
                throw UserError(message("core", "The model {0} says itself what it is; the option {1} is for files of "
                                                "other programs.")
                                    .with(file.string(), "profile"));
            return {infoOf(own, file), std::move(own)};
        }
    }
    return importedFrom(file, profileName, headerOnly);
}

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
    info.container = nameOf(Container::Safetensors);
    if (const auto name = file.metadata.find("profile-name"); name != file.metadata.end())
        info.profile = profileWithName(name->second);
    readOptions(info.profile, file.metadata, "profile.", path.string());
    info.training = sectionOf(file.metadata, "training.");
    info.facts = sectionOf(file.metadata, "fact.");
    if (const auto codebase = info.facts.find("codebase"); codebase != info.facts.end())
        info.codebase = codebase->second;
    info.classNames = classNamesOf(file.metadata, path);
    if (info.classNames.size() != static_cast<size_t>(info.network.classCount))
        throw UserError(message("core", "The model {0} names {1} classes and predicts {2}.")
                            .with(path.string(), info.classNames.size(), info.network.classCount));
    count(info, file);
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

void requireDetector(const ModelInfo &info)
{
    if (info.backboneOnly)
        throw UserError(
            message("core", "The file {0} holds a backbone without a detector; a training can start from it.")
                .with(info.path.string()));
}

Detector detectorOf(const ModelContents &model)
{
    Detector detector = Detector::make(model.info.network, model.info.profile);
    copyTensors(model.weights, "", detector.tensors(), model.info.path, /*complete=*/true);
    return detector;
}

const std::vector<std::string> &classNamesOn(const ModelInfo &info, const std::vector<std::string> &datasetNames)
{
    return !info.classesNamed && datasetNames.size() == info.classNames.size() ? datasetNames : info.classNames;
}

ModelInfo readModelInfo(const std::filesystem::path &path, const std::string &profileName)
{
    const ModelContents header = readModel(path, profileName, /*headerOnly=*/true);
    const bool ours = header.weights.metadata.contains("format");
    return ours ? header.info : readModel(path, profileName).info;
}

std::vector<OptionDifference> differencesFromOwn(const ModelInfo &info)
{
    NetworkOptions network = info.network, ownNetwork;
    ownNetwork.classCount = network.classCount;
    Profile profile = info.profile, ownProfile = profileNamed("fcoscope");
    OptionTable here, own;
    visit(here, profile);
    visit(here, network);
    visit(own, ownProfile);
    visit(own, ownNetwork);
    std::vector<OptionDifference> differences;
    for (size_t i = 0; i < here.all().size(); ++i)
        if (const std::string value = here.all()[i].get(), ours = own.all()[i].get(); value != ours)
            differences.push_back({here.all()[i].name, value, ours});
    return differences;
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
