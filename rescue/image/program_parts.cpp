// SPDX-License-Identifier: GPL-3.0-or-later
// nrear, the programs of the node, the libraries of LIBS.
#include <fnmatch.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/image/image_parts.h"
#include "rescue/image/program_list.h"
#include "rescue/image/stack_needs.h"

namespace nrear::image {

namespace {

using base::cat;

// Adds what is there; what is required and missing goes into the list.
class ProgramAdder {
public:
    ProgramAdder(FileSet& files, const base::Root& root) : files_(files), root_(root) {}

    bool add(const std::string& name, const std::string& reason) {
        const auto path = base::find_program(root_, name);
        return path && files_.add(*path, reason);
    }
    void require(const std::string& name, const std::string& reason, std::string_view why) {
        if (!add(name, reason)) {
            missing_.push_back(cat(name, " (", why, ")"));
        }
    }
    void check() const {
        if (!missing_.empty()) {
            throw Error(ErrorKind::kGeneral, "find the programs for the rescue system", cat("not on this node: ", base::join(missing_, ", ")),
                        "install the packages that they are in; recover could not do without them");
        }
    }

private:
    FileSet& files_;
    const base::Root& root_;
    std::vector<std::string> missing_;
};

}  // namespace

void add_nrear(FileSet& files, const std::string& program) {
    constexpr const char* kReason = "nrear: init and recover";
    constexpr const char* kPlace = "/usr/sbin/nrear";
    if (!files.add_program_as(kPlace, program, kReason)) {
        throw Error(ErrorKind::kGeneral, "put nrear into the rescue image", cat("there is no file ", program));
    }
    files.put_symlink("/init", kPlace, kReason);
    files.put_symlink("/usr/sbin/rear", "nrear", "nrear: for the fingers of ReaR's users");
}

void add_programs(FileSet& files, const base::Root& root, const ImageOptions& options) {
    ProgramAdder adder(files, root);
    for (const auto& name : options.plan_programs) {
        adder.require(name, "program: the plan runs it", "recover runs it");
    }
    for (const auto name : essential_programs()) {
        adder.require(std::string(name), "program: essential", "every rescue system needs it");
    }
    for (const auto& name : options.required_programs) {
        adder.require(name, "program: REQUIRED_PROGS", "REQUIRED_PROGS");
    }
    adder.check();
    for (const auto& needs : stack_needs()) {
        if (options.plan_programs.contains(std::string(needs.program))) {
            for (const auto& name : base::split_words(needs.companions)) {
                adder.add(name, cat("program: ", needs.program, " works with it"));
            }
            for (const auto& path : base::split_words(needs.data)) {
                if (path.starts_with('/')) {
                    files.add_tree(path, cat("data: of ", needs.program), [](const std::string&) { return false; });
                } else {
                    files.add_library(path, cat("library: of ", needs.program));
                }
            }
        }
    }
    for (const auto& name : options.programs) {
        adder.add(name, "program: PROGS");
    }
    for (const auto name : everyday_programs()) {
        adder.add(std::string(name), "program: everyday tool");
    }
    for (const auto& data : program_data()) {
        const auto path = base::find_program(root, std::string(data.program));
        if (path && files.contains(*root.resolve(*path))) {
            files.add_tree(std::string(data.path), cat("data: of ", data.program), [](const std::string&) { return false; });
        }
    }
}

void add_libraries(FileSet& files, const base::Root& root, const std::vector<std::string>& libraries) {
    for (const auto& wanted : libraries) {
        bool found = files.add_library(wanted, "library: LIBS");
        const auto slash = wanted.rfind('/');
        if (!found && slash != std::string::npos) {
            const auto directory = wanted.substr(0, std::max<std::size_t>(slash, 1));
            for (const auto& name : root.list(directory)) {
                if (fnmatch(wanted.substr(slash + 1).c_str(), name.c_str(), 0) == 0) {
                    found = files.add(cat(directory, "/", name), "library: LIBS") || found;
                }
            }
        }
        if (!found) {
            files.warn(cat("LIBS: ", wanted, " was not found"));
        }
    }
}

}  // namespace nrear::image
