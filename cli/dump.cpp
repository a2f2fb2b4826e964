// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/dump.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/json_text.h"
#include "core/base/text.h"

namespace nrear::cli {

namespace {

using base::cat;
using config::Diagnostic;

class Dump {
public:
    Dump(const config::Configuration& configuration, const DumpOptions& options) : configuration_(configuration), options_(options) {}

    std::string shown(const std::string& name, const std::string& value) const {
        return options_.expose_secrets ? value : configuration_.settings.shown(name, value);
    }

    std::string assignment(const std::string& name, const config::Setting& setting) const {
        if (!setting.is_array) {
            return cat(name, "=", setting.elements.empty() ? "" : word(name, setting.elements.front().text));
        }
        std::string out = cat(name, "=(");
        for (const auto& element : setting.elements) {
            out += " " + word(name, element.text);
        }
        return out + " )";
    }

    /// The settings of which is_default is `defaults`, one a line.
    std::string settings(bool defaults) const {
        std::string out;
        for (const auto& [name, setting] : configuration_.settings.all()) {
            if (setting.is_default == defaults) {
                out += cat(assignment(name, setting), "  # ", origins(setting), "\n");
            }
        }
        return out;
    }

    std::vector<Diagnostic> diagnostics() const {
        std::vector<Diagnostic> wanted;
        std::copy_if(configuration_.diagnostics.begin(), configuration_.diagnostics.end(), std::back_inserter(wanted), [&](const Diagnostic& diagnostic) {
            return options_.notes || diagnostic.severity == Diagnostic::Severity::kWarning;
        });
        return wanted;
    }

private:
    /// Quoted as the file would have it, so that the output can be read back; only what would mislead a terminal is escaped.
    std::string word(const std::string& name, const std::string& value) const {
        const std::string text = shown(name, value);
        return value.empty() ? "''" : text == "***" ? text : base::shell_quote(base::replace_all(base::printable(text), "\\\\", "\\"));
    }

    /// The places of all elements, each once: += adds from several files.
    static std::string origins(const config::Setting& setting) {
        std::vector<std::string> places;
        for (const auto& element : setting.elements) {
            const std::string place = element.origin.text();
            if (std::find(places.begin(), places.end(), place) == places.end()) {
                places.push_back(place);
            }
        }
        // Lines of one array are not of interest, files and defaults are.
        const bool one_file = std::all_of(setting.elements.begin(), setting.elements.end(), [&](const auto& element) {
            return element.origin.file == setting.origin.file && element.origin.note == setting.origin.note;
        });
        return places.empty() || one_file ? setting.origin.text() : base::join(places, ", ");
    }

    const config::Configuration& configuration_;
    DumpOptions options_;
};

}  // namespace

std::string dump_text(const config::Configuration& configuration, const DumpOptions& options) {
    const Dump dump(configuration, options);
    std::string out = configuration.files.empty() ? "# No configuration file was found.\n" : cat("# Read: ", base::join(configuration.files, ", "), "\n");
    const std::string set = dump.settings(false);
    out += cat("\n", set.empty() ? "# Nothing is set.\n" : set, "\n# Defaults:\n", dump.settings(true));
    const auto diagnostics = dump.diagnostics();
    if (!diagnostics.empty()) {
        out += "\n# Warnings:\n";
    }
    for (const auto& diagnostic : diagnostics) {
        out += cat("# ", diagnostic.text(), "\n");
    }
    return out;
}

std::string dump_json(const config::Configuration& configuration, const DumpOptions& options) {
    const Dump dump(configuration, options);
    nlohmann::json settings = nlohmann::json::object();
    for (const auto& [name, setting] : configuration.settings.all()) {
        if (setting.is_array) {
            settings[name] = nlohmann::json::array();
            for (const auto& element : setting.elements) {
                settings[name].push_back(base::json_text<nlohmann::json>(dump.shown(name, element.text)));
            }
        } else {
            settings[name] = base::json_text<nlohmann::json>(setting.elements.empty() ? "" : dump.shown(name, setting.elements.front().text));
        }
    }
    nlohmann::json warnings = nlohmann::json::array();
    for (const auto& diagnostic : dump.diagnostics()) {
        warnings.push_back({{"file", diagnostic.origin.file}, {"line", diagnostic.origin.line}, {"message", diagnostic.message}});
    }
    const nlohmann::json document{{"settings", std::move(settings)}, {"warnings", std::move(warnings)}};
    return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace nrear::cli
