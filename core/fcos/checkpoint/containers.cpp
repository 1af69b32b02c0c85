// SPDX-License-Identifier: GPL-3.0-or-later
// PyTorch's two containers and the plain pickle: from a file to the tree in it and the places of its storages.
#include <algorithm>
#include <unordered_map>

#include "core/fcos/checkpoint/crc32.h"
#include "core/fcos/checkpoint/refusal.h"
#include "core/fcos/checkpoint/state_plan.h"
#include "core/fcos/checkpoint/weights.h"
#include "core/fcos/checkpoint/zip_archive.h"

namespace fcoscope {
namespace {

constexpr size_t mostStorages = 1 << 16;
constexpr uint64_t longestPickle = 64 << 20;  // in an archive, where the data of tensors lie outside it

/// The folder that all entries lie in ("archive/"), after refusing archives that are something else.
std::string folderOf(const std::vector<ZipEntry> &entries, const std::filesystem::path &path)
{
    if (entries.empty())
        throw unsupported(path, "it is an archive without entries");
    const std::string folder = entries.front().name.substr(0, entries.front().name.find('/') + 1);
    const auto has = [&](auto &&is) { return std::any_of(entries.begin(), entries.end(), is); };
    if (has([&](const ZipEntry &entry) {
            const std::string inside = entry.name.substr(std::min(folder.size(), entry.name.size()));
            return inside == "constants.pkl" || inside.starts_with("code/");
        }))
        throw UserError(message("core",
                                "The file {0} is a TorchScript program, not weights, and running a foreign program "
                                "is not safe: save the model's weights in Python with "
                                "torch.save(torch.jit.load(file).state_dict(), other_file).")
                            .with(path.string()));
    if (has([](const ZipEntry &entry) { return entry.name.ends_with(".npy"); }))
        throw UserError(message("core",
                                "The file {0} is a NumPy archive (.npz); save its arrays as a .pkl or .safetensors "
                                "file in Python.")
                            .with(path.string()));
    if (!has([&](const ZipEntry &entry) { return entry.name == folder + "data.pkl" && !folder.empty(); }))
        throw unsupported(path, "it is an archive, and there is no folder with PyTorch's data.pkl in it but " +
                                    shown(entries.front().name));
    for (const ZipEntry &entry : entries) {
        if (!entry.name.starts_with(folder))
            throw contradictory(path, "the archive has a second folder, with " + shown(entry.name));
        if (entry.method != 0)
            throw unsupported(path, "its archive is compressed, as no weights of PyTorch are (" + shown(entry.name) +
                                        " by method " + std::to_string(entry.method) + ")");
    }
    return folder;
}

/// A small entry that says something about the archive; "" if it is not there.
std::string note(const ByteSource &source, const std::vector<ZipEntry> &entries, const std::string &name)
{
    const ZipEntry *entry = findEntry(entries, name);
    if (!entry)
        return "";
    std::string text = source.text(entry->offset, std::min<uint64_t>(entry->bytes, 32));
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.pop_back();
    return text.empty() ? "nothing" : text;
}

void checkNotes(const ByteSource &source, const std::vector<ZipEntry> &entries, const std::string &folder)
{
    const std::string order = note(source, entries, folder + "byteorder"),
                      version = note(source, entries, folder + "version");
    if (!order.empty() && order != "little")
        throw unsupported(source.path(), "its byte order is " + shown(order) + " instead of \"little\"");
    const bool number =
        version.size() <= 2 && std::all_of(version.begin(), version.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!version.empty() && (!number || std::stoi(version) > 10))
        throw unsupported(source.path(), "its version is " + shown(version) + ", and 1 to 10 are known");
}

void checkSum(const ByteSource &source, const ZipEntry &entry)
{
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    uint32_t sum = 0;
    ByteCursor in(source, entry.offset, entry.offset + entry.bytes);
    while (in.left() > 0)
        sum = crc32(in.view(std::min<uint64_t>(in.left(), 4096)), sum);
    // Zero where the writer made no checksums (torch.serialization.set_crc32_options(False)).
    if (entry.checksum != 0 && sum != entry.checksum)
        throw damaged(source.path(), "the checksum of " + shown(entry.name) + " is wrong");
#else
    (void)source, (void)entry;
#endif
}

}  // namespace

StatePlan planZip(const ByteSource &source)
{
    const std::vector<ZipEntry> entries = readZipDirectory(source);
    const std::string folder = folderOf(entries, source.path());
    checkNotes(source, entries, folder);
    const ZipEntry &pickle = *findEntry(entries, folder + "data.pkl");
    if (pickle.bytes > longestPickle)
        throw contradictory(source.path(), shown(pickle.name) + " has " + std::to_string(pickle.bytes) + " bytes");
    checkSum(source, pickle);
    ByteCursor in(source, pickle.offset, pickle.offset + pickle.bytes);
    const PickleTree tree = readPickle(in);
    if (in.left() != 0)
        throw contradictory(source.path(),
                            std::to_string(in.left()) + " bytes follow the pickle in " + shown(pickle.name));
    StatePlan plan;
    plan.container = Container::Zip;
    takeWeights(tree, source, plan, [&](const StorageClaim &claim) {
        const bool plain = !claim.key.empty() &&
                           std::all_of(claim.key.begin(), claim.key.end(), [](char c) { return c >= '0' && c <= '9'; });
        const ZipEntry *entry = plain ? findEntry(entries, folder + "data/" + claim.key) : nullptr;
        if (!entry)
            throw plain ? damaged(source.path(), "the storage " + shown(claim.key) + " is missing")
                        : contradictory(source.path(), "a storage is named " + shown(claim.key));
        if (entry->bytes != claim.bytes)
            throw contradictory(source.path(), "the storage " + claim.key + " should have " +
                                                   std::to_string(claim.bytes) + " bytes and has " +
                                                   std::to_string(entry->bytes));
        PlannedStorage storage{entry->offset, entry->bytes, entry->bytes, false, {}, entry->name};
        if (entry->checksum != 0)
            storage.checksum = entry->checksum;
        return storage;
    });
    return plan;
}

namespace {

/// Where each storage of a legacy file lies: they follow the last pickle in the order of its list of keys, each behind
/// its count of elements.
std::unordered_map<std::string, PlannedStorage> legacyStorages(const PickleTree &tree, const PickleTree &keys,
                                                               ByteCursor &in)
{
    const ByteSource &source = in.source();
    std::unordered_map<std::string, StorageClaim> claims;
    for (const NodeId node : tree.storages()) {
        StorageClaim claim = readStorageClaim(tree, node, source);
        const auto [known, added] = claims.try_emplace(claim.key, claim);
        if (!added && (known->second.type != claim.type || known->second.count != claim.count))
            throw contradictory(source.path(), "the storage " + shown(claim.key) + " has two types or two sizes");
        if (claims.size() > mostStorages)
            throw contradictory(source.path(), "it has more than " + std::to_string(mostStorages) + " storages");
    }
    if (keys.kind(keys.root) != NodeKind::List || keys.count(keys.root) != claims.size())
        throw contradictory(source.path(), "it lists other storages than its tensors have");
    std::unordered_map<std::string, PlannedStorage> found;
    for (const NodeId node : keys.children(keys.root)) {
        const std::string key = keys.isText(node) ? textOf(keys, node, source, 64) : "";
        const auto claim = claims.find(key);
        if (claim == claims.end())
            throw contradictory(source.path(), "it lists other storages than its tensors have");
        const uint64_t count = in.number(8);
        if (count != claim->second.count)
            throw contradictory(source.path(), "the storage " + shown(key) + " should have " +
                                                   std::to_string(claim->second.count) + " elements and has " +
                                                   std::to_string(count));
        const PlannedStorage storage{in.at(), claim->second.bytes, claim->second.bytes, false, {}, key};
        in.skip(claim->second.bytes);
        if (!found.emplace(key, storage).second)
            throw contradictory(source.path(), "it lists the storage " + shown(key) + " twice");
    }
    return found;
}

/// The third pickle: what machine wrote the file.
void checkSystem(const PickleTree &tree, const ByteSource &source)
{
    const std::vector<NodeId> entries = tree.isDict(tree.root) ? tree.children(tree.root, 64) : std::vector<NodeId>{};
    bool little = false;
    for (size_t i = 0; i + 1 < entries.size(); i += 2)
        if (tree.isText(entries[i]) && tree.length(entries[i]) == 13 &&
            textOf(tree, entries[i], source) == "little_endian")
            little = tree.kind(entries[i + 1]) == NodeKind::Bool && tree.boolean(entries[i + 1]);
    if (!little)
        throw unsupported(source.path(), "it does not say that it was written on a little-endian machine");
}

}  // namespace

StatePlan planLegacy(const ByteSource &source)
{
    ByteCursor in(source, 0, source.size());
    readPickle(in);  // the magic number, by which the container was recognised
    const PickleTree version = readPickle(in);
    if (version.kind(version.root) != NodeKind::Int || version.integer(version.root) != 1001)
        throw unsupported(source.path(), "it is a file of PyTorch in a version other than 1001");
    checkSystem(readPickle(in), source);
    const PickleTree tree = readPickle(in), keys = readPickle(in);
    const auto storages = legacyStorages(tree, keys, in);
    if (in.left() != 0)
        throw contradictory(source.path(), std::to_string(in.left()) + " bytes follow its last storage");
    StatePlan plan;
    plan.container = Container::Legacy;
    takeWeights(tree, source, plan, [&](const StorageClaim &claim) { return storages.at(claim.key); });
    return plan;
}

StatePlan planPickle(const ByteSource &source)
{
    ByteCursor in(source, 0, source.size());
    const PickleTree tree = readPickle(in);
    if (in.left() != 0)
        throw contradictory(source.path(), std::to_string(in.left()) + " bytes follow its pickle");
    StatePlan plan;
    plan.container = Container::Pickle;
    takeWeights(tree, source, plan, [&](const StorageClaim &) -> PlannedStorage {
        throw damaged(source.path(), "it is a part of a file of PyTorch, without the tensors' data");
    });
    return plan;
}

}  // namespace fcoscope
