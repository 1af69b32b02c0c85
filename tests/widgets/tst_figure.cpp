// SPDX-License-Identifier: GPL-3.0-or-later
// Figures as files: their size, what is in them, and that nothing half-written stays.
#include <QPainter>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QXmlStreamReader>

#include "core/base/error.h"
#include "widget_test.h"
#include "widgets/box_painter.h"
#include "widgets/figure.h"

using namespace fcoscope;

namespace {

const QColor ground(90, 120, 150), line(250, 10, 20), scaleColour(10, 200, 30);

/// A picture with one red square over its image pixels 20 … 40, which also paints far beside its place.
FigurePanel squarePanel()
{
    return picturePanel(plain(100, 80, ground), [](QPainter &painter, const View &view, const FigurePage &) {
        painter.fillRect(QRectF(view.toScreen({20, 20}), view.toScreen({40, 40})), line);
        painter.fillRect(QRectF(view.toScreen({-500, 60}), view.toScreen({600, 64})), line);
    });
}

Figure simple()
{
    Figure figure;
    figure.title = QStringLiteral("A <title> & more");
    figure.note = QStringLiteral("1333 × 800");
    figure.panels = {squarePanel()};
    figure.legend.size = [](double width, const QFont &) { return QSizeF(std::min(120.0, width), 40); };
    figure.legend.paint = [](const FigurePage &page) {
        page.painter.fillRect(QRectF(page.place.topLeft(), QSizeF(100, 30)), scaleColour);
    };
    return figure;
}

FigureLook look(QSize size, double scale = 1)
{
    FigureLook made;
    made.size = size;
    made.scale = scale;
    return made;
}

QByteArray bytesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString refusal(const std::function<void()> &call)
{
    try {
        call();
    } catch (const UserError &error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

/// The bounding box of a colour.
QRect whereIs(const QImage &image, const QColor &colour)
{
    QRect found;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if ((image.pixel(x, y) & 0xffffff) == (colour.rgb() & 0xffffff))
                found |= QRect(x, y, 1, 1);
    return found;
}

}  // namespace

class FigureTest : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    QString path(const char *name) const { return dir_.filePath(QString::fromLatin1(name)); }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }

    void aPngHasTheSizeAndTheScale()
    {
        for (const double scale : {1.0, 1.5, 2.0}) {
            writeFigure(simple(), look({500, 400}, scale), path("a.png"));
            const QImage image(path("a.png"));
            QCOMPARE(image.size(), QSize(qRound(500 * scale), qRound(400 * scale)));
            // The picture keeps its shape and the square its place in it, to the pixel.
            const QRect picture = whereIs(image, ground), legend = whereIs(image, scaleColour);
            QVERIFY(std::abs(picture.width() * 80 - picture.height() * 100) <= 100);
            QCOMPARE(legend.size(), QSize(qRound(100 * scale), qRound(30 * scale)));
            QVERIFY(!picture.intersects(legend));
            const double zoom = picture.width() / 100.0;
            const QPoint inside = picture.topLeft() + QPoint(qRound(21 * zoom), qRound(21 * zoom));
            const QPoint beside = picture.topLeft() + QPoint(qRound(18.5 * zoom), qRound(21 * zoom));
            QCOMPARE(image.pixelColor(inside), line);
            QCOMPARE(image.pixelColor(beside), ground);
            // What a panel paints beside its place is not seen.
            QCOMPARE(whereIs(image, line).left(), picture.left());
            QCOMPARE(whereIs(image, line).right(), picture.right());
        }
    }

    void aLegendAndAGroundAreAChoice()
    {
        FigureLook without = look({500, 400});
        without.legend = false;
        const QImage plainImage = figureImage(simple(), without), with = figureImage(simple(), look({500, 400}));
        QVERIFY(whereIs(plainImage, scaleColour).isNull());
        QVERIFY(whereIs(plainImage, ground).width() > whereIs(with, ground).width() ||
                whereIs(plainImage, ground).height() > whereIs(with, ground).height());
        QCOMPARE(with.pixelColor(0, 0), QColor(Qt::white));
        without.dark = true;
        QVERIFY(figureImage(simple(), without).pixelColor(0, 0).lightness() < 80);
    }

