// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/score_plot.h"

#include <qcustomplot.h>

#include <QFileInfo>
#include <QKeyEvent>
#include <QPicture>
#include <QToolTip>
#include <QVBoxLayout>

#include <array>
#include <cmath>
#include <limits>

#include "widgets/plot/density.h"

namespace fcoscope {
namespace {

constexpr double margin = 0.02;    // beyond 0 and 1, so that discs on the border are whole
constexpr double smallest = 0.01;  // of the ranges: more zoom shows nothing more
constexpr double reach = 8;        // logical px between cursor and point

QCPRange allowed(const QCPRange &range)
{
    QCPRange wanted = range;
    if (const double missing = smallest - range.size(); missing > 0)
        wanted = {range.lower - missing / 2, range.upper + missing / 2};
    return wanted.bounded(-margin, 1 + margin);
}

QFont sized(const QFont &base, double factor, bool bold = false)
{
    QFont font = base;
    font.setPixelSize(qRound(QFontInfo(base).pixelSize() * factor));  // in pixels, so that a figure's are the screen's
    font.setBold(bold);
    return font;
}

}  // namespace

struct ScorePlot::Parts {
    struct Half {
        QCPTextElement *title = nullptr, *trust = nullptr;
        QCPAxisRect *rect = nullptr;
        Density *density = nullptr;
        QCPGraph *equal = nullptr;  // the line y = x

        QCPAxis &x() const { return *rect->axis(QCPAxis::atBottom); }
        QCPAxis &y() const { return *rect->axis(QCPAxis::atLeft); }
    };

    QCustomPlot *plot = nullptr;
    std::array<Half, 2> halves;
    CountScale *scale = nullptr;
    QCPItemTracer *mark = nullptr;  // round the point under the cursor
    ScoreOverlap data;
    std::vector<std::string> classNames;
    bool roots = false, limiting = false;
    size_t used = 0;  // the half that keys move
    QPoint pressedAt;

