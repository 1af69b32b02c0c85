// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QTranslator>

#include "tests/widgets/label_test.h"
#include "widgets/labels/labels_model.h"
#include "widgets/labels/labels_panel.h"

using namespace fcoscope;

Q_DECLARE_METATYPE(fcoscope::ListStatus)
Q_DECLARE_METATYPE(fcoscope::LabelFlag)

namespace {

/// A language in which every word stands in brackets.
class Bracketed : public QTranslator {
public:
    QString translate(const char *context, const char *text, const char *, int) const override
    {
        return QByteArray(context).startsWith("fcoscope::") ? '[' + QString::fromUtf8(text) + ']' : QString();
    }
    bool isEmpty() const override { return false; }
};

}  // namespace

class TestLabelsPanel : public QObject {
    Q_OBJECT

    std::unique_ptr<LabelsPanel> panel_;
    std::vector<CanvasBox> boxes_;
    static constexpr Size image_{400, 300};

    static std::vector<CanvasBox> sample()
    {
        std::vector<CanvasBox> boxes{canvasBox(3, {40, 50, 100.25, 90}, 1), canvasBox(5, {10.5, 20, 60, 80}, 0),
                                     canvasBox(8, {200, 150, 204, 153}, 2), canvasBox(9, {100, 10, 150, 60}, 0)};
        boxes[0].score = 0.87f;
        boxes[2].unlearnable = true;
        boxes[3].locked = true;
        return boxes;
    }
    QTableView &table() const { return *panel_->findChild<QTableView *>(); }
    QComboBox &classes() const { return *panel_->findChild<QComboBox *>(); }
    QPushButton &button(const QString &text) const
    {
        const QList<QPushButton *> all = panel_->findChildren<QPushButton *>();
        return **std::find_if(all.begin(), all.end(), [&](QPushButton *one) { return one->text() == text; });
    }
    bool says(const QString &text) const
    {
        const QList<QLabel *> all = panel_->findChildren<QLabel *>();
        return std::any_of(all.begin(), all.end(),
                           [&](QLabel *one) { return one->isVisible() && one->text() == text; });
    }
    QModelIndex cell(int row, int column) const { return table().model()->index(row, column); }
    QPoint middleOf(const QModelIndex &index) const { return table().visualRect(index).center(); }
    void click(int row, int column = 0, Qt::KeyboardModifiers keys = {})
    {
        table().scrollTo(cell(row, column));
        QTest::mouseClick(table().viewport(), Qt::LeftButton, keys, middleOf(cell(row, column)));
    }
    /// Ticks a box of the table with a real mouse.
    void tick(int row, int column)
    {
        table().scrollTo(cell(row, column));
        const QRect place = table().visualRect(cell(row, column));
        QTest::mouseClick(table().viewport(), Qt::LeftButton, {}, QPoint(place.left() + 11, place.center().y()));
    }
    void type(int row, int column, const QString &text)
    {
        table().scrollTo(cell(row, column));
        table().setCurrentIndex(cell(row, column));
        table().setFocus();
        QTest::keyClick(&table(), Qt::Key_F2);
        auto *editor = table().viewport()->findChild<QLineEdit *>();
        if (!editor)
            return;
        editor->selectAll();
        QTest::keyClicks(editor, text);
        QTest::keyClick(editor, Qt::Key_Return);
        QCoreApplication::processEvents();  // what was typed is taken after the key
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        panel_ = std::make_unique<LabelsPanel>();
        panel_->resize(760, 400);
        panel_->setClasses(cellClasses());
        boxes_ = sample();
        panel_->setBoxes("a.png", boxes_, image_);
        panel_->setStatus(ListStatus::Labelled);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    }
    void cleanup()
    {
        panel_.reset();
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    }

    void modelObeysTheRules()
    {
        LabelsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setBoxes("a.png", sample(), image_);
        model.setClasses(cellClasses());
        model.sort(LabelsModel::Width, Qt::DescendingOrder);
        std::vector<CanvasBox> boxes = sample();
        boxes[1].label.box.x2 = 70;
        model.setBoxes("a.png", boxes, image_);
        boxes.pop_back();
        model.setBoxes("a.png", boxes, image_);
        model.retranslate();
        model.setBoxes("a.png", {}, {});
        QCOMPARE(model.data(model.index(0, 0), Qt::DisplayRole), QVariant());
    }

