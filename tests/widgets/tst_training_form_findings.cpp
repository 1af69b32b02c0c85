// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/training_form_test.h"

using namespace fcoscope;

class TestTrainingFormFindings : public QObject, private FormInWindow {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init() { openForm(); }
    void cleanup() { form_.reset(); }

    void findingsSayTheirWeightInWordsAndSigns()
    {
        form_->setFindings({found(Weight::Note, "A note."), found(Weight::Warning, "Few boxes.", "a.png"),
                            found(Weight::Obstacle, "No image can be read."),
                            found(Weight::Warning, "Small boxes.", "", "train-width")});
        QCOMPARE(list()->count(), 4);
        QCOMPARE(list()->item(0)->text(), QString("Obstacle: No image can be read."));
        QCOMPARE(list()->item(1)->text(), QString("Warning: Few boxes."));
        QCOMPARE(list()->item(2)->text(), QString("Warning: Small boxes."));
        QCOMPARE(list()->item(3)->text(), QString("Note: A note."));
        QCOMPARE(list()->item(1)->toolTip(), QString("Show the image a.png"));
        QVERIFY(list()->item(0)->toolTip().isEmpty());
        QVERIFY(says("Checked; obstacles: 1, warnings: 2, notes: 1"));

        // The signs are of three colours and of three shapes; who sees no colour sees these.
        const double ratio = list()->devicePixelRatioF();
        const QImage seen = shown(*list()->viewport());
        const auto sign = [&](int row) {
            const QRect line = list()->visualItemRect(list()->item(row));
            return QRect((QPointF(line.left() + 5, line.top() + 5) * ratio).toPoint(),
                         (QSizeF(16, 16) * ratio).toSize());
        };
        const auto like = [&](int row, const QColor &colour) {  // lines are thin: few pixels are all theirs
            int some = 0;
            for (int y = sign(row).top(); y <= sign(row).bottom(); ++y)
                for (int x = sign(row).left(); x <= sign(row).right(); ++x) {
                    const QColor at = seen.pixelColor(x, y);
                    some += std::abs(at.red() - colour.red()) + std::abs(at.green() - colour.green()) +
                                std::abs(at.blue() - colour.blue()) <
                            90;
                }
            return some;
        };
        const QColor error = errorColor(form_->palette()), warning = warningColor(form_->palette()),
                     note = form_->palette().color(QPalette::Link);
        QVERIFY(like(0, error) > 5 && like(0, note) == 0);
        QVERIFY(like(1, warning) > 5 && like(1, note) == 0);
        QVERIFY(like(3, note) > 5 && like(3, error) == 0);
        const auto shape = [&](int row, const QColor &colour) {
            const int from = QColor(form_->palette().color(QPalette::Base)).lightness(), to = colour.lightness();
            QString ink;
            for (int y = sign(row).top(); y <= sign(row).bottom(); ++y)
                for (int x = sign(row).left(); x <= sign(row).right(); ++x)
                    ink += seen.pixelColor(x, y).lightness() < (from + to) / 2 ? '#' : ' ';
            return ink;
        };
        QVERIFY(shape(0, error) != shape(1, warning));
        QVERIFY(shape(1, warning) != shape(3, note));
        QVERIFY(shape(0, error) != shape(3, note));
        QCOMPARE(shape(1, warning), shape(2, warning));
        // An arrow where a line leads somewhere, and none where it does not.
        const auto inkAtEnd = [&](int row) {
            const QRect line = list()->visualItemRect(list()->item(row));
            const QRect end((QPointF(line.right() - 19, line.top() + 3) * ratio).toPoint(),
                            (QSizeF(18, 18) * ratio).toSize());
            return end.width() * end.height() - count(seen, end, form_->palette().color(QPalette::Base));
        };
        QVERIFY(inkAtEnd(1) > 10);
        QCOMPARE(inkAtEnd(0), 0);
    }

    void findingsLeadToImagesAndOptions()
    {
        QSignalSpy image(form_.get(), &TrainingForm::imageWanted);
        form_->setFindings({found(Weight::Warning, "Few boxes.", "/a/b.png"), found(Weight::Warning, "A note."),
                            found(Weight::Note, "The rate is high.", "", "learning-rate"),
                            found(Weight::Note, "The batch is large.", "", "batch")});
        clickFinding(0);
        QCOMPARE(image.takeFirst().at(0).toString(), QString("/a/b.png"));
        clickFinding(1);  // leads nowhere
        QVERIFY(image.isEmpty());
        QVERIFY(!fold(0)->isOpen());

        clickFinding(2);
        QVERIFY(fold(0)->isOpen());
        QVERIFY(!fold(1)->isOpen());
        auto *rate = named<QDoubleSpinBox>("Learning rate");
        QVERIFY(rate->hasFocus());
        QTRY_VERIFY(inSight(rate));
        QTest::keyClicks(rate, "0.5\r");  // what was there is selected
        QCOMPARE(asked_.rate, 0.5);

        list()->setFocus();
        QTest::keyClick(list(), Qt::Key_Down);
        QTest::keyClick(list(), Qt::Key_Return);
        auto *batch = named<QDoubleSpinBox>("Batch");
        QVERIFY(batch->hasFocus());
        QTRY_VERIFY(inSight(batch));
        list()->setFocus();
        list()->setCurrentRow(0);
        QTest::keyClick(list(), Qt::Key_Enter);
        QCOMPARE(image.takeFirst().at(0).toString(), QString("/a/b.png"));
    }

