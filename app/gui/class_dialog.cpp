// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/class_dialog.h"

#include <QComboBox>
#include <QCompleter>
#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace fcoscope {
namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("ClassDialog", text);
}

}  // namespace

std::optional<std::string> askForClassName(QWidget *parent, const std::vector<std::string> &known,
                                           const std::string &now)
{
    QDialog dialog(parent);
    dialog.setObjectName(QStringLiteral("classDialog"));
    dialog.setWindowTitle(words(QT_TRANSLATE_NOOP("ClassDialog", "Class")));
    auto *column = new QVBoxLayout(&dialog);
    auto *label =
        new QLabel(words(QT_TRANSLATE_NOOP("ClassDialog", "What is in the box? Choose a class, or type a new one.")));
    label->setWordWrap(true);
    auto *field = new QComboBox;
    field->setEditable(true);
    field->setInsertPolicy(QComboBox::NoInsert);
    field->setAccessibleName(dialog.windowTitle());
    for (const std::string &name : known)
        field->addItem(QString::fromStdString(name));
    field->completer()->setCompletionMode(QCompleter::PopupCompletion);
    field->completer()->setFilterMode(Qt::MatchContains);
    field->setCurrentText(QString::fromStdString(now));
    field->lineEdit()->selectAll();
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    column->addWidget(label);
    column->addWidget(field);
    column->addWidget(buttons);
    QPushButton *ok = buttons->button(QDialogButtonBox::Ok);
    const auto update = [=] { ok->setEnabled(!field->currentText().trimmed().isEmpty()); };
    QObject::connect(field, &QComboBox::editTextChanged, &dialog, update);
    QObject::connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    update();
    field->setFocus();
    if (dialog.exec() != QDialog::Accepted)
        return std::nullopt;
    return field->currentText().trimmed().toStdString();
}

}  // namespace fcoscope
