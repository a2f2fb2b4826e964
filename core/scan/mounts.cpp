// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/mounts.h"

#include <libmount/libmount.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <memory>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::scan {

namespace {

struct UnrefTable {
    void operator()(libmnt_table* table) const { mnt_unref_table(table); }
};
struct FreeIterator {
    void operator()(libmnt_iter* iterator) const { mnt_free_iter(iterator); }
};
struct CloseFile {
    void operator()(FILE* file) const { fclose(file); }
};

int skip_line(libmnt_table*, const char*, int) { return 1; }  // goes on with the next line, as mount(8) does

/// Calls take(libmnt_fs*) for every row of the text.
template <class Take>
void each_row(const std::string& text, const char* name, Take&& take) {
    if (text.empty()) {
        return;
    }
    const std::unique_ptr<libmnt_table, UnrefTable> table(mnt_new_table());
    const std::unique_ptr<libmnt_iter, FreeIterator> iterator(mnt_new_iter(MNT_ITER_FORWARD));
    const std::unique_ptr<FILE, CloseFile> file(fmemopen(const_cast<char*>(text.data()), text.size(), "r"));
    if (!table || !iterator || !file) {
        throw Error(ErrorKind::kGeneral, std::string("read ") + name, "not enough memory");
    }
    mnt_table_set_parser_errcb(table.get(), skip_line);
    if (mnt_table_parse_stream(table.get(), file.get(), name) != 0) {
        throw Error(ErrorKind::kGeneral, std::string("read ") + name, "libmount cannot read it");
    }
    libmnt_fs* row = nullptr;
    while (mnt_table_next_fs(table.get(), iterator.get(), &row) == 0) {
        take(row);
    }
}

std::string text_of(const char* maybe) { return maybe == nullptr ? "" : maybe; }

std::string join_options(const std::string& first, const std::string& second) {
    std::vector<std::string> all;
    for (const auto* part : {&first, &second}) {
        for (auto& option : base::split(*part, ',')) {
            if (std::find(all.begin(), all.end(), option) == all.end()) {
                all.push_back(std::move(option));
            }
        }
    }
    return base::join(all, ",");
}

}  // namespace

std::vector<MountEntry> parse_mountinfo(const std::string& text) {
    std::vector<MountEntry> entries;
    each_row(text, "/proc/self/mountinfo", [&](libmnt_fs* row) {
        const dev_t number = mnt_fs_get_devno(row);
        MountEntry entry{text_of(mnt_fs_get_target(row)), base::cat(major(number), ":", minor(number)), text_of(mnt_fs_get_root(row)),
                         text_of(mnt_fs_get_srcpath(row)), text_of(mnt_fs_get_fstype(row)),
                         join_options(text_of(mnt_fs_get_vfs_options(row)), text_of(mnt_fs_get_fs_options(row)))};
        std::erase_if(entries, [&](const MountEntry& earlier) { return earlier.mount_point == entry.mount_point; });
        entries.push_back(std::move(entry));
    });
    return entries;
}

std::vector<FstabEntry> parse_fstab(const std::string& text) {
    std::vector<FstabEntry> entries;
    each_row(text, "/etc/fstab", [&](libmnt_fs* row) {
        entries.push_back({text_of(mnt_fs_get_source(row)), text_of(mnt_fs_get_target(row)), text_of(mnt_fs_get_fstype(row)), text_of(mnt_fs_get_options(row))});
    });
    return entries;
}

const MountEntry* mount_over(const std::vector<MountEntry>& mounts, std::string_view path) {
    return deepest_over(mounts, path, [](const MountEntry& entry) -> std::string_view { return entry.mount_point; });
}

}  // namespace nrear::scan
