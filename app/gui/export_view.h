// SPDX-License-Identifier: GPL-3.0-or-later
// File › Export figure…: what the canvas shows now, without the window round it.
#pragma once

class QSettings;
class QWidget;

namespace fcoscope {

class Canvas;
class Lens;
class Session;

/// Opens the export dialog for the current image with its visible layers, and its detections if they are shown. Nothing
/// happens while no picture is there.
void exportView(QWidget *parent, QSettings &settings, const Session &session, const Lens &lens, const Canvas &canvas);

}  // namespace fcoscope
