// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/folder_detection.h"

#include <algorithm>

#include "core/base/file.h"
#include "core/base/sha256.h"
#include "core/rules/decode.h"

namespace fcoscope {

FolderDetection::FolderDetection(Session &session, QObject *parent) : QObject(parent), session_(session)
{
    connect(&session_, &Session::changed, this, [this](const Change &change) {
        if (running_ && (change.has(Change::Model) || session_.images().empty()))
            end();
    });
    connect(&session_.labels(), &LabelDocument::changed, this, [this](const LabelsChange &change) {
        if (running_ && change.has(LabelsChange::Set))
            end();
    });
}

FolderDetection::~FolderDetection()
{
    beginning_.abandon();
    looking_.abandon();
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
            begun.model =
                sha256OfFile(std::filesystem::is_directory(weights) ? weights / "model.safetensors" : weights);
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
