// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/training/training_form_findings.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTextLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/theme.h"

namespace fcoscope {

namespace {

constexpr int highest = 260;  // logical px, from which on it scrolls
constexpr int margin = 5, sign = 16, arrow = 14, gap = 7;
constexpr int textLeft = margin + sign + gap;
constexpr int textRight(bool leads)
{
    return margin + (leads ? arrow + gap : 0);
}
enum Role { WeightRole = Qt::UserRole, WordsRole, LeadsRole };

QColor colourOf(FormFinding::Weight weight, const QPalette &palette)
{
    switch (weight) {
    case FormFinding::Weight::Obstacle:
        return errorColor(palette);
    case FormFinding::Weight::Warning:
        return warningColor(palette);
    case FormFinding::Weight::Note:
        return palette.color(QPalette::Link);
    }
    return {};
}

QString signOf(FormFinding::Weight weight)
{
    switch (weight) {
    case FormFinding::Weight::Obstacle:
        return QStringLiteral("error");
    case FormFinding::Weight::Warning:
        return QStringLiteral("warning");
    case FormFinding::Weight::Note:
        return QStringLiteral("info");
    }
    return {};
}

QPixmap tinted(const QString &name, int size, const QColor &colour, double ratio)
{
    QPixmap mark = icon(name).pixmap(QSize(size, size), ratio);
    QPainter painter(&mark);
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(mark.rect(), colour);
    return mark;
}

// The word in bold, then what was found, in lines of that width. Answers the height.
double layOut(QTextLayout &layout, const QString &word, const QString &words, const QFont &font, double width)
{
    layout.setText(word + QStringLiteral("  ") + words);
    layout.setFont(font);
    QTextLayout::FormatRange bold;
    bold.length = static_cast<int>(word.size());
    bold.format.setFontWeight(QFont::Bold);
    layout.setFormats({bold});
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    double height = 0;
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(std::max(40.0, width));
        line.setPosition({0, height});
        height += line.height();
    }
    layout.endLayout();
    return height;
}

// As high as a line is whose list is `width` wide inside.
int lineHeight(const QString &word, const QString &words, bool leads, const QFont &font, int width)
{
    QTextLayout layout;
    const double height = layOut(layout, word, words, font, width - textLeft - textRight(leads));
    return std::max(sign, static_cast<int>(std::ceil(height))) + 2 * margin;
}

class FindingDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const auto *list = static_cast<const FindingList *>(option.widget);
        return {100, lineHeight(wordOf(index), index.data(WordsRole).toString(), index.data(LeadsRole).toBool(),
                                option.font, list->viewport()->width())};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &given, const QModelIndex &index) const override
    {
        QStyleOptionViewItem option(given);
        option.text.clear();
        const QStyle *style = option.widget->style();
        style->drawPrimitive(QStyle::PE_PanelItemViewItem, &option, painter, option.widget);
        const bool marked = option.state & QStyle::State_Selected;
        const auto group = option.state & QStyle::State_Active ? QPalette::Active : QPalette::Inactive;
        const QColor ink = option.palette.color(group, marked ? QPalette::HighlightedText : QPalette::Text);
        const double ratio = painter->device()->devicePixelRatioF();
        const QRect place = option.rect.adjusted(margin, margin, -margin, -margin);
        painter->drawPixmap(place.topLeft(), tinted(signOf(weightOf(index)), sign,
                                                    marked ? ink : colourOf(weightOf(index), option.palette), ratio));
        if (index.data(LeadsRole).toBool())
            painter->drawPixmap(QPoint(place.right() + 1 - arrow, place.top() + 1),
                                tinted(QStringLiteral("next"), arrow, ink, ratio));
        QTextLayout layout;
        layOut(layout, wordOf(index), index.data(WordsRole).toString(), option.font,
               option.rect.width() - textLeft - textRight(index.data(LeadsRole).toBool()));
        painter->setPen(ink);
        layout.draw(painter, QPointF(option.rect.left() + textLeft, place.top()));
        if (option.state & QStyle::State_HasFocus) {
            QStyleOptionFocusRect focus;
            focus.QStyleOption::operator=(option);
            focus.backgroundColor = option.palette.color(marked ? QPalette::Highlight : QPalette::Base);
            style->drawPrimitive(QStyle::PE_FrameFocusRect, &focus, painter, option.widget);
        }
    }

