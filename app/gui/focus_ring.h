// SPDX-License-Identifier: GPL-3.0-or-later
// Where the keys go: a ring around whatever came to the focus by Tab and shows it too little itself: lists, texts and
// pictures, which the style draws alike with and without it, and a dialog's buttons, of which the one that Enter
// presses looks as if it had the focus. Not shown to whoever clicks. And Tab passes over panels that lie behind others.
#pragma once

class QWidget;

namespace fcoscope {

/// For all windows of the program; lives as long as `window`.
void showFocus(QWidget *window);

}  // namespace fcoscope
