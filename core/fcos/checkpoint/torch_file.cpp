// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/torch_file.h"

#include <map>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/fcos/checkpoint/crc32.h"
#include "core/fcos/checkpoint/materialise.h"

namespace fcoscope {
namespace {

void putNumber(std::string &to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i)
        to += static_cast<char>(value >> (8 * i) & 255);
}

/// The instructions that make Python's ordered dictionary of tensors.
class PickleWriter {
public:
    PickleWriter()
    {
        text_ = "\x80\x02";
        global("collections", "OrderedDict");
        text_ += ")R(";  // called without arguments; then its entries
    }

    void add(const std::string &name, const at::Tensor &tensor, size_t index)
    {
        const ElementTypeFacts &facts = factsOf(elementType(tensor.scalar_type()));
        const bool classed = *facts.storage != '\0';  // the newer types have no storage class of their own
        string(name);
        global("torch._utils", classed ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
        text_ += "((";
        string("storage");
        if (classed)
            global("torch", facts.storage);
        else
            global("torch.storage", "UntypedStorage");
        string(std::to_string(index));
        string("cpu");
        number(classed ? static_cast<uint64_t>(tensor.numel()) : tensor.nbytes());
        text_ += "tQ";
        number(0);
        tuple(tensor.sizes());
        tuple(tensor.strides());
        text_ += '\x89';  // needs no gradient
        global("collections", "OrderedDict");
        text_ += ")R";  // no hooks
        if (!classed)
            global("torch", facts.name);
        text_ += "tR";
    }

    std::string finished() { return text_ + "u."; }

private:
    /// The second time the object is recalled from the memo.
    template <typename Make> void once(const std::string &what, Make make)
    {
        const auto [known, added] = memo_.try_emplace(what, memo_.size());
        if (added)
            make();
        const bool small = known->second < 256;
        text_ += added ? (small ? 'q' : 'r') : (small ? 'h' : 'j');
        putNumber(text_, known->second, small ? 1 : 4);
    }
    void global(const std::string &module, const std::string &name)
    {
        once("c" + module + "\n" + name, [&] { text_ += "c" + module + "\n" + name + "\n"; });
    }
    void string(const std::string &value)
    {
        once("X" + value, [&] {
            text_ += 'X';
            putNumber(text_, value.size(), 4);
            text_ += value;
        });
    }
    void number(uint64_t value)
    {
        const int bytes = value < 256 ? 1 : value < 65536 ? 2 : value < uint64_t(1) << 31 ? 4 : 8;
        text_ += bytes == 1 ? "K" : bytes == 2 ? "M" : bytes == 4 ? "J" : "\x8a\x08";
        putNumber(text_, value, bytes);
    }
    void tuple(at::IntArrayRef values)
    {
        text_ += '(';
        for (const int64_t value : values)
            number(static_cast<uint64_t>(value));
        text_ += 't';
    }

    std::string text_;
    std::map<std::string, size_t> memo_;
};

/// Entries stored as they are, data on multiples of 64 bytes.
class ZipWriter {
public:
    void add(const std::string &name, std::string_view data)
    {
        const std::string full = "archive/" + name;
        const size_t header = bytes_.size();
        // An extra field "FB" of padding, which is how PyTorch aligns.
        const size_t padding = (64 - (header + 30 + full.size() + 4) % 64) % 64;
        std::string facts;
        putNumber(facts, 0, 2);                     // flags
        putNumber(facts, 0, 2);                     // stored
        putNumber(facts, uint64_t(0x21) << 16, 4);  // 1 January 1980, so that equal weights make equal files
        putNumber(facts, crc32(data), 4);
        putNumber(facts, data.size(), 4);
        putNumber(facts, data.size(), 4);
        putNumber(facts, full.size(), 2);
        bytes_ += "PK\3\4";
        putNumber(bytes_, 20, 2);
        bytes_ += facts;
        putNumber(bytes_, padding + 4, 2);
        bytes_ += full + "FB";
        putNumber(bytes_, padding, 2);
        bytes_.append(padding, 'Z');
        bytes_ += data;

        directory_ += "PK\1\2";
        putNumber(directory_, 20, 2);
        putNumber(directory_, 20, 2);
        directory_ += facts;
        directory_.append(12, '\0');  // no extra field, no comment, first disk, no attributes
        putNumber(directory_, header, 4);
        directory_ += full;
        ++count_;
    }

    std::string finished()
    {
        const size_t offset = bytes_.size();
        bytes_ += directory_;
        bytes_ += "PK\5\6";
        putNumber(bytes_, 0, 4);
        putNumber(bytes_, count_, 2);
        putNumber(bytes_, count_, 2);
        putNumber(bytes_, directory_.size(), 4);
        putNumber(bytes_, offset, 4);
        putNumber(bytes_, 0, 2);
        return std::move(bytes_);
    }

private:
    std::string bytes_, directory_;
    size_t count_ = 0;
};

}  // namespace

void writeTorchFile(const std::filesystem::path &path, const std::vector<std::pair<std::string, at::Tensor>> &tensors)
{
    std::vector<at::Tensor> plain;
    PickleWriter pickle;
    uint64_t bytes = 0;
    for (const auto &[name, tensor] : tensors) {
        plain.push_back(tensor.detach().cpu().contiguous());
        pickle.add(name, plain.back(), plain.size() - 1);
        bytes += plain.back().nbytes();
    }
    if (bytes > 0xF0000000 || tensors.size() > 60'000)
        throw UserError(message("core", "The weights are too large for {0}: such a file holds at most 4 GB; write "
                                        "safetensors instead.")
                            .with(path.string()));
    ZipWriter zip;
    zip.add("data.pkl", pickle.finished());
    zip.add("byteorder", "little");
    for (size_t i = 0; i < plain.size(); ++i)
        zip.add("data/" + std::to_string(i), {static_cast<const char *>(plain[i].data_ptr()), plain[i].nbytes()});
    zip.add("version", "3\n");
    writeFile(path, zip.finished());
}

}  // namespace fcoscope