private:
    static FormFinding::Weight weightOf(const QModelIndex &index)
    {
        return static_cast<FormFinding::Weight>(index.data(WeightRole).toInt());
    }
    static QString wordOf(const QModelIndex &index) { return weightWord(weightOf(index)); }
};

bool leads(const FormFinding &finding)
{
    return !finding.image.isEmpty() || !finding.option.isEmpty();
}

}  // namespace

QString weightWord(FormFinding::Weight weight)
{
    switch (weight) {
    case FormFinding::Weight::Obstacle:
        return FindingList::tr("Obstacle");
    case FormFinding::Weight::Warning:
        return FindingList::tr("Warning");
    case FormFinding::Weight::Note:
        return FindingList::tr("Note");
    }
    return {};
}

FindingList::FindingList(QWidget *parent) : QListWidget(parent)
{
    setItemDelegate(new FindingDelegate(this));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setResizeMode(Adjust);
    setTabKeyNavigation(false);
    connect(this, &QListWidget::itemClicked, this, [this](QListWidgetItem *item) { choose(row(item)); });
    retranslate();
}

// The line one stood on stays the current one where it is still there: findings come anew with every change of the
// form.
void FindingList::setFindings(const std::vector<FormFinding> &findings)
{
    std::vector<FormFinding> sorted = findings;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const FormFinding &a, const FormFinding &b) { return a.weight > b.weight; });
    if (sorted == findings_)
        return;
    const int before = currentRow();
    const FormFinding stoodOn = before >= 0 ? findings_[static_cast<size_t>(before)] : FormFinding();
    findings_ = std::move(sorted);
    clear();
    for (size_t i = 0; i < findings_.size(); ++i)
        addItem(new QListWidgetItem);
    retranslate();
    const auto found = std::find(findings_.begin(), findings_.end(), stoodOn);
    if (before >= 0 && !findings_.empty())
        setCurrentRow(found != findings_.end() ? static_cast<int>(found - findings_.begin())
                                               : std::min(before, count() - 1));
    fit();
}

void FindingList::retranslate()
{
    setAccessibleName(tr("What was found before the start"));
    for (size_t i = 0; i < findings_.size(); ++i) {
        const FormFinding &finding = findings_[i];
        QListWidgetItem &line = *item(static_cast<int>(i));
        const QString spoken = tr("%1: %2").arg(weightWord(finding.weight), finding.words);
        line.setText(spoken);
        line.setData(WeightRole, static_cast<int>(finding.weight));
        line.setData(WordsRole, finding.words);
        line.setData(LeadsRole, leads(finding));
        line.setToolTip(!finding.image.isEmpty()    ? tr("Show the image %1").arg(finding.image)
                        : !finding.option.isEmpty() ? tr("Show the setting that would change it")
                                                    : QString());
        line.setData(Qt::AccessibleDescriptionRole, line.toolTip());
    }
    fit();
}

// Whether it scrolls is decided here: a bar that comes and goes by itself changes the width that lines are broken at.
void FindingList::fit()
{
    const auto heightIn = [this](int width) {
        int height = 0;
        for (const FormFinding &finding : findings_)
            height += lineHeight(weightWord(finding.weight), finding.words, leads(finding), font(), width);
        return height;
    };
    const int height = heightIn(width() - 2 * frameWidth());
    setVerticalScrollBarPolicy(height > highest ? Qt::ScrollBarAlwaysOn : Qt::ScrollBarAlwaysOff);
    setFixedHeight(std::min(height, highest) + 2 * frameWidth());
    doItemsLayout();
}

void FindingList::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space)
        choose(currentRow());
    else
        QListWidget::keyPressEvent(event);
}

// Narrower lines are higher: the list takes another height with each width.
void FindingList::resizeEvent(QResizeEvent *event)
{
    QListWidget::resizeEvent(event);
    if (std::exchange(fitted_, width()) != width())
        fit();
}

void FindingList::changeEvent(QEvent *event)
{
    QListWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        fit();
}

void FindingList::choose(int row)
{
    if (row >= 0 && leads(findings_[static_cast<size_t>(row)]))
        Q_EMIT chosen(FormFinding(findings_[static_cast<size_t>(row)]));
}

}  // namespace fcoscope
