// SPDX-License-Identifier: GPL-3.0-or-later
// A training form of options that the tests make up, in a window of a dock's width, and how its parts are found.
#pragma once

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSlider>
#include <QToolButton>

#include "tests/widgets/widget_test.h"
#include "widgets/fold.h"
#include "widgets/training/training_form.h"
#include "widgets/training/training_form_findings.h"

namespace fcoscope {

enum class Rule { Adam, Sgd };

/// What a form is made from in these tests: options of two tables, some of which are to stand open.
struct Asked {
    int epochs = 50, batch = 8, width = 512, height = 384;
    std::string device = "auto";
    double rate = 0.001, spread = 0.35;
    Rule rule = Rule::Adam;

    OptionTable training()
    {
        OptionTable table;
        table.add("epochs", epochs, 1, 1000000, "", message("core", "How often it goes through all images."));
        table.add("batch", batch, 1, 4096, "images", message("core", "Images that are looked at together."));
        table.addChoice("optimizer", rule, {{"adamw", Rule::Adam}, {"sgd", Rule::Sgd}},
                        message("core", "The optimiser."));
        table.add("learning-rate", rate, 0, 100, "", message("core", "The highest learning rate."));
        table.add("device", device, message("core", "auto, cpu or cuda:N."));
        return table;
    }
    OptionTable augmentation()
    {
        OptionTable table;
        table.add("train-width", width, 32, 8192, "px", message("core", "Width of every sample."));
        table.add("train-height", height, 32, 8192, "px", message("core", "Height of every sample."));
        table.add("scale-spread", spread, 0, 2, "", message("core", "Images are enlarged or shrunk."));
        return table;
    }
    std::vector<FormGroup> groups() { return {{"Training", training(), {}}, {"Augmentation", augmentation(), {}}}; }
};

inline const std::vector<std::string> mainOptions{"epochs", "train-width", "train-height", "batch", "device"};

inline FormFinding found(FormFinding::Weight weight, const QString &words, const QString &image = {},
                         const QString &option = {})
{
    return {weight, words, image, option};
}
using Weight = FormFinding::Weight;

class FormInWindow {
protected:
    void openForm()
    {
        asked_ = Asked();
        form_ = std::make_unique<TrainingForm>();
        form_->setStarts({{"The loaded model", "current"}, {"ImageNet", "imagenet"}, {"Nothing", "none"}}, "imagenet");
        form_->setImages({{"Labelled images", "labelled"}, {"Verified images", "verified"}}, "labelled");
        form_->setOffered("device", {{"Automatic", "auto"}, {"CPU", "cpu"}});
        form_->setOptions(asked_.groups(), mainOptions);
        form_->resize(300, 620);
        form_->show();
        QVERIFY(QTest::qWaitForWindowExposed(form_.get()));
    }
    Asked asked_;
    std::unique_ptr<TrainingForm> form_;

    template <typename Widget> Widget *named(const QString &name) const
    {
        for (auto *widget : form_->findChildren<Widget *>())
            if (widget->accessibleName() == name)
                return widget;
        return nullptr;
    }
    template <typename Widget> std::vector<Widget *> visible() const
    {
        std::vector<Widget *> all;
        for (auto *widget : form_->findChildren<Widget *>())
            if (widget->isVisible())
                all.push_back(widget);
        return all;
    }
    QPushButton *start() const
    {
        for (auto *button : form_->findChildren<QPushButton *>())
            if (button->text() != "Look at samples")
                return button;
        return nullptr;
    }
    FindingList *list() const { return form_->findChild<FindingList *>(); }
    bool says(const QString &words) const
    {
        for (QLabel *label : visible<QLabel>())
            if (label->text() == words)
                return true;
        return false;
    }
    Fold *fold(size_t i) const { return form_->findChildren<Fold *>().at(static_cast<int>(i)); }
    QScrollArea *scroll() const { return form_->findChild<QScrollArea *>(); }
    bool inSight(QWidget *widget) const
    {
        const QRect place(widget->mapTo(scroll()->viewport(), QPoint()), widget->size());
        return widget->isVisible() && scroll()->viewport()->rect().contains(place);
    }
    void clickFinding(int row)
    {
        QTest::mouseClick(list()->viewport(), Qt::LeftButton, {}, list()->visualItemRect(list()->item(row)).center());
    }
};

}  // namespace fcoscope