    Half &half(Side side) { return halves[static_cast<size_t>(side)]; }
    void setColours(const QPalette &palette);
    void setFonts(const QFont &base);
    void count();
    std::optional<size_t> halfAt(QPointF place) const
    {
        for (size_t i = 0; i < halves.size(); ++i)
            if (halves[i].rect->rect().contains(place.toPoint()))
                return i;
        return {};
    }
};

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
        half.equal->setData({-1, 2}, {-1, 2}, true);
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

void ScorePlot::listen()
{
    Parts &p = *parts_;
    for (Parts::Half &half : p.halves)
        for (QCPAxis *axis : {&half.x(), &half.y()})
            connect(axis, qOverload<const QCPRange &>(&QCPAxis::rangeChanged), this,
                    [axis](const QCPRange &range) { axis->setRange(allowed(range)); });
    connect(p.plot, &QCustomPlot::beforeReplot, this, [&p] { p.count(); });
    connect(p.plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent *event) {
        if (event->buttons() == Qt::NoButton)
            hoverAt(event->position());
    });
    connect(p.plot, &QCustomPlot::mousePress, this, [&p](QMouseEvent *event) {
        p.pressedAt = event->pos();
        p.used = p.halfAt(event->position()).value_or(p.used);
    });
    connect(p.plot, &QCustomPlot::mouseRelease, this, [this, &p](QMouseEvent *event) {
        if (event->button() != Qt::LeftButton || (event->pos() - p.pressedAt).manhattanLength() > 3)
            return;
        if (const int point = pointAt(event->position()); point >= 0)
            Q_EMIT pointActivated(point);
    });
    connect(p.plot, &QCustomPlot::mouseDoubleClick, this, [this] { showAll(); });
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
        p.halves[i].trust->setText(trust.points ? tr("%1 candidates, %2 % below y = x; correlation %3")
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

// --- Where things are

QRectF ScorePlot::seen(Side side) const
{
    const QCPRange x = parts_->half(side).x().range(), y = parts_->half(side).y().range();
    return {x.lower, y.lower, x.size(), y.size()};
}

void ScorePlot::setSeen(Side side, const QRectF &part)
{
    parts_->half(side).x().setRange(part.left(), part.right());
    parts_->half(side).y().setRange(part.top(), part.bottom());
    parts_->plot->replot();
}

void ScorePlot::showAll()
{
    const QRectF all(-margin, -margin, 1 + 2 * margin, 1 + 2 * margin);
    setSeen(Side::WithoutCenterness, all);
    setSeen(Side::WithCenterness, all);
}

QPointF ScorePlot::placeOf(Side side, int point) const
{
    const Parts::Half &half = parts_->half(side);
    const QPointF at = half.density->points()[static_cast<size_t>(point)];
    return parts_->plot->mapTo(this, half.density->coordsToPixels(at.x(), at.y()));
}

int ScorePlot::pointAt(QPointF place) const
{
    const auto index = parts_->halfAt(place);
    if (!index)
        return -1;
    const Density &density = *parts_->halves[*index].density;
    int nearest = -1;
    double least = reach * reach;
    for (size_t i = 0; i < density.points().size(); ++i) {
        const QPointF away = density.coordsToPixels(density.points()[i].x(), density.points()[i].y()) - place;
        if (const double far = QPointF::dotProduct(away, away); far < least) {
            least = far;
            nearest = static_cast<int>(i);
        }
    }
    return nearest;
}

// --- Gestures

QString ScorePlot::pointText(int index) const
{
    const ScorePoint &point = parts_->data.points[static_cast<size_t>(index)];
    const auto number = [this](float value) { return locale().toString(double(value), 'f', 2); };
    const size_t at = static_cast<size_t>(point.classIndex);
    const QString name = point.classIndex >= 0 && at < parts_->classNames.size()
                             ? QString::fromStdString(parts_->classNames[at])
                             : QString::number(point.classIndex);
    return tr("%1: IoU %2, p %3, centerness %4, score %5\n%6\nClick to open the image at this box.")
        .arg(name, number(point.iou), number(point.p), number(point.o), number(point.score),
             QFileInfo(QString::fromStdString(parts_->data.images[static_cast<size_t>(point.image)])).fileName());
}

void ScorePlot::hoverAt(QPointF place)
{
    Parts &p = *parts_;
    const int point = pointAt(place);
    p.mark->setVisible(point >= 0);
    p.plot->setCursor(point >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (point >= 0) {
        const Parts::Half &half = p.halves[*p.halfAt(place)];
        const QPointF at = half.density->points()[static_cast<size_t>(point)];
        p.mark->position->setAxes(&half.x(), &half.y());
        p.mark->position->setAxisRect(half.rect);
        p.mark->position->setCoords(at.x(), at.y());
        p.mark->setClipAxisRect(half.rect);
        QToolTip::showText(p.plot->mapToGlobal(place).toPoint(), pointText(point), p.plot);
    } else {
        QToolTip::hideText();
    }
    p.plot->layer(QStringLiteral("overlay"))->replot();
}

void ScorePlot::keyPressEvent(QKeyEvent *event)
{
    const Side side = static_cast<Side>(parts_->used);
    QRectF part = seen(side);
    const double step = 0.1;
    const auto zoomed = [&](double factor) {
        const QPointF centre = part.center();
        part.setSize(part.size() * factor);
        part.moveCenter(centre);
    };
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomed(0.8);
        break;
    case Qt::Key_Minus:
        zoomed(1.25);
        break;
    case Qt::Key_Left:
        part.translate(-step * part.width(), 0);
        break;
    case Qt::Key_Right:
        part.translate(step * part.width(), 0);
        break;
    case Qt::Key_Up:
        part.translate(0, step * part.height());
        break;
    case Qt::Key_Down:
        part.translate(0, -step * part.height());
        break;
    case Qt::Key_Home:
        return showAll();
    default:
        return QWidget::keyPressEvent(event);
    }
    setSeen(side, part);
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
    painter.drawPicture(place.topLeft(), record);
    painter.restore();
    p.setColours(palette());
    p.mark->setVisible(marked);
}

}  // namespace fcoscope
