// SPDX-License-Identifier: GPL-3.0-or-later
// What of the palette needs no window: which actions a query means, and why one is disabled.
#include <QCoreApplication>

#include <algorithm>
#include <array>

#include "app/gui/command_palette.h"

namespace fcoscope {
namespace {

QStringList wordsOf(const QString &text)
{
    QStringList words;
    QString word;
    for (const QChar c : text + QLatin1Char(' ')) {
        if (c.isLetterOrNumber())
            word += c;
        else if (!word.isEmpty())
            words += std::exchange(word, {});
    }
    return words;
}

/// The letters of `word` stand in `text` in this order, from the start of a word on.
bool skipsThrough(const QString &word, const QString &text)
{
    qsizetype next = 0;
    for (qsizetype i = 0; i < text.size() && next < word.size(); ++i)
        if (text[i] == word[next] && (next > 0 || i == 0 || !text[i - 1].isLetterOrNumber()))
            ++next;
    return next == word.size();
}

int scoreInName(const QString &word, const QString &name)
{
    const QStringList words = wordsOf(name);
    QString initials;
    for (const QString &each : words)
        initials += each[0];
    if (name == word)
        return 100;
    if (name.startsWith(word))
        return 90;
    if (std::any_of(words.begin(), words.end(), [&word](const QString &each) { return each.startsWith(word); }))
        return 80;
    if (name.contains(word))
        return 60;
    if (word.size() > 1 && initials.startsWith(word))
        return 50;
    return word.size() > 2 && skipsThrough(word, name) ? 20 : 0;
}

int scoreBeside(const QString &word, const QString &text)
{
    const QStringList words = wordsOf(text);
    if (std::any_of(words.begin(), words.end(), [&word](const QString &each) { return each.startsWith(word); }))
        return 15;
    return word.size() > 1 && text.contains(word) ? 8 : 0;
}

struct Wait {
    const char *sentence;
    std::array<ActionId, 24> actions;
    size_t count;
};
template <typename... Ids> constexpr Wait wait(const char *sentence, Ids... ids)
{
    return {sentence, {ids...}, sizeof...(ids)};
}

using Id = ActionId;
constexpr std::array waits = {
    wait(QT_TRANSLATE_NOOP("Actions", "Open images first."), Id::PreviousImage, Id::NextImage, Id::FindImage,
         Id::CloseImages, Id::ZoomIn, Id::ZoomOut, Id::ZoomToFit, Id::ZoomToActualSize, Id::ExportFigure,
         Id::NextUnreviewed, Id::PreviousUnreviewed, Id::MarkVerified, Id::MarkEmpty, Id::DrawBox, Id::DrawBoxes,
         Id::SplitSet, Id::ImportLabels, Id::ExportLabels),
    wait(QT_TRANSLATE_NOOP("Actions", "Open an image and a model first."), Id::Detect, Id::DetectFolder,
         Id::AcceptFolderDetections, Id::LensCenternessPredicted, Id::LensClassProbability, Id::LensScore),
    wait(QT_TRANSLATE_NOOP("Actions", "Open a model first."), Id::ModelCard, Id::ResetThresholds),
    wait(QT_TRANSLATE_NOOP("Actions", "Nothing is being worked on."), Id::Stop),
    wait(QT_TRANSLATE_NOOP("Actions", "Nothing is detected in this image."), Id::CopyDetections,
         Id::AcceptAllDetections),
    wait(QT_TRANSLATE_NOOP("Actions", "Select a detection first."), Id::AcceptDetection, Id::AcceptClassDetections,
         Id::RefuseDetection),
    wait(QT_TRANSLATE_NOOP("Actions", "Select a box first."), Id::CopyBoxes, Id::DuplicateBoxes, Id::DeleteBoxes,
         Id::SelectByClass, Id::ChangeClass, Id::TightenBoxes, Id::PropagateBoxes, Id::LockBoxes, Id::HideBoxes,
         Id::ToggleDifficult, Id::ToggleCrowd),
    wait(QT_TRANSLATE_NOOP("Actions", "This image has no boxes."), Id::SelectAllBoxes, Id::SelectUnsure, Id::NextBox,
         Id::PreviousBox, Id::PeekLabels),
    wait(QT_TRANSLATE_NOOP("Actions", "No box is hidden."), Id::ShowHidden),
    wait(QT_TRANSLATE_NOOP("Actions", "These images have no label files of their own."), Id::KeepLabelFiles),
    wait(QT_TRANSLATE_NOOP("Actions", "There is no such class yet."), Id::Class1, Id::Class2, Id::Class3, Id::Class4,
         Id::Class5, Id::Class6, Id::Class7, Id::Class8, Id::Class9, Id::Class10),
    wait(QT_TRANSLATE_NOOP("Actions", "Copy boxes first."), Id::PasteBoxes),
    wait(QT_TRANSLATE_NOOP("Actions", "Nothing has been changed."), Id::Undo, Id::RestoreLabels),
    wait(QT_TRANSLATE_NOOP("Actions", "Nothing was taken back."), Id::Redo),
};

}  // namespace

int matchScore(const QString &query, const Searched &entry)
{
    const QString wanted = query.toCaseFolded().simplified();
    int total = 0;
    for (const QString &word : wanted.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        int best = 0;
        for (const QString &name : entry.names)
            best = std::max(best, scoreInName(word, name.toCaseFolded()));
        for (const QString &text : entry.beside)
            best = std::max(best, scoreBeside(word, text.toCaseFolded()));
        if (best == 0)
            return 0;
        total += best;
    }
    // All the words together, as they stand in a name.
    for (const QString &name : entry.names)
        if (total > 0 && name.toCaseFolded().startsWith(wanted))
            return total + 100;
    return total;
}

QString whyDisabled(ActionId id)
{
    for (const Wait &each : waits)
        if (const auto end = each.actions.begin() + each.count; std::find(each.actions.begin(), end, id) != end)
            return QCoreApplication::translate("Actions", each.sentence);
    return {};
}

}  // namespace fcoscope
