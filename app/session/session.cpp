// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/session.h"

#include <QElapsedTimer>
#include <QFile>

#include <algorithm>
#include <new>
#include <stdexcept>

#include "core/rules/decode.h"

namespace fcoscope {
namespace {

using Stage = ImageStatus::Stage;

// What is kept beside the current image, so that going back costs nothing.
constexpr size_t keptPictureBytes = size_t(384) << 20;
constexpr size_t keptFindingsBytes = size_t(256) << 20;
constexpr size_t problemsTold = 3;  // of one opening, each in its own words; the rest are counted

PicturePtr readPicture(const Backend &backend, const ImageId &id)
{
    auto picture = std::make_shared<Picture>();
    picture->image = backend.readImage(id);
    picture->image.id = id;
    picture->shown = toQImage(picture->image);
    return picture;
}

FindingsPtr decoded(const RawOutputsPtr &raw, const ModelPtr &model, const DecodeOptions &options, double networkMs)
{
    QElapsedTimer clock;
    clock.start();
    auto findings = std::make_shared<Findings>();
    findings->detections = decode(*raw, model->info.profile, options);
    findings->options = options;
    findings->raw = raw;
    findings->model = model;
    findings->networkMs = networkMs;
    findings->decodeMs = static_cast<double>(clock.nsecsElapsed()) / 1e6;
    return findings;
}

FindingsPtr detectIn(const Picture &picture, const ModelPtr &model, const DecodeOptions &options,
                     const RunContext &context)
{
    QElapsedTimer clock;
    clock.start();
    const RawOutputsPtr raw = model->run(picture.image, context);
    if (raw->imageId != picture.image.id)
        throw std::logic_error("raw outputs of " + raw->imageId + " for " + picture.image.id);
    return decoded(raw, model, options, static_cast<double>(clock.nsecsElapsed()) / 1e6);
}

size_t bytesOf(const PicturePtr &picture)
{
    return picture->image.pixels.size() + static_cast<size_t>(picture->shown.sizeInBytes());
}

size_t bytesOf(const FindingsPtr &findings)
{
    size_t values = 0;
    for (const LevelOutputs &level : findings->raw->levels)
        values +=
            level.classLogits.values.size() + level.centernessLogits.values.size() + level.distances.values.size();
    return values * sizeof(float) + findings->detections.size() * sizeof(Detection);
}

/// Lets the longest unused go until the rest fits; the first always stays.
template <typename Kept> void trim(std::list<Kept> &kept, size_t limit)
{
    size_t bytes = 0;
    for (auto it = kept.begin(); it != kept.end();) {
        bytes += bytesOf(*it);
        it = it != kept.begin() && bytes > limit ? kept.erase(it) : std::next(it);
    }
}

}  // namespace

QImage toQImage(const Image &image)
{
    const QImage wrapped(image.pixels.data(), image.size.width, image.size.height,
                         static_cast<qsizetype>(image.size.width) * 3, QImage::Format_RGB888);
    QImage converted = wrapped.convertToFormat(QImage::Format_RGB32);
    if (converted.isNull())
        throw std::bad_alloc();
    return converted;
}

Session::Session(Backend backend, QObject *parent) : QObject(parent), backend_(std::move(backend))
{
    // A person who looks at a picture for so long can wait the milliseconds that fresh memory costs the next run.
    idle_.setSingleShot(true);
    idle_.setInterval(5000);
    connect(&idle_, &QTimer::timeout, this, &Session::restModel);
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

// --- Opening

void Session::open(const QStringList &paths)
{
    for (const QString &path : paths)
        openLater_.emplace_back(QFile::encodeName(path).toStdString());
    if (openLater_.empty() || opening_.running())
        return;
    // By value: a Session that goes away waits for the worker, but what the worker uses is its own all the same.
    opening_.start([paths = std::exchange(openLater_, {}),
                    backend = backend_](const RunContext &context) { return openPaths(paths, backend, context); },
                   [this](Outcome<Opened> outcome) { opened(std::move(outcome)); });
}

void Session::opened(Outcome<Opened> outcome)
{
    if (outcome.how == Ended::Failed)
        Q_EMIT failed({outcome.failure, "open"});
    if (outcome.how == Ended::Stopped)
        openLater_.clear();
    if (outcome.result) {
        const Opened &found = *outcome.result;
        for (size_t i = std::min(found.problems.size(), problemsTold); i-- > 0;)
            Q_EMIT failed({found.problems[i], "open " + std::to_string(i)});
        if (found.problems.size() > problemsTold)
            Q_EMIT failed({message("core", "{0} more of the files and folders given could not be opened.")
                               .with(found.problems.size() - problemsTold),
                           "open more"});
        if (!found.skipped.empty()) {
            skipped_ = found.skipped;
            Q_EMIT noticed(
                {message("core", "{0} entries of the data set cannot be used.").with(skipped_.size()), "data"});
        }
        addImages(found.images);
        if (!found.model.empty())
            openModel(found.model);
        if (!found.images.empty())
            setCurrent(found.images.front());
    }
    open({});  // what was asked for in the meantime
}

void Session::addImages(const std::vector<ImageId> &ids)
{
    const size_t before = images_.size();
    for (const ImageId &id : ids)
        if (rows_.emplace(id, images_.size()).second)
            images_.push_back(id);
    if (images_.size() > before)
        tell(Change::Images);
}

void Session::closeImages()
{
    leaveCurrent();
    opening_.abandon();
    prefetchJob_.abandon();
    openLater_.clear();
    images_.clear();
    rows_.clear();
    statuses_.clear();
    skipped_.clear();
    pictures_.clear();
    keptFindings_.clear();
    current_.clear();
    tell(Change::Images | Change::Current);
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
        options_ = model_->info.profile.decode;
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
    const auto row = rows_.find(id);
    if (id == current_ || (!id.empty() && row == rows_.end()))
        return;
    const auto before = rows_.find(current_);
    forwards_ = row == rows_.end() || before == rows_.end() || row->second > before->second;
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
    if (const PicturePtr kept = keptPicture(id)) {
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
    const size_t row = rows_.at(current_);
    if (forwards_ ? row + 1 >= images_.size() : row == 0)
        return;
    const ImageId id = images_[forwards_ ? row + 1 : row - 1];
    if (keptPicture(id) || (prefetchJob_.running() && prefetching_ == id))
        return;
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
            keepPicture(*outcome.result);
            if (picture_)
                keepPicture(picture_);
        }
    }
}

void Session::show(PicturePtr picture)
{
    const ImageId id = current_;
    picture_ = picture;
    keepPicture(std::move(picture));
    setStatus(id, statusAtRest());
    tell(Change::Shown);
    if (current_ != id)
        return;
    prefetch();
    if (const FindingsPtr kept = keptFindings(id)) {
        if (kept->options == options_)
            setFindings(kept);
        else
            decodeAgain(kept);
    } else {
        runNetwork();
    }
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
    detecting_.start([picture = picture_, model = model_, options = options_](
                         const RunContext &context) { return detectIn(*picture, model, options, context); },
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
        if (findings_->options != options_)
            decodeAgain(findings_);
    }
}

void Session::stop()
{
    opening_.stop();
    loading_.stop();
    detecting_.stop();
}

void Session::setDecodeOptions(const DecodeOptions &options)
{
    options_ = options;
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
        [findings, options = options_](const RunContext &) {
            return decoded(findings->raw, findings->model, options, findings->networkMs);
        },
        [this, id](Outcome<FindingsPtr> outcome) { detected(id, std::move(outcome)); });
}

