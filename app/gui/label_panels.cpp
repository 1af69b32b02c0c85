// SPDX-License-Identifier: GPL-3.0-or-later
// The panels of labels and classes: what a person does there becomes an edit, what edits do is shown there.
#include <algorithm>

#include "app/gui/label_docks.h"
#include "app/gui/lens_docks.h"
#include "app/session/class_numbers.h"
#include "core/base/error.h"
#include "widgets/canvas.h"
#include "widgets/labels/classes_panel.h"
#include "widgets/labels/labels_panel.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {
namespace {

BoxFlag flagOf(LabelFlag flag)
{
    return flag == LabelFlag::Difficult ? BoxFlag::Difficult
           : flag == LabelFlag::Crowd   ? BoxFlag::Crowd
                                        : BoxFlag::Locked;
}

}  // namespace

// --- Labels

void LabelDocks::connectPanels()
{
    connect(&tool_, &LabelTool::selectionChanged, this, [this] { labels_->select(tool_.selection()); });
    connect(labels_, &LabelsPanel::selectionChanged, &tool_, &LabelTool::select);
    connect(labels_, &LabelsPanel::statusChosen, this,
            [this](ListStatus status) { desk_.setStatus(static_cast<ReviewStatus>(status)); });
    connect(labels_, &LabelsPanel::classChosen, this, [this](const Keys &keys, int classIndex) {
        setClass(keys, lenses_.lens().classNames().at(static_cast<size_t>(classIndex)));
    });
    connect(labels_, &LabelsPanel::newClassWanted, this,
            [this](const Keys &keys, const QString &name) { setClass(keys, name.toStdString()); });
    connect(labels_, &LabelsPanel::boxEdited, this, [this](int64_t key, const Box &box) { moved({BoxAt{key, box}}); });
    connect(labels_, &LabelsPanel::flagToggled, this,
            [this](const Keys &keys, LabelFlag flag, bool on) { desk_.setFlag(keys, flagOf(flag), on); });
    connect(labels_, &LabelsPanel::hiddenToggled, this, &LabelDocks::hide);
    connect(labels_, &LabelsPanel::deleteWanted, this, &LabelDocks::remove);
    connect(labels_, &LabelsPanel::labelActivated, this, [this](int64_t key) {
        for (const CanvasBox &box : tool_.boxes())
            if (box.key == key)
                canvas_.showBox(box.label.box);
    });
}

void LabelDocks::showStatus()
{
    const ImageEntry *image = desk_.image();
    labels_->setStatus(image ? std::optional(static_cast<ListStatus>(image->status)) : std::nullopt);
}

// --- Classes

void LabelDocks::connectClasses()
{
    // A name that is taken or empty is a person's mistake, said where it was made.
    const auto tried = [this](auto &&edit) {
        try {
            document_.apply(edit());
            classes_->setNotice({});
        } catch (const UserError &error) {
            classes_->setNotice(translated(error.message()));
        }
    };
    connect(classes_, &ClassesPanel::addWanted, this, [this, tried](const QString &name) {
        tried([&] { return addClass(document_.set(), name.toStdString()); });
    });
    connect(classes_, &ClassesPanel::renameWanted, this, [this, tried](int64_t key, const QString &name) {
        tried([&] { return renameClass(document_.set(), key, name.toStdString()); });
    });
    connect(classes_, &ClassesPanel::recolourWanted, this, [this, tried](int64_t key, const QColor &colour) {
        tried([&] { return recolourClass(document_.set(), key, colour.isValid() ? colour.rgb() : 0); });
    });
    connect(classes_, &ClassesPanel::moveWanted, this, [this, tried](int64_t key, int rank) {
        std::vector<Key> order;
        for (const ClassEntry &entry : document_.set().classes)
            if (entry.key != key)
                order.push_back(entry.key);
        order.insert(order.begin() + std::clamp(rank, 0, static_cast<int>(order.size())), key);
        tried([&] { return reorderClasses(document_.set(), order); });
    });
    connect(classes_, &ClassesPanel::mergeWanted, this, [this, tried](int64_t key, int64_t into) {
        tried([&] { return mergeClasses(document_.set(), key, into); });
    });
    connect(classes_, &ClassesPanel::deleteWanted, this,
            [this, tried](int64_t key) { tried([&] { return deleteClass(document_.set(), key); }); });
    connect(classes_, &ClassesPanel::previewWanted, this, &LabelDocks::previewClasses);
    connect(classes_, &ClassesPanel::currentChanged, this, [this](int64_t key) {
        if (key > 0)
            desk_.setDrawingClass(key);
    });
    connect(&desk_, &LabelDesk::drawingClassChanged, this, [this] {
        classes_->setCurrent(desk_.drawingClass());
        if (const ClassEntry *entry = document_.set().findClass(desk_.drawingClass()))
            tool_.setDrawingClass(numbersIn(lenses_.lens().classNames(), {entry->name}).front());
    });
}

void LabelDocks::previewClasses(const ClassQuestion &question)
{
    const bool merge = question.kind == ClassQuestion::Kind::Merge;
    const Touched touched = touchedBy(merge ? mergeClasses(document_.set(), question.key, question.into)
                                            : deleteClass(document_.set(), question.key));
    const int boxes = static_cast<int>(touched.boxes), images = static_cast<int>(touched.images);
    const QString where = tr("in %n image(s)", nullptr, images);
    classes_->setPreview(question, (merge ? tr("%n box(es) %1 get the other class.", nullptr, boxes)
                                          : tr("%n box(es) %1 are deleted with it.", nullptr, boxes))
                                       .arg(where));
}

/// Its own, or that of its number among the classes of labels and model, as detections have it.
QColor LabelDocks::colourOf(const ClassEntry &entry, int number)
{
    return entry.colour != 0 ? QColor::fromRgb(entry.colour) : classColor(number);
}

void LabelDocks::showCounts()
{
    const LabelSet &set = document_.set();
    const std::vector<ClassCount> counts = countClasses(set);
    const std::vector<int> numbers = numbersIn(lenses_.lens().classNames(), set.classNames());
    std::vector<ClassRow> shown;
    for (size_t i = 0; i < set.classes.size(); ++i)
        shown.push_back({set.classes[i].key, QString::fromStdString(set.classes[i].name),
                         colourOf(set.classes[i], numbers[i]), set.classes[i].colour != 0, counts[i].boxes,
                         counts[i].images});
    classes_->setClasses(shown);
    classes_->setCurrent(desk_.drawingClass());
}

}  // namespace fcoscope
