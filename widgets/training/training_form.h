// SPDX-License-Identifier: GPL-3.0-or-later
// What a training is asked to do, as a form: six settings that matter, what was found before the start, and the button.
// Everything else is folded, in groups, from the same option tables that the command and the file read.
//
// The six: what it starts from, which images it learns from, how long (epochs), the size at which pictures are looked
// at, how many together (batch), where (device). The first two are choices that the window offers; the others are
// options by their names.
#pragma once

#include <QString>
#include <QWidget>

#include <memory>
#include <string>
#include <vector>

#include "core/base/options.h"

namespace fcoscope {

class OptionForm;

/// One choice of a box: what is read, and what it is called in signals.
struct FormChoice {
    QString words;
    QString id;
    bool operator==(const FormChoice &) const = default;
};

/// A line of what was found before the start.
struct FormFinding {
    enum class Weight { Note, Warning, Obstacle } weight = Weight::Note;
    QString words;
    QString image;   ///< a click on the line emits imageWanted(); ""
    QString option;  ///< a click shows this option; ""
    bool operator==(const FormFinding &) const = default;
};

/// A fold of the form: "Training", "Augmentation", …
struct FormGroup {
    QString title;
    OptionTable table;               ///< refers to a struct that outlives the form, or the next setOptions()
    std::vector<std::string> names;  ///< in this order; empty: all
};

class TrainingForm : public QWidget {
    Q_OBJECT
public:
    explicit TrainingForm(QWidget *parent = nullptr);
    ~TrainingForm() override;

    /// Emits nothing, nor do the others of these.
    void setStarts(const std::vector<FormChoice> &choices, const QString &chosen);
    void setImages(const std::vector<FormChoice> &choices, const QString &chosen);
    /// `main`: the four settings that stand open, by their names in `groups`.
    /// They are not repeated in their groups. A fold that was open stays so, by its title.
    void setOptions(const std::vector<FormGroup> &groups, const std::vector<std::string> &main);
    /// A text that is chosen from these (`id`: the value), not typed: devices. Before setOptions().
    void setOffered(const std::string &option, const std::vector<FormChoice> &values);
    void reload();  ///< the structs were changed from outside

    /// "16 images train, 4 validate: 212 boxes of 3 classes", with the names of the validation images as tool tip.
    void setDataWords(const QString &words, const QString &details);
    void setFindings(const std::vector<FormFinding> &findings);
    void setChecking(bool checking);
    /// "About 12 min and 1.8 GB", or "".
    void setExpectation(const QString &words);
    /// Start is enabled when nothing stands in its way: not with an obstacle, nor where it is not allowed, for `reason`
    /// (""; a run lives). Pressed while checking it starts when the check has found no obstacle: whoever types a number
    /// and presses Start has asked for the check and the start with one click.
    void setStartAllowed(bool allowed, const QString &reason = {});
    /// With a run that can go on the button says so, and what may not change is shown but cannot be edited: these, and
    /// which images it learns from. What to start from stays open: that is where the run was chosen.
    void setResuming(bool resuming, const std::vector<std::string> &fixedOptions);

Q_SIGNALS:
    void startFromChosen(const QString &id);
    void imagesChosen(const QString &id);
    void optionChanged(const QString &name);
    void imageWanted(const QString &image);
    void previewWanted();  ///< pictures as augmentation makes them
    void startWanted();

protected:
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void makeParts();
    OptionForm *makeForm(const OptionTable &table, const std::vector<std::string> &names);
    void makeMain(const std::vector<FormGroup> &groups, const std::vector<std::string> &main);
    void arrange();
    void showOption(const QString &name);
    void refresh();
    void retranslate();
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace fcoscope
