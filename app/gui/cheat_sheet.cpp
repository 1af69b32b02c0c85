// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/cheat_sheet.h"

#include <QAbstractTextDocumentLayout>
#include <QBuffer>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPdfWriter>
#include <QPushButton>
#include <QSaveFile>
#include <QTextBrowser>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

#include "app/gui/key_bindings.h"
#include "widgets/theme.h"

namespace fcoscope {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Dialogs)
};

constexpr int columns = 4;

struct Line {
    QString keys, what;
};
struct Group {
    QString title;
    QList<Line> lines;
};

Group mouseGroup()
{
    return {Words::tr("Mouse"),
            {{Words::tr("Wheel"), Words::tr("Zoom at the cursor")},
             {Words::tr("Middle drag, or drag with Space held"), Words::tr("Move the image")},
             {Words::tr("Click"), Words::tr("Select the smallest box under the cursor; again: the next larger one")},
             {Words::tr("Ctrl and click"), Words::tr("Add a box to the selection, or take it away")},
             {Words::tr("Drag over the background"), Words::tr("Select the boxes in between")},
             {Words::tr("Drag a selected box"), Words::tr("Move all selected boxes")},
             {Words::tr("Drag a handle"), Words::tr("Change the size of a box")},
             {Words::tr("Double click"), Words::tr("Choose the class of a box")},
             {Words::tr("Shift while drawing"), Words::tr("Keep the box square")},
             {Words::tr("Alt while dragging"), Words::tr("Do not snap to the image's edge")},
             {Words::tr("Drop files on the window"), Words::tr("Open images, folders, data sets or a model")}}};
}

Group fixedKeys()
{
    return {Words::tr("On the image"),
            {{Words::tr("Arrow keys"), Words::tr("Move the image, or the selected boxes by a pixel")},
             {Words::tr("Shift and arrow keys"), Words::tr("Move the selected boxes by ten pixels")},
             {Words::tr("Ctrl and arrow keys"), Words::tr("Move their right and lower edges")},
             {Words::tr("Escape"), Words::tr("Give up the box begun, end drawing, drop the selection")}}};
}

/// Every menu with its keys, its submenus behind it.
QList<Group> groupsOf(const Actions &actions)
{
    QList<Group> groups;
    const auto add = [&](const MenuSpec &menu) {
        Group group{Actions::plain(QCoreApplication::translate("Actions", menu.text)), {}};
        for (const ActionSpec &spec : actionTable())
            if (const Keys keys = actions[spec.id].shortcuts(); spec.menu == menu.id && !keys.isEmpty())
                group.lines += Line{shownKeys(keys), actions[spec.id].iconText()};
        if (!group.lines.isEmpty())
            groups += group;
    };
    for (const MenuSpec &menu : menuTable()) {
        if (menu.within != menu.id)
            continue;
        add(menu);
        for (const MenuSpec &inner : menuTable())
            if (inner.within == menu.id && inner.id != menu.id)
                add(inner);
    }
    return groups += {fixedKeys(), mouseGroup()};
}

QString htmlOf(const Group &group, const QString &faint)
{
    QString rows =
        QStringLiteral("<tr><td colspan='2' style='padding: 7px 0 2px 0; border-bottom: 1px solid %1'><b>%2</b>"
                       "</td></tr>")
            .arg(faint, group.title.toHtmlEscaped());
    for (const Line &line : group.lines)
        rows += QStringLiteral("<tr><td style='padding: 1px 10px 1px 0'><b>%1</b></td>"
                               "<td style='padding: 1px 0'>%2</td></tr>")
                    .arg(line.keys.toHtmlEscaped().replace(QStringLiteral("   "), QStringLiteral("&nbsp; ")),
                         line.what.toHtmlEscaped());
    return rows;
}

/// Long lines are broken in two.
qsizetype heightOf(const Line &line)
{
    return line.keys.size() + line.what.size() > 42 ? 2 : 1;
}

constexpr qsizetype titleHeight = 2;

/// Groups keep their order and fill one column after the other; one that comes to the end of a column goes on in the
/// next, under its title again.
QList<QList<Group>> columnsOf(const QList<Group> &groups)
{
    qsizetype total = 0;
    for (const Group &group : groups)
        total = std::accumulate(group.lines.begin(), group.lines.end(), total + titleHeight,
                                [](qsizetype sum, const Line &line) { return sum + heightOf(line); });
    const qsizetype share = (total + columns * titleHeight) / columns;
    QList<QList<Group>> parts(1);
    qsizetype used = 0;
    for (const Group &group : groups) {
        bool begin = true;  // no title stands alone at the foot of a column, no line at the head of the next
        for (const Line &line : group.lines) {
            const qsizetype wanted = heightOf(line) + (begin ? 2 * titleHeight : 0);
            if (used + wanted > share && parts.size() < columns && (begin || &line != &group.lines.last())) {
                parts += QList<Group>();
                used = 0;
                begin = true;
            }
            if (std::exchange(begin, false)) {
                parts.last() += Group{group.title, {}};
                used += titleHeight;
            }
            parts.last().last().lines += line;
            used += heightOf(line);
        }
    }
    return parts;
}

}  // namespace

