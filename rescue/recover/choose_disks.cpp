// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/choose_disks.h"

#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/recover/show.h"

namespace nrear::recover {

namespace {

using base::cat;

constexpr const char* kLeaveOut = "leave-out";
constexpr const char* kStop = "stop";

std::map<std::string, std::string> parse_mappings(const std::vector<std::string>& mappings) {
    std::map<std::string, std::string> map;
    for (const auto& text : mappings) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
            throw Error(ErrorKind::kUsage, cat("understand --map ", text), "it is not OLD=NEW", "for example: --map /dev/vda=/dev/sda, or --map /dev/vdb=none to leave a disk out");
        }
        map[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return map;
}

class Chooser {
public:
    Chooser(const RecoverContext& context, const layout::Layout& layout, const record::RescueRecord& rescue) : context_(context), layout_(layout) {
        options_.write_protected_ids = rescue.write_protected_ids;
        options_.write_protected_label_patterns = rescue.write_protected_label_patterns;
        options_.resize.growth = plan::growth_of(rescue.autoresize_partitions);
        options_.resize.exclude = rescue.autoresize_exclude;
        options_.resize.grow_from_percent = rescue.grow_from_percent;
    }

    ChosenDisks run() {
        chosen_.disks = context_.list_disks();
        say_all(disk_lines(chosen_.disks));
        options_.map = parse_mappings(context_.options.mappings);
        const bool nobody = context_.options.unattended || !context_.questions.interactive();
        if (nobody || context_.options.automatic) {
            fit_strictly(nobody);
        }
        if (!chosen_.beyond_doubt) {
            fit_with_questions();
        }
        say_all({"Recorded disk -> disk of this machine:"});
        say_all(match_lines(chosen_.fitted));
        say_all(plan::change_lines(chosen_.fitted));
        return std::move(chosen_);
    }

private:
    void say_all(const std::vector<std::string>& lines) {
        for (const auto& line : lines) {
            context_.progress.message(line);
        }
    }

    void fit_strictly(bool nobody) {
        auto strict = options_;
        strict.unattended = true;
        try {
            chosen_.fitted = plan::fit(layout_, chosen_.disks, strict);
            chosen_.beyond_doubt = true;
        } catch (const Error& error) {
            if (nobody || error.kind() != ErrorKind::kWrongDisk) {
                throw;
            }
            say_all({cat("Not by itself: ", error.what())});
        }
    }

    void fit_with_questions() {
        chosen_.fitted = plan::fit(layout_, chosen_.disks, options_);
        while (!chosen_.fitted.open.empty()) {
            const auto& open = chosen_.fitted.open.front();
            options_.map[open.recorded_path] = ask_for(open);
            chosen_.fitted = plan::fit(layout_, chosen_.disks, options_);
        }
    }

    std::string ask_for(const plan::OpenDisk& open) {
        std::vector<base::Choice> choices;
        for (const auto& candidate : open.candidates) {
            choices.push_back({candidate, "put it on this disk"});
        }
        if (!open.without.empty()) {
            choices.push_back({kLeaveOut, "go on without it, as told above"});
        }
        choices.push_back({kStop, "nothing is written"});
        say_all({cat(open.recorded_path, ": ", open.why)});
        for (const auto& line : open.without) {
            say_all({cat("  Without it: ", line)});
        }
        if (open.without.empty()) {
            say_all({cat("  It cannot be left out: ", open.needed)});
        }
        const auto answer = context_.questions.choose(cat("Which disk takes what was on ", open.recorded_path, "?"), choices, kStop);
        context_.log.info("answer: " + answer);
        if (answer == kLeaveOut) {
            return plan::kNoDisk;
        }
        if (answer == kStop) {
            throw Error(ErrorKind::kWrongDisk, cat("find a disk for ", open.recorded_path), cat(open.why, ", and none was chosen"),
                        cat("name it: nrear recover --map ", open.recorded_path, "=/dev/...", open.without.empty() ? "" : cat(", or leave it out: --map ", open.recorded_path, "=none")));
        }
        return answer;
    }

    const RecoverContext& context_;
    const layout::Layout& layout_;
    plan::FitOptions options_;
    ChosenDisks chosen_;
};

}  // namespace

ChosenDisks choose_disks(const RecoverContext& context, const layout::Layout& layout, const record::RescueRecord& rescue) {
    return Chooser(context, layout, rescue).run();
}

}  // namespace nrear::recover