    void anSvgHoldsShapesAndWords()
    {
        writeFigure(simple(), look({500, 400}), path("a.svg"));
        const QByteArray text = bytesOf(path("a.svg"));
        QXmlStreamReader xml(text);
        int images = 0, shapes = 0;
        QString words;
        while (!xml.atEnd()) {
            if (xml.readNext() != QXmlStreamReader::StartElement)
                continue;
            const QString name = xml.name().toString();
            images += name == QLatin1String("image");
            shapes += name == QLatin1String("path") || name == QLatin1String("rect");
            if (name == QLatin1String("text"))
                words += xml.readElementText();
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QCOMPARE(images, 1);  // the photograph
        QVERIFY(shapes >= 3);
        QVERIFY2(words.contains(QStringLiteral("A <title> & more")), qPrintable(words));
        QVERIFY(text.contains("viewBox=\"0 0 500 400\""));
        // Drawn by someone else it is the same picture, and nothing looks out beside the panel.
        QSvgRenderer renderer(text);
        QVERIFY(renderer.isValid());
        QImage drawn(500, 400, QImage::Format_RGB32);
        QPainter painter(&drawn);
        renderer.render(&painter);
        painter.end();
        const QImage expected = figureImage(simple(), look({500, 400}));
        for (const QColor &colour : {line, scaleColour})
            QVERIFY(distance(whereIs(drawn, colour).center(), whereIs(expected, colour).center()) < 2);
    }

    void aPdfIsOne()
    {
        writeFigure(simple(), look({500, 400}), path("a.pdf"));
        const QByteArray text = bytesOf(path("a.pdf"));
        QVERIFY(text.startsWith("%PDF"));
        QVERIFY(text.trimmed().endsWith("%%EOF"));
        QVERIFY2(text.contains("/MediaBox [0 0 375"), "500 px of 1/96 inch are 375 points");
        QVERIFY(text.contains("/FontFile2") || text.contains("/Font"));  // words are words
    }

    void twoRunsGiveTheSameBytes()
    {
        for (const char *name : {"x.png", "x.svg"}) {
            writeFigure(simple(), look({400, 300}, 2), path(name));
            const QByteArray first = bytesOf(path(name));
            writeFigure(simple(), look({400, 300}, 2), path(name));
            QCOMPARE(bytesOf(path(name)), first);
            QVERIFY(first.size() > 1000);
        }
    }

    void photographsAreNoLargerThanTheyNeedBe()
    {
        Figure figure;
        QImage large(3000, 2000, QImage::Format_RGB32);
        for (int y = 0; y < large.height(); ++y)
            for (int x = 0; x < large.width(); ++x)
                large.setPixel(x, y, qRgb(x * 7 % 256, y * 11 % 256, (x * y) % 256));
        figure.panels = {picturePanel(large, {})};
        writeFigure(figure, look({300, 200}), path("small.svg"));
        writeFigure(figure, look({300, 200}, 3), path("finer.svg"));
        QVERIFY(bytesOf(path("small.svg")).size() < 600'000);
        QVERIFY(bytesOf(path("finer.svg")).size() > 3 * bytesOf(path("small.svg")).size());
    }

    void detectionsAreShapesOnPaper()
    {
        Figure figure;
        figure.panels = {
            picturePanel(plain(200, 150, ground), [](QPainter &painter, const View &view, const FigurePage &page) {
                paintBoxes(painter, view, {detectionAt({20, 30, 120, 110}, 0, 0.93f)}, {"cell"}, {page.font, true, -1});
            })};
        writeFigure(figure, look({400, 300}), path("boxes.svg"));
        const QByteArray text = bytesOf(path("boxes.svg"));
        QVERIFY(text.contains("cell 0.93"));
        QCOMPARE(text.count("<image"), 1);
        writeFigure(figure, look({400, 300}), path("boxes.png"));
        QVERIFY(count(QImage(path("boxes.png")), classColor(0)) > 200);
    }

    void whatCannotBeIsASentence_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QSize>("size");
        QTest::addColumn<double>("scale");
        QTest::addColumn<QString>("words");
        const QSize usual(400, 300);
        QTest::newRow("ending") << path("a.gif") << usual << 1.0 << "must end in .png, .svg or .pdf";
        QTest::newRow("no ending") << path("figure") << usual << 1.0 << "must end in .png, .svg or .pdf";
        QTest::newRow("folder") << path("nowhere/a.png") << usual << 1.0 << "nowhere";
        QTest::newRow("size") << path("a.png") << QSize(20, 300) << 1.0 << "its sides must be";
        QTest::newRow("pixels") << path("a.png") << QSize(20000, 20000) << 1.0 << "20000 × 20000";
        QTest::newRow("scale") << path("a.svg") << QSize(4000, 300) << 8.0 << "at scale 8";
    }
    void whatCannotBeIsASentence()
    {
        QFETCH(QString, file);
        QFETCH(QSize, size);
        QFETCH(double, scale);
        QFETCH(QString, words);
        QFile::remove(file);
        const QStringList before = QDir(dir_.path()).entryList(QDir::AllEntries | QDir::Hidden);
        const QString said = refusal([&] { writeFigure(simple(), look(size, scale), file); });
        QVERIFY2(said.contains(words), qPrintable(said));
        QVERIFY(said.endsWith(QLatin1Char('.')));
        QCOMPARE(QDir(dir_.path()).entryList(QDir::AllEntries | QDir::Hidden), before);
    }

    void anOldFileStaysWhereANewOneFails()
    {
        writeFigure(simple(), look({400, 300}), path("kept.png"));
        const QByteArray before = bytesOf(path("kept.png"));
        Figure broken = simple();
        broken.panels[0].paint = [](const FigurePage &) { throw UserError(message("core", "It broke.")); };
        QCOMPARE(refusal([&] {
                     writeFigure(broken, look({400, 300}), path("kept.png"));
                 }),
                 QStringLiteral("It broke."));
        QCOMPARE(bytesOf(path("kept.png")), before);
    }

    void aPageEndsWhereTheFigureDoes()
    {
        FigureLook high = look({500, 2000});
        high.size = trimmedSize(simple(), high);
        QCOMPARE(high.size.width(), 500);
        const QImage image = figureImage(simple(), high);
        const int lowest = std::max(whereIs(image, ground).bottom(), whereIs(image, scaleColour).bottom());
        QVERIFY2(image.height() - lowest > 5 && image.height() - lowest < 40, qPrintable(QString::number(lowest)));
    }

    void emptyOnesAreFigures()
    {
        QVERIFY(!figureImage({}, look({300, 200})).isNull());
        Figure figure;
        figure.panels = {picturePanel(plain(1, 1, ground), {}), picturePanel(plain(500, 2, ground), {})};
        figure.panels[1].caption = QStringLiteral("Very wide");
        QVERIFY(!whereIs(figureImage(figure, look({300, 200})), ground).isNull());
    }
};

QTEST_MAIN(FigureTest)
#include "tst_figure.moc"
