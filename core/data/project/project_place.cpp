// SPDX-License-Identifier: GPL-3.0-or-later
// Where projects are kept, and what is one.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "core/base/file.h"
#include "core/base/sha256.h"
#include "core/data/project/project_database.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

constexpr const char *projectName = "project.fcoscope";

fs::path ownData()
{
    if (const char *data = std::getenv("XDG_DATA_HOME"); data && fs::path(data).is_absolute())
        return fs::path(data) / "fcoscope" / "projects";
    const char *home = std::getenv("HOME");
    return fs::path(home && *home ? home : "/") / ".local" / "share" / "fcoscope" / "projects";
}

}  // namespace

ProjectPlace projectPlace(const fs::path &folder, const fs::path &userData)
{
    std::error_code ignored;
    fs::path whole = fs::weakly_canonical(fs::absolute(folder), ignored);
    if (whole.empty())
        whole = fs::absolute(folder).lexically_normal();
    if (fs::exists(whole / projectName, ignored))
        return {whole / projectName, true, true};
    // The folder's own name for people who look there, the sum of its path for two of one name.
    const fs::path data = userData.empty() ? ownData() : userData;
    const fs::path own =
        data / (whole.filename().string().substr(0, 100) + "-" + sha256(whole.string()).substr(0, 16) + ".fcoscope");
    if (fs::exists(own, ignored))
        return {own, true, false};
    if (::faccessat(AT_FDCWD, whole.c_str(), W_OK | X_OK, AT_EACCESS) == 0)
        return {whole / projectName, false, true};
    fs::create_directories(data, ignored);  // if that fails, making the project says why
    return {own, false, false};
}

bool isProjectFile(const fs::path &path)
{
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored))
        return false;
    if (isOpenHere(path))
        return true;
    try {
        // The head of every SQLite file: its name, and at 68 the number of the program that it belongs to.
        const std::string head = readFilePart(path, 0, 72).bytes;
        const auto byte = [&](size_t i) { return static_cast<unsigned char>(head[i]); };
        return head.size() == 72 && std::memcmp(head.data(), "SQLite format 3", 16) == 0 &&
               (byte(68) << 24 | byte(69) << 16 | byte(70) << 8 | byte(71)) == projectApplicationId;
    } catch (const UserError &) {
        return false;
    }
}

}  // namespace fcoscope
