// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/process.h"

namespace fcoscope {
namespace {

// All that a signal handler may touch.
std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free);

constexpr auto redrawEvery = std::chrono::milliseconds(100);  // on a terminal
constexpr auto lineEvery = std::chrono::seconds(10);          // in a file

size_t terminalColumns()
{
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// At most `columns` characters (code points) of UTF-8.
std::string shortened(const std::string &text, size_t columns)
{
    size_t seen = 0;
    for (size_t i = 0; i < text.size(); ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80 && seen++ == columns)
            return text.substr(0, i);
    return text;
}

}  // namespace

void prepareProcess(char **argv)
{
    configureProcess(argv);
    struct sigaction action{};
    action.sa_handler = [](int) { stop = true; };
    // After the first one the signal kills again, as a person who presses Ctrl-C twice expects.
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

bool stopAsked() { return stop; }

void throwIfStopAsked()
{
    if (stopAsked())
        throw Stopped();
}

Console::Console() : terminal_(::isatty(STDERR_FILENO) == 1), lastShown_(std::chrono::steady_clock::now())
{
    setLogSink([this](const std::string &line) { note(line); });
}

Console::~Console()
{
    setLogSink({});
    const std::lock_guard lock(mutex_);
    clearLine();
}

void Console::clearLine()
{
    if (lineShown_)
        std::fputs("\r\033[K", stderr);
    lineShown_ = false;
}

void Console::progress(double fraction, const std::string &what)
{
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now - lastShown_ < (terminal_ ? std::chrono::nanoseconds(redrawEvery) : std::chrono::nanoseconds(lineEvery)))
        return;
    lastShown_ = now;
    std::string line = printable(what);
    if (fraction >= 0) {
        char percent[16];
        std::snprintf(percent, sizeof percent, "%3d %%  ", static_cast<int>(std::floor(std::min(fraction, 1.0) * 100)));
        line = percent + line;
    }
    if (terminal_)
        std::fprintf(stderr, "\r\033[K%s", shortened(line, terminalColumns() - 1).c_str());
    else
        std::fprintf(stderr, "%s%s\n", timeOfDay().c_str(), line.c_str());
    std::fflush(stderr);
    lineShown_ = terminal_;
}

void Console::note(const std::string &line)
{
    const std::lock_guard lock(mutex_);
    clearLine();
    std::fprintf(stderr, "%s%s\n", timeOfDay().c_str(), printable(line).c_str());
}

void Console::error(const std::string &sentence)
{
    const std::lock_guard lock(mutex_);
    clearLine();
    std::fprintf(stderr, "fcos: %s\n", printable(sentence).c_str());
}

void Console::tellTime()
{
    const std::lock_guard lock(mutex_);
    tellsTime_ = !terminal_;
}

std::string Console::timeOfDay() const
{
    if (!tellsTime_)
        return {};
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    char text[16];
    std::snprintf(text, sizeof text, "%02d:%02d:%02d  ", local.tm_hour, local.tm_min, local.tm_sec);
    return text;
}

RunContext Console::context()
{
    return {[] { return stopAsked(); }, [this](const Progress &p) { progress(p.fraction, p.what.english()); }};
}

bool print(const std::string &text)
{
    const bool whole = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (!whole && errno != EPIPE)
        throw UserError(message("core", "The results cannot be written: {0}.").with(std::strerror(errno)));
    return whole;
}

}  // namespace fcoscope
