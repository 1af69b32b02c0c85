// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme.h"

#include <QApplication>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

#include <algorithm>

#include "core/base/palette.h"

// A static library's resources are dropped by the linker unless someone asks for them; the macro wants no namespace.
static void useIconResources() { Q_INIT_RESOURCE(icons); }

namespace fcoscope {

namespace {

Colour plain(const QColor &color)
{
    return {static_cast<uint8_t>(color.red()), static_cast<uint8_t>(color.green()), static_cast<uint8_t>(color.blue())};
}

QColor onScreen(Colour colour) { return {colour.r, colour.g, colour.b}; }

double relativeLuminance(const QColor &color) { return relativeLuminance(plain(color)); }

// Draws a one-colour line icon in the colour that the palette gives at the moment of painting. The files are drawn in
// #000, which is replaced before rendering: Qt Svg has no way to set currentColor from outside.
class LineIconEngine : public QIconEngine {
public:
    explicit LineIconEngine(QByteArray svg) : svg_(std::move(svg)) {}

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        const QPalette palette = QGuiApplication::palette();
        QColor color = palette.color(QPalette::Active, QPalette::WindowText);
        if (mode == QIcon::Disabled)
            color = palette.color(QPalette::Disabled, QPalette::WindowText);
        else if (mode == QIcon::Selected)
            color = palette.color(QPalette::Active, QPalette::HighlightedText);
        QByteArray tinted = svg_;
        QSvgRenderer renderer(tinted.replace("#000", color.name().toLatin1()));
        renderer.render(painter, rect);
    }

    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine *clone() const override { return new LineIconEngine(svg_); }

private:
    QByteArray svg_;
};

QPalette paletteFrom(const QColor &window, const QColor &base, const QColor &text, const QColor &button,
                     const QColor &accent)
{
    const bool dark = relativeLuminance(window) < relativeLuminance(text);
    const QColor faint = dark ? QColor(0x8c, 0x91, 0x99) : QColor(0x70, 0x75, 0x7d);
    QPalette palette(button, window);
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, dark ? base.lighter(116) : base.darker(103));
    palette.setColor(QPalette::Button, button);
    for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText})
        palette.setColor(role, text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, dark ? button : QColor(Qt::white));
    palette.setColor(QPalette::PlaceholderText, faint);
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, textColorOn(accent));
    palette.setColor(QPalette::Link, dark ? accent.lighter(140) : accent.darker(110));
    palette.setColor(QPalette::LinkVisited, palette.color(QPalette::Link));
    palette.setColor(QPalette::Light, dark ? button.lighter(130) : QColor(Qt::white));
    palette.setColor(QPalette::Midlight, dark ? button.lighter(115) : window.lighter(102));
    palette.setColor(QPalette::Mid, dark ? window.lighter(160) : window.darker(125));
    palette.setColor(QPalette::Dark, dark ? window.darker(150) : window.darker(150));
    palette.setColor(QPalette::Shadow, dark ? QColor(0, 0, 0) : window.darker(200));
    for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        palette.setColor(QPalette::Disabled, role, dark ? QColor(0x6b, 0x70, 0x78) : QColor(0x9b, 0xa0, 0xa8));
    palette.setColor(QPalette::Disabled, QPalette::Highlight, dark ? button.lighter(120) : window.darker(115));
    return palette;
}

}  // namespace

QColor classColor(int classIndex) { return onScreen(classColour(classIndex)); }

double contrastRatio(const QColor &a, const QColor &b)
{
    const double la = relativeLuminance(a), lb = relativeLuminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

QColor textColorOn(const QColor &background) { return onScreen(inkOn(plain(background))); }

bool isDark(const QPalette &palette)
{
    return relativeLuminance(palette.color(QPalette::Window)) < relativeLuminance(palette.color(QPalette::WindowText));
}

QPalette lightPalette()
{
    return paletteFrom(QColor(0xf3, 0xf4, 0xf6), QColor(0xff, 0xff, 0xff), QColor(0x1f, 0x23, 0x28),
                       QColor(0xfb, 0xfb, 0xfc), QColor(0x1f, 0x6f, 0xd6));
}

QPalette darkPalette()
{
    return paletteFrom(QColor(0x25, 0x27, 0x2b), QColor(0x1c, 0x1e, 0x21), QColor(0xe4, 0xe6, 0xea),
                       QColor(0x31, 0x34, 0x39), QColor(0x2f, 0x73, 0xcf));
}

void applyTheme(ThemeChoice choice)
{
    // An empty palette hands the choice back to the platform.
    QApplication::setPalette(choice == ThemeChoice::Dark    ? darkPalette()
                             : choice == ThemeChoice::Light ? lightPalette()
                                                            : QPalette());
}

QIcon icon(const QString &name)
{
    useIconResources();
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QIcon(new LineIconEngine(file.readAll()));
}

QIcon applicationIcon()
{
    useIconResources();
    return QIcon(QStringLiteral(":/icons/fcoscope.svg"));
}

QColor errorColor(const QPalette &palette)
{
    return isDark(palette) ? QColor(0xff, 0x8a, 0x80) : QColor(0xb3, 0x26, 0x1e);
}
QColor warningColor(const QPalette &palette)
{
    return isDark(palette) ? QColor(0xff, 0xc1, 0x5c) : QColor(0x8a, 0x55, 0x00);
}
QColor successColor(const QPalette &palette)
{
    return isDark(palette) ? QColor(0x6f, 0xd8, 0x9b) : QColor(0x1a, 0x7f, 0x45);
}

}  // namespace fcoscope
