// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/model_get.h"

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <sstream>

#include "app/cli/command_line.h"
#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/weights/store.h"

namespace fcoscope {
namespace {

struct GetRequest {
    bool json = false, acceptTerms = false;
    std::string from;
    int stallSeconds = 60;
};
void visit(OptionTable &table, GetRequest &o)
{
    table.add("json", o.json, message("core", "Print one JSON object instead of text."));
    table.add("accept-terms", o.acceptTerms,
              message("core", "Accept the terms of the weights, where they have to be accepted; they are shown."));
    table.add(
        "from", o.from,
        message("core", "Fetch from this https folder that holds the files under their names, a mirror for one."));
    table.add("stall-seconds", o.stallSeconds, 1, 3600, "s",
              message("core", "Give up when nothing has come for so long; what has arrived is kept."));
}

const char *kindOf(const PublishedWeights &entry)
{
    return entry.kind == PublishedWeights::Kind::Detector ? "detector" : "backbone";
}

std::string padded(std::string text, size_t width)
{
    text.resize(std::max(text.size() + 1, width), ' ');
    return text;
}

std::string listText()
{
    size_t width = 0;
    for (const PublishedWeights &entry : weightsCatalogue())
        width = std::max(width, std::string(entry.name).size() + 2);
    std::string text, heading;
    for (const PublishedWeights &entry : weightsCatalogue()) {
        const bool detector = entry.kind == PublishedWeights::Kind::Detector;
        const std::string group =
            std::string(entry.publisher) + (detector ? ", detectors" : ", backbones") + " (" + entry.terms->name + ")";
        if (group != heading)
            text += (text.empty() ? "" : "\n") + group + "\n";
        heading = group;
        char figure[32];
        std::snprintf(figure, sizeof figure, detector ? "AP %.1f" : "top-1 %.1f %%", entry.quality);
        text += "  " + padded(entry.name, width) + padded(figure, 14) +
                padded(entry.aboutBytes ? std::to_string((entry.aboutBytes + 500000) / 1000000) + " MB" : "", 8) +
                padded(weightsHere(entry).empty() ? "" : "here", 6) + entry.title + "\n";
    }
    return text + "\nfcos model get NAME fetches one; --weights NAME uses it from then on, without a network too.\n";
}

std::string listJson()
{
    std::vector<std::string> entries;
    for (const PublishedWeights &entry : weightsCatalogue())
        entries.push_back(JsonObject()
                              .add("name", entry.name)
                              .add("title", entry.title)
                              .add("kind", kindOf(entry))
                              .add("publisher", entry.publisher)
                              .add(entry.kind == PublishedWeights::Kind::Detector ? "box_ap" : "top1", entry.quality)
                              .add("licence", entry.terms->name)
                              .add("terms", entry.terms->link)
                              .add("terms_must_be_accepted", entry.terms->mustBeAccepted)
                              .add("url", entry.url)
                              .add("bytes", static_cast<int64_t>(entry.bytes))
                              .add("sha256", entry.sha256)
                              .add("credit", entry.credit)
                              .add("file", weightsHere(entry).string())
                              .text());
    return JsonObject().raw("weights", jsonArray(entries)).text() + "\n";
}

/// Lines of at most 78 columns, for reading on a terminal.
std::string wrapped(const std::string &text)
{
    std::string lines, line, word;
    std::istringstream paragraphs(text);
    for (std::string paragraph; std::getline(paragraphs, paragraph);) {
        std::istringstream words(paragraph);
        for (line.clear(); words >> word; line += (line.empty() ? "" : " ") + word)
            if (line.size() + word.size() + 1 > 78)
                lines += std::exchange(line, {}) + "\n";
        lines += line + "\n";
    }
    return lines;
}

/// Shows the terms and finds out whether the person accepts them. Throws Stopped on Ctrl-C.
bool termsAccepted(const PublishedWeights &entry, const GetRequest &request, Console &console)
{
    std::istringstream lines(wrapped(entry.terms->text));
    console.note(std::string("The terms of ") + entry.name + " (" + entry.terms->link + "):");
    for (std::string line; std::getline(lines, line);)
        console.note("    " + line);
    console.note(entry.terms->inShort().english());
    if (request.acceptTerms)
        return true;
    if (!::isatty(STDIN_FILENO) || !::isatty(STDERR_FILENO))
        throw UserError(message("core",
                                "{0} is given away for non-commercial use only; if you accept the terms above, say "
                                "so with --accept-terms.")
                            .with(entry.name));
    std::fputs("Do you accept these terms? Type yes: ", stderr);
    pollfd keyboard{STDIN_FILENO, POLLIN, 0};
    // A Ctrl-C that comes just before poll() does not end it, so whether to stop is asked ten times a second.
    do
        throwIfStopAsked();
    while (::poll(&keyboard, 1, 100) <= 0);
    char answer[16] = "";
    const ssize_t got = ::read(STDIN_FILENO, answer, sizeof answer - 1);
    return got > 0 && (std::string_view(answer) == "yes\n" || std::string_view(answer) == "y\n");
}

int get(const std::string &name, const GetRequest &request, Console &console)
{
    const PublishedWeights &entry = weightsNamed(name);
    std::filesystem::path path = weightsHere(entry);
    if (!path.empty()) {
        console.note(std::string(entry.name) + " is here already.");
    } else {
        GetOptions options{request.from, false, request.stallSeconds};
        if (entry.terms->mustBeAccepted && !(options.termsAccepted = termsAccepted(entry, request, console)))
            throw UserError(message("core", "The terms were not accepted, so nothing was fetched."));
        path = getWeights(entry, options, console.context());
        console.note(std::string(entry.title) + ". " + entry.terms->name + ": " + entry.terms->inShort().english());
        console.note(std::string("Please cite: ") + entry.credit);
    }
    print(request.json ? JsonObject().add("name", entry.name).add("file", path.string()).text() + "\n"
                       : path.string() + "\n");
    return exitDone;
}

}  // namespace

int modelGetVerb(const Arguments &arguments, Console &console)
{
    GetRequest request;
    OptionTable own;
    visit(own, request);
    std::vector<std::string> names;
    CommandLine line("model get",
                     "List the weights that others have published, or fetch some of them into your data folder.");
    line.positional("NAME", names, 0, 1, message("core", "Whose weights; without it all are listed."));
    line.options("Download", own);
    if (!line.parse(arguments))
        return exitDone;
    line.apply(own);
    if (!names.empty())
        return get(names[0], request, console);
    print(request.json ? listJson() : listText());
    return exitDone;
}

}  // namespace fcoscope
