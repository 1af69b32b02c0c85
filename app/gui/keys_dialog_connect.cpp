// SPDX-License-Identifier: GPL-3.0-or-later
// Keys, palette and cheat sheet, introduced to a window.
#include "app/gui/cheat_sheet.h"
#include "app/gui/command_palette.h"
#include "app/gui/focus_ring.h"
#include "app/gui/keys_dialog.h"
#include "widgets/message_strip.h"

namespace fcoscope {

KeyBindings &connectKeys(Actions &actions, QWidget *window, QSettings &settings, MessageStrip &strip)
{
    auto *bindings = new KeyBindings(actions, settings, window);
    keepWidgetKeys(window);
    showFocus(window);
    const auto customise = [&actions, bindings, window] {
        auto *dialog = window->findChild<KeysDialog *>();
        if (!dialog) {
            dialog = new KeysDialog(*bindings, actions, window);
            dialog->setAttribute(Qt::WA_DeleteOnClose);
        }
        dialog->show();
        dialog->raise();
        dialog->activateWindow();
    };
    QObject::connect(&actions[ActionId::CustomiseKeys], &QAction::triggered, window, customise);
    QObject::connect(&actions[ActionId::CheatSheet], &QAction::triggered, window, [=, &actions] {
        auto *sheet = window->findChild<CheatSheet *>();
        if (!sheet) {
            sheet = new CheatSheet(actions, window);
            QObject::connect(bindings, &KeyBindings::changed, sheet, &CheatSheet::refresh);
            QObject::connect(sheet, &CheatSheet::customiseRequested, window, customise);
        }
        sheet->show();
        sheet->raise();
        sheet->activateWindow();
    });
    auto *palette = new CommandPalette(actions, settings, window);
    QObject::connect(&actions[ActionId::CommandPalette], &QAction::triggered, palette, &CommandPalette::popUp);
    if (!bindings->complaint().isEmpty()) {
        MessageStrip::Notice notice;
        notice.kind = MessageStrip::Kind::Warning;
        notice.topic = "keys";
        notice.text = [bindings] { return bindings->complaint(); };
        notice.actionText = [] { return KeysDialog::tr("Customise keys"); };
        notice.action = customise;
        strip.show(std::move(notice));
    }
    return *bindings;
}

}  // namespace fcoscope
