// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QComboBox>
#include <QHeaderView>
#include <QSignalSpy>

#include "tests/widgets/widget_test.h"
#include "widgets/canvas.h"
#include "widgets/detection_panel.h"

using namespace fcoscope;

namespace {

const std::vector<std::string> names = {"RBC", "WBC", "Platelets"};
const std::vector<LevelGrid> levels = {{8, 80}, {16, 40}, {32, 20}};

std::vector<Detection> sample()
{
    return {detectionAt({10, 20, 110, 80}, 1, 0.9f, 2, 45), detectionAt({200, 30, 260.5, 90}, 0, 0.5f, 0, 81),
            detectionAt({30, 150, 90, 210}, 2, 0.7f, 1, 7)};
}

}  // namespace

class TestDetectionTable : public QObject {
    Q_OBJECT

    QString cell(const DetectionTable &table, int row, int column) const
    {
        return table.model()->index(row, column).data().toString();
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void cleanup() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void modelObeysTheRules()
    {
        DetectionModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setDetections(sample(), names, levels);
        QCOMPARE(model.rowCount(), 3);
        model.retranslate();
        model.setDetections({}, {}, {});
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(model.data(model.index(0, 0), Qt::DisplayRole), QVariant());
    }

    void cellsSayWhereADetectionCameFrom()
    {
        DetectionModel model;
        model.setDetections(sample(), names, levels);
        const auto at = [&](int row, int column) { return model.index(row, column).data().toString(); };
        QCOMPARE(at(0, DetectionModel::Class), QString("WBC"));
        QCOMPARE(at(0, DetectionModel::Score), QString("0.900"));
        QCOMPARE(at(0, DetectionModel::Centerness), QString("0.500"));
        QCOMPARE(at(0, DetectionModel::Level), QString("P5"));
        QCOMPARE(at(0, DetectionModel::Location), QString("(5, 2)"));
        QCOMPARE(at(1, DetectionModel::Location), QString("(1, 1)"));
        QCOMPARE(at(1, DetectionModel::Width), QString("60.5"));
        QCOMPARE(model.index(1, DetectionModel::Score).data(Qt::TextAlignmentRole).toInt() & Qt::AlignRight,
                 int(Qt::AlignRight));
        const QImage swatch = model.index(2, 0).data(Qt::DecorationRole).value<QPixmap>().toImage();
        QCOMPARE(swatch.pixelColor(swatch.rect().center()), classColor(2));
        QCOMPARE(levelName(128), QString("P7"));
        QCOMPARE(levelName(12), QString("12 px"));

        QLocale::setDefault(QLocale(QLocale::German));
        QCOMPARE(at(0, DetectionModel::Score), QString("0,900"));
    }

    void sortsByNumbers()
    {
        DetectionTable table;
        table.setDetections(sample(), names, levels);
        QCOMPARE(cell(table, 0, DetectionModel::Class), QString("WBC"));  // best first
        table.sortByColumn(DetectionModel::Left, Qt::AscendingOrder);
        QCOMPARE(cell(table, 0, DetectionModel::Left), QString("10.0"));
        QCOMPARE(cell(table, 2, DetectionModel::Left), QString("200.0"));  // as text it would come before 30.0
        table.sortByColumn(DetectionModel::Class, Qt::AscendingOrder);
        QCOMPARE(cell(table, 0, DetectionModel::Class), QString("Platelets"));
    }

    void keysMoveTheSelection()
    {
        DetectionTable table;
        table.resize(700, 200);
        table.show();
        table.setDetections(sample(), names, levels);
        QSignalSpy selected(&table, &DetectionTable::selectionChanged);
        QSignalSpy activated(&table, &DetectionTable::detectionActivated);
        table.select(0);
        QCOMPARE(selected.count(), 0);
        QTest::keyClick(&table, Qt::Key_Down);
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected.last().at(0).toInt(), 2);  // second by score
        QTest::keyClick(&table, Qt::Key_Return);
        QCOMPARE(activated.count(), 1);
        QCOMPARE(activated.last().at(0).toInt(), 2);
        QTest::keyClick(&table, Qt::Key_Escape);
        QCOMPARE(selected.last().at(0).toInt(), -1);
    }

