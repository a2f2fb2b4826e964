// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/modules.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <deque>

#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/image/driver_list.h"
#include "rescue/image/kmod_index.h"

namespace nrear::image {

namespace {

using base::cat;

bool contains(const std::vector<std::string>& list, std::string_view word) { return std::find(list.begin(), list.end(), word) != list.end(); }

// Grows the selection module by module until nothing is missing.
class Selector {
public:
    Selector(const ModuleTables& tables, const ModuleChoice& choice) : tables_(tables) {
        for (const auto& name : choice.exclude) {
            excluded_.insert(module_name(name));
        }
    }

    void add_path(const std::string& path, const std::string& reason) {
        if (!excluded_.contains(module_name(path)) && selection_.reasons.try_emplace(path, reason).second) {
            todo_.push_back(path);
        }
    }

    // A module's name or an alias of modules; false when the kernel knows neither.
    bool add_name(const std::string& name, const std::string& reason) {
        const auto key = module_name(name);
        if (const auto found = tables_.paths.find(key); found != tables_.paths.end()) {
            add_path(found->second, reason);
            return true;
        }
        if (tables_.built_in.contains(key)) {
            return true;
        }
        bool known = false;
        for (const auto& alias : tables_.aliases) {
            const auto found = fnmatch(alias.pattern.c_str(), name.c_str(), 0) == 0 ? tables_.paths.find(alias.module) : tables_.paths.end();
            if (found != tables_.paths.end()) {
                add_path(found->second, reason);
                known = true;
            }
        }
        return known;
    }

    void add_wanted(const std::string& name, const std::string& reason) {
        if (!add_name(name, reason)) {
            selection_.unknown.push_back(name);
        }
    }

