// SPDX-License-Identifier: GPL-3.0-or-later
// What a hand changes in the labels' panel: numbers, marks, classes and the status are told, their owner decides.
#include "tests/widgets/labels_panel_test.h"

using namespace fcoscope;

Q_DECLARE_METATYPE(fcoscope::ListStatus)
Q_DECLARE_METATYPE(fcoscope::LabelFlag)

class TestLabelsPanelEdits : public QObject, LabelsPanelInWindow {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init() { openPanel(); }
    void cleanup()
    {
        panel_.reset();
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    }

    void numbersAreTypedInPlace_data()
    {
        QTest::addColumn<int>("column");
        QTest::addColumn<QString>("text");
        QTest::addColumn<Box>("after");  // of (40, 50, 100.25, 90)
        QTest::newRow("x") << int(LabelsModel::Left) << "10.125" << Box{10.125, 50, 70.375, 90};
        QTest::newRow("y") << int(LabelsModel::Top) << "0" << Box{40, 0, 100.25, 40};
        QTest::newRow("width") << int(LabelsModel::Width) << "360" << Box{40, 50, 400, 90};
        QTest::newRow("height") << int(LabelsModel::Height) << "1" << Box{40, 50, 100.25, 51};
    }
    void numbersAreTypedInPlace()
    {
        QFETCH(int, column);
        QFETCH(QString, text);
        QFETCH(Box, after);
        QSignalSpy edited(panel_.get(), &LabelsPanel::boxEdited);
        const QString before = cell(0, column).data().toString();
        type(0, column, text);
        QCOMPARE(edited.count(), 1);
        QCOMPARE(edited[0][0].toLongLong(), qint64(3));
        QVERIFY(near(edited[0][1].value<Box>(), after));
        QCOMPARE(cell(0, column).data().toString(), before);  // the owner decides
    }

    void whatCannotBeIsRefusedInASentence()
    {
        QSignalSpy edited(panel_.get(), &LabelsPanel::boxEdited);
        type(0, LabelsModel::Left, "abc");
        QVERIFY(says("“abc” is no number."));
        type(0, LabelsModel::Left, "nan");
        QVERIFY(says("“nan” is no number."));
        type(0, LabelsModel::Width, "0.5");
        QVERIFY(says("A label has to be at least one pixel of the image wide and high."));
        type(0, LabelsModel::Left, "-1");
        QVERIFY(says("With -1 the label would reach beyond the image of 400 × 300 pixels."));
        type(0, LabelsModel::Height, "260");
        QVERIFY(says("With 260 the label would reach beyond the image of 400 × 300 pixels."));
        QCOMPARE(edited.count(), 0);
        type(0, LabelsModel::Height, "250");
        QVERIFY(!says("With 260 the label would reach beyond the image of 400 × 300 pixels."));
        QCOMPARE(edited.count(), 1);
        // Left as it was, to the last fraction; a locked one is not opened.
        boxes_[0].label.box.x1 = 40.123456;
        panel_->setBoxes("a.png", boxes_, image_);
        type(0, LabelsModel::Left, "40.12");
        type(3, LabelsModel::Left, "7");
        QCOMPARE(edited.count(), 1);
    }

    void numbersAreTypedAsTheLanguageWritesThem()
    {
        QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
        QSignalSpy edited(panel_.get(), &LabelsPanel::boxEdited);
        type(0, LabelsModel::Left, "12,5");
        QCOMPARE(edited.count(), 1);
        QCOMPARE(edited[0][1].value<Box>().x1, 12.5);
    }

    void marksAreTicked()
    {
        QSignalSpy flagged(panel_.get(), &LabelsPanel::flagToggled), hidden(panel_.get(), &LabelsPanel::hiddenToggled);
        tick(0, LabelsModel::Difficult);
        QCOMPARE(flagged.count(), 1);
        QCOMPARE(flagged[0][0].value<Keys>(), Keys{3});
        QCOMPARE(flagged[0][1].value<LabelFlag>(), LabelFlag::Difficult);
        QCOMPARE(flagged[0][2].toBool(), true);
        QCOMPARE(cell(0, LabelsModel::Difficult).data(Qt::CheckStateRole).toInt(), int(Qt::Unchecked));
        // By keys: the cell's mark, and of all that are selected.
        panel_->select({8, 9});
        table().selectionModel()->setCurrentIndex(cell(3, LabelsModel::Locked), QItemSelectionModel::NoUpdate);
        table().setFocus();
        QTest::keyClick(&table(), Qt::Key_Space);
        QCOMPARE(flagged.count(), 2);
        QCOMPARE(flagged[1][0].value<Keys>(), (Keys{8, 9}));
        QCOMPARE(flagged[1][1].value<LabelFlag>(), LabelFlag::Locked);
        QCOMPARE(flagged[1][2].toBool(), false);
        table().selectionModel()->setCurrentIndex(cell(2, LabelsModel::Hidden), QItemSelectionModel::NoUpdate);
        QTest::keyClick(&table(), Qt::Key_Space);
        QCOMPARE(hidden.count(), 1);
        QCOMPARE(hidden[0][1].toBool(), true);
    }

