// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/score_plot.h"

#include <QPicture>
#include <QVBoxLayout>

#include "widgets/plot/score_plot_parts.h"

namespace fcoscope {
namespace {

QFont sized(const QFont &base, double factor, bool bold = false)
{
    QFont font = base;
    font.setPixelSize(qRound(QFontInfo(base).pixelSize() * factor));  // in pixels, so that a figure's are the screen's
    font.setBold(bold);
    return font;
}

}  // namespace

ScorePlot::ScorePlot(QWidget *parent) : QWidget(parent), parts_(std::make_unique<Parts>())
{
    setFocusPolicy(Qt::StrongFocus);
    makePlots();
    listen();
    parts_->setFonts(font());
    parts_->setColours(palette());
    retranslate();
    showAll();
}

ScorePlot::~ScorePlot() = default;

// --- Building

void ScorePlot::makePlots()
{
    Parts &p = *parts_;
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    p.plot = new QCustomPlot(this);
    p.plot->setFocusPolicy(Qt::NoFocus);
    p.plot->setMouseTracking(true);
    p.plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    p.plot->setAutoAddPlottableToLegend(false);
    column->addWidget(p.plot);

    p.plot->plotLayout()->clear();
    p.plot->plotLayout()->setRowSpacing(4);
    auto &grid = *new QCPLayoutGrid;
    p.plot->plotLayout()->addElement(0, 0, &grid);
    grid.setRowSpacing(2);
    grid.setColumnSpacing(12);
    for (int i = 0; i < 2; ++i) {
        Parts::Half &half = p.halves[static_cast<size_t>(i)];
        half.title = new QCPTextElement(p.plot);
        half.trust = new QCPTextElement(p.plot);
        half.rect = new QCPAxisRect(p.plot);
        half.rect->setupFullAxesBox();
        grid.addElement(0, i, half.title);
        grid.addElement(1, i, half.trust);
        grid.addElement(2, i, half.rect);
        for (QCPAxis *axis : half.rect->axes()) {
            axis->setLayer(QStringLiteral("axes"));
            axis->grid()->setLayer(QStringLiteral("grid"));
            axis->ticker()->setTickCount(6);
        }
        half.density = new Density(&half.x(), &half.y());
        half.equal = p.plot->addGraph(&half.x(), &half.y());
        half.equal->setSelectable(QCP::stNone);
    }
    p.scale = new CountScale(p.plot);
    p.plot->plotLayout()->addElement(1, 0, p.scale);

    p.plot->layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmBuffered);
    p.mark = new QCPItemTracer(p.plot);
    p.mark->setLayer(QStringLiteral("overlay"));
    p.mark->setStyle(QCPItemTracer::tsCircle);
    p.mark->setSize(13);
    p.mark->setVisible(false);
}

// --- What is shown

void ScorePlot::setData(ScoreOverlap data, std::vector<std::string> classNames)
{
    parts_->data = std::move(data);
    parts_->classNames = std::move(classNames);
    parts_->mark->setVisible(false);
    refresh();
}

const ScoreOverlap &ScorePlot::data() const
{
    return parts_->data;
}

void ScorePlot::setRoots(bool roots)
{
    parts_->roots = roots;
    refresh();
}

bool ScorePlot::roots() const
{
    return parts_->roots;
}

ScoreAxis ScorePlot::axisOf(Side side) const
{
    if (side == Side::WithoutCenterness)
        return parts_->roots ? ScoreAxis::RootProbability : ScoreAxis::Probability;
    return parts_->roots ? ScoreAxis::RootProduct : ScoreAxis::Product;
}

void ScorePlot::refresh()
{
    for (const Side side : {Side::WithoutCenterness, Side::WithCenterness}) {
        std::vector<QPointF> points;
        points.reserve(parts_->data.points.size());
        for (const ScorePoint &point : parts_->data.points)
            points.emplace_back(double(scoreOn(axisOf(side), point)), double(point.iou));
        parts_->half(side).density->setPoints(std::move(points));
    }
    retranslate();
    parts_->plot->replot();
}

void ScorePlot::retranslate()
{
    Parts &p = *parts_;
    const std::array titles{tr("Without centerness"), tr("With centerness")};
    const std::array labels{p.roots ? tr("Root of the class probability, √p") : tr("Class probability, p"),
                            p.roots ? tr("Root of class probability and centerness, √(p · o)")
                                    : tr("Class probability · centerness, p · o")};
    QStringList said;
    for (size_t i = 0; i < 2; ++i) {
        p.halves[i].title->setText(titles[i]);
        p.halves[i].x().setLabel(labels[i]);
        p.halves[i].y().setLabel(tr("IoU with the label"));
        const ScoreTrust trust = trustOf(p.data, axisOf(static_cast<Side>(i)));
        const double share = trust.points ? 100.0 * double(trust.below) / double(trust.points) : 0;
        p.halves[i].trust->setText(trust.points ? tr("%1 candidates, %2 % below y = x\ncorrelation %3")
                                                      .arg(locale().toString(qulonglong(trust.points)),
                                                           locale().toString(share, 'f', 1),
                                                           locale().toString(trust.correlation, 'f', 2))
                                                : tr("No candidates"));
        said += titles[i] + QStringLiteral(": ") + p.halves[i].trust->text();
    }
    p.scale->look.label = tr("Candidates in a cell");
    setAccessibleName(tr("Score against IoU"));
    setAccessibleDescription(said.join(QStringLiteral("; ")));
}

