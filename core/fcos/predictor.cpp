// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/predictor.h"

#include <chrono>
#include <new>
#include <string_view>

#include "core/base/error.h"
#include "core/fcos/engine.h"
#include "core/fcos/input.h"
#include "core/fcos/model_file.h"
#include "core/fcos/plan.h"
#include "core/rules/locations.h"

namespace fcoscope {

struct Predictor::Impl {
    ModelInfo info;
    at::Device device;
    Plan plan;
};

namespace {

double millisecondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// LibTorch has an error of its own for a device's memory, but for the host's only words.
bool isOutOfMemory(const c10::Error &error)
{
    return dynamic_cast<const c10::OutOfMemoryError *>(&error) ||
           std::string_view(error.what_without_backtrace()).find("can't allocate memory") != std::string_view::npos;
}

UserError noMemory(const Image &image)
{
    return UserError(
        message("core", "There is not enough memory to look for objects in the image {0}.").with(image.id));
}

}  // namespace

Predictor::Predictor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Predictor::Predictor(Predictor &&) noexcept = default;
Predictor &Predictor::operator=(Predictor &&) noexcept = default;
Predictor::~Predictor() = default;

const ModelInfo &Predictor::info() const { return impl_->info; }
std::string Predictor::device() const { return impl_->device.str(); }
void Predictor::rest() const { impl_->plan.rest(); }

Predictor makePredictor(ModelInfo info, const Detector &detector, const at::Device &device)
{
    return Predictor(std::make_unique<Predictor::Impl>(std::move(info), device, Plan(detector, device)));
}

Predictor Predictor::load(const std::filesystem::path &path, const std::string &device, const std::string &profileName)
{
    const at::Device target = deviceNamed(device);
    // A large file that is none of ours to read is refused before it is read.
    requireDetector(readModel(path, profileName, /*headerOnly=*/true).info);
    ModelContents contents = readModel(path, profileName);
    const Detector detector = detectorOf(contents);
    return makePredictor(std::move(contents.info), detector, target);
}

RawOutputsPtr Predictor::run(const Image &image, const RunContext &context, RunTimes *times, Keep keep) const
try {
    const c10::InferenceMode inference;
    const Profile &profile = impl_->info.profile;
    auto raw = std::make_shared<RawOutputs>();
    raw->imageId = image.id;
    raw->classNames = impl_->info.classNames;
    raw->transform = inferenceTransform(image.size, profile);

    const auto start = std::chrono::steady_clock::now();
    const at::Tensor input = networkInput(image, raw->transform, profile, impl_->device);
    if (times)
        times->resizeMs = millisecondsSince(start);
    if (context.shouldStop())
        throw Stopped{};
    const auto networkStart = std::chrono::steady_clock::now();
    raw->levels = impl_->plan.run(input, context, keep == Keep::Features ? &raw->features : nullptr);
    if (times)
        times->networkMs = millisecondsSince(networkStart);
    return raw;
} catch (const std::bad_alloc &) {
    throw noMemory(image);
} catch (const c10::Error &error) {
    if (isOutOfMemory(error))
        throw noMemory(image);
    throw;
}

}  // namespace fcoscope