    void cellsSayWhatALabelIs()
    {
        const auto text = [&](int row, int column) { return cell(row, column).data().toString(); };
        QCOMPARE(text(0, LabelsModel::Class), QString("WBC"));
        QCOMPARE(text(0, LabelsModel::Left), QString("40.0"));
        QCOMPARE(text(0, LabelsModel::Width), QString("60.3"));
        QCOMPARE(text(0, LabelsModel::Score), QString("0.87"));
        QCOMPARE(text(1, LabelsModel::Score), QString());
        QCOMPARE(text(2, LabelsModel::Learnt), QString("no"));
        QVERIFY(!cell(2, LabelsModel::Learnt).data(Qt::DecorationRole).isNull());
        QCOMPARE(text(0, LabelsModel::Learnt), QString());
        QCOMPARE(cell(3, LabelsModel::Locked).data(Qt::CheckStateRole).toInt(), int(Qt::Checked));
        QCOMPARE(cell(0, LabelsModel::Locked).data(Qt::CheckStateRole).toInt(), int(Qt::Unchecked));
        QCOMPARE(cell(3, LabelsModel::Locked).data(Qt::AccessibleTextRole).toString(),
                 QString("Locked: no gesture changes it: yes"));
        QVERIFY(says("Labels: 4"));
        panel_->select({8});
        QVERIFY(says("No location can learn this label."));
        panel_->select({3});
        QVERIFY(!says("No location can learn this label."));
        panel_->setBoxes("b.png", {}, {});
        QVERIFY(says("No labels"));
        panel_->setBoxes("b.png", {canvasBox(0, {1, 1, 9, 9}), canvasBox(4, {1, 1, 9, 9}, 17)}, {50, 50});
        QVERIFY(says("Labels: 1"));  // one that is being drawn is no label yet
        QCOMPARE(text(0, LabelsModel::Class), QString("17"));
    }

