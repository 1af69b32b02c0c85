// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>

#include "tests/widgets/widget_test.h"
#include "widgets/labels/classes_panel.h"

using namespace fcoscope;

class TestClassesPanel : public QObject {
    Q_OBJECT

    std::unique_ptr<ClassesPanel> panel_;
    ClassTable *table() { return panel_->findChild<ClassTable *>(); }
    template <typename Part> Part *named(const QString &name) { return partNamed<Part>(*panel_, name); }
    QPushButton *push(const QString &text) { return partSaying<QPushButton>(*panel_, text); }
    bool says(const QString &text) { return partSaying<QLabel>(*panel_, text); }
    static std::vector<ClassRow> three()
    {
        return {{11, "cell", QColor(200, 30, 40), false, 1312, 87},
                {7, "dot", QColor(30, 160, 60), true, 5, 2},
                {9, "blob", QColor(40, 50, 210), false, 0, 0}};
    }

private Q_SLOTS:
    void initTestCase()
    {
        prepareApplication();
        qRegisterMetaType<ClassQuestion>();
    }
    void init()
    {
        panel_ = std::make_unique<ClassesPanel>();
        panel_->setClasses(three());
        panel_->resize(420, 420);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    }
    void cleanup() { panel_.reset(); }

    void showsWhatItIsGiven()
    {
        QCOMPARE(table()->topLevelItemCount(), 3);
        QCOMPARE(table()->topLevelItem(0)->text(ClassTable::Digit), QString("1"));
        QCOMPARE(table()->topLevelItem(0)->text(ClassTable::Name), QString("cell"));
        QCOMPARE(table()->topLevelItem(0)->text(ClassTable::Boxes), QString("1,312"));
        QCOMPARE(table()->topLevelItem(1)->text(ClassTable::Images), QString("2"));
        const QImage seen = shown(*panel_);
        const auto pixelsLike = [&](const QColor &colour) {  // a swatch may have been scaled
            int found = 0;
            for (int y = 0; y < seen.height(); ++y)
                for (int x = 0; x < seen.width(); ++x) {
                    const QColor at = seen.pixelColor(x, y);
                    found += std::abs(at.red() - colour.red()) + std::abs(at.green() - colour.green()) +
                                 std::abs(at.blue() - colour.blue()) <
                             12;
                }
            return found;
        };
        QVERIFY(pixelsLike(QColor(30, 160, 60)) > 60 && pixelsLike(QColor(40, 50, 210)) > 60);
        std::vector<ClassRow> many;
        for (int i = 0; i < 12; ++i)
            many.push_back({100 + i, "c" + QString::number(i), Qt::red, false, 0, 0});
        panel_->setClasses(many);
        QCOMPARE(table()->topLevelItem(9)->text(ClassTable::Digit), QString("0"));
        QCOMPARE(table()->topLevelItem(10)->text(ClassTable::Digit), QString());
        panel_->setClasses({});
        QCOMPARE(panel_->current(), 0);
        QVERIFY(!named<QToolButton>("Delete the class")->isEnabled());
    }

    void theChosenClassStaysChosen()
    {
        panel_->setCurrent(9);
        QSignalSpy changed(panel_.get(), &ClassesPanel::currentChanged);
        auto turned = three();
        std::swap(turned[0], turned[2]);
        panel_->setClasses(turned);
        QCOMPARE(panel_->current(), 9);
        QCOMPARE(table()->indexOfTopLevelItem(table()->currentItem()), 0);
        for (const QVariantList &told : changed)  // of no other meanwhile
            QCOMPARE(told[0].toLongLong(), 9);
        turned.erase(turned.begin());
        panel_->setClasses(turned);
        QCOMPARE(panel_->current(), 7);
    }

