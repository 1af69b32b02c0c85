// SPDX-License-Identifier: GPL-3.0-or-later
// Sentences of core in the language of the window.
#pragma once

#include <QString>

#include "core/base/message.h"
#include "core/base/options.h"
#include "core/base/text.h"

namespace fcoscope {

/// The template's translation (context "core", the English template is the key) with its places filled.
QString translated(const Message &message);

/// The label of an option in a form: its name in words ("nms-threshold" → "NMS threshold"), translated in the context
/// "option". What lupdate finds for that context stands in translate.cpp; a test holds it against the option tables.
QString optionLabel(const Option &option);
QString optionUnit(const Option &option);  ///< px, MB; words in the language of the window
/// The same before translation.
QString optionLabelInEnglish(const Option &option);

/// What class `classIndex` is called among `names`: its number where it has no name there.
inline QString classNameIn(const std::vector<std::string> &names, int classIndex)
{
    return QString::fromStdString(nameOfClass(names, classIndex));
}

/// File name for display: the last part of a path (an ImageId), UTF-8.
QString fileName(const std::string &path);

}  // namespace fcoscope
