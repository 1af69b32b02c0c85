// SPDX-License-Identifier: GPL-3.0-or-later
// The main job, with nothing replaced: the window, the shipped model, the demo pictures.
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

#include "app/gui/main_window.h"
#include "core/base/palette.h"
#include "core/data/dataset.h"
#include "widgets/canvas.h"
#include "widgets/detection_table.h"

using namespace fcoscope;

class ShippedModelTest : public QObject {
    Q_OBJECT

    static QString resource(const char *name)
    {
        return QStringLiteral(FCOSCOPE_SOURCE_DIR "/resources/") + QString::fromLatin1(name);
    }

private Q_SLOTS:
    void openDetectAndSee()
    {
        QTemporaryDir dir;
        QSettings settings(dir.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        settings.setValue(QStringLiteral("language"), QStringLiteral("en"));
        Session session(coreBackend("cpu"));
        MainWindow window(session, settings);
        window.resize(1280, 800);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        session.open({resource("models/default.safetensors"), resource("demo")});
        Canvas &canvas = *window.findChild<Canvas *>();
        QTRY_VERIFY_WITH_TIMEOUT(!canvas.detections().empty(), 60000);
        QCOMPARE(session.images().size(), 12u);
        QCOMPARE(canvas.imageId(), session.images().front());
        QCOMPARE(window.findChild<DetectionTable *>()->model()->rowCount(),
                 static_cast<int>(canvas.detections().size()));

        // What it found is what was drawn: most labels have a detection of their class on them.
        const Dataset drawn = readDataset(resource("demo").toStdString());
        const auto &labels = drawn.images.front().labels;
        const auto names = session.model()->info.classNames;
        const auto onIt = [&](const Label &label) {
            return std::any_of(canvas.detections().begin(), canvas.detections().end(), [&](const Detection &d) {
                return names[size_t(d.classIndex)] == drawn.classNames[size_t(label.classIndex)] &&
                       intersectionOverUnion(d.box, label.box) > 0.5;
            });
        };
        const auto found = std::count_if(labels.begin(), labels.end(), onIt);
        QVERIFY2(found * 10 >= static_cast<std::ptrdiff_t>(labels.size()) * 7,
                 qPrintable(QStringLiteral("%1 of %2").arg(found).arg(labels.size())));

        // And it is on the screen, in the colour of its class, when the labels are away.
        QTest::keyClick(&canvas, Qt::Key_L, Qt::ShiftModifier);
        const Detection &first = canvas.detections().front();
        const Colour colour = classColour(first.classIndex);
        const QImage screen = canvas.grab().toImage();
        const QPointF edge = canvas.toWidget({first.box.x2, (first.box.y1 + first.box.y2) / 2});
        int inColour = 0;
        for (int dx = -3; dx <= 3; ++dx)
            inColour += screen.pixelColor(edge.toPoint() + QPoint(dx, 0)).rgb() == qRgb(colour.r, colour.g, colour.b);
        QVERIFY(inColour > 0);
    }
};

QTEST_MAIN(ShippedModelTest)
#include "tst_shipped_model.moc"
