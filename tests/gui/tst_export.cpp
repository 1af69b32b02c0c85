// SPDX-License-Identifier: GPL-3.0-or-later
// The dialog that exports a figure, worked with mouse and keys.
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include "app/gui/export_dialog.h"
#include "app/gui/language.h"

using namespace fcoscope;

namespace {

const QColor legendColour(1, 200, 2);

Figure coloured(const QColor &colour)
{
    Figure figure;
    FigurePanel panel;
    panel.paint = [colour](const FigurePage &page) { page.painter.fillRect(page.place, colour); };
    figure.panels.push_back(panel);
    figure.legend.size = [](double, const QFont &) { return QSizeF(80, 40); };
    figure.legend.paint = [](const FigurePage &page) { page.painter.fillRect(page.place, legendColour); };
    return figure;
}

bool has(const QImage &image, const QColor &colour)
{
    for (int y = 0; y < image.height(); y += 3)
        for (int x = 0; x < image.width(); x += 3)
            if (image.pixelColor(x, y) == colour)
                return true;
    return false;
}

}  // namespace

class ExportTest : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    std::unique_ptr<QSettings> settings_;
    QPointer<ExportDialog> dialog_;

    void open(Figure figure)
    {
        FigureLook look;
        look.size = {300, 200};
        dialog_ = exportFigure(nullptr, *settings_, std::move(figure), QStringLiteral("view"), look);
        QVERIFY(QTest::qWaitForWindowExposed(dialog_));
    }
    void type(const QString &file)
    {
        auto *edit = dialog_->findChild<QLineEdit *>();
        edit->selectAll();
        QTest::keyClicks(edit, file);
    }
    template <typename Widget> Widget &part(const char *name = nullptr)
    {
        return *dialog_->findChild<Widget *>(QString::fromLatin1(name));
    }

