// SPDX-License-Identifier: GPL-3.0-or-later
// The small signs that stand at locations: dots, rings, crosses, discs in parts. A mark is a few filled paths round its
// centre. On paper it is drawn as that; on the screen it is drawn once and stamped, thousands of times.
#pragma once

#include <QColor>
#include <QImage>
#include <QPainter>
#include <QPainterPath>
#include <map>
#include <vector>

namespace fcoscope {

class Mark {
public:
    void fill(const QPainterPath &path, const QColor &colour);
    void stroke(const QPainterPath &path, const QColor &colour, double width);
    void disc(double radius, const QColor &colour);
    /// The line of a circle.
    void ring(double radius, double width, const QColor &colour);

    /// How far it reaches from its centre.
    double reach() const { return reach_; }
    /// As paths, with the painter's unit.
    void draw(QPainter &painter, QPointF centre) const;
    /// As pixels; whole pixels of the painter's unit.
    void stamp(QPainter &painter, QPointF centre) const;
    /// The same onto a picture without a painter (ARGB32_Premultiplied).
    void stamp(QImage &sheet, QPointF centre) const;
    /// Paler by that factor; before the first stamp.
    void fade(double opacity);

private:
    struct Part {
        QPainterPath path;
        QColor colour;
    };
    std::vector<Part> parts_;
    double reach_ = 0;
    mutable QImage stamp_;

    const QImage &made() const;
};

/// The head of an arrow that points to its centre, along (x, y).
Mark arrowHead(QPointF along, double length, const QColor &colour, double unit);

constexpr double ringGap = 2.7;  ///< logical px from one ring of a dot to the next

/// How a level is marked among others: as many rings round the dot as there are finer levels.
struct DotShape {
    double radius = 2;  ///< of the dot
    int rings = 0;
    double unit = 1;        ///< screen pixels per logical pixel: thickness of lines
    double outline = 0.75;  ///< of the dark line round the dot
};
/// The dot of a location that learns a label of that colour.
Mark positiveMark(const QColor &colour, const DotShape &shape);
/// Those of locations that learn none: a faint point, a faint cross (outside every centre region), a faint open circle
/// (outside the regression range).
Mark negativeMark(double unit);
Mark outsideCentreMark(double radius, double unit);
Mark outsideRangeMark(double radius, double unit);

/// An ambiguous location: a disc, or a diamond where classes differ, in the winner's colour within a broken ring of the
/// losers' colours; "=" in it where the winner is not smaller, only listed first.
struct AmbiguityShape {
    QColor winner;
    std::vector<QColor> losers;
    bool acrossClasses = false, tie = false;
    double radius = 5, unit = 1;
};
Mark ambiguousMark(const AmbiguityShape &shape);

/// Tens of thousands of stamps at once, many times quicker than one by one: they are put on a transparent sheet of some
/// rows of the screen, which is laid over the picture as a whole.
class StampSheet {
public:
    /// Nothing on it yet. What memory it has taken it keeps: taking it anew at every paint takes longer than the
    /// stamps.
    void begin(QSize screen);
    /// `mark` must stay where it is until flush(). Later ones lie over earlier ones.
    void put(const Mark &mark, QPointF centre);
    void flush(QPainter &painter);

private:
    static constexpr int bandHeight = 64;
    struct Stamp {
        const Mark *mark;
        QPointF centre;
    };
    QSize screen_;
    QImage sheet_;
    std::vector<std::vector<Stamp>> bands_;  ///< those that touch rows bandHeight · i …
};

/// Marks that were made are kept from one paint to the next: while a picture is dragged they are the same.
class KeptMarks {
public:
    using Look = std::vector<double>;
    template <typename Make> const Mark &of(const Look &look, Make make)
    {
        auto mark = marks_.find(look);
        if (mark == marks_.end()) {
            mark = marks_.emplace(look, make()).first;
        }
        return mark->second;
    }

    /// At the beginning of a paint: marks handed out before are forgotten where they have become too many.
    void tidy()
    {
        if (marks_.size() > 4000)
            marks_.clear();
    }

private:
    std::map<Look, Mark> marks_;
};

}  // namespace fcoscope
