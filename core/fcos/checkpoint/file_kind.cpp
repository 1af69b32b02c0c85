// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/file_kind.h"

#include <algorithm>
#include <cstring>

#include "core/fcos/checkpoint/refusal.h"

namespace fcoscope {
namespace {

using namespace std::string_view_literals;

struct Signature {
    size_t at;
    std::string_view bytes;
    const char *what;
};
constexpr Signature signatures[] = {
    {0, "7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
    {0, "\x1f\x8b"sv, "a gzip archive"},
    {0, "BZh"sv, "a bzip2 archive"},
    {0, "\xfd\x37zXZ\0"sv, "an xz archive"},
    {0, "\x28\xb5\x2f\xfd"sv, "a zstd archive"},
    {0, "Rar!\x1a"sv, "a RAR archive"},
    {0, "\x89PNG"sv, "a PNG picture"},
    {0, "\xff\xd8\xff"sv, "a JPEG picture"},
    {0, "GIF8"sv, "a GIF picture"},
    {0, "%PDF"sv, "a PDF document"},
    {0, "\x89HDF"sv, "an HDF5 file (of Keras, perhaps)"},
    {0, "\x93NUMPY"sv, "a single NumPy array"},
    {0,
     "\x7f"
     "ELF"sv,
     "a program"},
    {0, "MZ"sv, "a program"},
};

std::string_view withoutBlanks(std::string_view text)
{
    if (text.starts_with("\xef\xbb\xbf"))  // a byte order mark
        text.remove_prefix(3);
    return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

bool isWebPage(std::string_view first)
{
    std::string begin(withoutBlanks(first).substr(0, 512));
    std::transform(begin.begin(), begin.end(), begin.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    return begin.starts_with("<!doctype html") || begin.starts_with("<html") || begin.starts_with("<head") ||
           (begin.starts_with("<!--") && begin.find("<html") != std::string::npos) || begin.starts_with("<?xml");
}

/// POSIX and GNU archives say so.
bool isTar(std::string_view first)
{
    return first.size() >= 512 && first.substr(257, 5) == "ustar";
}

}  // namespace

std::optional<Container> sniffContainer(std::string_view first, uint64_t fileBytes)
{
    if (first.starts_with("PK\3\4"sv) || first.starts_with("PK\5\6"sv))
        return Container::Zip;
    if (first.size() >= 2 && first[0] == '\x80' && first[1] >= 2 && first[1] <= 5)
        // 0x1950a86a20f9469cfc6c, which PyTorch writes first
        return first.substr(2).starts_with("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv) ? Container::Legacy
                                                                                                 : Container::Pickle;
    if (first.size() >= 9 && first[8] == '{') {
        uint64_t header = 0;
        for (size_t i = 8; i-- > 0;)
            header = header << 8 | static_cast<uint8_t>(first[i]);
        if (header >= 2 && header <= 100'000'000 && header <= std::max<uint64_t>(fileBytes, 8) - 8)
            return Container::Safetensors;
    }
    return std::nullopt;
}

Container containerOf(const ByteSource &source)
{
    const std::string path = source.path().string();
    if (source.size() == 0)
        throw UserError(message("core", "The file {0} is empty, so its download failed; get it again.").with(path));
    const std::string first = source.text(0, std::min<uint64_t>(source.size(), 4096));
    if (isTar(first))
        throw UserError(message("core",
                                "The file {0} is a tar archive (so were weights before PyTorch 0.1.10): unpack it, "
                                "or load it with an old PyTorch and save it again.")
                            .with(path));
    if (const auto container = sniffContainer(first, source.size()))
        return *container;
    if (isWebPage(first))
        throw UserError(message("core",
                                "The file {0} is a web page, not weights: the address led to a page about the file; "
                                "download the file itself.")
                            .with(path));
    if (first.starts_with("version https://git-lfs"))
        throw UserError(
            message("core", "The file {0} is only a pointer of Git LFS: run \"git lfs pull\" where it came from.")
                .with(path));
    for (const Signature &known : signatures)
        if (std::string_view(first).substr(std::min(known.at, first.size())).starts_with(known.bytes))
            throw UserError(message("core",
                                    "The file {0} is {1}, not weights; a .pth, .pt, .pkl or .safetensors file is "
                                    "wanted.")
                                .with(path, known.what));
    if (first.size() >= 9 && first[8] == '{')
        throw damaged(source.path(), "it begins like a safetensors file, but its header does not fit into its " +
                                         std::to_string(source.size()) + " bytes");
    throw UserError(message("core",
                            "The file {0} is not a file of weights: it begins with none of the marks of PyTorch's, "
                            "pickle or safetensors files; choose a .pth, .pt, .pkl or .safetensors file.")
                        .with(path));
}

}  // namespace fcoscope
