// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/weights/store.h"

#include <cstdlib>
#include <system_error>

#include "core/base/error.h"
#include "core/weights/download.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

std::string fromEnvironment(const char *name)
{
    const char *value = std::getenv(name);
    return value ? value : "";
}

std::string addressOf(const PublishedWeights &entry, const GetOptions &options)
{
    std::string base = options.from.empty() ? fromEnvironment("FCOSCOPE_WEIGHTS_FROM") : options.from;
    while (base.ends_with('/'))
        base.pop_back();
    return base.empty() ? std::string(entry.url) : base + "/" + entry.fileName();
}

void makeFolder(const fs::path &folder)
{
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        throw UserError(message("core", "The folder {0} cannot be made: {1}.").with(folder.string(), error.message()));
}

}  // namespace

fs::path weightsFolder()
{
    // The XDG specification: a path that is not absolute does not count.
    fs::path data = fromEnvironment("XDG_DATA_HOME");
    if (!data.is_absolute()) {
        const fs::path home = fromEnvironment("HOME");
        if (!home.is_absolute())
            throw UserError(message("core", "There is no home folder to keep weights in; name one in XDG_DATA_HOME."));
        data = home / ".local" / "share";
    }
    return data / "fcoscope" / "weights";
}

fs::path weightsHere(const PublishedWeights &entry)
{
    const fs::path path = weightsFolder() / entry.fileName();
    std::error_code error;
    const uint64_t bytes = fs::is_regular_file(path, error) ? fs::file_size(path, error) : 0;
    return error || bytes == 0 || (entry.bytes > 0 && bytes != entry.bytes) ? fs::path() : path;
}

fs::path getWeights(const PublishedWeights &entry, const GetOptions &options, const RunContext &context)
{
    if (const fs::path here = weightsHere(entry); !here.empty())
        return here;
    if (entry.terms->mustBeAccepted && !options.termsAccepted)
        throw UserError(
            message("core", "{0} is given away under terms that have to be accepted first.").with(entry.name));
    const fs::path path = weightsFolder() / entry.fileName();
    makeFolder(path.parent_path());
    Expectations expected;
    expected.bytes = entry.bytes;
    expected.sha256 = entry.sha256;
    expected.stallSeconds = options.stallSeconds;
    download(addressOf(entry, options), path, expected, context);
    return path;
}

fs::path weightsMeant(const std::string &nameOrPath)
{
    std::error_code error;
    const PublishedWeights *entry = fs::exists(nameOrPath, error) ? nullptr : findWeights(nameOrPath);
    if (!entry)
        return nameOrPath;
    const fs::path here = weightsHere(*entry);
    if (here.empty())
        throw UserError(
            message("core", "The weights {0} are not here yet; fcos model get {0} fetches them.").with(entry->name));
    return here;
}

}  // namespace fcoscope
