// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTranslator>

#include "tests/widgets/widget_test.h"
#include "widgets/assignment_panel.h"
#include "widgets/level_bars.h"

using namespace fcoscope;

namespace {

Label thing(Box box, int classIndex = 0)
{
    Label label;
    label.box = box;
    label.classIndex = classIndex;
    return label;
}

/// Two boxes too small for any location, one labelled twice, nested ones of two classes.
AssignmentStatisticsPtr sample()
{
    const DatasetLabels data{"made up",
                              {"cat", "dog"},
                              {{"/pictures/a.jpg",
                                {1333, 800},
                                {thing({1, 1, 3, 3}, 1), thing({100, 100, 200, 200}, 1), thing({110, 110, 180, 180})}},
                               {"/pictures/b.jpg",
                                {1333, 800},
                                {thing({0, 0, 40, 40}), thing({0, 0, 40, 40}), thing({601, 601, 602.5, 602}),
                                 thing({300, 20, 1200, 780}, 1)}}}};
    Profile profile = profileNamed("fcoscope");
    profile.centerRegion = CenterRegion::None;
    return std::make_shared<AssignmentStatistics>(assignmentStatistics(data, profile));
}

class Shouting : public QTranslator {
public:
    QString translate(const char *, const char *text, const char *, int) const override
    {
        return QString::fromUtf8(text).toUpper();
    }
    bool isEmpty() const override { return false; }
};

}  // namespace

class TestAssignmentPanel : public QObject {
    Q_OBJECT

    std::unique_ptr<AssignmentPanel> panel_;