void ScorePlot::Parts::count()
{
    int most = 1, inView = 0;
    for (Half &half : halves) {
        half.density->count();
        most = std::max(most, half.density->largestCount());
        inView = std::max(inView, half.density->inView());
    }
    for (Half &half : halves) {
        half.density->setScale(most);
        // No longer than it is seen: SVG as Qt writes it knows no clipping.
        const QCPRange x = half.x().range(), y = half.y().range();
        const double from = std::max(x.lower, y.lower), to = std::max(from, std::min(x.upper, y.upper));
        half.equal->setData({from, to}, {from, to}, true);
        half.density->setDiscs(inView <= Density::mostDiscs);
    }
    scale->look.most = plot->locale().toString(most);
    scale->setVisible(inView > Density::mostDiscs);
}

void ScorePlot::Parts::setColours(const QPalette &palette)
{
    const bool dark = palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
    const QColor ground = palette.color(QPalette::Base), ink = palette.color(QPalette::Text);
    QColor faint = ink;
    faint.setAlpha(38);
    QColor line = ink;
    line.setAlpha(150);
    const QColor few = dark ? QColor(42, 84, 128) : QColor(158, 202, 225);
    const QColor many = dark ? QColor(255, 247, 205) : QColor(8, 29, 88);
    plot->setBackground(palette.color(QPalette::Window));
    for (Half &half : halves) {
        half.title->setTextColor(palette.color(QPalette::WindowText));
        half.trust->setTextColor(palette.color(QPalette::WindowText));
        half.rect->setBackground(ground);
        for (QCPAxis *axis : half.rect->axes()) {
            for (const auto set : {&QCPAxis::setBasePen, &QCPAxis::setTickPen, &QCPAxis::setSubTickPen})
                (axis->*set)(QPen(line, 1));
            axis->setTickLabelColor(ink);
            axis->setLabelColor(ink);
            axis->grid()->setPen(QPen(faint, 1));
            axis->grid()->setZeroLinePen(QPen(faint, 1));
        }
        half.equal->setPen(QPen(ink, 1.2, Qt::DashLine));
        half.density->setColours(few, many);
    }
    scale->look.ink = palette.color(QPalette::WindowText);
    scale->look.colours = halves[0].density->colours();
    mark->setPen(QPen(ink, 2));
    mark->setBrush(Qt::NoBrush);
}

void ScorePlot::Parts::setFonts(const QFont &base)
{
    for (Half &half : halves) {
        half.title->setFont(sized(base, 1.1, true));
        half.trust->setFont(sized(base, 0.92));
        for (QCPAxis *axis : half.rect->axes()) {
            axis->setLabelFont(sized(base, 1));
            axis->setTickLabelFont(sized(base, 0.9));
        }
    }
    scale->look.font = sized(base, 0.92);
}

void ScorePlot::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        parts_->setColours(palette());
    else if (event->type() == QEvent::FontChange)
        parts_->setFonts(font());
    else if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
    else
        return;
    parts_->plot->replot(QCustomPlot::rpQueuedReplot);
}

// --- Pictures

void ScorePlot::paint(QPainter &painter, const QRectF &place, const QPalette &colours) const
{
    // QCustomPlot draws with a painter of its own kind: it is given a record, and that is played.
    Parts &p = *parts_;
    const bool marked = p.mark->visible();
    p.mark->setVisible(false);
    p.setColours(colours);
    p.count();
    QPicture record;
    {
        QCPPainter recorder(&record);
        recorder.setMode(QCPPainter::pmVectorized);
        p.plot->toPainter(&recorder, qRound(place.width()), qRound(place.height()));
    }
    painter.save();
    painter.fillRect(place, colours.color(QPalette::Window));
    painter.setRenderHint(QPainter::Antialiasing);
    // A record is played as large as the device's dots per inch make it; here a pixel stays one.
    painter.translate(place.topLeft());
    painter.scale(double(record.logicalDpiX()) / painter.device()->logicalDpiX(),
                  double(record.logicalDpiY()) / painter.device()->logicalDpiY());
    painter.drawPicture(0, 0, record);
    painter.restore();
    p.setColours(palette());
    p.mark->setVisible(marked);
}

}  // namespace fcoscope
