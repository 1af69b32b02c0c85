// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/run_events.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_writer.h"

namespace fcoscope {
namespace {

// ---- Writing. Losses and times are measured in float32 at best: its digits are enough, and half as many.

float brief(double value)
{
    return static_cast<float>(value);
}

template <typename Value> std::string numbers(const std::vector<Value> &values)
{
    std::vector<std::string> texts;
    for (const Value value : values)
        texts.push_back(std::to_string(value));
    return jsonArray(texts);
}

/// −1 says that there is nothing to measure, which is null in JSON.
std::string figureText(double figure)
{
    return figure < 0 ? "null" : jsonNumber(figure);
}

JsonObject figuresText(const Figures &figures)
{
    JsonObject json;
    for (const auto &[name, value] : figures)
        json.raw(name, figureText(value));
    return json;
}

std::string classesText(const RunValidated &validated)
{
    std::vector<std::string> classes;
    for (const auto &[name, ap] : validated.classAp) {
        JsonObject json;
        json.add("class", name).raw("AP", figureText(ap));
        if (const auto more = validated.classFigures.find(name); more != validated.classFigures.end())
            for (const auto &[figure, value] : more->second)
                json.raw(figure, figureText(value));
        classes.push_back(json.text());
    }
    return jsonArray(classes);
}

void addWords(JsonObject &json, const Message &words)
{
    if (!words.text.empty())
        json.add("reason", words.english()).add("text", words.text).raw("arguments", jsonTexts(words.arguments));
}

std::pair<const char *, JsonObject> written(const RunStarted &e)
{
    JsonObject json;
    json.add("from_step", e.fromStep).add("steps", e.steps).add("epochs", e.epochs).add("images", e.trainingImages);
    json.add("validation_images", e.validationImages).add("device", e.device).raw("strides", numbers(e.strides));
    return {"start", json.raw("classes", jsonTexts(e.classNames))};
}

std::pair<const char *, JsonObject> written(const RunStep &e)
{
    const StepReport &r = e.report;
    JsonObject json;
    json.add("step", r.step).add("steps", r.steps).add("epoch", r.epoch).add("class_loss", brief(r.classLoss));
    json.add("box_loss", brief(r.boxLoss)).add("centerness_loss", brief(r.centernessLoss));
    json.add("learning_rate", brief(r.learningRate)).add("gradient_norm", brief(r.gradientNorm));
    json.add("positives", r.positives).add("images_per_second", brief(r.imagesPerSecond));
    json.add("waited_for_data_ms", brief(r.waitedForDataMs)).add("memory_bytes", e.memoryBytes);
    std::vector<std::string> levels;
    for (const LevelReport &level : r.levels)
        levels.push_back(jsonArray({std::to_string(level.positives), jsonNumber(brief(level.classLoss)),
                                    jsonNumber(brief(level.boxLoss)), jsonNumber(brief(level.centernessLoss))}));
    if (!levels.empty())
        json.raw("levels", jsonArray(levels));
    if (!r.positivesOfClass.empty())
        json.raw("positives_of_class", numbers(r.positivesOfClass));
    return {"step", json};
}

std::pair<const char *, JsonObject> written(const RunValidated &e)
{
    JsonObject json;
    json.add("step", e.step).add("epoch", e.epoch).raw("figures", figuresText(e.figures).text());
    json.raw("classes", classesText(e)).add("best", e.best);
    if (!e.pictures.empty())
        json.add("pictures", e.pictures);
    return {"validation", json};
}

std::pair<const char *, JsonObject> written(const RunWarning &e)
{
    JsonObject json;
    json.add("step", e.step);
    addWords(json, e.words);
    return {"warning", json};
}

std::pair<const char *, JsonObject> written(const RunPaused &e)
{
    return {e.paused ? "paused" : "resumed", JsonObject().add("step", e.step)};
}

std::pair<const char *, JsonObject> written(const RunEnded &e)
{
    JsonObject json;
    json.add("step", e.step);
    if (e.how != RunEnded::How::Failed)
        json.raw("best", figuresText(e.best).text());
    addWords(json, e.reason);
    return {e.how == RunEnded::How::Done ? "done" : e.how == RunEnded::How::Stopped ? "stop" : "failed", json};
}

std::pair<const char *, JsonObject> written(const RunDoing &e)
{
    JsonObject json;
    json.add("fraction", brief(e.fraction));
    addWords(json, e.words);
    return {"doing", json};
}

// ---- Reading. What is missing, or of another kind, is as if it were not said.

double number(const Json &json, const char *name, double otherwise = 0)
{
    const Json *value = json.find(name);
    return value && value->kind == Json::Kind::Number ? value->number : otherwise;
}

/// A measured number: null was none.
double measured(const Json &json)
{
    return json.kind == Json::Kind::Number ? json.number : std::numeric_limits<double>::quiet_NaN();
}
double measured(const Json &json, const char *name)
{
    const Json *value = json.find(name);
    return value ? measured(*value) : 0;
}

int64_t wholeFrom(double value)
{
    return value > -0x1p53 && value < 0x1p53 ? static_cast<int64_t>(value) : 0;
}
int64_t whole(const Json &json, const char *name, int64_t otherwise = 0)
{
    return wholeFrom(number(json, name, static_cast<double>(otherwise)));
}
int count(double value)
{
    return value >= 0 && value < 0x1p31 ? static_cast<int>(value) : 0;
}

std::string textOf(const Json &json, const char *name)
{
    const Json *value = json.find(name);
    return value && value->kind == Json::Kind::String ? value->text : std::string();
}

const std::vector<Json> &itemsOf(const Json &json, const char *name)
{
    static const std::vector<Json> none;
    const Json *value = json.find(name);
    return value ? value->items : none;
}

std::vector<int> countsOf(const Json &json, const char *name)
{
    std::vector<int> counts;
    for (const Json &item : itemsOf(json, name))
        counts.push_back(count(item.number));
    return counts;
}

std::vector<std::string> textsOf(const Json &json, const char *name)
{
    std::vector<std::string> texts;
    for (const Json &item : itemsOf(json, name))
        texts.push_back(item.text);
    return texts;
}

double figure(const Json &json)
{
    return json.kind == Json::Kind::Number ? json.number : -1;
}

Figures figuresOf(const Json *json)
{
    Figures figures;
    if (json)
        for (const auto &[name, value] : json->members)
            figures[name] = figure(value);
    return figures;
}

Message wordsOf(const Json &json)
{
    Message words{textOf(json, "text"), textsOf(json, "arguments")};
    if (words.text.empty())
        words = {textOf(json, "reason"), {}};
    return words;
}

RunStarted startedFrom(const Json &json)
{
    return {
        whole(json, "from_step"),         whole(json, "steps"),   whole(json, "epochs"),     whole(json, "images"),
        whole(json, "validation_images"), textOf(json, "device"), countsOf(json, "strides"), textsOf(json, "classes")};
}

RunStep stepFrom(const Json &json)
{
    RunStep e;
    StepReport &r = e.report;
    r.step = whole(json, "step");
    r.steps = whole(json, "steps");
    r.epoch = whole(json, "epoch");
    r.classLoss = measured(json, "class_loss");
    r.boxLoss = measured(json, "box_loss");
    r.centernessLoss = measured(json, "centerness_loss");
    r.learningRate = measured(json, "learning_rate");
    r.gradientNorm = measured(json, "gradient_norm");
    r.positives = count(number(json, "positives"));
    r.imagesPerSecond = measured(json, "images_per_second");
    r.waitedForDataMs = measured(json, "waited_for_data_ms");
    e.memoryBytes = number(json, "memory_bytes");
    for (const Json &level : itemsOf(json, "levels"))
        if (level.items.size() >= 4)
            r.levels.push_back({count(level.items[0].number), measured(level.items[1]), measured(level.items[2]),
                                measured(level.items[3])});
    r.positivesOfClass = countsOf(json, "positives_of_class");
    return e;
}

RunValidated validatedFrom(const Json &json)
{
    RunValidated e;
    e.step = whole(json, "step", -1);
    e.epoch = whole(json, "epoch");
    e.figures = figuresOf(json.find("figures"));
    for (const Json &entry : itemsOf(json, "classes")) {
        const std::string name = textOf(entry, "class");
        for (const auto &[member, value] : entry.members)
            if (member == "AP")
                e.classAp[name] = figure(value);
            else if (member != "class")
                e.classFigures[name][member] = figure(value);
    }
    const Json *best = json.find("best");
    e.best = best && best->kind == Json::Kind::Boolean && best->number != 0;
    e.pictures = textOf(json, "pictures");
    return e;
}

bool factsOf(const std::string &name, const Json &json, RunEventFacts &facts)
{
    if (name == "start")
        facts = startedFrom(json);
    else if (name == "step")
        facts = stepFrom(json);
    else if (name == "validation")
        facts = validatedFrom(json);
    else if (name == "warning")
        facts = RunWarning{whole(json, "step"), wordsOf(json)};
    else if (name == "paused" || name == "resumed")
        facts = RunPaused{whole(json, "step"), name == "paused"};
    else if (name == "stop" || name == "done" || name == "failed")
        facts = RunEnded{name == "done"   ? RunEnded::How::Done
                         : name == "stop" ? RunEnded::How::Stopped
                                          : RunEnded::How::Failed,
                         whole(json, "step"), wordsOf(json), figuresOf(json.find("best"))};
    else if (name == "doing")
        facts = RunDoing{number(json, "fraction", -1), wordsOf(json)};
    else
        return false;
    return true;
}

/// The step that an event stands at; none for a start.
std::optional<int64_t> stepOf(const RunEventFacts &facts)
{
    return std::visit(
        [](const auto &e) -> std::optional<int64_t> {
            if constexpr (requires { e.report; })
                return e.report.step;
            else if constexpr (requires { e.step; })
                return e.step;
            else
                return {};
        },
        facts);
}

}  // namespace

std::string lineOf(const RunEvent &event)
{
    const auto [name, facts] = std::visit([](const auto &e) { return written(e); }, event.facts);
    std::string line = JsonObject().add("event", name).add("time", event.time).text();
    if (const std::string more = facts.text(); more != "{}")
        line.replace(line.size() - 1, 1, "," + more.substr(1));
    return line;
}

bool eventOf(const std::string &line, RunEvent &event)
{
    try {
        const Json json = parseJson(line);
        event.time = number(json, "time");
        return factsOf(textOf(json, "event"), json, event.facts);
    } catch (const UserError &) {
        return false;
    }
}

std::vector<RunEvent> withoutSuperseded(const std::vector<RunEvent> &events)
{
    std::vector<RunEvent> kept;
    int64_t past = std::numeric_limits<int64_t>::max();  // steps beyond this one were done again later
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
        if (const auto *started = std::get_if<RunStarted>(&event->facts))
            past = std::min(past, started->fromStep);
        else if (const auto step = stepOf(event->facts); step && *step > past)
            continue;
        kept.push_back(*event);
    }
    std::reverse(kept.begin(), kept.end());
    return kept;
}

RunEventReader::RunEventReader(std::filesystem::path file) : file_(std::move(file)) {}

std::vector<RunEvent> RunEventReader::more(bool *restarted)
{
    std::vector<RunEvent> events;
    if (restarted)
        *restarted = false;
    std::error_code none;
    const auto bytes = std::filesystem::file_size(file_, none);
    if (none)
        return events;
    if (bytes < read_) {
        read_ = 0;
        step_ = 0;
        if (restarted)
            *restarted = true;
    }
    if (bytes == read_)
        return events;
    const std::string text = readFilePart(file_, read_, bytes - read_).bytes;
    for (size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
        read_ += end + 1 - begin;
        RunEvent event;
        if (!eventOf(text.substr(begin, end - begin), event))
            continue;
        if (auto *validated = std::get_if<RunValidated>(&event.facts); validated && validated->step < 0)
            validated->step = step_;
        if (const auto *started = std::get_if<RunStarted>(&event.facts))
            step_ = started->fromStep;
        step_ = stepOf(event.facts).value_or(step_);
        events.push_back(std::move(event));
    }
    return events;
}

}  // namespace fcoscope