    void addsByTheKeyboard()
    {
        QSignalSpy added(panel_.get(), &ClassesPanel::addWanted);
        table()->setFocus();
        QTest::keyClick(table(), Qt::Key_Insert);
        auto *name = named<QLineEdit>("Name of a new class");
        QVERIFY(name->hasFocus());
        QTest::keyClicks(name, " ring ");
        QTest::keyClick(name, Qt::Key_Return);
        QCOMPARE(added.count(), 1);
        QCOMPARE(added[0][0].toString(), QString("ring"));
        QCOMPARE(name->text(), QString());
        QCOMPARE(table()->topLevelItemCount(), 3);  // others decide
        QTest::keyClicks(name, "dot");
        QTest::keyClick(name, Qt::Key_Return);
        QCOMPARE(added.count(), 1);
        QVERIFY(says("There is a class dot already. To make one of two classes, merge them."));
    }

    void renamesInPlace()
    {
        QSignalSpy renamed(panel_.get(), &ClassesPanel::renameWanted);
        panel_->setCurrent(7);
        table()->setFocus();
        const auto type = [&](const QString &text) {
            QTest::keyClick(table(), Qt::Key_F2);
            auto *editor = table()->viewport()->findChild<QLineEdit *>();
            QVERIFY(editor);
            editor->selectAll();
            QTest::keyClicks(editor, text);
            QTest::keyClick(editor, Qt::Key_Return);
            QTRY_VERIFY(!table()->viewport()->findChild<QLineEdit *>());
        };
        QTest::mouseClick(named<QToolButton>("Rename the class"), Qt::LeftButton);
        auto *editor = table()->viewport()->findChild<QLineEdit *>();
        QVERIFY(editor);
        QTest::keyClicks(editor, "spot");
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(renamed.count(), 1);
        QCOMPARE(renamed[0][0].toLongLong(), 7);
        QCOMPARE(renamed[0][1].toString(), QString("spot"));
        QCOMPARE(table()->topLevelItem(1)->text(ClassTable::Name), QString("dot"));
        QTRY_VERIFY(!table()->viewport()->findChild<QLineEdit *>());
        table()->setFocus();
        type("cell");  // taken
        QCOMPARE(renamed.count(), 1);
        type("   ");
        QCOMPARE(renamed.count(), 1);
    }

    void movesByKeysButtonsAndDrag()
    {
        QSignalSpy moved(panel_.get(), &ClassesPanel::moveWanted);
        panel_->setCurrent(7);
        table()->setFocus();
        QTest::keyClick(table(), Qt::Key_Up, Qt::ControlModifier);
        QCOMPARE(moved.takeFirst(), (QVariantList{QVariant::fromValue<int64_t>(7), 0}));
        QTest::mouseClick(named<QToolButton>("Move down"), Qt::LeftButton);
        QCOMPARE(moved.takeFirst(), (QVariantList{QVariant::fromValue<int64_t>(7), 2}));
        panel_->setCurrent(9);
        QTest::keyClick(table(), Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(moved.count(), 0);
        QCOMPARE(panel_->current(), 9);
        // The last one is let go over the upper half of the first, the first below them all.
        const auto letGo = [&](QPoint at) {
            QMimeData data;
            QDropEvent event(at, Qt::MoveAction, &data, Qt::LeftButton, Qt::NoModifier);
            table()->dropEvent(&event);
            QCOMPARE(event.dropAction(), Qt::IgnoreAction);  // the table keeps its rows
        };
        const QRect first = table()->visualItemRect(table()->topLevelItem(0));
        letGo({first.center().x(), first.top() + 2});
        QCOMPARE(moved.count(), 1);
        QCOMPARE(moved.takeFirst(), (QVariantList{QVariant::fromValue<int64_t>(9), 0}));
        panel_->setCurrent(11);
        letGo({first.center().x(), table()->viewport()->height() - 3});
        QCOMPARE(moved.count(), 1);
        QCOMPARE(moved.takeFirst(), (QVariantList{QVariant::fromValue<int64_t>(11), 2}));
        QCOMPARE(table()->topLevelItem(0)->text(ClassTable::Name), QString("cell"));  // others decide
    }

    void mergesAfterASentence()
    {
        QSignalSpy asked(panel_.get(), &ClassesPanel::previewWanted), merged(panel_.get(), &ClassesPanel::mergeWanted);
        panel_->setCurrent(7);
        QTest::mouseClick(named<QToolButton>("Merge the class into another one"), Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][0].value<ClassQuestion>(), (ClassQuestion{ClassQuestion::Kind::Merge, 7, 11}));
        auto *into = named<QComboBox>("Merge into");
        QVERIFY(into->hasFocus());
        QCOMPARE(into->count(), 2);
        QTest::keyClick(into, Qt::Key_Down);
        QCOMPARE(asked[1][0].value<ClassQuestion>(), (ClassQuestion{ClassQuestion::Kind::Merge, 7, 9}));
        panel_->setPreview(asked[0][0].value<ClassQuestion>(), "Too late.");
        QVERIFY(!says("Too late."));
        panel_->setPreview(asked[1][0].value<ClassQuestion>(), "This would touch 5 boxes in 2 images.");
        QVERIFY(says("This would touch 5 boxes in 2 images."));
        QCOMPARE(merged.count(), 0);
        QTest::mouseClick(push("Merge"), Qt::LeftButton);
        QCOMPARE(merged.count(), 1);
        QCOMPARE(merged[0][0].toLongLong(), 7);
        QCOMPARE(merged[0][1].toLongLong(), 9);
        QVERIFY(!into->isVisible());
    }