    // A check after each change brings the findings anew: whoever stands on one of them stays there.
    void theCurrentFindingStaysCurrent()
    {
        form_->setFindings({found(Weight::Note, "One."), found(Weight::Note, "Two.")});
        list()->setFocus();
        list()->setCurrentRow(1);
        form_->setFindings(
            {found(Weight::Note, "One."), found(Weight::Obstacle, "First."), found(Weight::Note, "Two.")});
        QCOMPARE(list()->currentRow(), 2);
        QVERIFY(list()->hasFocus());
        form_->setFindings({found(Weight::Note, "One.")});
        QCOMPARE(list()->currentRow(), 0);
        form_->setFindings({});
        QVERIFY(!list()->isVisible());
    }

    void aLongListScrollsAndAShortOneNeedsNoBar()
    {
        std::vector<FormFinding> some;
        for (int i = 0; i < 4; ++i)
            some.push_back(
                found(Weight::Warning, QString("Image %1 has a name that is long enough for two lines.").arg(i)));
        form_->setFindings(some);
        QCoreApplication::processEvents();
        const auto fits = [&] {
            return !list()->verticalScrollBar()->isVisible() &&
                   list()->visualItemRect(list()->item(3)).bottom() < list()->viewport()->height() &&
                   list()->viewport()->height() - list()->visualItemRect(list()->item(3)).bottom() < 6;
        };
        QTRY_VERIFY(fits());
        const int narrow = list()->height();
        form_->resize(900, 620);
        QTRY_VERIFY(fits());
        QVERIFY(list()->height() < narrow);
        for (int i = 0; i < 500; ++i)
            some.push_back(found(Weight::Obstacle, QString("Image %1 cannot be read.").arg(i)));
        form_->setFindings(some);
        QTRY_VERIFY(list()->verticalScrollBar()->isVisible());
        QVERIFY(list()->height() < 300);
    }

    void startSaysWhyItCannot()
    {
        QSignalSpy started(form_.get(), &TrainingForm::startWanted);
        QCOMPARE(start()->text(), QString("Start training"));
        QTest::mouseClick(start(), Qt::LeftButton);
        QCOMPARE(started.count(), 1);

        form_->setFindings({found(Weight::Warning, "Few boxes."), found(Weight::Obstacle, "No image can be read.")});
        QVERIFY(!start()->isEnabled());
        const QString why = "It cannot start: No image can be read.";
        QCOMPARE(start()->toolTip(), why);
        QCOMPARE(start()->accessibleDescription(), why);
        QVERIFY(says(why));
        QTest::mouseClick(start(), Qt::LeftButton);
        QCOMPARE(started.count(), 1);

        form_->setFindings({found(Weight::Warning, "Few boxes.")});
        QVERIFY(start()->isEnabled());
        QVERIFY(!says(why));
        form_->setStartAllowed(false);
        QVERIFY(!start()->isEnabled());
        QVERIFY(start()->toolTip().contains("A training is running"));
        form_->setStartAllowed(false, "No project is open.");
        QCOMPARE(start()->toolTip(), QString("It cannot start: No project is open."));
        form_->setStartAllowed(true);
        QVERIFY(start()->isEnabled());
    }

    // The number that was typed begins a check when Start is pressed; the press is not lost.
    void pressedWhileCheckingItStartsAfterIt()
    {
        QSignalSpy started(form_.get(), &TrainingForm::startWanted);
        connect(form_.get(), &TrainingForm::optionChanged, form_.get(), [this] { form_->setChecking(true); });
        auto *epochs = named<QDoubleSpinBox>("Epochs");
        epochs->setFocus();
        epochs->selectAll();
        QTest::keyClicks(epochs, "30");
        start()->setFocus(Qt::MouseFocusReason);  // as the mouse does before it presses
        QCOMPARE(asked_.epochs, 30);
        QVERIFY(says("Checking the images and the settings…"));
        QTest::mouseClick(start(), Qt::LeftButton);
        QCOMPARE(started.count(), 0);
        QCOMPARE(start()->text(), QString("Starts after the check…"));
        form_->setChecking(false);
        QTRY_COMPARE(started.count(), 1);
        QCOMPARE(start()->text(), QString("Start training"));

        // An obstacle that the check has found, told after it, is in time.
        form_->setChecking(true);
        form_->setChecking(false);
        form_->setChecking(true);
        QTest::mouseClick(start(), Qt::LeftButton);
        form_->setChecking(false);
        form_->setFindings({found(Weight::Obstacle, "No image can be read.")});
        QCoreApplication::processEvents();
        QCOMPARE(started.count(), 1);
        form_->setFindings({});
        QCoreApplication::processEvents();
        QCOMPARE(started.count(), 1);  // it was asked for something else

        // A second press while the first one's start is prepared is none.
        QTest::mouseClick(start(), Qt::LeftButton);
        form_->setChecking(true);
        QTest::mouseClick(start(), Qt::LeftButton);
        form_->setChecking(false);
        QCoreApplication::processEvents();
        QCOMPARE(started.count(), 2);
    }
};

QTEST_MAIN(TestTrainingFormFindings)
#include "tst_training_form_findings.moc"
