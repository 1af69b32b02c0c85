// SPDX-License-Identifier: GPL-3.0-or-later
// fcos train DATASET…: train a detector into a run folder.
#include "app/cli/train_arguments.h"
#include "app/cli/train_run.h"
#include "app/cli/verbs.h"
#include "core/base/error.h"
#include "core/runs/process_facts.h"

namespace fcoscope {

int trainVerb(const Arguments &arguments, Console &console)
{
    console.tellTime();
    offerFirstWhereMemoryRunsOut();
    TrainArguments asked;
    if (!readTrainArguments(arguments, asked))
        return exitDone;
    RunFolder folder(asked.run.empty() ? freshRunFolder("runs") : std::filesystem::path(asked.run));
    console.note((folder.hasCheckpoint() ? "going on with the run in " : "training into ") + folder.path().string());
    TrainRun run(asked, folder, console);
    try {
        run.readData();
        const TrainResult result = run.train();
        // A slice asked for with --stop-after is done when it ends; only being told to stop is a stop.
        const bool stopped = result.stopped && (stopAsked() || folder.stopWritten());
        run.tellEnd(result);
        run.summary(result);
        return stopped ? exitStopped : exitDone;
    } catch (const UserError &error) {
        run.tellFailure(error.message());
        throw;
    } catch (const Stopped &) {
        run.tellStopped();
        throw;
    } catch (const std::exception &error) {
        run.tellFailure(message("core", "FCOScope made a mistake of its own: {0}").with(error.what()));
        throw;
    }
}

}  // namespace fcoscope
