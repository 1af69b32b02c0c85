// SPDX-License-Identifier: GPL-3.0-or-later
// What the labels' panel shows and selects; what a hand changes in it is in tst_labels_panel_edits.
#include <QAbstractItemModelTester>
#include <QTranslator>

#include "tests/widgets/labels_panel_test.h"

using namespace fcoscope;

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

class TestLabelsPanel : public QObject, LabelsPanelInWindow {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init() { openPanel(); }
    void cleanup() { panel_.reset(); }

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