void Session::setFindings(FindingsPtr findings)
{
    findings_ = findings;
    const int count = static_cast<int>(findings->detections.size());
    keepFindings(std::move(findings));
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
    const FindingsPtr kept = keptFindings(current_);
    return kept ? ImageStatus{Stage::Detected, static_cast<int>(kept->detections.size()), {}} : ImageStatus{};
}

void Session::setStatus(const ImageId &id, ImageStatus status)
{
    if (!rows_.contains(id) || this->status(id) == status)
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

// --- What is kept

void Session::keepPicture(PicturePtr picture)
{
    pictures_.remove_if([&](const PicturePtr &other) { return other->image.id == picture->image.id; });
    pictures_.push_front(std::move(picture));
    trim(pictures_, keptPictureBytes);
}

PicturePtr Session::keptPicture(const ImageId &id)
{
    const auto it = std::find_if(pictures_.begin(), pictures_.end(), [&](const auto &p) { return p->image.id == id; });
    return it == pictures_.end() ? nullptr : *it;
}

void Session::keepFindings(FindingsPtr findings)
{
    keptFindings_.remove_if([&](const FindingsPtr &other) { return other->raw->imageId == findings->raw->imageId; });
    keptFindings_.push_front(std::move(findings));
    trim(keptFindings_, keptFindingsBytes);
}

FindingsPtr Session::keptFindings(const ImageId &id)
{
    const auto it =
        std::find_if(keptFindings_.begin(), keptFindings_.end(), [&](const auto &f) { return f->raw->imageId == id; });
    return it == keptFindings_.end() ? nullptr : *it;
}

}  // namespace fcoscope
