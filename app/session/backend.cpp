// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/backend.h"

#include "core/data/dataset.h"
#include "core/data/image.h"
#include "core/fcos/checkpoint.h"
#include "core/fcos/engine.h"
#include "core/weights/store.h"

namespace fcoscope {

Backend coreBackend(const std::string &device)
{
    Backend backend;
    backend.readImage = [](const std::filesystem::path &path) { return readImage(path.string()); };
    backend.isImage = [](const std::filesystem::path &path) { return isImageFile(path.string()); };
    backend.looksLikeModel = [](const std::filesystem::path &path) { return looksLikeModel(path); };
    backend.imagesInFolder = [](const std::filesystem::path &folder) {
        const std::vector<std::string> files = imageFilesIn(folder);
        return std::vector<std::filesystem::path>(files.begin(), files.end());
    };
    backend.readDataSet = [](const std::filesystem::path &path) {
        return std::make_shared<const Dataset>(readDataset(path));
    };
    backend.loadModel = [device](const std::filesystem::path &path, const RunContext &context) {
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
    return backend;
}

}  // namespace fcoscope
