// SPDX-License-Identifier: GPL-3.0-or-later
// fcos checks: what a report about a problem should say of the machine.
#include <dlfcn.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "app/cli/command_line.h"
#include "app/cli/verbs.h"
#include "core/base/json_writer.h"
#include "core/base/resources.h"
#include "core/data/libraries.h"
#include "core/fcos/engine.h"

namespace fcoscope {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

/// The value of "key : value" in a file of /proc, or nothing.
std::string procValue(const char *path, const std::string &key)
{
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const size_t colon = line.find(':');
        if (colon == std::string::npos || line.compare(0, key.size(), key) != 0)
            continue;
        const size_t from = line.find_first_not_of(" \t", colon + 1);
        return from == std::string::npos ? std::string() : line.substr(from);
    }
    return {};
}

/// Those of the CPU's features that decide which kernels run.
std::string cpuFeatures()
{
    std::istringstream flags(procValue("/proc/cpuinfo", "flags"));
    const std::vector<std::string> telling{"sse4_2",  "avx",         "f16c",        "fma",      "avx2",
                                           "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_int8"};
    std::string found;
    for (std::string flag; flags >> flag;)
        if (std::find(telling.begin(), telling.end(), flag) != telling.end())
            found += (found.empty() ? "" : " ") + flag;
    return found.empty() ? "none known" : found;
}

/// OpenCV's codecs bring a slow reference BLAS into the process that exports the same name as LibTorch's own. The first
/// one loaded wins, for LibTorch too.
std::string libraryOf(const char *symbol)
{
    Dl_info info{};
    void *address = ::dlsym(RTLD_DEFAULT, symbol);
    if (!address)
        return "nobody's";
    return ::dladdr(address, &info) != 0 && info.dli_fname ? info.dli_fname : "unknown";
}

Facts allFacts()
{
    Facts facts{{"FCOScope", FCOSCOPE_VERSION}};
    const auto add = [&](const Facts &more) { facts.insert(facts.end(), more.begin(), more.end()); };
    utsname system{};
    if (::uname(&system) == 0)
        facts.emplace_back("system", std::string(system.sysname) + " " + system.release + " " + system.machine);
    facts.emplace_back("CPU", procValue("/proc/cpuinfo", "model name"));
    facts.emplace_back("cores", std::to_string(std::thread::hardware_concurrency()));
    facts.emplace_back("CPU features", cpuFeatures());
    facts.emplace_back("memory", procValue("/proc/meminfo", "MemTotal"));
    facts.emplace_back("memory available", procValue("/proc/meminfo", "MemAvailable"));
    configureEngine();
    add(engineFacts());
    add(dataLibraries());
    facts.emplace_back("sgemm_ is bound to", libraryOf("sgemm_"));
    const std::string model = resourceFile("models/default.safetensors").string();
    facts.emplace_back("shipped model", model.empty() ? "none" : model);
    return facts;
}

}  // namespace

int checksVerb(const Arguments &arguments, Console &)
{
    bool json = false;
    OptionTable own;
    own.add("json", json, message("core", "Print one JSON object instead of text."));
    CommandLine line("checks", "Tell versions, CPU features, devices, memory, and whose matrix product is bound.");
    line.options("Output", own);
    if (!line.parse(arguments))
        return exitDone;
    line.apply(own);

    const Facts facts = allFacts();
    size_t width = 0;
    for (const auto &[name, value] : facts)
        width = std::max(width, name.size());
    std::string text;
    JsonObject object;
    for (const auto &[name, value] : facts) {
        text += name + std::string(width + 2 - name.size(), ' ') + printable(value) + "\n";
        object.add(name, value);
    }
    print(json ? object.text() + "\n" : text);
    return exitDone;
}

}  // namespace fcoscope