    void classesAreChosenAndTyped()
    {
        QSignalSpy chosen(panel_.get(), &LabelsPanel::classChosen), wanted(panel_.get(), &LabelsPanel::newClassWanted);
        QVERIFY(!classes().isEnabled());
        panel_->select({5, 9});
        QCOMPARE(classes().currentText(), QString("RBC"));
        panel_->select({3, 5});
        QCOMPARE(classes().currentText(), QString());
        QCOMPARE(classes().lineEdit()->placeholderText(), QString("several classes"));
        panel_->chooseClass();
        QVERIFY(classes().hasFocus() || classes().lineEdit()->hasFocus());
        QTest::keyClicks(classes().lineEdit(), "pl");  // the rest is filled in
        QCOMPARE(classes().currentText(), QString("platelets"));
        QTest::keyClick(classes().lineEdit(), Qt::Key_Return);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen[0][0].value<Keys>(), (Keys{3, 5}));
        QCOMPARE(chosen[0][1].toInt(), 2);
        QCOMPARE(classes().currentText(), QString());  // until the owner has done it

        panel_->chooseClass();
        QTest::keyClicks(classes().lineEdit(), "RBC");
        QTest::keyClick(classes().lineEdit(), Qt::Key_Return);
        QCOMPARE(chosen.count(), 2);
        QCOMPARE(chosen[1][1].toInt(), 0);

        panel_->chooseClass();
        QTest::keyClicks(classes().lineEdit(), "Plate");
        QTest::keyClick(classes().lineEdit(), Qt::Key_Delete);  // without what was filled in
        QTest::keyClick(classes().lineEdit(), Qt::Key_Return);
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted[0][1].toString(), QString("Plate"));
        QCOMPARE(chosen.count(), 2);

        panel_->chooseClass();
        QTest::keyClicks(classes().lineEdit(), "x");
        boxes_[0].label.box.x1 += 1;
        panel_->setBoxes("a.png", boxes_, image_);  // does not disturb what is being typed
        QCOMPARE(classes().currentText(), QString("x"));
        table().setFocus();  // given up
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(classes().currentText(), QString());

        turnWheel(classes(), classes().rect().center(), -120);  // a wheel that scrolls past changes nothing
        QCOMPARE(chosen.count(), 2);
    }

    void theStatusIsARowOfButtons()
    {
        QSignalSpy chosen(panel_.get(), &LabelsPanel::statusChosen);
        QVERIFY(button("Labelled").isChecked());
        QTest::mouseClick(&button("Verified"), Qt::LeftButton);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen[0][0].value<ListStatus>(), ListStatus::Verified);
        QVERIFY(button("Labelled").isChecked());  // until the owner has done it
        QVERIFY(!button("Verified").isChecked());
        panel_->setStatus(ListStatus::Verified);
        QVERIFY(button("Verified").isChecked() && !button("Labelled").isChecked());
        QTest::mouseClick(&button("Verified"), Qt::LeftButton);
        QCOMPARE(chosen.count(), 1);
        QVERIFY(button("Verified").isChecked());
        panel_->setStatus(std::nullopt);
        QVERIFY(!button("New").isEnabled() && !button("Verified").isChecked());
    }

    void keysInTheTable()
    {
        QSignalSpy deleted(panel_.get(), &LabelsPanel::deleteWanted),
            activated(panel_.get(), &LabelsPanel::labelActivated);
        table().setFocus();
        QTest::keyClick(&table(), Qt::Key_Delete);
        QCOMPARE(deleted.count(), 0);
        click(1);
        QTest::keyClick(&table(), Qt::Key_Return);
        QCOMPARE(activated.count(), 1);
        QCOMPARE(activated[0][0].toLongLong(), qint64(5));
        panel_->select({5, 3});
        QTest::keyClick(&table(), Qt::Key_Delete);
        QCOMPARE(deleted.count(), 1);
        QCOMPARE(deleted[0][0].value<Keys>(), (Keys{3, 5}));
        click(2);
        QTest::mouseDClick(table().viewport(), Qt::LeftButton, {}, middleOf(cell(2, 0)));
        QCOMPARE(activated.count(), 2);
    }

    void readOnlyNothingIsChanged()
    {
        panel_->setReadOnly(true);
        panel_->select({3});
        QSignalSpy edited(panel_.get(), &LabelsPanel::boxEdited), flagged(panel_.get(), &LabelsPanel::flagToggled),
            hidden(panel_.get(), &LabelsPanel::hiddenToggled), deleted(panel_.get(), &LabelsPanel::deleteWanted);
        type(0, LabelsModel::Left, "7");
        tick(0, LabelsModel::Difficult);
        tick(0, LabelsModel::Hidden);
        QTest::keyClick(&table(), Qt::Key_Delete);
        QCOMPARE(edited.count() + flagged.count() + deleted.count(), 0);
        QCOMPARE(hidden.count(), 1);
        QVERIFY(!classes().isEnabled() && !button("New").isEnabled());
    }
};

QTEST_MAIN(TestLabelsPanelEdits)
#include "tst_labels_panel_edits.moc"
