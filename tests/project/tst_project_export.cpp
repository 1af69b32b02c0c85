// SPDX-License-Identifier: GPL-3.0-or-later
// A thousand random edits in a project file, undone and done again: what is exported is the same to the byte.
#include <QTemporaryDir>
#include <QTest>

#include "core/base/file.h"
#include "core/data/formats/label_format.h"
#include "core/data/project/project_file.h"
#include "random_labels.h"

using namespace fcoscope;
namespace fs = std::filesystem;

class ProjectExportTest : public QObject {
    Q_OBJECT

    QTemporaryDir dir_;

    /// Read anew from the file, with everything in it, and written as COCO and as CSV.
    std::string exported(const ProjectFile &file) const
    {
        const LabelSet set = file.read(ProjectFile::Extras::Read);
        FormatOptions options;
        options.writeNew = true;
        std::string bytes;
        for (const auto &[format, name] : {std::pair{LabelFormat::Coco, "a.json"}, {LabelFormat::Csv, "a.csv"}}) {
            const fs::path to = fs::path(dir_.path().toStdString()) / name;
            writeLabels(set, format, to, options);
            bytes += readFile(to);
        }
        return bytes;
    }

private Q_SLOTS:
    void undoneIsTheFirstStateAndRedoneTheLast()
    {
        Random random(42, 0, 0);
        RandomLabels how;
        how.hostileNames = false;  // those are told in other tests: formats refuse or change some of them
        LabelSet set = randomSet(random, how);
        for (ImageEntry &image : set.images)
            image.size = {1000, 800};
        ProjectFile file = ProjectFile::create(fs::path(dir_.path().toStdString()) / "project.fcoscope", set);
        const std::string first = exported(file);
        const ImagePlaces places(set);
        int edits = 0;
        while (edits < 1000) {
            const LabelEdit edit = randomEdit(random, set);
            if (edit.empty())
                continue;
            const LabelEdit inverse = apply(set, places, edit);
            file.write(edit, inverse, set.nextKey);
            ++edits;
        }
        const std::string last = exported(file);
        QVERIFY(last != first);
        for (int i = 0; i < edits; ++i)
            file.undo();
        QVERIFY(exported(file) == first);
        for (int i = 0; i < edits; ++i)
            file.redo();
        QVERIFY(exported(file) == last);
    }
};

QTEST_APPLESS_MAIN(ProjectExportTest)
#include "tst_project_export.moc"