    void deletesOnlyWhenConfirmed()
    {
        QSignalSpy asked(panel_.get(), &ClassesPanel::previewWanted), gone(panel_.get(), &ClassesPanel::deleteWanted);
        panel_->setCurrent(11);
        table()->setFocus();
        QTest::keyClick(table(), Qt::Key_Delete);
        QCOMPARE(asked.count(), 1);
        QVERIFY(push("Cancel")->hasFocus());  // Return alone deletes nothing
        QTest::keyClick(push("Cancel"), Qt::Key_Escape);
        QVERIFY(!push("Cancel"));
        QVERIFY(table()->hasFocus());
        QTest::keyClick(table(), Qt::Key_Delete);
        // New numbers while it is asked: the question stays and asks for another preview.
        auto classes = three();
        classes[0].boxes = 1313;
        panel_->setClasses(classes);
        QCOMPARE(asked.count(), 3);
        QVERIFY(push("Delete"));
        QTest::keyClick(push("Delete"), Qt::Key_Space);
        QCOMPARE(gone.count(), 1);
        QCOMPARE(gone[0][0].toLongLong(), 11);
        // Another class is chosen: the question is not about that one.
        QTest::keyClick(table(), Qt::Key_Delete);
        QVERIFY(push("Delete"));
        QTest::keyClick(table(), Qt::Key_Down);
        QVERIFY(!push("Delete"));
    }

    void recolours()
    {
        QSignalSpy coloured(panel_.get(), &ClassesPanel::recolourWanted);
        panel_->setCurrent(7);
        auto *menu = panel_->findChild<QMenu *>();
        menu->popup({0, 0});
        QTest::keyClick(menu, Qt::Key_Down);
        QTest::keyClick(menu, Qt::Key_Down);
        QTest::keyClick(menu, Qt::Key_Return);
        QCOMPARE(coloured.count(), 1);
        QCOMPARE(coloured[0][1].value<QColor>(), classColor(1));
        menu->popup({0, 0});
        menu->actions().back()->trigger();
        QVERIFY(!coloured[1][1].value<QColor>().isValid());
        menu->close();
        panel_->setCurrent(11);
        menu->popup({0, 0});
        QVERIFY(!menu->actions().back()->isEnabled());  // it has no colour of its own
        menu->close();
    }

    void readOnlyWantsNothing()
    {
        panel_->setReadOnly(true);
        QSignalSpy asked(panel_.get(), &ClassesPanel::previewWanted), moved(panel_.get(), &ClassesPanel::moveWanted);
        table()->setFocus();
        QTest::keyClick(table(), Qt::Key_Delete);
        QTest::keyClick(table(), Qt::Key_Down, Qt::ControlModifier);
        table()->editName();
        QVERIFY(!table()->viewport()->findChild<QLineEdit *>());
        QVERIFY(!named<QLineEdit>("Name of a new class")->isEnabled());
        QCOMPARE(asked.count() + moved.count(), 0);
    }
};

QTEST_MAIN(TestClassesPanel)
#include "tst_classes_panel.moc"
