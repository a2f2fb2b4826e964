// SPDX-License-Identifier: GPL-3.0-or-later
// A small node in a temporary directory, and ELF files made by code.
#pragma once

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/base/fd_stream.h"
#include "core/base/root.h"
#include "core/base/temp_dir.h"

namespace nrear::test {

struct ElfSpec {
    std::string interpreter;
    std::vector<std::string> needed;
    std::string runpath;
    std::string rpath;
    std::uint16_t machine = EM_X86_64;
};

/// A 64-bit ELF file with the dynamic section that the linker would read, and nothing else.
inline std::string make_elf(const ElfSpec& spec) {
    std::string strings(1, '\0');
    const auto string_at = [&](const std::string& text) {
        const auto at = strings.size();
        strings += text;
        strings += '\0';
        return at;
    };
    std::vector<Elf64_Dyn> tags;
    const auto tag = [&](std::int64_t kind, std::uint64_t value) {
        Elf64_Dyn entry{};
        entry.d_tag = kind;
        entry.d_un.d_val = value;
        tags.push_back(entry);
    };
    for (const auto& name : spec.needed) {
        tag(DT_NEEDED, string_at(name));
    }
    if (!spec.runpath.empty()) {
        tag(DT_RUNPATH, string_at(spec.runpath));
    }
    if (!spec.rpath.empty()) {
        tag(DT_RPATH, string_at(spec.rpath));
    }
    constexpr std::uint64_t kBase = 0x400000;
    const std::uint64_t headers = sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Phdr);
    const std::uint64_t interpreter_at = headers;
    const std::uint64_t strings_at = interpreter_at + spec.interpreter.size() + 1;
    tag(DT_STRTAB, kBase + strings_at);
    tag(DT_STRSZ, strings.size());
    tag(DT_NULL, 0);
    const std::uint64_t dynamic_at = strings_at + strings.size();
    const std::uint64_t end = dynamic_at + tags.size() * sizeof(Elf64_Dyn);

    Elf64_Ehdr head{};
    std::memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS64;
    head.e_ident[EI_DATA] = ELFDATA2LSB;
    head.e_machine = spec.machine;
    head.e_phoff = sizeof head;
    head.e_phnum = 3;
    const auto segment = [&](std::uint32_t type, std::uint64_t offset, std::uint64_t size) {
        Elf64_Phdr header{};
        header.p_type = type;
        header.p_offset = offset;
        header.p_vaddr = kBase + offset;
        header.p_filesz = size;
        return header;
    };
    const Elf64_Phdr segments[] = {segment(PT_LOAD, 0, end), segment(PT_DYNAMIC, dynamic_at, tags.size() * sizeof(Elf64_Dyn)),
                                   segment(spec.interpreter.empty() ? PT_NULL : PT_INTERP, interpreter_at, spec.interpreter.size() + 1)};
    std::string file(reinterpret_cast<const char*>(&head), sizeof head);
    file.append(reinterpret_cast<const char*>(segments), sizeof segments);
    file += spec.interpreter;
    file += '\0';
    file += strings;
    file.append(reinterpret_cast<const char*>(tags.data()), tags.size() * sizeof(Elf64_Dyn));
    return file;
}

class FakeRoot {
public:
    void file(const std::string& path, const std::string& content = "", unsigned mode = 0644) const {
        base::make_directories(dir_.path() + path.substr(0, path.rfind('/')), 0755);
        base::write_file(dir_.path() + path, content, mode);
        ::chmod((dir_.path() + path).c_str(), mode);
    }
    void program(const std::string& path, const ElfSpec& spec = {}) const { file(path, make_elf(spec), 0755); }
    void script(const std::string& path, const std::string& first_line) const { file(path, first_line + "\n", 0755); }
    void link(const std::string& path, const std::string& target) const {
        base::make_directories(dir_.path() + path.substr(0, path.rfind('/')), 0755);
        if (::symlink(target.c_str(), (dir_.path() + path).c_str()) != 0) {
            throw system_error("link " + path, errno);
        }
    }
    void remove(const std::string& path) const { base::remove_tree(dir_.path() + path); }
    base::Root root() const { return base::Root(dir_.path()); }

private:
    base::TempDir dir_{"/tmp"};
};

}  // namespace nrear::test
