// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/session/fake_backend.h"

#include <QFile>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/base/error.h"

namespace fcoscope {
namespace {

constexpr int width = 640, height = 480, stride = 32;

Profile fakeProfile()
{
    Profile profile;
    profile.name = "fake";
    profile.shortSide = height;
    profile.longSide = width;
    profile.strides = {stride};
    profile.rangeLimits = {};
    profile.scoreRule = ScoreRule::Product;
    return profile;
}

float logit(float probability)
{
    return std::log(probability / (1 - probability));
}

RawOutputsPtr fakeOutputs(const Image &image, bool features)
{
    auto raw = std::make_shared<RawOutputs>();
    raw->imageId = image.id;
    raw->transform = fitTransform(image.size, height, width, stride);
    raw->classNames = {"round", "square"};
    LevelOutputs level;
    const int columns = width / stride, rows = height / stride, cells = columns * rows;
    const auto grid = [&](int channels, float value) {
        return Grid{channels, rows, columns, std::vector<float>(static_cast<size_t>(channels * cells), value)};
    };
    level.classLogits = grid(2, -20);
    level.centernessLogits = grid(1, 20);
    level.distances = grid(4, 12);
    const int found = std::min(FakeBackend::numberOf(image.id), cells);
    for (int i = 0; i < found; ++i)
        level.classLogits.values[static_cast<size_t>((i % 2) * cells + i)] = logit(FakeBackend::scoreOf(i));
    raw->levels.push_back(std::move(level));
    if (features)
        raw->features.push_back({"P5", stride, grid(3, 0.5f)});
    return raw;
}

}  // namespace

void Gate::hold()
{
    const std::lock_guard lock(mutex_);
    held_ = true;
}

void Gate::release()
{
    {
        const std::lock_guard lock(mutex_);
        held_ = false;
    }
    changed_.notify_all();
}

void Gate::setDeaf(bool deaf)
{
    const std::lock_guard lock(mutex_);
    deaf_ = deaf;
}

void Gate::pass(const RunContext &context)
{
    std::unique_lock lock(mutex_);
    ++arrivals_;
    // shouldStop() cannot wake anybody: it is asked again and again, as between two layers of a network.
    while (held_) {
        if (!deaf_ && context.shouldStop())
            throw Stopped{};
        changed_.wait_for(lock, std::chrono::milliseconds(1));
    }
}

int Gate::arrivals()
{
    const std::lock_guard lock(mutex_);
    return arrivals_;
}

FakeBackend::FakeBackend(int count)
{
    for (int i = 0; i < count; ++i)
        if (QFile created(file(i)); !created.open(QIODevice::WriteOnly))
            qFatal("cannot write %s", qPrintable(file(i)));
    for (const char *name : {"small.safetensors", "other.safetensors", "labels.json"})
        if (QFile created(dir_.filePath(QString::fromLatin1(name))); !created.open(QIODevice::WriteOnly))
            qFatal("cannot write %s", name);
}

QString FakeBackend::file(int number) const
{
    return dir_.filePath(QStringLiteral("img%1.png").arg(number, 2, 10, QLatin1Char('0')));
}

int FakeBackend::numberOf(const ImageId &id)
{
    return std::stoi(id.substr(id.rfind("img") + 3, 2));
}

uint32_t FakeBackend::colourOf(int number)
{
    return 0xff000000u | (static_cast<uint32_t>(number * 37 % 256) << 16) |
           (static_cast<uint32_t>(number * 91 % 256) << 8) | static_cast<uint32_t>(number * 53 % 256);
}

std::vector<Label> FakeBackend::labelsOf(int number)
{
    if (number != 0)
        return {};
    return {{{100, 100, 200, 200}, 0}, {{300, 200, 420, 320}, 1}};
}

Box FakeBackend::boxOf(int detection)
{
    const double x = (detection % (width / stride) + 0.5) * stride, y = (detection / (width / stride) + 0.5) * stride;
    return {x - 12, y - 12, x + 12, y + 12};
}

Backend FakeBackend::backend()
{
    Backend made;
    made.trainingPace = [this](const TrainRequest &, const RunContext &) {
        ++paces;
        return 0.1;
    };
    made.isImage = [](const std::filesystem::path &path) { return path.extension() == ".png"; };
    made.looksLikeModel = [](const std::filesystem::path &path) { return path.extension() == ".weights"; };
    made.imagesInFolder = [](const std::filesystem::path &folder, const std::function<void(const ImageId &)> &first) {
        std::vector<std::filesystem::path> images;
        for (const auto &entry : std::filesystem::directory_iterator(folder))
            if (entry.path().extension() == ".png")
                images.push_back(entry.path());
        std::sort(images.begin(), images.end());
        if (first && !images.empty())
            first(images.front().string());
        return images;
    };
    made.holdsLabels = [](const std::filesystem::path &path) { return path.filename() == "labels.json"; };
    made.readLabels = [this](const std::filesystem::path &path, const RunContext &) {
        ReadLabels read;
        LabelSet &set = read.set;
        set.root = path.parent_path();
        // In another order than the model's, and one that it does not know.
        for (const char *name : {"square", "triangle"})
            set.classes.push_back({set.newKey(), name, static_cast<int>(set.classes.size()), 0, 0, {}});
        for (int i : {0, 1}) {
            ImageEntry image;
            image.key = set.newKey();
            image.path = std::filesystem::path(id(i)).filename().string();
            image.size = declared;
            image.status = i == 0 ? ReviewStatus::Labelled : ReviewStatus::Empty;
            for (const Label &label : labelsOf(i)) {
                BoxEntry box;
                box.key = set.newKey();
                box.classKey = set.classes[static_cast<size_t>(label.classIndex)].key;
                box.box = label.box;
                image.boxes.push_back(box);
            }
            set.images.push_back(std::move(image));
        }
        read.problems = dataSetProblems;
        return read;
    };
    made.projectPlace = [this](const std::filesystem::path &folder) {
        return projectPlace(folder, userData_.path().toStdString());
    };
    made.readImage = [this](const std::filesystem::path &path) {
        reading.pass({});
        const int number = numberOf(path.string());
        if (unreadable.contains(number))
            throw UserError(message("core", "The image {0} is cut short.").with(path.string()));
        Image image{path.string(), {width, height}, {}};
        const uint32_t colour = colourOf(number);
        for (int i = 0; i < width * height; ++i)
            for (int shift : {16, 8, 0})
                image.pixels.push_back(static_cast<uint8_t>(colour >> shift));
        return image;
    };
    made.loadModel = [this](const std::filesystem::path &path, const RunContext &context) {
        loading.pass(context);
        if (breakModel)
            throw UserError(message("core", "The file {0} is no model of ours.").with(path.string()));
        auto model = std::make_shared<LoadedModel>();
        model->info.path = path;
        model->info.profile = fakeProfile();
        model->info.classNames = {"round", "square"};
        model->info.weightCount = 1234567;
        model->device = "cpu";
        model->run = [this](const Image &image, const RunContext &run, bool features) {
            ++runs;
            network.pass(run);
            return fakeOutputs(image, features);
        };
        return ModelPtr(model);
    };
    made.weightsHere = [this](const PublishedWeights &entry) {
        const std::filesystem::path file = weightsFile(entry.name).toStdString();
        return std::filesystem::exists(file) ? file : std::filesystem::path();
    };
    made.getWeights = [this](const PublishedWeights &entry, bool accepted, const RunContext &context) {
        termsAccepted = accepted;
        context.report(0.5, message("core", "{0}: {1} of {2}").with(entry.name, "1.0 MB", "2.0 MB"));
        getting.pass(context);
        if (breakGetting)
            throw UserError(message("core", "{0} sends an empty file.").with("weights.example"));
        QFile file(weightsFile(entry.name));
        if (!file.open(QIODevice::WriteOnly))
            qFatal("cannot write %s", entry.name);
        return std::filesystem::path(file.fileName().toStdString());
    };
    return made;
}

}  // namespace fcoscope