    QPushButton *button(int which) const { return panel_->findChildren<QPushButton *>().at(which); }
    QPushButton *start() const { return button(0); }
    QPushButton *exporting() const { return button(1); }
    QTableView *table(int tab) const
    {
        auto *page = panel_->findChild<QTabWidget *>()->widget(tab);
        auto *self = qobject_cast<QTableView *>(page);
        return self ? self : page->findChild<QTableView *>();
    }
    QString cell(int tab, int row, int column) const
    {
        return table(tab)->model()->index(row, column).data().toString();
    }
    /// Every text that is to be read now.
    QString words() const
    {
        QStringList texts;
        for (const auto *label : panel_->findChildren<QLabel *>())
            if (label->isVisible())
                texts << label->text();
        return texts.join('\n');
    }
    void click(QWidget *widget) { QTest::mouseClick(widget, Qt::LeftButton); }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        panel_ = std::make_unique<AssignmentPanel>();
        panel_->resize(520, 640);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    }
    void cleanup()
    {
        panel_.reset();
        applyTheme(ThemeChoice::Light);
    }

    void modelsObeyTheRules()
    {
        UnlearnableModel boxes;
        ClassPairModel pairs;
        QAbstractItemModelTester first(&boxes, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QAbstractItemModelTester second(&pairs, QAbstractItemModelTester::FailureReportingMode::QtTest);
        for (AssignmentModel *model :
             {static_cast<AssignmentModel *>(&boxes), static_cast<AssignmentModel *>(&pairs)}) {
            model->setStatistics(sample());
            QVERIFY(model->rowCount() > 0);
            model->retranslate();
            model->setStatistics(nullptr);
            QCOMPARE(model->rowCount(), 0);
            QCOMPARE(model->data(model->index(0, 0), Qt::DisplayRole), QVariant());
        }
    }

    void saysThatItNeedsData()
    {
        QVERIFY(words().contains("Open a data set with labels"));
        QVERIFY(!start()->isEnabled() && !exporting()->isEnabled());
        QVERIFY(!table(0)->isVisible());
        QSignalSpy started(panel_.get(), &AssignmentPanel::startRequested);
        click(start());
        QCOMPARE(started.size(), 0);
        panel_->setDataAvailable(true);
        QVERIFY(start()->isEnabled() && words().contains("How much of this data set"));
        click(start());
        QCOMPARE(started.size(), 1);
        panel_->setStatistics(sample());
        panel_->setDataAvailable(false);
        QVERIFY(!start()->isEnabled() && !table(0)->isVisible() && !panel_->statistics());
    }

    void startsAndStops()
    {
        panel_->setDataAvailable(true);
        QSignalSpy started(panel_.get(), &AssignmentPanel::startRequested),
            stopped(panel_.get(), &AssignmentPanel::stopRequested);
        auto *bar = panel_->findChild<QProgressBar *>();
        QVERIFY(!bar->isVisible());
        start()->setFocus();
        QTest::keyClick(start(), Qt::Key_Space);
        QCOMPARE(started.size(), 1);
        panel_->setProgress({0.25, message("core", "assigning image {0} of {1}").with(25, 100)});
        QVERIFY(bar->isVisible());
        QCOMPARE(bar->value(), 250);
        QCOMPARE(start()->text(), QString("Stop"));
        QVERIFY(words().contains("assigning image 25 of 100"));
        QVERIFY(!exporting()->isEnabled());
        QTest::keyClick(start(), Qt::Key_Space);
        QCOMPARE(stopped.size(), 1);
        QCOMPARE(started.size(), 1);
        panel_->setStopped();
        QVERIFY(words().contains("Stopped.") && !bar->isVisible());
        QCOMPARE(start()->text(), QString("Assign"));
        panel_->setProgress({-1, message("core", "reading")});
        QCOMPARE(bar->maximum(), 0);  // the end is not known
        panel_->setFailed(message("core", "The file {0} is no COCO file.").with("x.json"));
        QVERIFY(words().contains("The file x.json is no COCO file.") && !bar->isVisible());
        QVERIFY(start()->isEnabled());
    }

    void showsTheFigures()
    {
        const AssignmentStatisticsPtr s = sample();
        QCOMPARE(s->pyramid.recall, (Share{4, 7}));
        panel_->setDataAvailable(true);
        panel_->setProgress({0.5, message("core", "half")});
        panel_->setStatistics(s);
        const QString all = words();
        QVERIFY2(all.contains("made up, profile fcoscope: 7 labels in 2 images"), qPrintable(all));
        QVERIFY2(all.contains("Best possible recall") && all.contains("57.14 %"), qPrintable(all));
        QVERIFY2(all.contains("P3–P7") && all.contains("P4 alone"), qPrintable(all));
        QVERIFY2(!all.contains("half"), qPrintable(all));
        auto *tabs = panel_->findChild<QTabWidget *>();
        QCOMPARE(tabs->tabText(0), QString("Never learnt (3)"));
        QCOMPARE(tabs->tabText(1), QString("Pairs of classes (2)"));
        QCOMPARE(table(0)->model()->rowCount(), 3);
        QCOMPARE(cell(0, 0, UnlearnableModel::Image), QString("a.jpg"));
        QCOMPARE(cell(0, 0, UnlearnableModel::Class), QString("dog"));
        QCOMPARE(cell(0, 0, UnlearnableModel::Reason), QString("No location inside"));
        QVERIFY(cell(0, 0, UnlearnableModel::Remedy).contains("times as large"));
        QCOMPARE(cell(0, 1, UnlearnableModel::Reason), QString("Lost to smaller boxes"));
        QVERIFY(cell(0, 1, UnlearnableModel::Remedy).contains("labelled twice"));
        QTest::mouseClick(tabs->tabBar(), Qt::LeftButton, {}, tabs->tabBar()->tabRect(1).center());
        QVERIFY(table(1)->isVisible());
        // The box that is labelled twice, then what lies in the dog's box: the cat's is smaller and wins.
        QCOMPARE(cell(1, 0, ClassPairModel::Second), QString("cat"));
        QCOMPARE(cell(1, 0, ClassPairModel::Locations), QString("%1").arg(s->pairs[0].locations));
        QCOMPARE(cell(1, 0, ClassPairModel::LearnSecond), QString());
        QCOMPARE(cell(1, 1, ClassPairModel::First), QString("cat"));
        QCOMPARE(cell(1, 1, ClassPairModel::Second), QString("dog"));
        QCOMPARE(cell(1, 1, ClassPairModel::LearnFirst), cell(1, 1, ClassPairModel::Locations));
        QCOMPARE(cell(1, 1, ClassPairModel::LearnSecond), QString("0"));
        QSignalSpy exported(panel_.get(), &AssignmentPanel::exportRequested);
        QVERIFY(exporting()->isEnabled());
        click(exporting());
        QCOMPARE(exported.size(), 1);
    }

    void sortsAndOpensBoxes()
    {
        panel_->setDataAvailable(true);
        panel_->setStatistics(sample());
        QTableView *boxes = table(0);
        std::vector<std::pair<std::string, Box>> opened;
        connect(panel_.get(), &AssignmentPanel::boxActivated,
                [&](const std::string &image, const Box &box) { opened.emplace_back(image, box); });
        // By width: 1.5, 2 and 40 px; as text 40.0 would come before the end.
        QHeaderView *header = boxes->horizontalHeader();
        const QPoint onWidth(header->sectionViewportPosition(UnlearnableModel::Width) + 8, header->height() / 2);
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, onWidth);
        QCOMPARE(cell(0, 0, UnlearnableModel::Width), QString("1.5"));
        QCOMPARE(cell(0, 2, UnlearnableModel::Width), QString("40.0"));
        QTest::mouseClick(boxes->viewport(), Qt::LeftButton, {},
                          boxes->visualRect(boxes->model()->index(1, 0)).center());
        QVERIFY2(words().contains("No location lies inside: it takes 2 × 2 px"), qPrintable(words()));
        QVERIFY2(words().contains("→ An input 1.36 times as large"), qPrintable(words()));
        QTest::keyClick(boxes, Qt::Key_Return);
        QCOMPARE(opened.size(), size_t(1));
        QCOMPARE(opened[0].first, std::string("/pictures/a.jpg"));
        QCOMPARE(opened[0].second, (Box{1, 1, 3, 3}));
        const QPoint last = boxes->visualRect(boxes->model()->index(2, 0)).center();
        QTest::mouseClick(boxes->viewport(), Qt::LeftButton, {}, last);
        QTest::mouseDClick(boxes->viewport(), Qt::LeftButton, {}, last);
        QCOMPARE(opened.size(), size_t(2));
        QCOMPARE(opened[1].first, std::string("/pictures/b.jpg"));
        QCOMPARE(opened[1].second, (Box{0, 0, 40, 40}));
        panel_->setStatistics(sample());  // new figures take the explanation of an old row away
        QVERIFY(!words().contains("No location lies inside"));
    }

    void barsAreAsLongAsTheirNumbers()
    {
        panel_->setDataAvailable(true);
        const AssignmentStatisticsPtr s = sample();
        panel_->setStatistics(s);
        auto *bars = panel_->findChild<LevelBars *>();
        const QImage image = shown(*bars);
        const int rows = static_cast<int>(s->pyramid.levels.size()), height = image.height() / rows;
        std::vector<int> lengths;
        int64_t most = 0;
        for (int row = 0; row < rows; ++row) {
            const QRect middle(0, row * height + height / 2, image.width(), 1);
            lengths.push_back(count(image, middle, bars->palette().color(QPalette::Highlight)));
            most = std::max(most, s->pyramid.levels[static_cast<size_t>(row)].positives);
        }
        const int longest = *std::max_element(lengths.begin(), lengths.end());
        QVERIFY2(longest > 60, qPrintable(QString::number(longest)));
        for (size_t l = 0; l < lengths.size(); ++l) {
            const double expected = double(longest) * double(s->pyramid.levels[l].positives) / double(most);
            QVERIFY2(std::abs(lengths[l] - expected) <= 2 * panel_->devicePixelRatioF(),
                     qPrintable(QString("level %1: %2 px for %3").arg(l).arg(lengths[l]).arg(expected)));
        }
        QVERIFY(bars->accessibleDescription().startsWith(QString("P3: %1 ").arg(s->pyramid.levels[0].positives)));
        QVERIFY(bars->accessibleDescription().count(";") == rows - 1);
    }

    void keyboardReachesEverything()
    {
        panel_->setDataAvailable(true);
        panel_->setStatistics(sample());
        panel_->activateWindow();
        start()->setFocus();
        QSet<QWidget *> reached;
        for (int i = 0; i < 8; ++i) {
            reached << QApplication::focusWidget();
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        QVERIFY(reached.contains(start()) && reached.contains(exporting()) && reached.contains(table(0)));
        for (const auto *each : {static_cast<QWidget *>(table(0)), static_cast<QWidget *>(table(1))})
            QVERIFY(!each->accessibleName().isEmpty());
    }

    void speaksAnotherLanguageAtOnce()
    {
        panel_->setDataAvailable(true);
        panel_->setStatistics(sample());
        Shouting translator;
        QVERIFY(QCoreApplication::installTranslator(&translator));
        QCoreApplication::sendPostedEvents();
        QCOMPARE(start()->text(), QString("ASSIGN"));
        QVERIFY2(words().contains("BEST POSSIBLE RECALL"), qPrintable(words()));
        QCOMPARE(table(0)->model()->headerData(UnlearnableModel::Reason, Qt::Horizontal).toString(), QString("REASON"));
        QCOMPARE(cell(0, 0, UnlearnableModel::Reason), QString("NO LOCATION INSIDE"));
        QCoreApplication::removeTranslator(&translator);
    }

    void thousandsOfRowsDoNotBlock()
    {
        auto many = std::make_shared<AssignmentStatistics>(*sample());
        const UnlearnableBox one = many->unlearnable.front();
        many->unlearnable.assign(50000, one);
        panel_->setDataAvailable(true);
        QElapsedTimer timer;
        timer.start();
        panel_->setStatistics(many);
        QApplication::processEvents();
        const qint64 took = timer.elapsed();
        qInfo("50,000 rows: %lld ms", static_cast<long long>(took));
        QVERIFY2(took < 1000, qPrintable(QString::number(took)));  // sanitizers take their time
        QCOMPARE(table(0)->model()->rowCount(), 50000);
    }

    void textIsReadableInBothThemes()
    {
        panel_->setDataAvailable(true);
        for (const ThemeChoice theme : {ThemeChoice::Light, ThemeChoice::Dark}) {
            applyTheme(theme);
            panel_->setFailed(message("core", "It went wrong."));
            QLabel *said = nullptr;
            for (auto *label : panel_->findChildren<QLabel *>())
                if (label->text() == "It went wrong.")
                    said = label;
            QVERIFY(said);
            const QColor ink = said->palette().color(QPalette::WindowText);
            QCOMPARE(ink, errorColor(panel_->palette()));
            QVERIFY(contrastRatio(ink, panel_->palette().color(QPalette::Window)) > 4.5);
            const QImage image = shown(*said);
            int nearest = 255;  // letters are smoothed: the darkest of them come near
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    nearest = std::min(nearest, std::max({std::abs(image.pixelColor(x, y).red() - ink.red()),
                                                          std::abs(image.pixelColor(x, y).green() - ink.green()),
                                                          std::abs(image.pixelColor(x, y).blue() - ink.blue())}));
            QVERIFY2(nearest < 40, qPrintable(QString::number(nearest)));
        }
    }
};

QTEST_MAIN(TestAssignmentPanel)
#include "tst_assignment_panel.moc"
