// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/opening.h"

#include <algorithm>
#include <unordered_set>

#include "app/session/job.h"
#include "app/session/sidecar_keeper.h"
#include "core/base/text.h"

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

std::string extensionOf(const fs::path &path)
{
    return lowerCase(path.extension().string());
}

/// Puts together what was named; each source of labels is the project or joins it.
class Sorter {
public:
    Sorter(const Backend &backend, const OpeningContext &context, Opened &opened)
        : backend_(backend), context_(context), opened_(opened)
    {
    }

    void add(const fs::path &named)
    {
        std::error_code error;
        if (!fs::exists(named, error))
            throw UserError(message("core", "There is no file or folder {0}.").with(named.string()));
        const fs::path path = fs::absolute(named).lexically_normal();
        if (extensionOf(path) == ".fcoscope")  // never opened as anything else: see ProjectFile
            addProject(path, path.parent_path());
        else if (isModel(path, backend_))
            addModel(path);
        else if (fs::is_directory(path, error))
            addFolder(path.has_filename() ? path : path.parent_path());
        else if (backend_.isImage(path))
            addImage(path);
        else if (backend_.holdsLabels(path))
            addLabelFile(path);
        else
            throw UserError(message("core", "The file {0} is neither an image nor a model nor labels that FCOScope "
                                            "can open.")
                                .with(path.string()));
    }

    /// Single images: to what was named beside them, or a project of their own where nothing is open.
    void finish()
    {
        if (opened_.images.empty() || (!opened_.labels && context_.anythingOpen))
            return;
        const fs::path folder = fs::path(opened_.images.front()).parent_path();
        if (!opened_.labels) {
            if (const ProjectPlace place = backend_.projectPlace(folder); place.exists)
                addProject(place.file, folder);
            else
                addSet(emptySet(folder), place.file);
        }
        addNewImages(opened_.images);
    }

private:
    static LabelSet emptySet(const fs::path &root)
    {
        LabelSet set;
        set.root = root;
        return set;
    }

    void addModel(const fs::path &path)
    {
        if (!opened_.model.empty() && opened_.model != path)
            opened_.problems.push_back(message("core", "One model at a time: {0} is opened, {1} is not.")
                                           .with(path.string(), opened_.model.string()));
        opened_.model = path;
    }

    void addImage(const fs::path &path)
    {
        if (seen_.insert(path.string()).second)
            opened_.images.push_back(path.string());
    }

    void addImages(const std::vector<fs::path> &paths)
    {
        for (const fs::path &path : paths)
            addImage(fs::absolute(path).lexically_normal());
    }

    void addFolder(const fs::path &folder)
    {
        const ProjectPlace place = backend_.projectPlace(folder);
        if (isOpen(place.file))
            return addImages(backend_.imagesInFolder(folder, {}));
        // The images first, so that one is seen while labels are looked for among a hundred thousand files.
        const std::vector<fs::path> files = backend_.imagesInFolder(folder, context_.firstImage);
        if (!place.exists && backend_.holdsLabels(folder))
            return addLabels(folder, place.file);
        if (files.empty() && !place.exists)
            throw UserError(message("core", "The folder {0} holds no images.").with(folder.string()));
        if (place.exists)
            addProject(place.file, folder);
        else
            addSet(emptySet(folder), place.file);
        std::vector<ImageId> ids;
        for (const fs::path &file : files)
            ids.push_back(fs::absolute(file).lexically_normal().string());
        addNewImages(ids);
    }

    /// A label file is a project of its own, named after it: there may be several in a folder.
    void addLabelFile(const fs::path &path)
    {
        ProjectPlace place = backend_.projectPlace(path.parent_path());
        const std::string stem = path.stem().string();
        place.file.replace_filename((place.besideImages ? stem : place.file.stem().string() + "-" + stem) +
                                    place.file.extension().string());
        std::error_code error;
        if (fs::exists(place.file, error))
            addProject(place.file, path.parent_path());
        else if (!isOpen(place.file))
            addLabels(path, place.file);
    }

    void addLabels(const fs::path &path, const fs::path &file)
    {
        ReadLabels read = backend_.readLabels(path, context_.run);
        opened_.skipped.insert(opened_.skipped.end(), read.problems.begin(), read.problems.end());
        const std::optional<SidecarLayout> layout = sidecarLayout(path, read);
        addSet(std::move(read.set), file);
        const OpenedLabels &labels = *opened_.labels;
        // Labels of several places have no one layout, and who only looks writes no files.
        if (layout && !several_ && !labels.project && labels.readOnly.text.empty())
            opened_.labels->sidecars.emplace().layout = *layout;
    }

    void addSet(LabelSet set, const fs::path &file)
    {
        if (!opened_.labels) {
            addUnmade(std::move(set), file);
        } else if (opened_.labels->project) {
            throw UserError(message("core", "{0} is not opened: {1} is a project of its own. Open them one after the "
                                            "other.")
                                .with(set.root.string(), opened_.labels->file.string()));
        } else {
            append(opened_.labels->set, set);
            several_ = true;
            opened_.labels->sidecars.reset();
        }
    }

    /// A project that will be made with the first edit, by one window: the one that opened it first.
    void addUnmade(LabelSet set, const fs::path &file)
    {
        OpenedLabels labels;
        try {
            labels.lock = ProjectFile::lock(file);
        } catch (const LockedProject &error) {
            labels.readOnly = error.message();
        } catch (const UserError &) {
            // It cannot be written there, which the first edit says.
        }
        if (std::error_code error; fs::is_regular_file(file, error)) {  // made while labels were read
            labels.lock.reset();
            return addProject(file, set.root);
        }
        labels.set = std::move(set);
        labels.file = file;
        opened_.labels = std::move(labels);
    }

