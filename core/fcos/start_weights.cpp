// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/start_weights.h"

#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/fcos/model_file.h"

namespace fcoscope {
namespace {

/// What is moved: the network's tensors, the file's, and what becomes of each.
class Transfer {
public:
    Transfer(Detector &detector, const std::vector<std::string> &classNames, const ModelContents &from)
        : detector_(detector), from_(from.info), classNames_(classNames)
    {
        for (const auto &[name, tensor] : from.weights.tensors)
            given_[name] = tensor;
        giveZeroBiases();
        dropWhatMeansOtherThings();
    }

    void refuseOtherBackbone() const
    {
        std::string problems;
        for (const NamedTensor &entry : detector_.tensors()) {
            const auto found = given_.find(entry.name);
            const bool fits = found != given_.end() && found->second.sizes() == entry.tensor->sizes();
            if (entry.name.starts_with("backbone.") && !fits)
                problems += (problems.empty() ? "" : "; ") + entry.name +
                            (found == given_.end() ? " is missing" : " has another shape");
        }
        if (!problems.empty())
            throw UserError(message("core", "The backbone in {0} is not the one that is to be trained: {1}.")
                                .with(from_.path.string(), problems));
    }

    StartReport run()
    {
        const at::NoGradGuard noGradient;
        for (const NamedTensor &entry : detector_.tensors())
            take(entry);
        for (const auto &[name, tensor] : given_)
            if (!used_.contains(name))
                report_.left.push_back(name);
        report_.left.insert(report_.left.end(), meaningless_.begin(), meaningless_.end());
        describe();
        return std::move(report_);
    }

private:
    /// No bias is a bias of 0.
    void giveZeroBiases()
    {
        if (from_.network.towerBias || !detector_.options.towerBias)
            return;
        for (const NamedTensor &entry : detector_.tensors())
            if (entry.name.find("_tower.") != std::string::npos && entry.name.ends_with(".conv.bias"))
                if (const auto conv = given_.find(entry.name.substr(0, entry.name.size() - 4) + "weight");
                    conv != given_.end())
                    given_[entry.name] = at::zeros({conv->second.size(0)});
    }

    /// Tensors of the right shape that would say something else in this network.
    void dropWhatMeansOtherThings()
    {
        const Profile &theirs = from_.profile, &ours = detector_.profile;
        const auto drop = [&](const std::string &prefix) {
            for (auto at = given_.begin(); at != given_.end();)
                if (at->first.starts_with(prefix)) {
                    meaningless_.push_back(at->first);
                    at = given_.erase(at);
                } else {
                    ++at;
                }
        };
        if (from_.backboneOnly)
            return;
        if (theirs.boxUnit != ours.boxUnit || theirs.boxActivation != ours.boxActivation) {
            drop("head.reg_pred.");
            drop("head.scale.");
        }
        if (theirs.strides != ours.strides)
            drop("head.scale.");
        if (theirs.quality != ours.quality || from_.network.centernessBranch != detector_.options.centernessBranch)
            drop("head.ctr_pred.");
    }

    void take(const NamedTensor &entry)
    {
        const auto found = given_.find(entry.name);
        if (found == given_.end()) {
            report_.fresh.push_back(entry.name);
        } else if (entry.name.starts_with("head.cls_pred.")) {
            takeRows(entry, found->second);
        } else if (found->second.sizes() != entry.tensor->sizes()) {
            report_.fresh.push_back(entry.name);
        } else {
            used_.insert(entry.name);
            report_.taken.push_back(entry.name);
            entry.tensor->copy_(found->second);
            const double more = from_.network.normEpsilon - detector_.options.normEpsilon;
            if (entry.name.starts_with("backbone.") && entry.name.ends_with(".var") && more != 0)
                entry.tensor->copy_(found->second.to(at::kDouble) + more);  // the same norm with another eps
        }
    }

    /// given [theirs, C, 3, 3] or [theirs] → the rows of `entry` whose class has the same name.
    void takeRows(const NamedTensor &entry, const at::Tensor &given)
    {
        const bool fits = given.dim() == entry.tensor->dim() &&
                          given.sizes().slice(1) == at::IntArrayRef(entry.tensor->sizes()).slice(1);
        std::map<std::string, int64_t> rowOf;
        for (size_t i = 0; i < from_.classNames.size(); ++i)
            rowOf.emplace(lowerCase(from_.classNames[i]), static_cast<int64_t>(i));
        std::vector<std::string> known;
        for (size_t i = 0; fits && i < classNames_.size(); ++i)
            if (const auto row = rowOf.find(lowerCase(classNames_[i])); row != rowOf.end()) {
                entry.tensor->select(0, static_cast<int64_t>(i)).copy_(given.select(0, row->second));
                known.push_back(classNames_[i]);
            }
        if (!known.empty())
            used_.insert(entry.name);
        (known.empty() ? report_.fresh : report_.taken).push_back(entry.name);
        report_.knownClasses = known;
    }

    void describe()
    {
        std::vector<Message> &notes = report_.notes;
        notes.push_back(message("core", "{0} tensors begin with the values of {1}, {2} afresh.")
                            .with(report_.taken.size(), from_.path.string(), report_.fresh.size()));
        notes.insert(notes.end(), from_.assumptions.begin(), from_.assumptions.end());
        if (!from_.backboneOnly)
            notes.push_back(message("core", "Classes it knows already: {0} of {1} ({2}).")
                                .with(report_.knownClasses.size(), classNames_.size(), joined(report_.knownClasses)));
        const auto outside = [](std::vector<std::string> names) {  // of a backbone alone everything else is new
            std::erase_if(names, [](const std::string &name) { return name.starts_with("head.cls_pred."); });
            return names;
        };
        if (const auto fresh = outside(report_.fresh); !fresh.empty() && !from_.backboneOnly)
            notes.push_back(message("core", "These begin afresh: {0}.").with(joined(fresh)));
        if (!report_.left.empty())
            notes.push_back(message("core", "These of the file have no use here: {0}.").with(joined(report_.left)));
        if (detector_.options.backboneDepth >= 50 && from_.network.strideConv != detector_.options.strideConv)
            notes.push_back(message("core", "The backbone was made with the stride in its {0} convolution; with the "
                                            "option {1} as it is, it has much to learn anew.")
                                .with(from_.network.strideConv == StrideConv::First1x1 ? "1×1" : "3×3", "stride-conv"));
        if (otherPixels())
            notes.push_back(message("core", "The weights were made for pixels of another order or normalisation; the "
                                            "options {0}, {1}, {2} and {3} of their profile {4} would fit them.")
                                .with("channel-order", "pixel-range", "mean", "deviation", from_.profile.name));
    }

    bool otherPixels() const
    {
        const Profile &theirs = from_.profile, &ours = detector_.profile;
        return theirs.channelOrder != ours.channelOrder || theirs.pixelRange != ours.pixelRange ||
               theirs.mean != ours.mean || theirs.deviation != ours.deviation;
    }

    Detector &detector_;
    const ModelInfo &from_;
    const std::vector<std::string> &classNames_;
    std::map<std::string, at::Tensor> given_;
    std::set<std::string> used_;
    std::vector<std::string> meaningless_;
    StartReport report_;
};

}  // namespace

StartReport startFrom(Detector &detector, const std::vector<std::string> &classNames, const std::filesystem::path &path)
{
    const ModelContents from = readModel(path);
    Transfer transfer(detector, classNames, from);
    transfer.refuseOtherBackbone();
    return transfer.run();
}

}  // namespace fcoscope
