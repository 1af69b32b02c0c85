// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/run_watch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string_view>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/runs/process_facts.h"
#include "core/runs/run_events.h"

namespace fcoscope {

namespace fs = std::filesystem;

const char *wordOf(RunCommand command)
{
    switch (command) {
    case RunCommand::Stop:
        return "stop";
    case RunCommand::Pause:
        return "pause";
    case RunCommand::GoOn:
        break;
    }
    return "go on";
}

void tellTrainer(const fs::path &folder, RunCommand command)
{
    // Beside and renamed, so that no half word is read; not synced, for it need not outlive the machine's next minute.
    const fs::path path = folder / "control", beside = folder / (".control." + std::to_string(::getpid()));
    const std::string text = std::string(wordOf(command)) + "\n";
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const bool written = file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    int reason = errno;
    if (file >= 0)
        ::close(file);
    if (written && ::rename(beside.c_str(), path.c_str()) == 0)
        return;
    reason = written ? errno : reason;
    ::unlink(beside.c_str());
    throw UserError(message("core", "The file {0} cannot be written: {1}.").with(path.string(), std::strerror(reason)));
}

/// What it is at is said anew all the time: by then that work is over, and what came after it says nothing.
constexpr double doingHoldsSeconds = 15;

std::optional<TrainerNow> trainerOf(const fs::path &folder)
{
    std::ifstream file(folder / "lock");
    TrainerNow now;
    std::string started, rest;
    if (!(file >> now.pid >> started) || now.pid <= 0)
        return {};
    const ProcessFacts facts = processOf(now.pid);
    if (!facts.alive || facts.started != started)
        return {};
    struct stat lock {};
    timespec clock{};
    ::clock_gettime(CLOCK_REALTIME, &clock);
    if (::stat((folder / "lock").c_str(), &lock) == 0)
        now.silentSeconds = std::max(0.0, static_cast<double>(clock.tv_sec - lock.st_mtim.tv_sec));
    // Half a line, where it is just being written, is none.
    RunEvent event;
    if (std::getline(file >> std::ws, rest) && eventOf(rest, event) &&
        static_cast<double>(clock.tv_sec) - event.time < doingHoldsSeconds)
        if (const auto *doing = std::get_if<RunDoing>(&event.facts))
            now.doing = *doing;
    return now;
}

bool processLives(int pid)
{
    return processOf(pid).alive;
}

namespace {

/// Whether `fcos train` said it on the way: such lines begin with the time (Console::tellTime).
bool saidOnTheWay(std::string_view line)
{
    const auto digit = [&](size_t i) { return line[i] >= '0' && line[i] <= '9'; };
    return line.size() > 10 && digit(0) && digit(1) && line[2] == ':' && digit(3) && digit(4) && line[5] == ':' &&
           digit(6) && digit(7) && line.substr(8, 2) == "  ";
}

/// What the trainer's own output ends with, where whoever started it kept that, but for what was said on the way;
/// nothing where it was killed in the middle of its work.
std::string lastWords(const fs::path &log)
{
    std::error_code none;
    const auto bytes = fs::file_size(log, none);
    if (none)
        return {};
    const uint64_t from = bytes > 4096 ? bytes - 4096 : 0;
    const std::string text = readFilePart(log, from, bytes - from).bytes;
    const size_t end = text.find_last_not_of("\n\r ");
    if (end == std::string::npos)
        return {};
    const size_t begin = text.find_last_of("\n\r", end);
    const std::string last = text.substr(begin + 1, end - begin);
    if (saidOnTheWay(last))
        return {};
    return last.starts_with("fcos: ") ? last.substr(6) : last;
}

}  // namespace

Message endedTooEarly(const fs::path &folder)
{
    const std::string words = lastWords(folder / "trainer.log");
    if (words.empty())
        return message("core",
                       "The trainer ended without a word, as if it was killed: by somebody, by the system because "
                       "memory ran out, or because the machine went down.");
    return message("core", "The trainer ended too early; its last words: {0}").with(words);
}

namespace {

/// Whether a trainer that is gone left its lock behind, which it takes away when it ends by itself, and has told
/// nothing since it last said that it lives: it was killed, perhaps before its first step.
bool lockLeft(const fs::path &folder, double lastEvent)
{
    struct stat lock {};
    return ::stat((folder / "lock").c_str(), &lock) == 0 && static_cast<double>(lock.st_mtim.tv_sec) > lastEvent;
}

/// Most lines are steps, of which only the number and the time count here: they are read from the text itself.
bool shortStep(std::string_view line, RunEvent &event)
{
    static constexpr std::string_view begin = "{\"event\":\"step\",\"time\":", then = ",\"step\":";
    if (!line.starts_with(begin) || !line.ends_with('}'))
        return false;
    const char *const end = line.data() + line.size();
    const auto time = std::from_chars(line.data() + begin.size(), end, event.time);
    if (time.ec != std::errc() || !std::string_view(time.ptr, end).starts_with(then))
        return false;
    RunStep step;
    const auto number = std::from_chars(time.ptr + then.size(), end, step.report.step);
    event.facts = std::move(step);
    return number.ec == std::errc();
}

void readCourse(const fs::path &file, RunCourse &course)
{
    std::error_code none;
    const auto bytes = fs::file_size(file, none);
    if (none)
        return;
    const std::string text = readFilePart(file, 0, bytes).bytes;
    RunEvent event;
    for (size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
        if (const std::string_view line(text.data() + begin, end - begin);
            shortStep(line, event) || eventOf(std::string(line), event))
            course.take(event);
}

using State = RunSummary::State;

/// What the last event says, and whether a trainer lives.
void setState(RunSummary &summary, const RunEvent *last, bool alive)
{
    const auto *ended = last ? std::get_if<RunEnded>(&last->facts) : nullptr;
    const auto *paused = last ? std::get_if<RunPaused>(&last->facts) : nullptr;
    std::error_code none;
    if (alive) {
        summary.state = paused && paused->paused ? State::Paused : State::Running;
    } else if (last && !fs::exists(summary.folder, none)) {
        summary.state = State::Interrupted;
        summary.reason = message("core", "The run folder {0} is gone.").with(summary.folder.string());
    } else if (lockLeft(summary.folder, summary.changed)) {
        summary.state = State::Interrupted;
        summary.reason = endedTooEarly(summary.folder);
    } else if (ended) {
        summary.state = ended->how == RunEnded::How::Done      ? State::Done
                        : ended->how == RunEnded::How::Stopped ? State::Stopped
                                                               : State::Failed;
        summary.reason = ended->reason;
    } else if (last) {
        summary.state = State::Interrupted;
        summary.reason = endedTooEarly(summary.folder);
    }
}

}  // namespace

RunCourse::RunCourse(fs::path folder)
{
    soFar_.folder = std::move(folder);
}

void RunCourse::take(const RunEvent &event)
{
    if (const auto *started = std::get_if<RunStarted>(&event.facts)) {
        soFar_.step = started->fromStep;
        soFar_.steps = started->steps;
        std::erase_if(validations_, [&](const auto &one) { return one.first > soFar_.step; });  // to be done again
    } else if (const auto *step = std::get_if<RunStep>(&event.facts)) {
        soFar_.step = step->report.step;
    } else if (const auto *validated = std::get_if<RunValidated>(&event.facts)) {
        if (const auto ap = validated->figures.find("AP"); ap != validated->figures.end())
            validations_.emplace_back(validated->step < 0 ? soFar_.step : validated->step, ap->second);
    }
    soFar_.changed = event.time;
    last_ = event;
}

RunSummary RunCourse::summary(bool alive) const
{
    RunSummary summary = soFar_;
    for (const auto &[step, ap] : validations_)
        summary.bestAp = std::max(summary.bestAp, ap);
    setState(summary, last_ ? &*last_ : nullptr, alive);
    // A checkpoint whose replacement was cut short lies aside; whoever opens it brings it back (folderInPlace).
    std::error_code none;
    const auto checkpoint = [&](const char *name, const char *aside) {
        const fs::path in = summary.folder / "checkpoints";
        return fs::exists(in / name, none) || fs::exists(in / aside, none) ? in / name : fs::path();
    };
    summary.last = checkpoint("last", ".last.old");
    summary.best = checkpoint("best", ".best.old");
    summary.hasCheckpoint = !summary.last.empty();
    return summary;
}

RunSummary summaryOf(const fs::path &folder)
{
    // Asked before the events are read: a trainer that ends in between has said so in them.
    const bool alive = trainerOf(folder).has_value();
    RunCourse course(folder);
    readCourse(folder / "events.jsonl", course);
    return course.summary(alive);
}

std::vector<fs::path> runsIn(const fs::path &runs)
{
    std::vector<std::pair<fs::file_time_type, fs::path>> found;
    std::error_code error;
    for (fs::directory_iterator entry(runs, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code none;
        auto changed = fs::last_write_time(entry->path() / "run.toml", none);
        if (none)
            continue;
        if (const auto told = fs::last_write_time(entry->path() / "events.jsonl", none); !none)
            changed = std::max(changed, told);
        found.emplace_back(changed, entry->path());
    }
    std::sort(found.rbegin(), found.rend());
    std::vector<fs::path> folders;
    for (auto &[changed, path] : found)
        folders.push_back(std::move(path));
    return folders;
}

}  // namespace fcoscope