private Q_SLOTS:
    void init()
    {
        for (const char *name : {"view.png", "view.svg"})
            QFile::remove(dir_.filePath(QString::fromLatin1(name)));
        settings_ = std::make_unique<QSettings>(dir_.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        settings_->setValue(QStringLiteral("figureFolder"), dir_.path());
    }
    void cleanup() { delete dialog_; }

    void writesWhatWasChosen()
    {
        open(coloured(Qt::blue));
        QCOMPARE(dialog_->file(), dir_.filePath(QStringLiteral("view.png")));
        QSignalSpy written(dialog_, &ExportDialog::written);
        const auto sides = dialog_->findChildren<QSpinBox *>();
        QCOMPARE(sides.size(), 2);
        sides[0]->setFocus();
        sides[0]->selectAll();
        QTest::keyClicks(sides[0], "400");
        QTest::keyClick(sides[1], Qt::Key_Up);  // 200 → 300
        QTest::keyClick(&part<QDoubleSpinBox>(), Qt::Key_Up);
        QTest::keyClick(&part<QDoubleSpinBox>(), Qt::Key_Up);
        QTest::keyClick(&part<QComboBox>(), Qt::Key_Down);
        QTest::mouseClick(&part<QPushButton>("write"), Qt::LeftButton);
        QTRY_COMPARE(written.count(), 1);
        const QImage image(dir_.filePath(QStringLiteral("view.png")));
        QCOMPARE(image.size(), QSize(800, 600));
        QVERIFY(has(image, Qt::blue) && has(image, legendColour));
        QVERIFY(image.pixelColor(0, 0).lightness() < 80);
        QTRY_VERIFY(!dialog_);  // it has done its work
    }

    void theLegendCanBeLeftOutAndTheEndingIsRemembered()
    {
        open(coloured(Qt::blue));
        auto &legend = part<QCheckBox>();
        QTest::keyClick(&legend, Qt::Key_Space);
        QVERIFY(!legend.isChecked());
        type(dir_.filePath(QStringLiteral("other.SVG")));
        QTest::keyClick(dialog_, Qt::Key_Return);
        QTRY_VERIFY(!dialog_);
        QFile file(dir_.filePath(QStringLiteral("other.SVG")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains(legendColour.name().toLatin1()));
        open(coloured(Qt::blue));
        QVERIFY(dialog_->file().endsWith(QStringLiteral("view.svg")));
    }

    void whatFailsIsSaidAndTheDialogStays()
    {
        open(coloured(Qt::blue));
        QSignalSpy written(dialog_, &ExportDialog::written);
        type(dir_.filePath(QStringLiteral("figure.gif")));
        QTest::mouseClick(&part<QPushButton>("write"), Qt::LeftButton);
        QTRY_VERIFY2(part<QLabel>("status").text().contains(QStringLiteral(".png, .svg or .pdf")),
                     qPrintable(part<QLabel>("status").text()));
        QVERIFY(part<QPushButton>("write").isEnabled());
        type(dir_.filePath(QStringLiteral("nowhere/figure.png")));
        QTest::mouseClick(&part<QPushButton>("write"), Qt::LeftButton);
        QTRY_VERIFY(part<QLabel>("status").text().contains(QStringLiteral("nowhere")));
        QCOMPARE(written.count(), 0);
        QVERIFY(dialog_->isVisible());
    }

    void nothingIsReplacedUnasked()
    {
        QFile old(dir_.filePath(QStringLiteral("old.png")));
        QVERIFY(old.open(QIODevice::WriteOnly) && old.write("precious") == 8);
        old.close();
        open(coloured(Qt::blue));
        type(old.fileName());
        QTest::mouseClick(&part<QPushButton>("write"), Qt::LeftButton);
        QTRY_VERIFY(part<QLabel>("status").text().contains(QStringLiteral("exists already")));
        QCOMPARE(old.size(), 8);
        QTest::mouseClick(&part<QPushButton>("write"), Qt::LeftButton);
        QTRY_VERIFY(!dialog_);
        QVERIFY(has(QImage(old.fileName()), Qt::blue));
    }

    void aFigureOfWidgetsIsDrawnOnTheirThread()
    {
        Figure figure = coloured(Qt::blue);
        const auto painted = std::make_shared<QThread *>(nullptr);
        figure.panels[0].paint = [painted](const FigurePage &) { *painted = QThread::currentThread(); };
        open(figure);
        QTest::mouseClick(&part<QPushButton>("write"), Qt::LeftButton);
        QTRY_VERIFY(!dialog_);
        QVERIFY(*painted && *painted != QThread::currentThread());
        figure.ofWidgets = true;
        QFile::remove(dir_.filePath(QStringLiteral("view.png")));
        open(figure);
        QTest::mouseClick(&part<QPushButton>("write"), Qt::LeftButton);
        QTRY_VERIFY(!dialog_);
        QCOMPARE(*painted, QThread::currentThread());
    }

    void closingWhileItDrawsLeavesNothingRunning()
    {
        Figure figure = coloured(Qt::blue);
        figure.panels[0].paint = [](const FigurePage &page) {
            for (int i = 0; i < 300; ++i)
                page.painter.drawEllipse(page.place.adjusted(i, i, -i, -i));
        };
        open(figure);
        QTest::mouseClick(&part<QPushButton>("write"), Qt::LeftButton);
        delete dialog_;  // waits; a crash would be seen
        QVERIFY(!dialog_);
    }

    void everyControlHasAName()
    {
        open(coloured(Qt::blue));
        for (QWidget *widget : dialog_->findChildren<QWidget *>())
            if (widget->focusPolicy() != Qt::NoFocus && widget->isVisible() && widget->parentWidget() == dialog_)
                QVERIFY2(!widget->accessibleName().isEmpty() || qobject_cast<QPushButton *>(widget) ||
                             qobject_cast<QCheckBox *>(widget) || qobject_cast<QLabel *>(widget),
                         widget->metaObject()->className());
    }
};

QTEST_MAIN(ExportTest)
#include "tst_export.moc"
