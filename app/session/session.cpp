// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/session.h"

#include <algorithm>

namespace fcoscope {
namespace {

using Stage = ImageStatus::Stage;

}  // namespace

Session::Session(Backend backend, QObject *parent) : QObject(parent), backend_(std::move(backend))
{
    // A person who looks at a picture for so long can wait the milliseconds that fresh memory costs the next run.
    idle_.setSingleShot(true);
    idle_.setInterval(5000);
    connect(&idle_, &QTimer::timeout, this, &Session::restModel);
    connect(&labels_, &LabelDocument::changed, this, &Session::labelsChanged);
    connect(&sidecars_, &SidecarKeeper::progressed, this, &Session::goOnWithParked, Qt::QueuedConnection);
}

Session::~Session()
{
    // All are asked first, so that their ends are waited for side by side.
    weights_.stop();
    opening_.abandon();
    loading_.abandon();
    detecting_.abandon();
    reading_.abandon();
    prefetchJob_.abandon();
    decoding_.abandon();
}

// --- The model

void Session::openModel(const std::filesystem::path &path)
{
    detecting_.abandon();
    if (status(current_).stage == Stage::Detecting)
        setStatus(current_, statusAtRest());
    loading_.start([path, load = backend_.loadModel](const RunContext &context) { return load(path, context); },
                   [this](Outcome<ModelPtr> outcome) { modelLoaded(std::move(outcome)); });
    tell(Change::Model);
}

void Session::useModel(ModelPtr model)
{
    detecting_.abandon();
    loading_.abandon();
    if (status(current_).stage == Stage::Detecting)
        setStatus(current_, statusAtRest());
    modelLoaded({Ended::Done, std::move(model), {}});
}

void Session::modelLoaded(Outcome<ModelPtr> outcome)
{
    if (outcome.how == Ended::Failed)
        Q_EMIT failed({outcome.failure, "model"});
    if (outcome.how != Ended::Done) {
        tell(Change::Model);
    } else {
        decoding_.abandon();
        keptFindings_.clear();
        findings_.reset();
        model_ = *outcome.result;
        readBy_ = {model_->info.profile, CenternessSource::Branch, {}};
        std::vector<ImageId> outdated;
        for (const auto &[id, known] : statuses_)
            if (known.stage == Stage::Detected)
                outdated.push_back(id);
        for (const ImageId &id : outdated)
            setStatus(id, {});
        tell(Change::Model | Change::Options | Change::Found);
    }
    if (picture_ && !findings_)
        runNetwork();
}

// --- The current image

void Session::setCurrent(const ImageId &id)
{
    const int row = labels_.rowOf(id);
    if (id == current_ || (!id.empty() && row < 0))
        return;
    const int before = labels_.rowOf(current_);
    forwards_ = row < 0 || before < 0 || row > before;
    leaveCurrent();
    current_ = id;
    tell(Change::Current);
    if (!id.empty() && current_ == id)  // whoever was told may have gone on to another one
        read(id);
}

/// Abandons all work on the current image.
void Session::leaveCurrent()
{
    reading_.abandon();
    detecting_.abandon();
    decoding_.abandon();
    const ImageStatus left = status(current_);
    if (left.stage == Stage::Loading || left.stage == Stage::Detecting)
        setStatus(current_, statusAtRest());
    picture_.reset();
    findings_.reset();
}

void Session::read(const ImageId &id)
{
    if (const PicturePtr kept = keptPictures_.of(id)) {
        show(kept);
        return;
    }
    setStatus(id, {Stage::Loading, 0, {}});
    if (prefetchJob_.running() && prefetching_ == id)
        return;  // it is on its way
    reading_.start([id, backend = backend_](const RunContext &) { return readPicture(backend, id); },
                   [this, id](Outcome<PicturePtr> outcome) { pictureArrived(id, std::move(outcome)); });
}

void Session::prefetch()
{
    const auto here = std::find(listed_.begin(), listed_.end(), static_cast<size_t>(labels_.rowOf(current_)));
    if (here == listed_.end() || (forwards_ ? here + 1 == listed_.end() : here == listed_.begin()))
        return;
    const ImageId id = images()[forwards_ ? *(here + 1) : *(here - 1)];
    if (keptPictures_.of(id) || (prefetchJob_.running() && prefetching_ == id))
        return;
    if (2 * bytesOf(*picture_) > keptBytes)
        return;  // one like this would not be kept beside it, and two of the largest are more than a machine may have
    prefetching_ = id;
    prefetchJob_.start([id, backend = backend_](const RunContext &) { return readPicture(backend, id); },
                       [this, id](Outcome<PicturePtr> outcome) { pictureArrived(id, std::move(outcome)); });
}

void Session::pictureArrived(const ImageId &id, Outcome<PicturePtr> outcome)
{
    if (outcome.how == Ended::Failed) {
        fail(id, outcome.failure);
    } else if (outcome.how == Ended::Done) {
        if (id == current_ && !picture_) {
            show(*outcome.result);
        } else {
            // Read ahead: kept behind the current one.
            keptPictures_.keep(*outcome.result);
            if (picture_)
                keptPictures_.keep(picture_);
        }
    }
}

void Session::show(PicturePtr picture)
{
    const ImageId id = current_;
    picture_ = picture;
    compareSize(picture->image.size);
    labels_.noteSize(id, picture->image.size);
    keptPictures_.keep(std::move(picture));
    setStatus(id, statusAtRest());
    tell(Change::Shown);
    if (current_ != id)
        return;
    sidecars_.look(labels_.find(id)->key);
    prefetch();
    if (const FindingsPtr kept = keptFindings_.of(id)) {
        if (keepFeatures_ && kept->raw->features.empty())
            runNetwork();
        else if (kept->decoding == readBy_)
            setFindings(kept);
        else
            decodeAgain(kept);
    } else {
        runNetwork();
    }
}

/// Labels of a picture of another size lie somewhere else in it.
void Session::compareSize(Size size)
{
    const ImageEntry *entry = labels_.find(current_);
    if (!entry || entry->boxes.empty() || entry->size.width == 0 || entry->size == size)
        return;
    Q_EMIT failed(
        {message("core", "The labels of {0} were made for {1} × {2} pixels, the picture has {3} × {4}: they may "
                         "lie in the wrong place.")
             .with(entry->path, entry->size.width, entry->size.height, size.width, size.height),
         current_});
}

// --- Detecting

void Session::detect()
{
    if (picture_)
        runNetwork();
    else if (!current_.empty() && !reading_.running())
        read(current_);
}

void Session::runNetwork()
{
    if (!model_ || loading_.running())
        return;
    const ImageId id = current_;
    decoding_.abandon();
    detecting_.start(
        [picture = picture_, model = model_, decoding = readBy_, features = keepFeatures_](const RunContext &context) {
            return detectIn(picture->image, model, decoding, features, context);
        },
        [this, id](Outcome<FindingsPtr> outcome) { detected(id, std::move(outcome)); });
    setStatus(id, {Stage::Detecting, 0, {}});
}

void Session::restModel()
{
    if (model_ && model_->rest && !detecting_.running())
        model_->rest();
}

void Session::detected(const ImageId &id, Outcome<FindingsPtr> outcome)
{
    idle_.start();
    if (id != current_)
        return;
    if (outcome.how == Ended::Failed) {
        fail(id, outcome.failure);
    } else if (outcome.how == Ended::Stopped) {
        setStatus(id, statusAtRest());
    } else {
        setFindings(*outcome.result);
        if (findings_->decoding != readBy_)
            decodeAgain(findings_);
    }
}

void Session::stop()
{
    opening_.stop();
    if (std::exchange(parked_, std::nullopt))
        Q_EMIT openingProgressed({1, {}});
    loading_.stop();
    detecting_.stop();
}

void Session::setDecodeOptions(const DecodeOptions &options)
{
    Decoding decoding = readBy_;
    decoding.rules.decode = options;
    setDecoding(decoding);
}

void Session::setKeepFeatures(bool keep)
{
    keepFeatures_ = keep;
    if (keep && findings_ && findings_->raw->features.empty() && !detecting_.running())
        runNetwork();
}

void Session::setDecoding(const Decoding &decoding)
{
    if (decoding == readBy_)
        return;
    const bool options = decoding.rules.decode != readBy_.rules.decode;
    readBy_ = decoding;
    if (options)
        tell(Change::Options);
    if (findings_ && !detecting_.running())
        decodeAgain(findings_);
}

/// One decoding at a time, and each is shown: while a slider moves faster than decoding, people see every result that
/// can be had, not none until they let go.
void Session::decodeAgain(FindingsPtr findings)
{
    if (decoding_.running())
        return;
    const ImageId id = current_;
    decoding_.start(
        [findings, decoding = readBy_](const RunContext &) {
            return decoded(findings->raw, findings->model, decoding, findings->networkMs);
        },
        [this, id](Outcome<FindingsPtr> outcome) { detected(id, std::move(outcome)); });
}

void Session::setFindings(FindingsPtr findings)
{
    findings_ = findings;
    const int count = static_cast<int>(findings->detections.size());
    keptFindings_.keep(std::move(findings));
    tell(Change::Found);
    setStatus(current_, {Stage::Detected, count, {}});
}

// --- Status

ImageStatus Session::status(const ImageId &id) const
{
    const auto known = statuses_.find(id);
    return known == statuses_.end() ? ImageStatus{} : known->second;
}

/// Of the current image, while nothing is being done with it.
ImageStatus Session::statusAtRest()
{
    const FindingsPtr kept = keptFindings_.of(current_);
    return kept ? ImageStatus{Stage::Detected, static_cast<int>(kept->detections.size()), {}} : ImageStatus{};
}

void Session::setStatus(const ImageId &id, ImageStatus status)
{
    if (labels_.rowOf(id) < 0 || this->status(id) == status)
        return;
    statuses_[id] = std::move(status);
    Q_EMIT changed({Change::Status, id});
}

void Session::fail(const ImageId &id, const Message &reason)
{
    setStatus(id, {Stage::Failed, 0, reason});
    if (id == current_)
        Q_EMIT failed({reason, id});
}

}  // namespace fcoscope
