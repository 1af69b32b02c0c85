// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/language.h"

#include <QFont>
#include <QFontInfo>
#include <QGuiApplication>
#include <QLibraryInfo>
#include <QLocale>

namespace fcoscope {
namespace {

/// Chinese characters in one weight: left to itself fontconfig mixes the regular and the bold face of a family.
void nameChineseFonts()
{
    QFont font = QGuiApplication::font();
    // The family that is really used stays the first; the name asked for may be an alias, such as "Sans Serif".
    QStringList families = {QFontInfo(font).family()};
    for (const char *family : {"Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei"})
        if (!families.contains(QLatin1String(family)))
            families += QLatin1String(family);
    if (families != font.families()) {
        font.setFamilies(families);
        QGuiApplication::setFont(font);
    }
}

}  // namespace

Language::Language()
{
    nameChineseFonts();
}

Language::~Language()
{
    QCoreApplication::removeTranslator(&ours_);
    QCoreApplication::removeTranslator(&qts_);
}

void Language::set(const QString &code)
{
    const QString wanted = code == QLatin1String("zh_CN") ? code : QStringLiteral("en");
    if (wanted == code_)
        return;
    code_ = wanted;
    QLocale::setDefault(QLocale(code_));
    QCoreApplication::removeTranslator(&ours_);
    QCoreApplication::removeTranslator(&qts_);
    // Qt's own words are English; ours have a file for "1 image" and "2 images" alone.
    if (qts_.load(QStringLiteral("qtbase_") + code_, QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(&qts_);
    if (ours_.load(QStringLiteral(":/i18n/fcoscope_") + code_))
        QCoreApplication::installTranslator(&ours_);
}

QString Language::ofSystem()
{
    return QLocale::system().language() == QLocale::Chinese ? QStringLiteral("zh_CN") : QStringLiteral("en");
}

}  // namespace fcoscope
