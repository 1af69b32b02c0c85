// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/screenshot.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QPixmap>
#include <QWidget>

#include <cstdio>

#include "app/session/session.h"

namespace fcoscope {
namespace {

bool atRest(const Session &session)
{
    using Stage = ImageStatus::Stage;
    if (session.opening() || session.modelLoading() || session.detecting())
        return false;
    const Stage stage = session.status(session.current()).stage;
    return stage != Stage::Loading && stage != Stage::Detecting;
}

}  // namespace

int takeScreenshot(QWidget &window, Session &session, const QString &file)
{
    bool failed = false;
    QObject::connect(&session, &Session::failed, &window, [&failed](const Failure &failure) {
        std::fprintf(stderr, "%s\n", failure.reason.english().c_str());
        failed = true;
    });
    do
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    while (!atRest(session));
    QCoreApplication::processEvents();  // what has just changed is laid out
    if (!window.grab().save(file)) {
        std::fprintf(stderr, "The picture %s cannot be written.\n", qPrintable(file));
        return 2;
    }
    return failed ? 2 : 0;
}

}  // namespace fcoscope
