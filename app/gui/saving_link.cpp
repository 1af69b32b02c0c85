// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/saving_link.h"

#include <QCheckBox>
#include <QEventLoop>
#include <QMessageBox>
#include <QProgressDialog>
#include <QPushButton>

#include "app/gui/status_line.h"
#include "widgets/message_strip.h"
#include "widgets/translate.h"

namespace fcoscope {
namespace {

using State = LabelDocument::Saving::State;
constexpr const char *topic = "saving";

}  // namespace

SavingLink::SavingLink(Session &session, MessageStrip &strip, StatusLine &status, QWidget *window)
    : QObject(window), session_(session), document_(session.labels()), strip_(strip), status_(status), window_(window)
{
    connect(&document_, &LabelDocument::changed, this, [this](const LabelsChange &change) {
        if (change.has(LabelsChange::Saving) || change.has(LabelsChange::Set))
            show();
    });
    connect(&session_, &Session::changed, this, [this](const Change &change) {
        if (change.has(Change::Images))
            show();
    });
    connect(&session_.sidecars(), &SidecarKeeper::question, this, &SavingLink::ask);
    show();
}

void SavingLink::show()
{
    const LabelDocument::Saving now = document_.saving();
    QString words, tip = QString::fromStdString(document_.file().string());
    if (session_.images().empty() || (now.state == State::Saved && !document_.canUndo() && !document_.canRedo()))
        words.clear();
    else if (now.state == State::Saved)
        words = tr("Saved");
    else if (now.state == State::Writing)
        words = tr("Saving…");
    else if (now.state == State::Failing)
        words = tr("Not saved: %n change(s)", nullptr, static_cast<int>(now.waiting));
    else
        words = tr("Read only");
    if (!now.reason.text.empty())
        tip = translated(now.reason);
    status_.setSaving(words, tip, now.state == State::Failing);
    if (now == shown_)
        return;
    shown_ = now;
    if (now.state == State::Failing)
        tellFailing();
    else if (now.state == State::ReadOnly)
        tellReadOnly();
    else
        strip_.clearTopic(topic);
}

void SavingLink::tellFailing()
{
    MessageStrip::Notice notice;
    notice.kind = MessageStrip::Kind::Error;
    notice.topic = topic;
    notice.text = [saving = shown_] {
        return tr("%1 Nothing is lost: %n change(s) wait and are tried again.", nullptr,
                  static_cast<int>(saving.waiting))
            .arg(translated(saving.reason));
    };
    notice.actionText = [] { return tr("Try again"); };
    notice.action = [this] { document_.saveNow(); };
    strip_.show(std::move(notice));
}

void SavingLink::tellReadOnly()
{
    MessageStrip::Notice notice;
    notice.kind = MessageStrip::Kind::Info;
    notice.topic = topic;
    notice.text = [reason = shown_.reason] {
        return tr("The labels can be looked at, not changed. %1").arg(translated(reason));
    };
    strip_.show(std::move(notice));
}

/// Whose labels count. The window goes on meanwhile; the file stays as it is until there is an answer.
void SavingLink::ask(Key image, const QString &file)
{
    auto *box = new QMessageBox(QMessageBox::Question, tr("Labels changed by another program"),
                                tr("The label file %1 was changed by another program: it does not hold what FCOScope "
                                   "read or wrote. Whose labels count?")
                                    .arg(file),
                                QMessageBox::NoButton, window_);
    box->setObjectName(QStringLiteral("sidecarQuestion"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton *mine = box->addButton(tr("Keep mine, write the file"), QMessageBox::AcceptRole);
    QPushButton *theirs = box->addButton(tr("Take the file's labels"), QMessageBox::DestructiveRole);
    QPushButton *notNow = box->addButton(tr("Not now"), QMessageBox::RejectRole);
    box->setDefaultButton(theirs);
    box->setEscapeButton(notNow);
    box->setCheckBox(new QCheckBox(tr("The same for all files that were changed")));
    connect(box, &QDialog::finished, this, [this, box, image, mine, theirs] {
        using Answer = SidecarKeeper::Answer;
        const QAbstractButton *pressed = box->clickedButton();  // "Not now" where the window was closed
        session_.sidecars().answer(image,
                                   pressed == mine     ? Answer::Mine
                                   : pressed == theirs ? Answer::Theirs
                                                       : Answer::NotNow,
                                   box->checkBox()->isChecked());
    });
    connect(&session_.sidecars(), &SidecarKeeper::keepingChanged, box, &QObject::deleteLater);  // no question any more
    box->open();
}

/// Label files that are due are written by their worker, and the window stays alive meanwhile. False: the person would
/// rather stay.
bool SavingLink::writeLabelFiles()
{
    SidecarKeeper &keeper = session_.sidecars();
    if (waiting_)
        return false;
    keeper.writeDue();
    if (keeper.atRest())
        return true;
    const int all = static_cast<int>(keeper.waiting());
    QProgressDialog dialog(tr("Writing label files…"), tr("Do not close"), 0, all, window_);
    dialog.setObjectName(QStringLiteral("labelFilesProgress"));
    dialog.setWindowModality(Qt::WindowModal);
    dialog.setMinimumDuration(400);
    dialog.setAutoClose(false);
    dialog.setAutoReset(false);
    QEventLoop loop;
    bool stays = false;
    connect(&keeper, &SidecarKeeper::progressed, &dialog, [&] {
        dialog.setValue(all - static_cast<int>(keeper.waiting()));
        if (keeper.atRest())
            loop.quit();
    });
    connect(&dialog, &QProgressDialog::canceled, &loop, [&] {
        stays = true;
        loop.quit();
    });
    waiting_ = true;
    loop.exec();
    waiting_ = false;
    return keeper.atRest() && !stays;
}

bool SavingLink::mayClose()
{
    if (!writeLabelFiles())
        return false;
    if (document_.saving().state != State::Failing || document_.finishSaving())
        return true;
    const LabelDocument::Saving now = document_.saving();
    return QMessageBox::question(
               window_, tr("Changes that are not saved"),
               tr("%1 %n change(s) would be lost. Close all the same?", nullptr, static_cast<int>(now.waiting))
                   .arg(translated(now.reason)),
               QMessageBox::Yes | QMessageBox::No, QMessageBox::No) == QMessageBox::Yes;
}

}  // namespace fcoscope
