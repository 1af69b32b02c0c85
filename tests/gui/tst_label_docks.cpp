// SPDX-License-Identifier: GPL-3.0-or-later
// What the window keeps apart: boxes that are only tried and labels, what is open and what is not, what is saved and
// what would be lost.
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QTest>
#include <QTimer>

#include <memory>

#include "app/gui/label_docks.h"
#include "demo_window.h"
#include "widgets/labels/classes_panel.h"

using namespace fcoscope;
namespace fs = std::filesystem;
using State = LabelDocument::Saving::State;

class LabelDocksTest : public QObject {
    Q_OBJECT

    std::unique_ptr<DemoWindow> demo_;

    static LabelDocks &docks(const DemoWindow &demo) { return *demo.window.findChild<LabelDocks *>(); }
    static QAction &action(const DemoWindow &demo, ActionId id) { return (*demo.window.findChild<Actions *>())[id]; }
    static void open(DemoWindow &demo, const QString &path)
    {
        demo.session.open({path});
        QTRY_VERIFY_WITH_TIMEOUT(demo.settled(), 60000);
    }
    const LabelDocument &document() const { return demo_->session.labels(); }
    /// The demo's images without their labels.
    QString plainFolder()
    {
        const QString folder = demo_->demoFolder();
        QFile::remove(folder + QStringLiteral("/annotations.json"));
        return folder;
    }
    static void removeAll(DemoWindow &demo)
    {
        QTest::keyClick(&demo.canvas, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(&demo.canvas, Qt::Key_Delete);
    }

private Q_SLOTS:
    void init()
    {
        demo_ = std::make_unique<DemoWindow>();
        QVERIFY(demo_->show({1200, 800}));
    }
    void cleanup() { demo_.reset(); }

    /// What is tried is no label: it goes by the key even where labels can only be looked at.
    void triedBoxesAreRemovedFromWhatIsReadOnly()
    {
        open(*demo_, plainFolder());
        docks(*demo_).desk().draw({40, 40, 80, 80}, "cell");
        QTRY_VERIFY(document().saving().state == State::Saved && fs::exists(document().file()));
        DemoWindow other;
        QVERIFY(other.show({1200, 800}));
        open(other, demo_->demoFolder());
        const LabelDocument &seen = other.session.labels();
        QCOMPARE(seen.saving().state, State::ReadOnly);
        const LabelTool &tool = docks(other).tool();
        removeAll(other);
        QCOMPARE(tool.boxes().size(), 1u);
        action(other, ActionId::DrawBoxes).trigger();
        QCOMPARE(tool.boxes().size(), 1u);
        removeAll(other);
        QVERIFY(tool.boxes().empty());
        action(other, ActionId::DrawBoxes).trigger();
        QCOMPARE(tool.boxes().size(), 1u);
        QCOMPARE(seen.set().boxCount(), 1u);
    }

    void whatIsDoneToTriedBoxesIsNotDoneToLabels()
    {
        open(*demo_, demo_->demoFolder());
        const LabelSet before = document().set();
        action(*demo_, ActionId::DrawBoxes).trigger();
        QVERIFY(!docks(*demo_).tool().boxes().empty());
        for (const CanvasBox &box : docks(*demo_).tool().boxes())
            QVERIFY(!document().find(box.key) && box.key < 0);
        QTest::keyClick(&demo_->canvas, Qt::Key_A, Qt::ControlModifier);
        for (ActionId id : {ActionId::DuplicateBoxes, ActionId::LockBoxes, ActionId::ToggleDifficult})
            action(*demo_, id).trigger();
        QVERIFY(!document().canUndo());
        QVERIFY(document().set().images == before.images);
    }

    void theWindowDoesNotCloseOverWhatIsNotSaved()
    {
        open(*demo_, plainFolder());
        const fs::path file = document().file();
        fs::create_directory(file);  // in its way
        docks(*demo_).desk().draw({40, 40, 80, 80}, "cell");
        QTRY_COMPARE(document().saving().state, State::Failing);
        bool asked = false;
        QTimer answer;
        connect(&answer, &QTimer::timeout, this, [&asked] {
            if (auto *box = qobject_cast<QMessageBox *>(QApplication::activeModalWidget())) {
                asked = true;
                box->button(QMessageBox::No)->click();
            }
        });
        answer.start(20);
        QVERIFY(!demo_->window.close());
        QVERIFY(asked);
        fs::remove(file);
        QVERIFY(demo_->window.close());
        QVERIFY(fs::is_regular_file(file));
    }

    void withoutImagesNoClassIsAdded()
    {
        ClassesPanel &classes = *demo_->window.findChild<ClassesPanel *>();
        QVERIFY(!classes.findChild<QLineEdit *>()->isEnabled());
        Q_EMIT classes.addWanted(QStringLiteral("cell"));
        QVERIFY(document().set().classes.empty());
        open(*demo_, demo_->demoFolder());
        QVERIFY(classes.findChild<QLineEdit *>()->isEnabled());
        demo_->session.closeImages();
        QVERIFY(!classes.findChild<QLineEdit *>()->isEnabled());
        Q_EMIT classes.addWanted(QStringLiteral("cell"));
        QVERIFY(document().set().classes.empty());
    }
};

QTEST_MAIN(LabelDocksTest)
#include "tst_label_docks.moc"
