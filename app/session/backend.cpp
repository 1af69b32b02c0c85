// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/backend.h"

#include "core/base/resources.h"
#include "core/data/dataset.h"
#include "core/data/image.h"
#include "core/data/image_thumbnail.h"
#include "core/fcos/checkpoint.h"
#include "core/fcos/engine.h"
#include "core/fcos/training_pace.h"
#include "core/weights/store.h"

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

/// Labels of so many images that opening each of them, to see whether it has the size that they say, would keep a
/// person waiting.
bool isLarge(const fs::path &path)
{
    constexpr uintmax_t bytes = uintmax_t(32) << 20;
    std::error_code error;
    return fs::is_regular_file(path, error) && fs::file_size(path, error) > bytes;
}

}  // namespace

Backend coreBackend(const std::string &device)
{
    Backend backend;
    backend.readImage = [](const fs::path &path) { return readImage(path.string()); };
    backend.readThumbnail = [](const fs::path &path, int side) { return readThumbnail(path.string(), side); };
    backend.isImage = [](const fs::path &path) { return isImageFile(path.string()); };
    backend.looksLikeModel = [](const fs::path &path) { return looksLikeModel(path); };
    backend.imagesInFolder = [](const fs::path &folder, const std::function<void(const ImageId &)> &first) {
        const std::vector<std::string> files = imageFilesIn(folder, first);
        return std::vector<fs::path>(files.begin(), files.end());
    };
    backend.holdsLabels = [](const fs::path &path) { return recogniseLabels(path).has_value(); };
    backend.readLabels = [](const fs::path &path, const RunContext &context) {
        FormatOptions options;
        options.reading.imageSizes = isLarge(path) ? ImageSizes::Trust : ImageSizes::Check;
        return readLabels(path, options, context);
    };
    backend.projectPlace = [](const fs::path &folder) { return projectPlace(folder); };
    backend.loadModel = [device](const fs::path &path, const RunContext &context) {
        configureEngine();  // here, because LibTorch keeps some of it for each thread
        if (context.shouldStop())
            throw Stopped{};
        auto predictor = std::make_shared<const Predictor>(Predictor::load(path, device));
        auto model = std::make_shared<LoadedModel>();
        model->info = predictor->info();
        model->device = predictor->device();
        model->run = [predictor](const Image &image, const RunContext &run, bool features) {
            return predictor->run(image, run, nullptr, features ? Keep::Features : Keep::Outputs);
        };
        model->rest = [predictor] { predictor->rest(); };
        return ModelPtr(model);
    };
    backend.weightsHere = [](const PublishedWeights &entry) { return weightsHere(entry); };
    backend.getWeights = [](const PublishedWeights &entry, bool termsAccepted, const RunContext &context) {
        GetOptions options;
        options.termsAccepted = termsAccepted;
        return getWeights(entry, options, context);
    };
    backend.trainingPace = [](const TrainRequest &request, const RunContext &context) {
        configureEngine();
        const AugmentOptions &sample = request.source.augment;
        return measuredSecondsPerImage(request.network, request.profile, request.train, {sample.width, sample.height},
                                       context);
    };
    backend.trainer = programFile("fcos");
    return backend;
}

}  // namespace fcoscope
