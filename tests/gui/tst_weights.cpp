// SPDX-License-Identifier: GPL-3.0-or-later
// Getting weights in the window, with mouse and keys: over a backend whose time the test controls, and once over the
// real one with a server beside it.
#include <QCheckBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>
#include <QTextBrowser>
#include <QTreeWidget>

#include <memory>

#include "app/gui/main_window.h"
#include "app/gui/weights_dialog.h"
#include "tests/session/fake_backend.h"
#include "tests/weights/local_server.h"
#include "widgets/message_strip.h"
#include "widgets/theme.h"

using namespace fcoscope;

class WeightsTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<FakeBackend> fake_;
    std::unique_ptr<QSettings> settings_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<MainWindow> window_;
    const PublishedWeights &free_ = weightsNamed("fcos_resnet50_fpn_coco"), &bound_ = weightsNamed("FCOS_R_50_1x"),
                           &backbone_ = weightsNamed("resnet18");

    void make(const Backend &backend)
    {
        session_ = std::make_unique<Session>(backend);
        window_ = std::make_unique<MainWindow>(*session_, *settings_);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    }
    /// By the menu, as a person opens it.
    void open()
    {
        for (QAction *action : window_->findChildren<QAction *>())
            if (action->text() == QStringLiteral("&Get weights…"))
                action->trigger();
        QVERIFY(dialog());
    }
    WeightsDialog *dialog() const { return window_->findChild<WeightsDialog *>(); }
    QPushButton &button(const char *name) const
    {
        return *dialog()->findChild<QPushButton *>(QString::fromLatin1(name));
    }
    QCheckBox &accept() const { return *dialog()->findChild<QCheckBox *>(); }
    QString status() const { return dialog()->findChild<QLabel *>(QStringLiteral("status"))->text(); }
    QString details() const { return dialog()->findChild<QTextBrowser *>()->toPlainText(); }
    QTreeWidget &list() const { return *dialog()->findChild<QTreeWidget *>(); }
    QTreeWidgetItem *item(const PublishedWeights &entry) const
    {
        for (QTreeWidgetItemIterator it(&list()); *it; ++it)
            if ((*it)->toolTip(0) == QString::fromUtf8(entry.name))
                return *it;
        return nullptr;
    }
    void click(const PublishedWeights &entry) const
    {
        list().scrollToItem(item(entry));
        QTest::mouseClick(list().viewport(), Qt::LeftButton, {}, list().visualItemRect(item(entry)).center());
    }

