// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/weights_shelf.h"

#include <utility>

namespace fcoscope {

WeightsShelf::WeightsShelf(const Backend &backend, QObject *parent) : QObject(parent), backend_(backend) {}

WeightsShelf::~WeightsShelf()
{
    looking_.abandon();
    fetching_.abandon();
}

void WeightsShelf::look()
{
    looking_.start(
        [here = backend_.weightsHere](const RunContext &context) {
            Files files;
            for (const PublishedWeights &entry : weightsCatalogue()) {
                if (context.shouldStop())
                    throw Stopped{};
                if (const std::filesystem::path file = here(entry); !file.empty())
                    files[entry.name] = file;
            }
            return files;
        },
        [this](Outcome<Files> outcome) {
            // A data folder that cannot be read holds nothing; fetching something will say what is wrong with it.
            here_ = outcome.result.value_or(Files());
            Q_EMIT changed();
        });
}

std::filesystem::path WeightsShelf::here(const PublishedWeights &entry) const
{
    const auto found = here_.find(entry.name);
    return found == here_.end() ? std::filesystem::path() : found->second;
}

void WeightsShelf::get(const PublishedWeights &entry, bool termsAccepted)
{
    if (getting_)
        return;
    getting_ = &entry;
    progress_ = {-1, {}};
    fetching_.start([&entry, termsAccepted, get = backend_.getWeights](
                        const RunContext &context) { return get(entry, termsAccepted, context); },
                    [this, &entry](Outcome<std::filesystem::path> outcome) { getEnded(entry, std::move(outcome)); },
                    [this](const Progress &progress) {
                        progress_ = progress;
                        Q_EMIT progressed();
                    });
    Q_EMIT changed();
}

void WeightsShelf::stop()
{
    fetching_.stop();
}

void WeightsShelf::getEnded(const PublishedWeights &entry, Outcome<std::filesystem::path> outcome)
{
    getting_ = nullptr;
    if (outcome.result) {
        looking_.abandon();  // it may have looked before
        here_[entry.name] = *outcome.result;
    }
    Q_EMIT changed();
    if (outcome.how == Ended::Done)
        Q_EMIT got(&entry);
    if (outcome.how == Ended::Failed)
        Q_EMIT failed(&entry, outcome.failure);
}

}  // namespace fcoscope
