// SPDX-License-Identifier: GPL-3.0-or-later
// The language of the window. Switching it sends LanguageChange to every widget, which then asks for its words again.
#pragma once

#include <QString>
#include <QTranslator>

namespace fcoscope {

class Language {
public:
    Language();
    ~Language();

    /// "en" or "zh_CN"; anything else is taken as "en".
    void set(const QString &code);
    const QString &code() const { return code_; }

    /// The one that suits the desktop's locale.
    static QString ofSystem();

private:
    QString code_;            // none yet: the sources speak
    QTranslator ours_, qts_;  ///< our words; those of Qt's own dialogs
};

}  // namespace fcoscope
