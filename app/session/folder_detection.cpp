// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/folder_detection.h"

#include <algorithm>
#include <mutex>

#include "core/base/file.h"
#include "core/base/sha256.h"
#include "core/rules/decode.h"

namespace fcoscope {
namespace {

/// Which weights it was: the SHA-256 of their file, which is large, so the last one asked for is remembered.
std::string hashOf(const std::filesystem::path &weights)
{
    using Stamp = std::pair<std::filesystem::path, std::filesystem::file_time_type>;
    static std::mutex mutex;
    static std::pair<Stamp, std::string> last;
    const std::filesystem::path file = std::filesystem::is_directory(weights) ? weights / "model.safetensors" : weights;
    const Stamp stamp{file, std::filesystem::last_write_time(file)};
    const std::lock_guard lock(mutex);
    if (last.first != stamp)
        last = {stamp, sha256OfFile(file)};
    return last.second;
}

/// What is stored of `image`, or of all of them (0).
std::vector<StoredDetections> storedOf(const std::filesystem::path &project, const std::filesystem::path &weights,
                                       Key image, const RunContext &context)
{
    std::vector<StoredDetections> found;
    if (std::error_code error; !std::filesystem::exists(project, error))
        return found;
    const std::string model = hashOf(weights);
    const ProjectFile file = ProjectFile::open(project, ProjectFile::Access::Read);
    for (const Key key : image != 0 ? std::vector<Key>{image} : file.imagesDetectedBy(model)) {
        if (context.shouldStop())
            throw Stopped{};
        for (StoredDetections &one : file.detections(key))
            if (one.model == model)
                found.push_back(std::move(one));
    }
    return found;
}

}  // namespace

FolderDetection::FolderDetection(Session &session, QObject *parent) : QObject(parent), session_(session)
{
    connect(&session_, &Session::changed, this, [this](const Change &change) {
        if (running_ && (change.has(Change::Model) || session_.images().empty()))
            end();
        if (change.has(Change::Model))
            recalling_.abandon();
        if (change.has(Change::Model) || change.has(Change::Shown))
            lookUp();
        else if (change.has(Change::Found) || change.has(Change::Current))
            lookingUp_.abandon();
        else if (change.has(Change::Options))
            showStored();
    });
    connect(&session_.labels(), &LabelDocument::changed, this, [this](const LabelsChange &change) {
        if (!change.has(LabelsChange::Set))
            return;
        recalling_.abandon();  // of other images
        if (running_)
            end();
    });
}

FolderDetection::~FolderDetection()
{
    beginning_.abandon();
    looking_.abandon();
    recalling_.abandon();
    lookingUp_.abandon();
}

std::shared_ptr<const StoredDetections> FolderDetection::stored() const
{
    const ImageEntry *current = session_.labels().find(session_.current());
    return stored_ && current && stored_->image == current->key ? stored_ : nullptr;
}

/// Of the current image, as long as the network has not looked at it.
void FolderDetection::lookUp()
{
    lookingUp_.abandon();
    whole_.reset();
    if (std::exchange(stored_, nullptr))
        Q_EMIT storedChanged();
    const ImageEntry *current = session_.labels().find(session_.current());
    if (!current || !session_.picture() || !session_.model() || session_.findings())
        return;
    lookingUp_.start([project = session_.labels().file(), weights = session_.model()->info.path, image = current->key](
                         const RunContext &context) { return storedOf(project, weights, image, context); },
                     [this](Outcome<Recalled> outcome) {
                         // Not to be had is no failure here: the network will say it all the same.
                         if (!outcome.result || outcome.result->empty() || session_.findings())
                             return;
                         whole_ = std::move(outcome.result->front());
                         showStored();
                     });
}

/// Those that the score threshold lets through.
void FolderDetection::showStored()
{
    if (!whole_ || session_.findings())
        return;
    StoredDetections shown = *whole_;
    std::erase_if(shown.detections,
                  [least = session_.decodeOptions().scoreThreshold](const Detection &d) { return d.score < least; });
    stored_ = std::make_shared<const StoredDetections>(std::move(shown));
    Q_EMIT storedChanged();
}

void FolderDetection::recall(std::function<void(Recalled)> then)
{
    if (!session_.model())
        return;
    recalling_.start([project = session_.labels().file(), weights = session_.model()->info.path](
                         const RunContext &context) { return storedOf(project, weights, 0, context); },
                     [this, then = std::move(then)](Outcome<Recalled> outcome) {
                         if (outcome.how == Ended::Failed)
                             Q_EMIT failed({outcome.failure, "folder"});
                         if (outcome.result)
                             then(std::move(*outcome.result));
                     });
}

void FolderDetection::start()
{
    const LabelDocument &document = session_.labels();
    model_ = session_.model();
    if (running_ || !model_ || document.ids().empty() ||
        document.saving().state == LabelDocument::Saving::State::ReadOnly)
        return;
    running_ = true;
    done_ = 0;
    all_ = document.ids().size();
    beginning_.start(
        [weights = model_->info.path, project = document.file()](const RunContext &) {
            Begun begun;
            begun.model = hashOf(weights);
            if (std::error_code error; std::filesystem::exists(project, error))
                begun.known = ProjectFile::open(project, ProjectFile::Access::Read).imagesDetectedBy(begun.model);
            return begun;
        },
        [this](Outcome<Begun> outcome) { begun(std::move(outcome)); });
    Q_EMIT changed();
}

void FolderDetection::begun(Outcome<Begun> outcome)
{
    if (outcome.how == Ended::Failed)
        Q_EMIT failed({outcome.failure, "folder"});
    if (!outcome.result)
        return end();
    modelHash_ = outcome.result->model;
    const std::unordered_set<Key> known(outcome.result->known.begin(), outcome.result->known.end());
    const auto &images = session_.labels().set().images;
    waiting_.clear();
    std::vector<bool> listed(images.size(), false);
    for (size_t row : session_.listed())
        listed[row] = true;
    const auto take = [&](bool which) {
        for (size_t row = images.size(); row-- > 0;)
            if (listed[row] == which && !known.contains(images[row].key))
                waiting_.push_back(images[row].key);
    };
    take(false);
    take(true);
    all_ = images.size();  // some may have been added in the meantime
    done_ = all_ - waiting_.size();
    next();
}

void FolderDetection::next()
{
    if (waiting_.empty())
        return end();
    const Key image = waiting_.back();
    waiting_.pop_back();
    looking_.start(
        [id = session_.labels().idOf(image), image, model = model_, hash = modelHash_, decoding = session_.decoding(),
         backend = session_.backend()](const RunContext &context) {
            Image picture = backend.readImage(id);
            picture.id = id;
            const FindingsPtr findings = detectIn(picture, model, decoding, false, context);
            return Seen{{image, hash, findings->detections, model->info.classNames}, picture.size};
        },
        [this, image](Outcome<Seen> outcome) { seen(image, std::move(outcome)); });
    Q_EMIT changed();
}

void FolderDetection::seen(Key image, Outcome<Seen> outcome)
{
    if (outcome.how == Ended::Stopped)
        return end();
    const ImageId id = session_.labels().idOf(image);
    if (outcome.how == Ended::Failed)  // one image that cannot be read does not end it
        Q_EMIT failed({outcome.failure, id});
    if (outcome.result) {
        session_.labels().store(std::move(outcome.result->found));
        session_.labels().noteSize(id, outcome.result->size);
    }
    ++done_;
    next();
}

void FolderDetection::stop()
{
    if (running_)
        end();
}

void FolderDetection::end()
{
    beginning_.abandon();
    looking_.abandon();
    waiting_.clear();
    running_ = false;
    Q_EMIT changed();
}

}  // namespace fcoscope