    /// What is open already is not opened a second time: its images are looked for anew, and that is all.
    bool isOpen(const fs::path &file) const { return !context_.openProject.empty() && file == context_.openProject; }

    void addProject(const fs::path &file, const fs::path &root)
    {
        if (!isProjectFile(file))
            throw UserError(message("core", "{0} is no project of FCOScope.").with(file.string()));
        if (isOpen(file))
            return;
        if (opened_.labels)
            throw UserError(message("core", "{0} is not opened: it is a project of its own. Open it by itself.")
                                .with(file.string()));
        OpenedLabels labels;
        labels.file = file;
        try {
            labels.project = std::make_shared<ProjectFile>(ProjectFile::open(file, ProjectFile::Access::Write));
        } catch (const UserError &error) {
            // Another window's, or a place that cannot be written: it can be looked at all the same.
            labels.project = std::make_shared<ProjectFile>(ProjectFile::open(file, ProjectFile::Access::Read));
            labels.readOnly = error.message();
        }
        labels.set = labels.project->read(ProjectFile::Extras::Leave, context_.run);
        if (fs::exists(root) && !fs::exists(labels.set.root))  // the folder has moved
            labels.set.root = root;
        readBesides(labels);
        opened_.labels = std::move(labels);
    }

    /// What is damaged there takes no labels with it.
    void readBesides(OpenedLabels &labels)
    {
        try {
            labels.journal = labels.project->journal();
        } catch (const UserError &) {
            opened_.problems.push_back(message("core", "The labels of {0} are open, but its journal is damaged: what "
                                                       "was done in earlier sessions cannot be undone.")
                                           .with(labels.file.string()));
        }
        if (!labels.readOnly.text.empty())
            return;
        try {
            findSidecars(labels);
        } catch (const UserError &) {
            labels.sidecars.reset();
            opened_.problems.push_back(message("core", "The labels of {0} are open, but it is damaged: the label files "
                                                       "of single images are not kept in step.")
                                           .with(labels.file.string()));
        }
    }

    /// The label files that the project knows of.
    void findSidecars(OpenedLabels &labels)
    {
        const std::string layout = labels.project->note("sidecars");
        if (layout.empty())
            return;
        const auto here = relocated(parseSidecarLayout(layout), labels.set.root);
        if (!here) {
            opened_.problems.push_back(message("core", "The labels of {0} were moved, and their label files lie "
                                                       "elsewhere: these are no longer kept in step.")
                                           .with(labels.set.root.string()));
            return;
        }
        labels.sidecars.emplace().layout = *here;
        labels.sidecars->kept = labels.project->note(SidecarKeeper::leftAloneNote) != "yes";
        labels.sidecars->inStep = labels.project->note(SidecarKeeper::inStepNote) == "yes";
        for (SidecarRecord &record : labels.project->sidecars())
            labels.sidecars->records[record.image] = std::move(record);
    }

    /// Those that the project does not know yet.
    void addNewImages(const std::vector<ImageId> &ids)
    {
        OpenedLabels &labels = *opened_.labels;
        LabelSet found = emptySet(labels.set.root);
        for (const ImageId &id : ids) {
            ImageEntry entry;
            entry.key = found.newKey();
            entry.path = pathBelow(found.root, id);
            entry.formatId = -1;
            found.images.push_back(std::move(entry));
        }
        const size_t before = labels.set.images.size();
        append(labels.set, found);
        if (labels.project && labels.project->writable() && labels.set.images.size() > before)
            labels.project->putImages(
                {labels.set.images.begin() + static_cast<ptrdiff_t>(before), labels.set.images.end()},
                labels.set.nextKey);
    }

    const Backend &backend_;
    const OpeningContext &context_;
    Opened &opened_;
    std::unordered_set<std::string> seen_;
    bool several_ = false;
};

/// The document holds labels without what only files say; the project is made with it.
void takeExtrasOut(OpenedLabels &labels)
{
    if (!labels.project)
        labels.initial = std::make_shared<const LabelSet>(labels.set);
    for (ImageEntry &image : labels.set.images) {
        image.extra.clear();
        for (BoxEntry &box : image.boxes)
            box.extra = std::string();
        labels.ids.push_back(labels.set.fileOf(image).lexically_normal().string());
    }
}

}  // namespace

const std::vector<std::string> &modelExtensions()
{
    static const std::vector<std::string> extensions{".safetensors", ".pth", ".pt", ".pkl", ".pyth", ".bin", ".ckpt"};
    return extensions;
}

bool isModel(const fs::path &path, const Backend &backend)
{
    std::error_code error;
    if (fs::is_directory(path, error))
        return backend.looksLikeModel(path);
    // What is an image by its content is one, whatever its name.
    if (!fs::exists(path, error) || backend.isImage(path))
        return false;
    const auto &known = modelExtensions();
    return std::find(known.begin(), known.end(), extensionOf(path)) != known.end() || backend.looksLikeModel(path);
}

Opened openPaths(const std::vector<fs::path> &paths, const Backend &backend, const OpeningContext &context)
{
    Opened opened;
    Sorter sorter(backend, context, opened);
    const auto tried = [&](auto &&work) {
        if (context.run.shouldStop())
            throw Stopped{};
        try {
            work();
        } catch (const Stopped &) {
            throw;
        } catch (...) {
            opened.problems.push_back(messageOfCurrentException());
        }
    };
    for (const fs::path &path : paths)
        tried([&] { sorter.add(path); });
    tried([&] { sorter.finish(); });
    if (opened.labels && opened.labels->sidecars)
        survey(*opened.labels->sidecars, opened.labels->set, opened.labels->project != nullptr, context.run);
    if (opened.labels)
        takeExtrasOut(*opened.labels);
    return opened;
}

}  // namespace fcoscope