    ModuleSelection finish() {
        while (!todo_.empty()) {
            const auto path = std::move(todo_.front());
            todo_.pop_front();
            const auto reason = cat("driver: needed by ", module_name(path));
            for (const auto& needed : tables_.dependencies.at(path)) {
                add_path(needed, reason);
            }
            if (const auto soft = tables_.soft.find(module_name(path)); soft != tables_.soft.end()) {
                for (const auto& name : soft->second) {
                    add_name(name, reason);
                }
            }
        }
        return std::move(selection_);
    }

private:
    const ModuleTables& tables_;
    std::set<std::string> excluded_;
    std::deque<std::string> todo_;
    ModuleSelection selection_;
};

// Drivers of other vendors lie outside of kernel/. Those that the node runs with drive its hardware; the display ones among them do not matter.
bool is_wanted_third_party(const ModuleTables& tables, const std::string& name, const std::vector<std::string>& loaded) {
    constexpr std::string_view kDisplayClass = "bc03";
    return contains(loaded, name) && std::none_of(tables.aliases.begin(), tables.aliases.end(), [&](const Alias& alias) {
        return alias.module == name && alias.pattern.starts_with("pci:") && alias.pattern.find(kDisplayClass) != std::string::npos;
    });
}

void add_all_drivers(Selector& selector, const ModuleTables& tables, const std::vector<std::string>& loaded) {
    const std::set<std::string> in_use(loaded.begin(), loaded.end());
    for (const auto& [path, dependencies] : tables.dependencies) {
        if (const auto group = driver_group(path, in_use.contains(module_name(path)))) {
            selector.add_path(path, cat("driver: ", *group));
        } else if (!path.starts_with("kernel/") && is_wanted_third_party(tables, module_name(path), loaded)) {
            selector.add_path(path, "driver: in use on the node");
        }
    }
}

}  // namespace

std::string module_name(std::string_view path) {
    const auto slash = path.rfind('/');
    auto name = std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
    if (const auto suffix = name.find(".ko"); suffix != std::string::npos) {
        name.resize(suffix);
    }
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

ModuleTables parse_module_tables(std::string_view dep, std::string_view softdep, std::string_view builtin, std::string_view alias) {
    ModuleTables tables;
    for (const auto& line : base::split_lines(dep)) {
        const auto colon = line.find(':');
        if (colon != std::string::npos) {
            const auto path = line.substr(0, colon);
            tables.dependencies[path] = base::split_words(std::string_view(line).substr(colon + 1));
            tables.paths[module_name(path)] = path;
        }
    }
    for (const auto& [path, needed] : tables.dependencies) {
        for (const auto& other : needed) {
            if (!tables.dependencies.contains(other)) {
                throw Error(ErrorKind::kGeneral, "read modules.dep", cat(path, " needs ", other, ", which has no line of its own"), "run depmod");
            }
        }
    }
    for (const auto& line : base::split_lines(softdep)) {
        const auto words = base::split_words(line);
        for (std::size_t i = 2; i < words.size() && words[0] == "softdep"; ++i) {
            if (words[i] != "pre:" && words[i] != "post:") {
                tables.soft[module_name(words[1])].push_back(words[i]);
            }
        }
    }
    for (const auto& line : base::split_lines(builtin)) {
        tables.built_in.insert(module_name(line));
    }
    for (const auto& line : base::split_lines(alias)) {
        auto words = base::split_words(line);
        if (words.size() == 3 && words[0] == "alias") {
            tables.aliases.push_back({std::move(words[1]), module_name(words[2])});
        }
    }
    return tables;
}

ModuleTables read_module_tables(const base::Root& root, const std::string& modules_directory) {
    const auto read = [&](std::string_view name) { return root.read_if_exists(cat(modules_directory, "/", name)).value_or(""); };
    return parse_module_tables(root.read(cat(modules_directory, "/modules.dep")), read("modules.softdep"), read("modules.builtin"), read("modules.alias"));
}

std::vector<std::string> loaded_modules(const base::Root& root) {
    std::vector<std::string> names;
    for (const auto& line : base::split_lines(root.read_if_exists("/proc/modules").value_or(""))) {
        names.push_back(line.substr(0, line.find(' ')));
    }
    return names;
}

ModuleSelection select_modules(const ModuleTables& tables, const ModuleChoice& choice) {
    Selector selector(tables, choice);
    const bool none = contains(choice.modules, "no_modules");
    const bool only_loaded = contains(choice.modules, "loaded_modules");
    if (!none && !only_loaded) {
        add_all_drivers(selector, tables, choice.loaded);
    }
    if (only_loaded) {
        for (const auto& name : choice.loaded) {
            selector.add_name(name, "driver: in use on the node");
        }
    }
    for (const auto& name : choice.modules) {
        if (name != "all_modules" && name != "loaded_modules" && name != "no_modules") {
            selector.add_wanted(name, "driver: MODULES");
        }
    }
    for (const auto& name : choice.load) {
        selector.add_wanted(name, "driver: MODULES_LOAD");
    }
    return selector.finish();
}

std::map<std::string, std::string> make_module_tables(const ModuleTables& tables, const ModuleSelection& selection) {
    std::string dep = "";
    std::string alias = "# Aliases of the modules in this image\n";
    std::string softdep = "# Soft dependencies of the modules in this image\n";
    std::vector<IndexEntry> dep_index;
    std::vector<IndexEntry> alias_index;
    std::set<std::string> names;
    for (const auto& [path, reason] : selection.reasons) {
        auto present = tables.dependencies.at(path);
        std::erase_if(present, [&](const std::string& needed) { return !selection.reasons.contains(needed); });
        const auto line = cat(path, ":", present.empty() ? "" : " ", base::join(present, " "));
        dep += line + "\n";
        dep_index.push_back({module_name(path), line});
        names.insert(module_name(path));
    }
    for (const auto& entry : tables.aliases) {
        if (names.contains(entry.module)) {
            alias += cat("alias ", entry.pattern, " ", entry.module, "\n");
            alias_index.push_back({normalize_alias(entry.pattern), entry.module});
        }
    }
    for (const auto& [name, needed] : tables.soft) {
        if (names.contains(name)) {
            softdep += cat("softdep ", name, " pre: ", base::join(needed, " "), "\n");
        }
    }
    return {{"modules.dep", dep},
            {"modules.dep.bin", make_kmod_index(dep_index)},
            {"modules.alias", alias},
            {"modules.alias.bin", make_kmod_index(alias_index)},
            {"modules.softdep", softdep},
            {"modules.symbols.bin", make_kmod_index({})}};
}

}  // namespace nrear::image
