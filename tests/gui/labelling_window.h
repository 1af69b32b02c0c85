// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of labelling in the window share: the demo's images without a label, gestures, and what came of them
// in the document and in the project file.
#pragma once

#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QTimer>

#include "app/gui/label_docks.h"
#include "demo_window.h"
#include "shots.h"

namespace fcoscope {

namespace fs = std::filesystem;

class LabellingWindow : protected WithDemoWindow {
protected:
    void makeWindow()
    {
        WithDemoWindow::makeWindow();
        docks_ = window_->findChild<LabelDocks *>();
    }
    /// The demo's images without labels, so that a newcomer has everything to do.
    QString plainFolder()
    {
        const QString folder = demo_->demoFolder();
        QFile::remove(folder + QStringLiteral("/annotations.json"));
        return folder;
    }
    const LabelDocument &document() const { return session_->labels(); }
    const ImageEntry &image() const { return *document().find(session_->current()); }
    Box box(size_t index) const { return image().boxes.at(index).box; }
    LabelTool &tool() const { return docks_->tool(); }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::mouseMove(canvas_, from);
        QTest::mousePress(canvas_, Qt::LeftButton, modifiers, from);
        QTest::mouseMove(canvas_, (from + to) / 2);
        QTest::mouseMove(canvas_, to);
        QTest::mouseRelease(canvas_, Qt::LeftButton, modifiers, to);
    }
    void click(QPoint where, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::mouseMove(canvas_, where);
        QTest::mouseClick(canvas_, Qt::LeftButton, modifiers, where);
    }
    /// Types into the dialog that the next gesture opens.
    static void whenAsked(const QString &name)
    {
        auto *timer = new QTimer;
        QObject::connect(timer, &QTimer::timeout, timer, [timer, name] {
            auto *dialog = qobject_cast<QDialog *>(QApplication::activeModalWidget());
            if (!dialog)
                return;
            timer->deleteLater();
            auto *field = dialog->findChild<QComboBox *>();
            QTest::keyClicks(field->lineEdit(), name);
            QTest::keyClick(field->lineEdit(), Qt::Key_Return);
        });
        timer->start(20);
    }
    static bool near(const Box &a, const Box &b, double by = 1.5)
    {
        return std::abs(a.x1 - b.x1) < by && std::abs(a.y1 - b.y1) < by && std::abs(a.x2 - b.x2) < by &&
               std::abs(a.y2 - b.y2) < by;
    }
    bool saved() const
    {
        return document().saving().state == LabelDocument::Saving::State::Saved && fs::exists(document().file());
    }
    LabelSet inFile() const
    {
        return ProjectFile::open(document().file(), ProjectFile::Access::Read).read(ProjectFile::Extras::Leave);
    }
    void shot(const char *name, QWidget *what = nullptr) const
    {
        QTest::qWait(shotsFolder().isEmpty() ? 0 : 300);
        saveShot(what ? *what : *window_, QString::fromLatin1(name));
    }

    LabelDocks *docks_ = nullptr;
};

}  // namespace fcoscope
