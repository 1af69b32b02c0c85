// SPDX-License-Identifier: GPL-3.0-or-later
// The catalogue says nothing that contradicts itself.
#include <QRegularExpression>
#include <QSet>
#include <QTest>
#include <QUrl>

#include <cmath>

#include "core/base/error.h"
#include "core/weights/catalogue.h"

using namespace fcoscope;

class CatalogueTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyEntryIsWhole()
    {
        QSet<QString> names, files;
        static const QRegularExpression hash(QStringLiteral("^([0-9a-f]{8}|[0-9a-f]{64})?$"));
        static const QRegularExpression hashInName(QStringLiteral("-([0-9a-f]{8})\\.pth$"));
        for (const PublishedWeights &entry : weightsCatalogue()) {
            const QString file = QString::fromStdString(entry.fileName());
            QVERIFY2(*entry.title && *entry.credit && *entry.publisher, entry.name);
            QVERIFY2(!names.contains(QString::fromUtf8(entry.name).toLower()) && !files.contains(file), entry.name);
            names += QString::fromUtf8(entry.name).toLower();
            files += file;
            const QUrl url(QString::fromUtf8(entry.url), QUrl::StrictMode);
            QVERIFY2(url.isValid() && url.scheme() == QLatin1String("https"), entry.url);
            QVERIFY2(file.endsWith(QLatin1String(".pth")), entry.url);
            QVERIFY2(file.startsWith(QString::fromUtf8(entry.name)) || QByteArray(entry.name) == "resnet50_v2",
                     entry.url);
            QVERIFY2(hash.match(QString::fromUtf8(entry.sha256)).hasMatch(), entry.name);
            // TorchVision and OpenMMLab end a name with the first digits of the hash.
            const auto digits = hashInName.match(file);
            QCOMPARE(digits.hasMatch(), *entry.sha256 != '\0');
            QVERIFY2(QString::fromUtf8(entry.sha256).startsWith(digits.captured(1)), entry.name);
            QVERIFY2(entry.bytes == 0 || entry.bytes == entry.aboutBytes, entry.name);
            QVERIFY2(entry.quality > 30 && entry.quality < 100, entry.name);
            // Layers that FCOScope does not have.
            QVERIFY2(!file.contains(QRegularExpression(QStringLiteral("dcn|dla|vovnet|mnv2"),
                                                       QRegularExpression::CaseInsensitiveOption)),
                     entry.name);
        }
        QVERIFY(names.size() >= 30);
    }

    void termsAreShownWhereTheyBind()
    {
        int bound = 0;
        for (const PublishedWeights &entry : weightsCatalogue()) {
            const QString link = QString::fromUtf8(entry.terms->link);
            QVERIFY2(link.startsWith(QLatin1String("https://github.com/")) && link.endsWith(QLatin1String("LICENSE")),
                     entry.name);
            QVERIFY2(!entry.terms->inShort().english().empty(), entry.name);
            QCOMPARE(entry.terms->mustBeAccepted, QString::fromUtf8(entry.url).contains(QLatin1String("/tianzhi/")));
            QCOMPARE(entry.terms->mustBeAccepted,
                     QString::fromUtf8(entry.terms->text).contains(QLatin1String("non-commercial")));
            bound += entry.terms->mustBeAccepted;
        }
        QVERIFY(bound > 10);
    }

    void namesAreFound()
    {
        const PublishedWeights *entry = findWeights("FCOS_ResNet50_FPN_COCO");
        QVERIFY(entry);
        QCOMPARE(entry->fileName(), std::string("fcos_resnet50_fpn_coco-99b0c9b7.pth"));
        QCOMPARE(&weightsNamed("fcos_resnet50_fpn_coco"), entry);
        QVERIFY(!findWeights("resnet"));
        for (const auto &[typed, words] : {std::pair("resnet5", "did you mean \"resnet50\"?"),
                                           std::pair("something else", "fcos model get lists them")}) {
            try {
                weightsNamed(typed);
                QFAIL(typed);
            } catch (const UserError &error) {
                QVERIFY2(QByteArray(error.what()).contains(words), error.what());
            }
        }
    }
};

QTEST_GUILESS_MAIN(CatalogueTest)
#include "tst_catalogue.moc"