    void copiesRows()
    {
        DetectionTable table;
        table.setDetections(sample(), names, levels);
        table.select(2);
        QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
        const QStringList lines = QApplication::clipboard()->text().split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 2);
        QVERIFY(lines[1].startsWith("Platelets\t0.700\t"));
        table.select(-1);
        table.copyToClipboard();
        QCOMPARE(QApplication::clipboard()->text().split('\n', Qt::SkipEmptyParts).size(), 4);
    }

    void selectionSurvivesASlider()
    {
        DetectionTable table;
        table.setDetections(sample(), names, levels);
        table.select(2);
        QSignalSpy selected(&table, &DetectionTable::selectionChanged);
        std::vector<Detection> fewer = sample();
        fewer.erase(fewer.begin());
        table.setDetections(fewer, names, levels);
        QCOMPARE(table.selected(), 1);
        QCOMPARE(selected.count(), 0);
        fewer.pop_back();
        table.setDetections(fewer, names, levels);
        QCOMPARE(table.selected(), -1);
        QCOMPARE(selected.count(), 1);
    }

    void canvasAndTableAreTied()
    {
        Canvas canvas;
        DetectionTable table;
        canvas.resize(600, 400);
        table.resize(700, 200);
        QObject::connect(&canvas, &Canvas::selectionChanged, &table, &DetectionTable::select);
        QObject::connect(&table, &DetectionTable::selectionChanged, &canvas, &Canvas::select);
        canvas.show();
        table.show();
        QImage image(400, 300, QImage::Format_RGB888);
        image.fill(QColor(40, 40, 40));
        canvas.setImage("a.png", image);
        canvas.setDetections("a.png", sample(), names);
        table.setDetections(sample(), names, levels);
        table.sortByColumn(DetectionModel::Left, Qt::DescendingOrder);

        const auto inside = [&](int i) {
            const Box b = sample()[size_t(i)].box;
            return canvas.toWidget({(b.x1 + b.x2) / 2, (b.y1 + b.y2) / 2}).toPoint();
        };
        for (int i : {0, 2, 1}) {
            QTest::mouseClick(&canvas, Qt::LeftButton, {}, inside(i));
            QCOMPARE(canvas.selected(), i);
            QCOMPARE(table.selected(), i);
        }
        // The other way, with a real click on the row that shows number 2 (the second from the right).
        const QModelIndex row = table.model()->index(1, DetectionModel::Score);
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, table.visualRect(row).center());
        QCOMPARE(table.selected(), 2);
        QCOMPARE(canvas.selected(), 2);
        const QPoint screen = (QPointF(inside(2)) * canvas.devicePixelRatioF()).toPoint();
        QVERIFY(shown(canvas).pixelColor(screen) != QColor(40, 40, 40));
        QTest::mouseClick(&canvas, Qt::LeftButton, {}, canvas.toWidget({390, 290}).toPoint());
        QCOMPARE(table.selected(), -1);
    }

    void panelFiltersByClass()
    {
        DetectionPanel panel;
        panel.resize(700, 300);
        panel.show();
        auto *classes = panel.findChild<QComboBox *>();
        QVERIFY(!classes->isEnabled());
        panel.setDetections(sample(), names, levels);
        QVERIFY(classes->isEnabled());
        QCOMPARE(classes->count(), 4);
        QCOMPARE(classes->itemText(0), QString("All classes (3)"));
        QCOMPARE(classes->itemText(1), QString("RBC (1)"));
        QSignalSpy chosen(&panel, &DetectionPanel::classFilterChanged);
        panel.table().select(0);
        QSignalSpy selected(&panel.table(), &DetectionTable::selectionChanged);
        classes->setFocus();
        QTest::keyClick(classes, Qt::Key_Down);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.last().at(0).toInt(), 0);
        QCOMPARE(panel.table().model()->rowCount(), 1);
        QCOMPARE(cell(panel.table(), 0, DetectionModel::Class), QString("RBC"));
        QCOMPARE(selected.count(), 1);  // the selected one is hidden now
        QCOMPARE(selected.last().at(0).toInt(), -1);
        // A slider keeps the filter, also when nothing of the class is left; other classes drop it.
        panel.setDetections({sample()[0]}, names, levels);
        QCOMPARE(panel.table().model()->rowCount(), 0);
        QCOMPARE(panel.table().classFilter(), 0);
        panel.setDetections(sample(), {"cat", "dog", "bird"}, levels);
        QCOMPARE(panel.table().classFilter(), -1);
        QCOMPARE(chosen.last().at(0).toInt(), -1);
        QCOMPARE(panel.table().model()->rowCount(), 3);
    }

    void gridsComeFromRawOutputs()
    {
        RawOutputs raw;
        raw.levels.resize(2);
        raw.levels[0].classLogits = {3, 10, 20, {}};
        raw.levels[1].classLogits = {3, 5, 10, {}};
        const auto grids = levelGrids(raw, Profile());
        QCOMPARE(grids.size(), size_t(2));
        QCOMPARE(grids[0].stride, 8.0);
        QCOMPARE(grids[1].columns, 10);
    }
};

QTEST_MAIN(TestDetectionTable)
#include "tst_detection_table.moc"
