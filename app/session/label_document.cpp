// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/label_document.h"

#include <algorithm>

namespace fcoscope {
namespace {

constexpr int retryAfterMs = 3000;

std::vector<Key> imagesIn(const LabelEdit &edit)
{
    std::vector<Key> images;
    for (const BoxChange &change : edit.boxes)
        images.push_back(change.image);
    for (const StatusChange &change : edit.statuses)
        images.push_back(change.image);
    std::sort(images.begin(), images.end());
    images.erase(std::unique(images.begin(), images.end()), images.end());
    return images;
}

}  // namespace

LabelDocument::LabelDocument(QObject *parent) : QObject(parent), writer_([this] { writerTold(); })
{
    retry_.setInterval(retryAfterMs);
    connect(&retry_, &QTimer::timeout, this, &LabelDocument::retry);
}

LabelDocument::~LabelDocument() = default;

// --- What is open

void LabelDocument::open(OpenedLabels opened)
{
    clear();
    set_ = std::move(opened.set);
    places_ = ImagePlaces(set_);
    ids_ = std::move(opened.ids);
    rows_.reserve(ids_.size());
    for (size_t i = 0; i < ids_.size(); ++i)
        rows_.emplace(ids_[i], i);
    file_ = opened.file;
    initial_ = opened.initial;
    readOnly_ = opened.readOnly;
    for (auto entry = opened.journal.rbegin(); entry != opened.journal.rend(); ++entry) {
        done_ += entry->undone ? 0 : 1;
        history_.push_back({std::move(entry->edit), std::move(entry->inverse)});
    }
    if (readOnly_.text.empty())
        writer_.open(std::move(opened.file), std::move(opened.project), std::move(opened.initial),
                     std::move(opened.lock));
    Q_EMIT changed({LabelsChange::Set | LabelsChange::Saving, {}});
}

bool LabelDocument::close()
{
    const bool all = clear();
    Q_EMIT changed({LabelsChange::Set | LabelsChange::Saving, {}});
    return all;
}

bool LabelDocument::clear()
{
    const bool all = writer_.close();
    retry_.stop();
    set_ = {};
    places_ = ImagePlaces(set_);
    ids_.clear();
    rows_.clear();
    file_.clear();
    initial_.reset();
    readOnly_ = {};
    history_.clear();
    done_ = unjournalled_ = 0;
    dataset_.reset();
    return all;
}

void LabelDocument::addImages(const std::vector<ImageId> &ids)
{
    std::vector<ImageEntry> added;
    for (const ImageId &id : ids) {
        if (!rows_.emplace(id, ids_.size()).second)
            continue;
        ImageEntry entry;
        entry.key = set_.newKey();
        const std::filesystem::path inside = std::filesystem::path(id).lexically_relative(set_.root);
        entry.path = inside.empty() || *inside.begin() == ".." ? id : inside.generic_string();
        entry.formatId = -1;
        ids_.push_back(id);
        places_.add(entry.key, set_.images.size());
        set_.images.push_back(entry);
        added.push_back(std::move(entry));
    }
    if (added.empty())
        return;
    if (readOnly_.text.empty())
        writer_.put(LabelWriter::Kind::Note,
                    [added, next = set_.nextKey](ProjectFile &file) { file.putImages(added, next); });
    Q_EMIT changed({LabelsChange::Images, {}});
}

void LabelDocument::noteSize(const ImageId &id, Size size)
{
    const int row = rowOf(id);
    if (row < 0 || set_.images[static_cast<size_t>(row)].size == size)
        return;
    ImageEntry &image = set_.images[static_cast<size_t>(row)];
    image.size = size;
    ImageEntry noted = image;
    noted.boxes.clear();
    if (readOnly_.text.empty())
        writer_.put(LabelWriter::Kind::Note,
                    [noted, next = set_.nextKey](ProjectFile &file) { file.putImages({noted}, next); });
}

void LabelDocument::store(StoredDetections found)
{
    if (readOnly_.text.empty())
        writer_.put(LabelWriter::Kind::Edit,
                    [found = std::move(found)](ProjectFile &file) { file.putDetections(found); });
}

void LabelDocument::remember(std::vector<SidecarRecord> sidecars)
{
    if (readOnly_.text.empty() && !sidecars.empty())
        writer_.put(LabelWriter::Kind::Note,
                    [sidecars = std::move(sidecars)](ProjectFile &file) { file.putSidecars(sidecars); });
}

void LabelDocument::remember(std::string note, std::string value)
{
    if (readOnly_.text.empty())
        writer_.put(LabelWriter::Kind::Note, [note = std::move(note), value = std::move(value)](ProjectFile &file) {
            file.putNote(note, value);
        });
}

int LabelDocument::rowOf(const ImageId &id) const
{
    const auto row = rows_.find(id);
    return row == rows_.end() ? -1 : static_cast<int>(row->second);
}

const ImageEntry *LabelDocument::find(const ImageId &id) const
{
    const auto row = rows_.find(id);
    return row == rows_.end() ? nullptr : &set_.images[row->second];
}

const ImageEntry *LabelDocument::find(Key key) const
{
    const size_t place = places_.of(key);
    return place == ImagePlaces::npos ? nullptr : &set_.images[place];
}

ImageId LabelDocument::idOf(Key image) const
{
    const size_t place = places_.of(image);
    return place == ImagePlaces::npos ? ImageId() : ids_[place];
}

std::shared_ptr<const Dataset> LabelDocument::dataset() const
{
    if (!dataset_ && set_.boxCount() > 0)
        dataset_ = std::make_shared<const Dataset>(datasetOf(set_, false));
    return dataset_;
}

LabelsToExport LabelDocument::source() const
{
    return {set_, initial_, file_};
}

// --- Edits

bool LabelDocument::apply(const LabelEdit &edit)
{
    if (edit.empty() || file_.empty() || !readOnly_.text.empty())
        return false;
    LabelEdit inverse = fcoscope::apply(set_, places_, edit);
    history_.resize(done_);
    unjournalled_ = std::min(unjournalled_, done_);
    history_.push_back({edit, std::move(inverse)});
    ++done_;
    put(history_.back().edit, history_.back().inverse);
    tell(edit);
    return true;
}

std::vector<Key> LabelDocument::undo()
{
    if (!canUndo() || !readOnly_.text.empty())
        return {};
    const Step &step = history_[--done_];
    fcoscope::apply(set_, places_, step.inverse);
    if (done_ < unjournalled_) {
        put(step.inverse, step.edit);
        unjournalled_ = history_.size();  // what could be done again has gone from the file's journal
    } else {
        writer_.put(LabelWriter::Kind::Edit, [](ProjectFile &file) { file.undo(); });
    }
    tell(step.inverse);
    return imagesIn(step.inverse);
}

std::vector<Key> LabelDocument::redo()
{
    if (!canRedo() || !readOnly_.text.empty())
        return {};
    const Step &step = history_[done_++];
    fcoscope::apply(set_, places_, step.edit);
    if (done_ <= unjournalled_) {
        put(step.edit, step.inverse);
        unjournalled_ = history_.size();
    } else {
        writer_.put(LabelWriter::Kind::Edit, [](ProjectFile &file) { file.redo(); });
    }
    tell(step.edit);
    return imagesIn(step.edit);
}

Message LabelDocument::undoWords() const
{
    return canUndo() ? history_[done_ - 1].edit.words : Message();
}

Message LabelDocument::redoWords() const
{
    return canRedo() ? history_[done_].edit.words : Message();
}

void LabelDocument::put(const LabelEdit &edit, const LabelEdit &inverse)
{
    writer_.put(LabelWriter::Kind::Edit,
                [edit, inverse, next = set_.nextKey](ProjectFile &file) { file.write(edit, inverse, next); });
}

void LabelDocument::tell(const LabelEdit &edit)
{
    dataset_.reset();
    LabelsChange change{LabelsChange::Saving, imagesIn(edit)};
    const auto says = [&](bool any, LabelsChange::Part part) { change.parts |= any ? unsigned(part) : 0u; };
    says(!edit.boxes.empty(), LabelsChange::Boxes);
    says(!edit.statuses.empty(), LabelsChange::Statuses);
    says(!edit.classes.empty(), LabelsChange::Classes);
    says(!edit.refusals.empty(), LabelsChange::Refusals);
    Q_EMIT changed(change);
}

// --- Saving

LabelDocument::Saving LabelDocument::saving() const
{
    if (!readOnly_.text.empty())
        return {Saving::State::ReadOnly, readOnly_, 0};
    const LabelWriter::State state = writer_.state();
    if (state.failing)
        return {Saving::State::Failing, state.failure, state.edits};
    return {state.edits > 0 ? Saving::State::Writing : Saving::State::Saved, {}, state.edits};
}

void LabelDocument::writerTold()
{
    const LabelWriter::State state = writer_.state();
    if (state.madeFile)
        initial_.reset();
    if (state.failing && !retry_.isActive())
        retry_.start();
    else if (!state.failing)
        retry_.stop();
    Q_EMIT changed({LabelsChange::Saving, {}});
}

void LabelDocument::saveNow()
{
    retry();
}

bool LabelDocument::finishSaving()
{
    retry();
    return writer_.finish();
}

void LabelDocument::retry()
{
    if (writer_.state().needsSet) {
        writer_.restart(std::make_shared<const LabelSet>(set_));
        unjournalled_ = history_.size();
    } else {
        writer_.retry();
    }
}

}  // namespace fcoscope
