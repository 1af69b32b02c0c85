// SPDX-License-Identifier: GPL-3.0-or-later
// Weights that somebody else's program wrote, dropped on the window: the model is current and its card says whose it
// is, or the strip says in one sentence why not and the model that was there stays. Nothing is replaced by a fake.
#include <QDialog>
#include <QDropEvent>
#include <QFile>
#include <QMimeData>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBrowser>
#include <QToolButton>

#include "app/gui/main_window.h"
#include "core/fcos/checkpoint.h"
#include "widgets/canvas.h"
#include "widgets/message_strip.h"

using namespace fcoscope;
namespace fs = std::filesystem;

namespace {

/// A small detector as torchvision would have saved it.
void writeTorchvisionFile(const fs::path &to)
{
    NetworkOptions network = networkOfProfile("tv");
    network.backboneDepth = 18;
    network.classCount = 4;
    const fs::path ours = fs::path(to).replace_extension(".safetensors");
    writeRandomModel(ours, network, profileNamed("tv"), {"background", "cat", "dog", "bird"}, 1);
    ExportOptions options;
    options.codebase = "torchvision";
    exportModel(ours, to, options);
    fs::remove(ours);
}

void write(const fs::path &path, const QByteArray &bytes)
{
    QFile file(QString::fromStdString(path.string()));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

}  // namespace

class ModelFilesTest : public QObject {
    Q_OBJECT

    QTemporaryDir dir_;
    std::unique_ptr<QSettings> settings_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<MainWindow> window_;

    fs::path file(const char *name) const { return fs::path(dir_.path().toStdString()) / name; }
    MessageStrip &strip() const { return *window_->findChild<MessageStrip *>(); }
    QToolButton &modelButton() const { return *window_->findChild<QToolButton *>(QStringLiteral("model")); }

    void drop(const fs::path &path)
    {
        Canvas &canvas = *window_->findChild<Canvas *>();
        QMimeData files;
        files.setUrls({QUrl::fromLocalFile(QString::fromStdString(path.string()))});
        QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &files, Qt::LeftButton, {});
        QCoreApplication::sendEvent(&canvas, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent dropped(QPoint(200, 200), Qt::CopyAction, &files, Qt::LeftButton, {});
        QCoreApplication::sendEvent(&canvas, &dropped);
    }

private Q_SLOTS:
    void initTestCase() { writeTorchvisionFile(file("detector.pth")); }

    void init()
    {
        settings_ = std::make_unique<QSettings>(dir_.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        settings_->setValue(QStringLiteral("language"), QStringLiteral("en"));
        session_ = std::make_unique<Session>(coreBackend("cpu"));
        window_ = std::make_unique<MainWindow>(*session_, *settings_);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    }
    void cleanup()
    {
        window_.reset();
        session_.reset();
    }

    void aGoodFileBecomesTheModelAndItsCardIsOneClickAway_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("named as weights are") << QStringLiteral("detector.pth");
        QTest::newRow("known by its content") << QStringLiteral("downloaded");
    }
    void aGoodFileBecomesTheModelAndItsCardIsOneClickAway()
    {
        QFETCH(QString, name);
        const fs::path path = file(qPrintable(name));
        if (!fs::exists(path))
            fs::copy_file(file("detector.pth"), path);
        drop(path);
        QTRY_VERIFY_WITH_TIMEOUT(session_->model(), 60000);
        QVERIFY2(!strip().isVisible(), qPrintable(strip().text()));
        const ModelInfo &info = session_->model()->info;
        QCOMPARE(info.codebase, std::string("torchvision"));
        QCOMPARE(info.profile.name, std::string("tv"));
        QCOMPARE(info.classNames.size(), 4u);

        QTRY_VERIFY(modelButton().text().startsWith(name.section(QLatin1Char('.'), 0, 0)));
        QTest::mouseClick(&modelButton(), Qt::LeftButton);
        auto *card = window_->findChild<QDialog *>(QStringLiteral("modelCard"));
        QVERIFY(card && card->isVisible());
        const QString text = card->findChild<QTextBrowser *>()->toPlainText();
        for (const char *said : {"torchvision", "tv", "4 classes", "800", "1333", "What differs from our own"})
            QVERIFY2(text.contains(QString::fromLatin1(said)), said);
        // What was assumed stands before what differs, and that with what was left out before the long tables.
        const auto assumed = text.indexOf(QStringLiteral("Assumed"));
        const auto differs = text.indexOf(QStringLiteral("What differs"));
        const auto leftOut = text.indexOf(QStringLiteral("num_batches_tracked")),
                   all = text.indexOf(QStringLiteral("All of"));
        QVERIFY2(assumed > 0 && assumed < differs && differs < leftOut && leftOut < all, qPrintable(text.left(2000)));
        const OptionDifference difference = differencesFromOwn(info).front();
        const auto named = text.indexOf(QString::fromStdString(difference.option), differs);
        QVERIFY2(named > differs && named < all, difference.option.c_str());
    }

    void aBadFileIsRefusedByNameAndTheModelStays_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("said");
        QFile whole(QString::fromStdString(file("detector.pth").string()));
        QVERIFY(whole.open(QIODevice::ReadOnly));
        QTest::newRow("cut short") << QStringLiteral("cut.pth") << whole.read(whole.size() / 2) << QString();
        QTest::newRow("web page") << QStringLiteral("page.pth")
                                  << QByteArray("<!DOCTYPE html>\n<html><body>Sign in</body></html>\n")
                                  << QStringLiteral("web page");
        QTest::newRow("text") << QStringLiteral("notes.pt") << QByteArray("Bring milk.\n") << QString();
        QTest::newRow("empty") << QStringLiteral("empty.ckpt") << QByteArray() << QString();
    }
    void aBadFileIsRefusedByNameAndTheModelStays()
    {
        QFETCH(QString, name);
        QFETCH(QByteArray, bytes);
        QFETCH(QString, said);
        drop(file("detector.pth"));
        QTRY_VERIFY_WITH_TIMEOUT(session_->model(), 60000);
        const ModelPtr before = session_->model();
        write(file(qPrintable(name)), bytes);
        drop(file(qPrintable(name)));
        QTRY_VERIFY_WITH_TIMEOUT(strip().isVisible(), 60000);
        const QString sentence = strip().text();
        QVERIFY2(sentence.contains(name) && sentence.endsWith(QLatin1Char('.')), qPrintable(sentence));
        QVERIFY2(sentence.contains(said), qPrintable(sentence));
        QVERIFY2(!sentence.contains(QStringLiteral("neither an image")), qPrintable(sentence));
        QVERIFY(!session_->modelLoading());
        QCOMPARE(session_->model(), before);
        QVERIFY(modelButton().isEnabled() && modelButton().text().startsWith(QStringLiteral("detector")));
    }
};

QTEST_MAIN(ModelFilesTest)
#include "tst_model_files.moc"
