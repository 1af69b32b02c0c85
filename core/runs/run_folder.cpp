// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/sha256.h"

namespace fcoscope {

namespace fs = std::filesystem;

namespace {

UserError cannotWrite(const fs::path &path)
{
    return UserError(message("core", "The file {0} cannot be written: {1}.").with(path.string(), std::strerror(errno)));
}

/// Field 22 of /proc/self/stat; the process's name before it may hold blanks, so counting starts behind its bracket.
std::string ownStartTime()
{
    std::ifstream file("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
    std::string field;
    for (int i = 3; i <= 22; ++i)
        fields >> field;
    return field;
}

void writeAll(int fd, const std::string &text, const fs::path &path)
{
    for (size_t at = 0; at < text.size();) {
        const ssize_t written = ::write(fd, text.data() + at, text.size() - at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            throw cannotWrite(path);
        at += static_cast<size_t>(written);
    }
}

int64_t steadyNow() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

RunFolder::RunFolder(const fs::path &folder) : folder_(folder)
{
    std::error_code error;
    fs::create_directories(folder_, error);
    if (!fs::is_directory(folder_))
        throw UserError(message("core", "The folder {0} cannot be made: {1}.")
                            .with(folder_.string(), error ? error.message() : "there is a file of that name"));
    lock();
    fs::remove(folder_ / "control", error);  // what it said was meant for an earlier trainer
    const fs::path path = folder_ / "events.jsonl";
    events_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (events_ < 0)
        throw cannotWrite(path);
    // A trainer that was killed may have left half a line: the next event must not be glued to it.
    char last = '\n';
    if (const off_t size = ::lseek(events_, 0, SEEK_END);
        size > 0 && ::pread(events_, &last, 1, size - 1) == 1 && last != '\n')
        writeAll(events_, "\n", path);
}

RunFolder::~RunFolder()
{
    if (events_ >= 0)
        ::close(events_);
    // Removed while still held, so that nobody finds an unlocked file that names a trainer which is gone.
    std::error_code error;
    fs::remove(folder_ / "lock", error);
    ::close(lock_);
}

void RunFolder::lock()
{
    const fs::path path = folder_ / "lock";
    for (;;) {
        lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (lock_ < 0)
            throw cannotWrite(path);
        if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
            const bool held = errno == EWOULDBLOCK;
            char text[64] = {};
            [[maybe_unused]] const ssize_t length = ::pread(lock_, text, sizeof text - 1, 0);
            ::close(lock_);
            if (!held)
                throw cannotWrite(path);
            const std::string pid(text, std::strcspn(text, " \n"));
            throw UserError(message("core", "Another trainer (process {0}) is working in the run folder {1}.")
                                .with(pid, folder_.string()));
        }
        // The file may have been removed by a trainer that ended between our open and our lock: then take the new one.
        struct stat ours{}, there{};
        if (::fstat(lock_, &ours) == 0 && ::stat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino &&
            ours.st_dev == there.st_dev)
            break;
        ::close(lock_);
    }
    const std::string text = std::to_string(::getpid()) + " " + ownStartTime() + "\n";
    if (::ftruncate(lock_, 0) != 0)
        throw cannotWrite(path);
    writeAll(lock_, text, path);
}

bool RunFolder::hasCheckpoint() const { return folderInPlace(folder_ / "checkpoints" / "last"); }

void RunFolder::writeRun(const std::string &toml) { writeFile(folder_ / "run.toml", toml); }

void RunFolder::writeSnapshot(const std::string &json)
{
    const fs::path path = folder_ / "dataset.json";
    if (!fs::exists(path)) {
        writeFile(path, json);
        return;
    }
    if (readFile(path) != json)
        throw UserError(message("core", "The data is not what the run in {0} was started with (see its dataset.json); "
                                        "train into another folder.")
                            .with(folder_.string()));
}

void RunFolder::event(const std::string &name, const JsonObject &facts)
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const double time = static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec / 1000000) / 1000;
    std::string line = JsonObject().add("event", name).add("time", time).text();
    if (const std::string more = facts.text(); more != "{}")
        line.replace(line.size() - 1, 1, "," + more.substr(1));
    writeAll(events_, line + "\n", folder_ / "events.jsonl");
}

bool RunFolder::stopWritten()
{
    if (stopSeen_)
        return true;
    int64_t due = nextLook_;
    const int64_t now = steadyNow();
    if (now < due || !nextLook_.compare_exchange_strong(due, now + 1000000000))
        return false;
    std::ifstream file(folder_ / "control");
    for (std::string line; std::getline(file, line);)
        if (line == "stop")
            stopSeen_ = true;
    return stopSeen_;
}

void RunFolder::heartbeat()
{
    const auto now = std::chrono::steady_clock::now();
    if (now < nextHeartbeat_)
        return;
    nextHeartbeat_ = now + std::chrono::seconds(5);
    ::futimens(lock_, nullptr);
}

fs::path freshRunFolder()
{
    for (int n = 1;; ++n)
        if (const fs::path folder = fs::path("runs") / std::to_string(n); !fs::exists(folder))
            return folder;
}

namespace {

/// `bytes` and `sha256` of each image, on as many threads as there are cores.
std::vector<JsonObject> fileFacts(const std::vector<DatasetImage> &images, const RunContext &context)
{
    std::vector<JsonObject> facts(images.size());
    std::atomic<size_t> next{0};
    std::mutex mutex;
    std::exception_ptr failure;
    const auto work = [&] {
        try {
            for (size_t i = next++; i < images.size() && !context.shouldStop(); i = next++) {
                const std::string bytes = readFile(images[i].file);
                facts[i]
                    .add("file", images[i].file)
                    .add("bytes", static_cast<int64_t>(bytes.size()))
                    .add("sha256", sha256(bytes));
                context.report(static_cast<double>(i) / static_cast<double>(images.size()),
                               message("core", "taking stock of the images"));
            }
        } catch (...) {
            const std::lock_guard lock(mutex);
            failure = std::current_exception();
            next = images.size();
        }
    };
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
        threads.emplace_back(work);
    threads.clear();  // joins
    if (failure)
        std::rethrow_exception(failure);
    if (context.shouldStop())
        throw Stopped();
    return facts;
}

std::string datasetJson(const Dataset &dataset, const RunContext &context)
{
    const std::vector<JsonObject> files = fileFacts(dataset.images, context);
    std::vector<std::string> images;
    for (size_t i = 0; i < dataset.images.size(); ++i) {
        const DatasetImage &image = dataset.images[i];
        std::vector<std::string> labels;
        for (const Label &label : image.labels)
            labels.push_back(JsonObject()
                                 .raw("box", jsonArray({jsonNumber(label.box.x1), jsonNumber(label.box.y1),
                                                        jsonNumber(label.box.x2), jsonNumber(label.box.y2)}))
                                 .add("class", label.classIndex)
                                 .add("crowd", label.crowd)
                                 .add("difficult", label.difficult)
                                 .text());
        images.push_back(JsonObject(files[i])
                             .add("width", image.size.width)
                             .add("height", image.size.height)
                             .raw("labels", jsonArray(labels))
                             .text());
    }
    std::string lines;
    for (const auto &image : images)
        lines += (lines.empty() ? "\n" : ",\n") + image;
    return JsonObject().add("name", dataset.name).raw("images", "[" + lines + "\n]").text();
}

}  // namespace

std::string snapshotJson(const Dataset &training, const Dataset *validation, const RunContext &context)
{
    JsonObject snapshot;
    snapshot.add("format", "fcoscope-dataset").add("version", 1).raw("classes", jsonTexts(training.classNames));
    snapshot.raw("train", datasetJson(training, context));
    if (validation)
        snapshot.raw("validation", datasetJson(*validation, context));
    return snapshot.text() + "\n";
}

}  // namespace fcoscope
