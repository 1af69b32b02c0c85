// SPDX-License-Identifier: GPL-3.0-or-later
// A folder of images with Pascal VOC's label files, opened in a session, closed and opened again.
#pragma once

#include <QSignalSpy>

#include "app/session/session.h"
#include "core/base/file.h"
#include "core/data/project/edits.h"
#include "tests/formats/format_folder.h"

namespace fcoscope {

class SidecarFolder : protected FormatFolder {
protected:
    std::unique_ptr<Session> session_;
    std::unique_ptr<QSignalSpy> asked_, failed_;

    LabelDocument &labels() { return session_->labels(); }
    SidecarKeeper &keeper() { return session_->sidecars(); }
    fs::path folder() const { return root() / "set"; }

    void open(const fs::path &path)
    {
        session_.reset();
        session_ = std::make_unique<Session>(coreBackend("cpu"));
        asked_ = std::make_unique<QSignalSpy>(&keeper(), &SidecarKeeper::question);
        failed_ = std::make_unique<QSignalSpy>(&keeper(), &SidecarKeeper::failed);
        session_->open({QString::fromStdString(path.string())});
        QTRY_VERIFY(!session_->opening() && !labels().file().empty() && keeper().atRest());
    }
    void open() { open(folder()); }

    const ImageEntry &image(const std::string &name)
    {
        for (const ImageEntry &entry : labels().set().images)
            if (entry.path.ends_with(name))
                return entry;
        throw std::runtime_error("no image " + name);
    }
    bool draw(const std::string &name)
    {
        const NewBox box{labels().set().classes.at(0).key, {5, 10, 25, 30}, {}, false, false};
        return labels().apply(addBoxes(labels().set(), image(name), std::span(&box, 1), message("core", "Draw a box")));
    }
    void write() { keeper().writeDue(); }
    bool rested() { return keeper().atRest(); }
    static bool holds(const fs::path &file, const std::string &words)
    {
        return fs::exists(file) && readFile(file).find(words) != std::string::npos;
    }
    /// Another program's, with the times of the file that was there.
    static void replaceKeepingTimes(const fs::path &file, const std::string &text)
    {
        const auto written = fs::last_write_time(file);
        writeFile(file, text);
        fs::last_write_time(file, written);
    }
    const std::string cat_ = voc(vocObject("cat", "10", "20", "30", "40"));
    const std::string theirs_ = voc(vocObject("cat", "50", "20", "70", "40") + vocObject("dog", "1", "2", "9", "9"));
};

}  // namespace fcoscope