void writeCheatSheet(QTextDocument &document, const Actions &actions, const QColor &faint)
{
    QString cells;
    for (const QList<Group> &part : columnsOf(groupsOf(actions))) {
        QString rows;
        for (const Group &group : part)
            rows += htmlOf(group, faint.name());
        cells += QStringLiteral(
                     "<td width='%1%' style='padding: 0 10px'><table cellspacing='0' width='100%'>%2</table></td>")
                     .arg(100 / columns)
                     .arg(rows);
    }
    document.setHtml(QStringLiteral("<table width='100%' cellspacing='0'><tr>%1</tr></table>").arg(cells));
}

QString saveCheatSheet(const Actions &actions, const QString &path)
{
    QBuffer bytes;
    bytes.open(QIODevice::WriteOnly);
    {
        QPdfWriter pdf(&bytes);
        pdf.setTitle(Words::tr("Keys and gestures"));
        pdf.setPageLayout(QPageLayout(QPageSize(QPageSize::A4), QPageLayout::Landscape, QMarginsF(10, 10, 10, 10),
                                      QPageLayout::Millimeter));
        pdf.setResolution(96);
        QTextDocument page;
        page.setDefaultStyleSheet(QStringLiteral("td { color: black }"));
        page.setDocumentMargin(0);
        writeCheatSheet(page, actions, Qt::gray);
        // As wide as the window's page, then as large as the paper allows.
        page.setTextWidth(1180);
        QPainter painter(&pdf);
        const double scale = std::min(pdf.width() / page.size().width(), pdf.height() / page.size().height());
        painter.scale(scale, scale);
        QAbstractTextDocumentLayout::PaintContext context;
        context.palette = lightPalette();
        context.palette.setColor(QPalette::Text, Qt::black);
        page.documentLayout()->draw(&painter, context);
    }
    QSaveFile file(path);
    const bool written = file.open(QIODevice::WriteOnly) && file.write(bytes.data()) == bytes.size() && file.commit();
    return written ? QString() : Words::tr("%1 cannot be written: %2").arg(path, file.errorString());
}

CheatSheet::CheatSheet(const Actions &actions, QWidget *parent) : QDialog(parent), actions_(actions)
{
    setObjectName(QStringLiteral("keys"));
    setAttribute(Qt::WA_DeleteOnClose);
    page_ = new QTextBrowser(this);
    page_->setFrameShape(QFrame::NoFrame);
    page_->document()->setDocumentMargin(8);
    failure_ = new QLabel(this);
    failure_->setWordWrap(true);
    failure_->hide();
    auto *close = new QDialogButtonBox(QDialogButtonBox::Close, this);
    save_ = new QPushButton(this);
    customise_ = new QPushButton(this);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(save_);
    buttons->addWidget(customise_);
    buttons->addStretch(1);
    buttons->addWidget(close);
    auto *column = new QVBoxLayout(this);
    column->addWidget(page_, 1);
    column->addWidget(failure_);
    column->addLayout(buttons);
    for (QPushButton *button : {save_, customise_, close->button(QDialogButtonBox::Close)})
        button->setAutoDefault(false);
    connect(close, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(save_, &QPushButton::clicked, this, &CheatSheet::save);
    connect(customise_, &QPushButton::clicked, this, &CheatSheet::customiseRequested);
    resize(1240, 760);
    refresh();
    page_->setFocus();
}

void CheatSheet::refresh()
{
    setWindowTitle(Words::tr("Keys and gestures"));
    page_->setAccessibleName(windowTitle());
    save_->setText(Words::tr("Save as PDF…"));
    customise_->setText(Words::tr("Customise keys…"));
    writeCheatSheet(*page_->document(), actions_, palette().color(QPalette::PlaceholderText));
}

QString CheatSheet::text() const
{
    return page_->toPlainText();
}

void CheatSheet::save()
{
    const QString path = QFileDialog::getSaveFileName(this, windowTitle(), QStringLiteral("fcoscope-keys.pdf"),
                                                      Words::tr("PDF files (*.pdf)"));
    if (path.isEmpty())
        return;
    const QString failure = saveCheatSheet(actions_, path);
    failure_->setText(failure);
    failure_->setVisible(!failure.isEmpty());
}

void CheatSheet::changeEvent(QEvent *event)
{
    // The actions are translated when the window hears of a new language, which may be after this dialog did.
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange)
        QMetaObject::invokeMethod(this, &CheatSheet::refresh, Qt::QueuedConnection);
    QDialog::changeEvent(event);
}

}  // namespace fcoscope
