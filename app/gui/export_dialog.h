// SPDX-License-Identifier: GPL-3.0-or-later
// Export figure: the view as it is now, with its legend, as PNG, SVG or PDF of a chosen size. What is exported is taken
// when the dialog opens, so that it stays the same while the window goes on; drawing and writing happen on a thread.
#pragma once

#include <QDialog>

#include <functional>

#include "app/session/job.h"
#include "widgets/figure.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSettings;
class QSpinBox;

namespace fcoscope {

class ExportDialog : public QDialog {
    Q_OBJECT
public:
    /// `name`: how the file is called unless a person says otherwise, without folder and ending. `look` is what the
    /// dialog begins with; `settings` remembers folder and ending.
    ExportDialog(Figure figure, const QString &name, const FigureLook &look, QSettings &settings, QWidget *parent);

    QString file() const;
    FigureLook look() const;

Q_SIGNALS:
    void written(const QString &file);

protected:
    void changeEvent(QEvent *event) override;

private:
    void makeParts(const FigureLook &look);
    void makeLayout();
    void retranslate();
    void browse();
    void write();
    void say(const Message &trouble);
    void finished(Outcome<bool> outcome);
    void setBusy(bool busy);

    const Figure figure_;
    const FigureLook first_;  ///< what no control changes
    QSettings &settings_;
    QLineEdit *file_;
    QPushButton *browse_, *write_, *close_;
    QSpinBox *width_, *height_;
    QDoubleSpinBox *scale_;
    QCheckBox *legend_;
    QComboBox *ground_;
    QLabel *status_;
    std::vector<QLabel *> names_;  ///< of the rows
    Message failure_;
    QString replaced_;  ///< the existing file that a person has agreed to replace
    WorkThread thread_;
    Job<bool> job_{thread_};
};

/// Opens the dialog for `figure`. It destroys itself when closed and leaves the window usable.
ExportDialog *exportFigure(QWidget *parent, QSettings &settings, Figure figure, const QString &name,
                           const FigureLook &look);

}  // namespace fcoscope