private Q_SLOTS:
    void init()
    {
        dir_ = std::make_unique<QTemporaryDir>();
        settings_ = std::make_unique<QSettings>(dir_->filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        settings_->setValue(QStringLiteral("language"), QStringLiteral("en"));
        fake_ = std::make_unique<FakeBackend>(1);
    }
    void cleanup()
    {
        window_.reset();
        session_.reset();
        settings_.reset();
    }

    void listsThemAll()
    {
        QFile here(fake_->weightsFile(backbone_.name));
        QVERIFY(here.open(QIODevice::WriteOnly));
        make(fake_->backend());
        open();
        for (const PublishedWeights &entry : weightsCatalogue())
            QVERIFY2(item(entry), entry.name);
        QTRY_COMPARE(item(backbone_)->text(3), QStringLiteral("here"));
        QCOMPARE(item(free_)->text(3), QString());
        QCOMPARE(item(free_)->text(1), QStringLiteral("AP 39.2"));
        QCOMPARE(item(free_)->text(2), QStringLiteral("130 MB"));
        QVERIFY(item(bound_)->parent()->text(0).contains(QStringLiteral("non-commercial")));
        // A backbone that is here is nothing to detect with.
        click(backbone_);
        QCOMPARE(dialog()->selected(), &backbone_);
        QVERIFY(!button("use").isVisible() && !button("get").isVisible());

        QTest::keyClicks(dialog()->findChild<QLineEdit *>(), QStringLiteral("real-time AdelaiDet"));
        int shown = 0;
        for (const PublishedWeights &entry : weightsCatalogue())
            shown += !item(entry)->isHidden();
        QCOMPARE(shown, 2);
        QVERIFY(item(free_)->parent()->isHidden());

        WeightsDialog *first = dialog();
        open();  // again: the same one
        QCOMPARE(window_->findChildren<WeightsDialog *>(), QList<WeightsDialog *>{first});
    }

    void getAndUse()
    {
        make(fake_->backend());
        open();
        click(free_);
        QVERIFY(!accept().isVisible() && !button("use").isVisible());
        fake_->getting.hold();
        QTest::mouseClick(&button("get"), Qt::LeftButton);
        QTRY_COMPARE(status(), QStringLiteral("fcos_resnet50_fpn_coco: 1.0 MB of 2.0 MB"));
        auto *bar = dialog()->findChild<QProgressBar *>();
        QVERIFY(bar->isVisible());
        QCOMPARE(bar->value(), 500);
        QVERIFY(button("stop").isVisible() && !button("get").isEnabled());
        QCOMPARE(item(free_)->text(3), QStringLiteral("coming…"));
        QVERIFY(!fake_->termsAccepted);
        fake_->getting.release();
        QTRY_VERIFY(button("use").isVisible());
        QVERIFY(!bar->isVisible() && !button("get").isVisible() && !button("stop").isVisible());
        QCOMPARE(item(free_)->text(3), QStringLiteral("here"));
        QTest::mouseClick(&button("use"), Qt::LeftButton);
        QTRY_VERIFY(session_->model());
        QCOMPARE(QString::fromStdString(session_->model()->info.path.string()), fake_->weightsFile(free_.name));
        QTRY_VERIFY(!dialog());  // it closed itself
        QVERIFY(!window_->findChild<MessageStrip *>()->isVisible());
    }

    void termsComeFirst()
    {
        make(fake_->backend());
        open();
        click(bound_);
        QVERIFY(accept().isVisible() && !accept().isChecked());
        QVERIFY(!button("get").isEnabled());
        QVERIFY(details().contains(QStringLiteral("AdelaiDet for non-commercial purposes")));
        QVERIFY(details().contains(QStringLiteral("THIS SOFTWARE IS PROVIDED")));
        QTest::mouseClick(&accept(), Qt::LeftButton, {}, {10, accept().height() / 2});
        QVERIFY(accept().isChecked() && button("get").isEnabled());
        // Accepted for these alone.
        click(weightsNamed("FCOS_MS_R_50_2x"));
        QVERIFY(!accept().isChecked() && !button("get").isEnabled());
        click(bound_);
        QVERIFY(!accept().isChecked());
        QTest::mouseClick(&accept(), Qt::LeftButton, {}, {10, accept().height() / 2});
        QTest::mouseClick(&button("get"), Qt::LeftButton);
        QTRY_VERIFY(button("use").isVisible());
        QVERIFY(fake_->termsAccepted);
        QVERIFY(!accept().isVisible());
    }

    void stopAndFail()
    {
        make(fake_->backend());
        open();
        click(free_);
        fake_->getting.hold();
        QTest::mouseClick(&button("get"), Qt::LeftButton);
        QTRY_COMPARE(fake_->getting.arrivals(), 1);
        QTest::mouseClick(&button("stop"), Qt::LeftButton);
        QTRY_VERIFY(!button("stop").isVisible());
        QVERIFY(button("get").isEnabled());
        QCOMPARE(status(), QString());
        fake_->getting.release();
        fake_->breakGetting = true;
        QTest::mouseClick(&button("get"), Qt::LeftButton);
        QTRY_COMPARE(status(), QStringLiteral("weights.example sends an empty file."));
        QVERIFY(button("get").isEnabled() && button("get").isVisible());
        QVERIFY(!window_->findChild<MessageStrip *>()->isVisible());  // said once
        fake_->breakGetting = false;
        QTest::mouseClick(&button("get"), Qt::LeftButton);
        QTRY_VERIFY(button("use").isVisible());
        QCOMPARE(status(), QString());
    }

    void goesOnWithoutTheDialog()
    {
        make(fake_->backend());
        open();
        click(free_);
        fake_->getting.hold();
        QTest::mouseClick(&button("get"), Qt::LeftButton);
        QTRY_COMPARE(fake_->getting.arrivals(), 1);
        dialog()->close();
        QTRY_VERIFY(!dialog());
        open();  // and it is shown again
        QVERIFY(button("stop").isVisible());
        QCOMPARE(status(), QStringLiteral("fcos_resnet50_fpn_coco: 1.0 MB of 2.0 MB"));
        dialog()->close();
        QTRY_VERIFY(!dialog());
        fake_->getting.release();
        MessageStrip &strip = *window_->findChild<MessageStrip *>();
        QTRY_VERIFY(strip.isVisible());
        QCOMPARE(strip.text(), QStringLiteral("The weights fcos_resnet50_fpn_coco are here."));
        for (QPushButton *offered : strip.findChildren<QPushButton *>())
            if (offered->isVisible())
                offered->click();
        QTRY_VERIFY(session_->model());
        QVERIFY(!strip.isVisible());
    }

    void theWindowClosesWhileBusy()
    {
        make(fake_->backend());
        open();
        click(free_);
        fake_->getting.hold();
        QTest::mouseClick(&button("get"), Qt::LeftButton);
        QTRY_COMPARE(fake_->getting.arrivals(), 1);
        window_.reset();
        session_.reset();  // asks the download to stop, waits for it
        QVERIFY(!QFile::exists(fake_->weightsFile(free_.name)));
    }

    void otherWordsAtOnce()
    {
        make(fake_->backend());
        open();
        click(bound_);
        const QString before = details();
        window_->setLanguage(QStringLiteral("zh_CN"));
        QTRY_VERIFY(dialog()->windowTitle() != QStringLiteral("Get weights"));
        QVERIFY(details() != before);
        QCOMPARE(dialog()->selected(), &bound_);
        QVERIFY(item(bound_)->isSelected());
        window_->setLanguage(QStringLiteral("en"));
        QTRY_COMPARE(details(), before);
    }

    void fromAServer()
    {
        qunsetenv("http_proxy");
        qunsetenv("all_proxy");
        LocalServer server;
        if (!server.started())
            QSKIP("python3 is needed for the local server");
        const QByteArray content = server.put(QStringLiteral("FCOS_R_50_1x.pth"));
        qputenv("XDG_DATA_HOME", QFile::encodeName(dir_->path()));
        qputenv("FCOSCOPE_WEIGHTS_FROM", server.url(QStringLiteral("gated")).toLatin1());
        make(coreBackend());
        open();
        click(bound_);
        accept().setChecked(true);
        QTest::mouseClick(&button("get"), Qt::LeftButton);
        QTRY_VERIFY(status().startsWith(QStringLiteral("FCOS_R_50_1x.pth: 0.1 MB of 1.0 MB")));
        QTest::mouseClick(&button("stop"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!button("stop").isVisible(), 10000);
        server.release(QStringLiteral("FCOS_R_50_1x.pth"));
        QTest::mouseClick(&button("get"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(button("use").isVisible(), 10000);
        QFile file(dir_->filePath(QStringLiteral("fcoscope/weights/FCOS_R_50_1x.pth")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), content);
        QSignalSpy used(dialog(), &WeightsDialog::useRequested);
        QTest::mouseClick(&button("use"), Qt::LeftButton);
        QCOMPARE(used.count(), 1);
        QCOMPARE(QString::fromStdString(used[0][0].value<std::filesystem::path>().string()), file.fileName());
        qunsetenv("FCOSCOPE_WEIGHTS_FROM");
    }
};

QTEST_MAIN(WeightsTest)
#include "tst_weights.moc"
