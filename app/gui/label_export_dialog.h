// SPDX-License-Identifier: GPL-3.0-or-later
// Export labels: which format, where to, in one set or several parts; afterwards the report of everything that the
// files do not hold as the project has it. What is exported is taken when the button is pressed; a worker writes. The
// target that is suggested is never one that is there: it may be the file that the labels were read from. One that a
// person names is replaced only when asked for.
#pragma once

#include <QDialog>

#include "app/session/job.h"
#include "app/session/label_document.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QSettings;
class QSpinBox;

namespace fcoscope {

class LabelExportDialog : public QDialog {
    Q_OBJECT
public:
    /// `split`: begins with two parts.
    LabelExportDialog(const LabelDocument &document, QSettings &settings, bool split, QWidget *parent);

    QString report() const;  ///< what the last export said, for people

protected:
    void changeEvent(QEvent *event) override;

private:
    void makeLayout();
    void retranslate();
    void suggestTarget();
    void browse();
    void write();
    bool mayReplace(const ExportRequest &wanted);
    void finished(Outcome<std::vector<ConversionReport>> outcome);
    void setBusy(bool busy);
    ExportRequest request() const;
    LabelFormat format() const;

    const LabelDocument &document_;
    QSettings &settings_;
    QComboBox *format_, *parts_;
    QLineEdit *to_;
    QCheckBox *new_;
    QSpinBox *seed_;
    QPushButton *browse_, *write_, *close_;
    QProgressBar *progress_;
    QPlainTextEdit *report_;
    std::vector<QLabel *> names_;  ///< of the rows
    QString suggested_;
    WorkThread thread_;
    Job<std::vector<ConversionReport>> job_{thread_};
};

/// A report in sentences, one a line; notes of one kind for many images are counted after the first few.
QString reportText(const ConversionReport &report);

}  // namespace fcoscope
