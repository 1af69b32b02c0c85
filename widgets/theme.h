// SPDX-License-Identifier: GPL-3.0-or-later
// How the program looks: class colours, light and dark, icons that take the colour of the text around them.
#pragma once

#include <QColor>
#include <QIcon>
#include <QPalette>

namespace fcoscope {

/// Colour of a class by its index in the class list, the same in every view and in both themes. The first eight follow
/// Okabe and Ito (Color Universal Design, 2008), brightened where they would drown in a photograph, and can be told
/// apart with any of the common colour blindnesses; beyond those, hues a golden angle apart with changing lightness.
QColor classColor(int classIndex);

/// Black or white, whichever has the greater contrast on `background` (WCAG 2.1 relative luminance).
QColor textColorOn(const QColor &background);
/// (L1 + 0.05) / (L2 + 0.05) of WCAG 2.1: 1 for equal colours, 21 for black on white.
double contrastRatio(const QColor &a, const QColor &b);

/// Qt 6.4 knows no colour scheme; a palette is dark if its window colour is darker than its text.
bool isDark(const QPalette &palette);

enum class ThemeChoice { System, Light, Dark };
/// Palettes for the Fusion style, with disabled, placeholder and link colours of readable contrast.
QPalette lightPalette();
QPalette darkPalette();
/// Sets the palette of the whole program; every widget and icon follows at once.
void applyTheme(ThemeChoice choice);

/// The line icon resources/icons/<name>.svg, drawn in the palette's text colour at the moment it is painted, so that it
/// follows a change of palette by itself. An unknown name gives a null icon.
QIcon icon(const QString &name);
/// The program's own icon, in colour.
QIcon applicationIcon();

/// Colour for an error, a warning, a notice; readable on the window colour of `palette`.
QColor errorColor(const QPalette &palette);
QColor warningColor(const QPalette &palette);
QColor successColor(const QPalette &palette);

}  // namespace fcoscope
