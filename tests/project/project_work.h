// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of project files share: a folder for each, a set that is edited beside its file, and what errors say.
#pragma once

#include <QTemporaryDir>

#include <filesystem>

#include "core/base/error.h"
#include "core/data/project/edits.h"
#include "core/data/project/project_file.h"
#include "random_labels.h"

namespace fcoscope {

namespace fs = std::filesystem;
using Access = ProjectFile::Access;
using Extras = ProjectFile::Extras;

/// The sentence of the UserError that `call` throws; "" if it throws none.
template <typename Call> std::string errorOf(Call &&call)
{
    try {
        call();
    } catch (const UserError &error) {
        return error.what();
    }
    return {};
}

inline bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

inline LabelSet someSet(int images = 12)
{
    Random random(1);
    RandomLabels how;
    how.images = images, how.hostileNames = false;
    return randomSet(random, how);
}

/// A set beside its file; edits go to both or to neither.
struct Work {
    LabelSet set;
    ImagePlaces places;
    ProjectFile project;
    std::vector<LabelEdit> inverses{};
    int count = 0;

    Work(const fs::path &file, const LabelSet &first)
        : set(first), places(first), project(ProjectFile::create(file, first))
    {
    }

    void edit(size_t boxes = 1)
    {
        std::vector<NewBox> added(boxes, {set.classes[0].key, {1, 1, 20.5 + count++, 30}, {}, false, false});
        const LabelEdit one = addBoxes(set, set.images[0], added, message("core", "Draw a box"));
        LabelSet after = set;
        const LabelEdit inverse = apply(after, places, one);
        project.write(one, inverse, after.nextKey);
        set = std::move(after);
        inverses.push_back(inverse);
    }
    void undo()
    {
        project.undo();
        apply(set, places, inverses.back());
        inverses.pop_back();
    }
    std::string difference() const { return differenceOf(project.read(Extras::Read), set); }
};

/// An empty folder for each test function, and where in it the project is to lie.
class ProjectFolder {
protected:
    void newFolder()
    {
        folder_ = temporary_.path().toStdString() + "/" + std::to_string(++count_);
        fs::create_directories(folder_);
        file_ = folder_ / "project.fcoscope";
    }

    QTemporaryDir temporary_;
    fs::path folder_, file_;

private:
    int count_ = 0;
};

}  // namespace fcoscope
