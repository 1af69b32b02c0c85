// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/export_view.h"

#include <QFileInfo>

#include "app/gui/export_dialog.h"
#include "app/gui/figure_recipes.h"
#include "app/session/lens.h"
#include "widgets/canvas.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

void exportView(QWidget *parent, QSettings &settings, const Session &session, const Lens &lens, const Canvas &canvas)
{
    if (!session.picture())
        return;
    auto seen = std::make_shared<SeenImage>();
    seen->picture = shownImage(session.picture());
    seen->frame.imageId = session.current();
    if (const LookPtr look = lens.look())
        seen->frame = *look->frame;
    seen->classNames = lens.classNames();
    seen->detections = canvas.detections();
    FigureLook page;
    page.dark = isDark(parent->palette());
    exportFigure(parent, settings, layersFigure(seen, canvas.boxesShown()),
                 QFileInfo(fileName(session.current())).completeBaseName(), page);
}

}  // namespace fcoscope
