// SPDX-License-Identifier: GPL-3.0-or-later
// The layers panel under real keys and clicks: what it says when a person changes something, and what it shows.
#include <QComboBox>
#include <QLabel>
#include <QListWidget>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QStyleOptionViewItem>
#include <QToolButton>
#include <QTreeWidget>

#include "tests/widgets/lens_test.h"
#include "widgets/layers_panel.h"
#include "widgets/legend_view.h"

using namespace fcoscope;

namespace {

constexpr Size size{320, 256};

template <typename Widget> Widget *named(QWidget &panel, const QString &name)
{
    for (auto *widget : panel.findChildren<Widget *>())
        if (widget->accessibleName() == name)
            return widget;
    return nullptr;
}

const Layer &layerOf(const LayersPanel &panel, LayerKind kind)
{
    return *std::find_if(panel.layers().begin(), panel.layers().end(),
                         [kind](const Layer &layer) { return layer.kind == kind; });
}

LensFramePtr frameFor(const LayersPanel &panel, int boxes = 3)
{
    std::vector<Label> labels;
    for (int i = 0; i < boxes; ++i)
        labels.push_back(labelAt({40.0 + i, 40.0 + i, 140.0 + 2 * i, 150.0 + 2 * i}, i % 2));
    labels.push_back(labelAt({200.1, 200.1, 201.2, 201.2}));  // between the locations: nobody learns it
    return std::make_shared<LensFrame>(frameOf(assignedTo(size, labels), panel.layers()));
}

}  // namespace

class TestLayersPanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        panel_ = std::make_unique<LayersPanel>();
        panel_->setLevels({8, 16, 32, 64, 128});
        panel_->setClassNames({"cell", "dot"});
        panel_->resize(300, 900);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
        changed_ = std::make_unique<QSignalSpy>(panel_.get(), &LayersPanel::changed);
        list_ = named<QListWidget>(*panel_, "Layers");
        QVERIFY(list_);
    }
    void cleanup()
    {
        changed_.reset();
        panel_.reset();
    }

    void everyLayerIsListedTheUppermostFirst()
    {
        QCOMPARE(list_->count(), static_cast<int>(standardLayers().size()));
        QCOMPARE(panel_->layers(), standardLayers());
        QCOMPARE(list_->item(0)->text(), QString("Regression"));
        for (int row = 0; row < list_->count(); ++row)
            QCOMPARE(list_->item(row)->checkState(), Qt::Unchecked);
    }

    void aClickOnTheBoxShowsTheLayer()
    {
        const int row = rowOf("Assignment");
        const QRect item = list_->visualItemRect(list_->item(row));
        QTest::mouseClick(list_->viewport(), Qt::LeftButton, {}, QPoint(item.left() + 9, item.center().y()));
        QCOMPARE(changed_->count(), 1);
        QVERIFY(layerOf(*panel_, LayerKind::Assignment).visible);
        QVERIFY(!layerOf(*panel_, LayerKind::Ambiguity).visible);
        list_->setFocus();
        list_->setCurrentRow(row);
        QTest::keyClick(list_, Qt::Key_Space);
        QVERIFY(!layerOf(*panel_, LayerKind::Assignment).visible);
        QCOMPARE(changed_->count(), 2);
    }

    void settersEmitNothing()
    {
        std::vector<Layer> layers = standardLayers();
        for (Layer &layer : layers)
            layer.visible = true;
        panel_->setLayers(layers);
        panel_->setFrame(frameFor(*panel_));
        panel_->setLevels({4, 8});
        panel_->setClassNames({"a"});
        panel_->setFrame(nullptr);
        QCOMPARE(changed_->count(), 0);
        QCOMPARE(panel_->layers(), layers);
        QCOMPARE(list_->item(0)->checkState(), Qt::Checked);
    }

    void buttonsMoveALayer()
    {
        choose("Assignment");
        const int row = list_->currentRow();
        const std::vector<Layer> before = panel_->layers();
        QTest::mouseClick(named<QToolButton>(*panel_, "Move up"), Qt::LeftButton);
        QCOMPARE(changed_->count(), 1);
        QCOMPARE(list_->currentRow(), row - 1);
        QCOMPARE(list_->currentItem()->text(), QString("Assignment"));
        const size_t at = before.size() - 1 - static_cast<size_t>(row);
        QCOMPARE(panel_->layers()[at + 1].kind, LayerKind::Assignment);
        QCOMPARE(panel_->layers()[at], before[at + 1]);
        QTest::mouseClick(named<QToolButton>(*panel_, "Move down"), Qt::LeftButton);
        QCOMPARE(panel_->layers(), before);
        choose("Regression");
        QVERIFY(!named<QToolButton>(*panel_, "Move up")->isEnabled());
        QVERIFY(named<QToolButton>(*panel_, "Move down")->isEnabled());
    }

    void aDraggedRowMovesItsLayer()
    {
        // What QListWidget does where a row is dropped.
        list_->model()->moveRow({}, 0, {}, 3);
        QCOMPARE(changed_->count(), 1);
        const std::vector<Layer> &now = panel_->layers();
        QCOMPARE(now[now.size() - 3].kind, LayerKind::Regression);
        QCOMPARE(list_->item(2)->text(), QString("Regression"));
        list_->item(2)->setCheckState(Qt::Checked);
        QVERIFY(layerOf(*panel_, LayerKind::Regression).visible);
    }

    void controlsSteerTheChosenLayer()
    {
        choose("Score");
        auto *level = named<QComboBox>(*panel_, "Level");
        QVERIFY(level->isVisible() && named<QComboBox>(*panel_, "Class")->isVisible());
        QVERIFY(!named<QComboBox>(*panel_, "Feature map")->isVisible());
        level->setFocus();
        QTest::keyClick(level, Qt::Key_Down);
        QTest::keyClick(level, Qt::Key_Down);
        QCOMPARE(layerOf(*panel_, LayerKind::Score).level, 1);
        QCOMPARE(level->currentText(), QString("P4"));
        auto *classes = named<QComboBox>(*panel_, "Class");
        QTest::keyClick(classes, Qt::Key_Down);
        QCOMPARE(layerOf(*panel_, LayerKind::Score).classIndex, 0);
        QCOMPARE(classes->currentText(), QString("cell"));
        auto *colours = named<QComboBox>(*panel_, "Colours");
        QTest::keyClick(colours, Qt::Key_Down);
        QCOMPARE(layerOf(*panel_, LayerKind::Score).colours, ColourScale::BlueToRed);
        auto *opacity = named<QSlider>(*panel_, "Opacity");
        QTest::keyClick(opacity, Qt::Key_PageDown);
        QVERIFY(std::abs(layerOf(*panel_, LayerKind::Score).opacity - (opacity->value() / 100.0)) < 1e-9);
        QVERIFY(layerOf(*panel_, LayerKind::Score).opacity < 1);
        QCOMPARE(changed_->count(), 5);
        // Another layer is untouched, and has its own controls.
        choose("Labels");
        QVERIFY(!level->isVisible() && !classes->isVisible() && !colours->isVisible());
        QCOMPARE(opacity->value(), 100);
        QCOMPARE(changed_->count(), 5);
        choose("Score");
        QCOMPARE(level->currentText(), QString("P4"));
    }

    void featureMapsAndTheirChannels()
    {
        LensFrame frame;
        auto raw = std::make_shared<RawOutputs>();
        raw->features.push_back({"P4", 16, {}});
        raw->features.back().values.channels = 12;
        frame.raw = raw;
        panel_->setFrame(std::make_shared<LensFrame>(frame));
        for (const Layer &layer : panel_->layers())
            if (layer.kind == LayerKind::Activation)
                choose(QString::fromStdString(titleOf(layer.kind).english()));
        auto *features = named<QComboBox>(*panel_, "Feature map");
        auto *channel = named<QSpinBox>(*panel_, "Channel");
        QVERIFY(features->isVisible() && channel->isVisible());
        features->setCurrentIndex(features->findText("P4"));
        QCOMPARE(layerOf(*panel_, LayerKind::Activation).features, std::string("P4"));
        QCOMPARE(channel->maximum(), 11);
        QCOMPARE(channel->text(), QString("Mean"));
        QTest::keyClick(channel, Qt::Key_Up);
        QTest::keyClick(channel, Qt::Key_Up);
        QCOMPARE(layerOf(*panel_, LayerKind::Activation).channel, 1);
    }

    void whyALayerShowsNothing()
    {
        check("Score");
        panel_->setFrame(frameFor(*panel_));
        QListWidgetItem *item = list_->item(rowOf("Score"));
        QVERIFY2(item->text().contains("No model"), qPrintable(item->text()));
        QVERIFY(!item->icon().isNull());
        panel_->setFrame(nullptr);
        QCOMPARE(item->text(), QString("Score"));
    }

    void countsAndTheBoxesThatFareWorst()
    {
        check("Assignment");
        panel_->setFrame(frameFor(*panel_));
        QString words;
        for (const QLabel *label : panel_->findChildren<QLabel *>())
            words += label->text() + '\n';
        QVERIFY2(words.contains("3 of 4 labels are learnt."), qPrintable(words));
        QVERIFY2(words.contains("Ambiguous: "), qPrintable(words));
        auto *boxes = panel_->findChild<QTreeWidget *>();
        QVERIFY(boxes->isVisible());
        QCOMPARE(boxes->topLevelItemCount(), 4);
        QCOMPARE(boxes->topLevelItem(0)->text(1), QString("none"));  // the one that nobody learns comes first
        QVERIFY(boxes->topLevelItem(1)->text(2).toInt() >= boxes->topLevelItem(2)->text(2).toInt());
        QVERIFY(boxes->topLevelItem(1)->text(2).toInt() > 0);
        QSignalSpy activated(panel_.get(), &LayersPanel::labelActivated);
        QTest::mouseClick(boxes->viewport(), Qt::LeftButton, {},
                          boxes->visualItemRect(boxes->topLevelItem(0)).center());
        QCOMPARE(activated.count(), 1);
        QCOMPARE(activated.last().at(0).toInt(), 3);
        boxes->setCurrentItem(boxes->topLevelItem(1));
        QTest::keyClick(boxes, Qt::Key_Return);
        QCOMPARE(activated.count(), 2);
        panel_->setFrame(nullptr);
        QVERIFY(!boxes->isVisible());
    }

    void aThousandBoxesAreNotAllListed()
    {
        panel_->setFrame(frameFor(*panel_, 1000));
        QCOMPARE(panel_->findChild<QTreeWidget *>()->topLevelItemCount(), 100);
    }

    void theLegendFollowsTheFrame()
    {
        auto *legend = panel_->findChild<LegendView *>();
        QCOMPARE(legend->heightForWidth(250), 0);
        check("Assignment");
        panel_->setFrame(frameFor(*panel_));
        QVERIFY(legend->heightForWidth(250) > 60);
        QVERIFY(legend->heightForWidth(120) > legend->heightForWidth(250));  // its words wrap
        QCOMPARE(legend->accessibleDescription(), QString("Assignment"));
        QTRY_VERIFY(legend->height() > 60);
        const QImage image = shown(*legend);
        QVERIFY(count(image, panel_->palette().color(QPalette::Window)) < image.width() * image.height());
    }

    void bothThemesAndAnotherLanguage()
    {
        check("Assignment");
        panel_->setFrame(frameFor(*panel_));
        for (const ThemeChoice theme : {ThemeChoice::Dark, ThemeChoice::Light}) {
            applyTheme(theme);
            // The box of a layer that is not shown can be seen.
            const QImage image = shown(*list_->viewport());
            const QRect item = list_->visualItemRect(list_->item(rowOf("Stride grid")));
            const double ratio = list_->devicePixelRatioF();
            const QColor base = list_->palette().color(QPalette::Base);
            double contrast = 1;
            for (int x = 0; x < 24; ++x)
                contrast = std::max(contrast, contrastRatio(base, image.pixelColor(qRound(x * ratio),
                                                                                   qRound(item.center().y() * ratio))));
            QVERIFY2(contrast > 1.5, qPrintable(QString::number(contrast)));
        }
        QEvent language(QEvent::LanguageChange);
        QApplication::sendEvent(panel_.get(), &language);
        QVERIFY(layerOf(*panel_, LayerKind::Assignment).visible);
        QCOMPARE(list_->item(rowOf("Assignment"))->checkState(), Qt::Checked);
        QCOMPARE(changed_->count(), 1);  // of the check above
    }

private:
    int rowOf(const QString &title) const
    {
        for (int row = 0; row < list_->count(); ++row)
            if (list_->item(row)->text().section('\n', 0, 0) == title)
                return row;
        return -1;
    }
    void choose(const QString &title)
    {
        QListWidgetItem *item = list_->item(rowOf(title));
        list_->scrollToItem(item);
        const QRect place = list_->visualItemRect(item);
        QTest::mouseClick(list_->viewport(), Qt::LeftButton, {}, QPoint(place.left() + 60, place.center().y()));
        QCOMPARE(list_->currentItem(), item);
    }
    void check(const QString &title)
    {
        choose(title);
        QTest::keyClick(list_, Qt::Key_Space);
        QCOMPARE(list_->currentItem()->checkState(), Qt::Checked);
    }

    std::unique_ptr<LayersPanel> panel_;
    std::unique_ptr<QSignalSpy> changed_;
    QListWidget *list_ = nullptr;
};

QTEST_MAIN(TestLayersPanel)
#include "tst_layers_panel.moc"