    void selectionsOfAHandAreTold()
    {
        QSignalSpy selected(panel_.get(), &LabelsPanel::selectionChanged);
        click(1);
        QCOMPARE(panel_->selection(), Keys{5});
        click(3, LabelsModel::Left, Qt::ControlModifier);
        QCOMPARE(selected.count(), 2);
        QCOMPARE(selected[1][0].value<Keys>(), (Keys{5, 9}));
        QVERIFY(says("Labels: 4, selected: 2"));
        QTest::keyClick(&table(), Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(selected.last()[0].value<Keys>(), (Keys{3, 5, 8, 9}));
        const int count = selected.count();
        panel_->select({9, 3, 77});
        QCOMPARE(panel_->selection(), (Keys{3, 9}));
        QCOMPARE(table().selectionModel()->selectedRows().size(), 2);
        QCOMPARE(selected.count(), count);  // no echo
        panel_->select({});
        QVERIFY(table().selectionModel()->selectedRows().isEmpty());
    }

    void inStepWithTheTool()
    {
        LabelTool tool;
        tool.setBoxes("a.png", boxes_, image_);
        connect(panel_.get(), &LabelsPanel::selectionChanged, &tool, [&](const Keys &keys) { tool.select(keys); });
        connect(&tool, &LabelTool::selectionChanged, panel_.get(), [&] { panel_->select(tool.selection()); });
        tool.select({5, 8});
        QCOMPARE(panel_->selection(), (Keys{5, 8}));
        click(3);
        QCOMPARE(tool.selection(), Keys{9});
        boxes_[0].hidden = true;
        tool.setBoxes("a.png", boxes_, image_);
        panel_->setBoxes("a.png", boxes_, image_);
        click(0);  // a hidden one can be selected here and stays
        QCOMPARE(tool.selection(), Keys{3});
        QCOMPARE(panel_->selection(), Keys{3});
    }

    void rowsKeepTheirSelectionWhenBoxesChange()
    {
        QSignalSpy selected(panel_.get(), &LabelsPanel::selectionChanged);
        table().sortByColumn(LabelsModel::Left, Qt::AscendingOrder);
        QCOMPARE(cell(0, LabelsModel::Left).data().toString(), QString("10.5"));
        panel_->select({5, 8});
        QSignalSpy reset(table().model(), &QAbstractItemModel::modelReset);
        boxes_[1].label.box = {300, 20, 350, 80};
        panel_->setBoxes("a.png", boxes_, image_);
        QCOMPARE(reset.count(), 0);
        QCOMPARE(cell(0, LabelsModel::Left).data().toString(), QString("300.0"));  // does not run away
        QCOMPARE(panel_->selection(), (Keys{5, 8}));
        boxes_.insert(boxes_.begin(), canvasBox(1, {0, 0, 9, 9}));
        panel_->setBoxes("a.png", boxes_, image_);
        QCOMPARE(panel_->selection(), (Keys{5, 8}));
        QCOMPARE(table().selectionModel()->selectedRows().size(), 2);
        QCOMPARE(selected.count(), 0);
        std::erase_if(boxes_, [](const CanvasBox &box) { return box.key == 5; });
        panel_->setBoxes("a.png", boxes_, image_);
        QCOMPARE(panel_->selection(), Keys{8});
        QCOMPARE(selected.count(), 1);
        panel_->setBoxes("b.png", boxes_, image_);  // of the same keys, another image
        QVERIFY(panel_->selection().empty());
    }

    void columnsSort()
    {
        const auto keys = [&](int column, Qt::SortOrder order) {
            table().sortByColumn(column, order);
            QStringList lefts;
            for (int row = 0; row < 4; ++row)
                lefts += cell(row, LabelsModel::Left).data().toString();
            return lefts;
        };
        QCOMPARE(keys(LabelsModel::Class, Qt::AscendingOrder), (QStringList{"200.0", "10.5", "100.0", "40.0"}));
        QCOMPARE(keys(LabelsModel::Height, Qt::DescendingOrder), (QStringList{"10.5", "100.0", "40.0", "200.0"}));
        QCOMPARE(keys(LabelsModel::Locked, Qt::DescendingOrder).first(), QString("100.0"));
        QCOMPARE(keys(-1, Qt::AscendingOrder), (QStringList{"40.0", "10.5", "200.0", "100.0"}));
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

    void everythingIsReachedAndNamed()
    {
        QList<QWidget *> order;
        for (QWidget *at = button("New").nextInFocusChain(); at != &button("New"); at = at->nextInFocusChain())
            if (at->focusPolicy() & Qt::TabFocus && at->isVisible() && at != panel_.get())
                order += at;
        QVERIFY(order.indexOf(&button("Empty")) < order.indexOf(&classes()));
        QVERIFY(order.indexOf(&classes()) < order.indexOf(&table()));
        for (QWidget *one : std::initializer_list<QWidget *>{&button("New"), &classes(), &table()})
            QVERIFY(!one->accessibleName().isEmpty());
    }

    void theLanguageChanges()
    {
        panel_->select({8});
        Bracketed brackets;
        QVERIFY(qApp->installTranslator(&brackets));
        QCoreApplication::sendPostedEvents();
        QVERIFY(button("[Verified]").isVisible());
        QVERIFY(says("[No location can learn this label.]"));
        QVERIFY(says("[Labels: 4, selected: 1]"));
        QCOMPARE(table().model()->headerData(LabelsModel::Locked, Qt::Horizontal).toString(), QString("[Locked]"));
        QVERIFY(classes().accessibleName().startsWith('[') && table().accessibleName().startsWith('['));
        qApp->removeTranslator(&brackets);
    }

    void twentyThousandRowsStayQuick()
    {
        std::vector<CanvasBox> boxes = twentyThousand();
        panel_->setBoxes("b.png", boxes, {4000, 2500});
        const double given = timed("20,000 rows given", [&] {
            boxes.pop_back();
            panel_->setBoxes("b.png", boxes, {4000, 2500});
        });
        const double step = timed("20,000 rows, a step of one that is dragged", [&] {
            boxes[500].label.box.x1 += 0.5;
            panel_->setBoxes("b.png", boxes, {4000, 2500});
            panel_->repaint();
        });
        const double sorted = timed("20,000 rows sorted by class", [&] {
            table().sortByColumn(LabelsModel::Width, Qt::AscendingOrder);
            table().sortByColumn(LabelsModel::Class, Qt::DescendingOrder);
        });
        Keys all, odd;
        for (const CanvasBox &box : boxes)
            (box.key % 2 ? odd : all).push_back(box.key);
        const double half = timed("20,000 rows, every other selected", [&] {
            panel_->select({});
            panel_->select(odd);
        });
        const double every = timed("20,000 rows, all selected by a hand", [&] {
            panel_->select({});
            table().selectAll();
        });
        QCOMPARE(panel_->selection().size(), boxes.size());
        for (const double cost : {given, step, sorted, every, half})
            QVERIFY(cost < 250 * slower);
    }
};

QTEST_MAIN(TestLabelsPanel)
#include "tst_labels_panel.moc"
