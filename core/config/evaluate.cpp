// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/evaluate.h"

#include "core/base/text.h"
#include "core/config/expansion.h"
#include "core/config/setting_names.h"
#include "core/config/setting_table.h"

namespace nrear::config {

namespace {

using base::cat;

/// Bytes that one file may expand to: more is a mistake (X="$X$X"), not a configuration.
constexpr std::size_t kLargestResult = 64U << 20U;

class Evaluator {
public:
    Evaluator(const std::string& file, const Environment& environment, Settings& settings, Diagnostics& diagnostics)
        : file_(file), environment_(environment), settings_(settings), diagnostics_(diagnostics) {}

    void apply(const Assignment& assignment);

private:
    /// What appending copies counts as well: a file of nothing but NAME+=… lines must not take for ever.
    void spend(const Assignment& assignment, std::size_t bytes) {
        if (bytes > budget_) {
            throw Error(ErrorKind::kConfig, cat(place(assignment.line).text(), ": ", assignment.name, " grows too large"), "", "write shorter values");
        }
        budget_ -= bytes;
    }
    Origin place(unsigned line) const { return file_.empty() ? Origin{.note = "default"} : Origin{.file = file_, .line = line}; }
    Expansion expansion(const Assignment& assignment, unsigned line) {
        return {environment_, settings_, diagnostics_, assignment.name, place(line), budget_};
    }
    Setting array_value(const Assignment& assignment, const Setting* before);
    Setting scalar_value(const Assignment& assignment, const Setting* before);
    void warn(const Assignment& assignment, std::string message) {
        diagnostics_.push_back({Diagnostic::Severity::kWarning, place(assignment.line), std::move(message)});
    }

    const std::string& file_;
    const Environment& environment_;
    Settings& settings_;
    Diagnostics& diagnostics_;
    std::size_t budget_ = kLargestResult;
    bool used_secret_ = false;  ///< by the assignment at hand
};

void Evaluator::apply(const Assignment& assignment) {
    const Setting* before = settings_.find(assignment.name);
    used_secret_ = false;
    Setting setting = assignment.is_array ? array_value(assignment, before) : scalar_value(assignment, before);
    setting.origin = place(assignment.line);
    setting.is_default = file_.empty();
    // A password inside a URL is masked there, so that the rest can be shown.
    const bool hidden = setting.elements.size() == 1 && holds_secret(assignment.name, setting.elements.front().text);
    setting.secret = assignment.secret || (used_secret_ && !hidden) || is_secret_name(assignment.name) || (assignment.append && before != nullptr && before->secret);
    settings_.set(assignment.name, std::move(setting));
}

Setting Evaluator::array_value(const Assignment& assignment, const Setting* before) {
    Setting setting{.is_array = true};
    if (shape_of(assignment.name) == Shape::kScalar && !file_.empty()) {
        warn(assignment, cat(assignment.name, " is a single value, only the first element counts: write ", assignment.name, "=value"));
    }
    if (assignment.append && before != nullptr) {
        spend(assignment, before->elements.size() * kCostOfElement);
        setting.elements = before->elements;
        const bool unset = !before->is_array && !setting.elements.empty() && setting.elements.front().text.empty();
        if (unset) {
            setting.elements.clear();
        }
    }
    for (const auto& value : assignment.values) {
        Expansion expanded = expansion(assignment, value.line);
        for (auto& text : expanded.several(value.word)) {
            setting.elements.push_back({std::move(text), place(value.line)});
        }
        used_secret_ = used_secret_ || expanded.used_secret();
    }
    return setting;
}

Setting Evaluator::scalar_value(const Assignment& assignment, const Setting* before) {
    const auto& value = assignment.values.front();
    Expansion expanded = expansion(assignment, value.line);
    std::string text = expanded.one(value.word);
    used_secret_ = expanded.used_secret();
    const bool known_array = shape_of(assignment.name) == Shape::kArray;
    const bool is_array = before != nullptr && before->is_array;
    if (assignment.append && (known_array || is_array)) {
        throw Error(ErrorKind::kConfig, cat(place(assignment.line).text(), ": ", assignment.name, "+=… would append text to the first element of an array"), "",
                    cat("to add an element write ", assignment.name, "+=( '…' )"));
    }
    if (known_array) {
        warn(assignment, cat(assignment.name, " is an array, its elements are replaced by this one value: write ", assignment.name, "=( '…' ), or ",
                             assignment.name, "+=( '…' ) to add"));
        Setting setting{.is_array = true};
        if (!text.empty()) {
            setting.elements.push_back({std::move(text), place(assignment.line)});
        }
        return setting;
    }
    if (assignment.append && before != nullptr && !before->elements.empty()) {
        spend(assignment, before->elements.front().text.size());
        text = before->elements.front().text + text;
    }
    return Setting{.elements = {{std::move(text), place(assignment.line)}}};
}

}  // namespace

void evaluate(const std::vector<Assignment>& assignments, const std::string& file, const Environment& environment, Settings& settings,
              Diagnostics& diagnostics) {
    Evaluator evaluator(file, environment, settings, diagnostics);
    for (const auto& assignment : assignments) {
        evaluator.apply(assignment);
    }
}

void set_predefined(const Environment& environment, Settings& settings) {
    const auto set = [&](std::string_view name, const std::string& value) {
        const Origin origin{.note = "nrear"};
        settings.set(name, Setting{.elements = {{value, origin}}, .origin = origin});
    };
    set("HOSTNAME", environment.hostname);
    set("WORKFLOW", environment.workflow);
    set("CONFIG_DIR", environment.config_dir);
    set("VAR_DIR", environment.var_dir);
    set("LOG_DIR", environment.log_dir);
    set("SHARE_DIR", environment.share_dir);
    set("ARCH", "Linux-" + environment.architecture);
    set("OS", "GNU/Linux");
    set("SECRET_OUTPUT_DEV", "null");
}

}  // namespace nrear::config
