// SPDX-License-Identifier: GPL-3.0-or-later
// Makes files out of members, below one directory and nowhere else: every step of a path is opened by name in the directory before it, never
// through a symlink; ".." is refused. A directory gets its metadata when the stream has left it, what would stop later work comes last of all.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/early_sync.h"
#include "archive/entry.h"
#include "archive/exclude.h"
#include "archive/new_file.h"
#include "archive/restore.h"
#include "archive/tar_reader.h"
#include "archive/xattrs.h"
#include "core/base/unique_fd.h"

namespace nrear::archive {

/// What is there already: replaced (directories keep what they hold), or left as it is, which is a problem of the entry that was to come there.
enum class Existing { kReplace, kKeep };

/// A file that lost a part of its content never stands under its own name, but under this ending.
inline constexpr const char* kDamagedSuffix = ".nrear-damaged";

class Extractor {
public:
    /// Throws Error when the target cannot be opened.
    Extractor(const std::string& target, ExcludeRules excludes, RestoreSummary& summary, Existing existing = Existing::kReplace);

    /// Restores one member, its data read from `reader`. What goes wrong with it alone is noted in the summary.
    /// A file has its name from place_file(), or the next call of this or of finish(): before that, or when something is thrown, what it replaces is there still.
    /// Throws Error: of the reader, and when the disk is full or fails.
    void extract(const Entry& entry, TarReader& reader);

    /// By the rules that it was made with.
    bool excludes(std::string_view path);

    /// Neither the directory is there nor anything else in its place or in that of one above it.
    bool lacks_directory(std::string_view path) const;

    /// The file that extract() has just made, if it has, is what it was to be. It replaces what has its name; where it cannot, that is its problem.
    void place_file();

    /// The file that extract() has just made is not what it was: it gets kDamagedSuffix, or is removed, and what has its name stays. Returns what became of it, for people.
    std::string set_aside_damaged(const Entry& entry);

    /// Metadata of the directories still open, ACLs that needed names, immutable and append-only flags, sync.
    void finish();

private:
    using Names = std::vector<std::string>;
    static constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

    /// An open directory on the way to the member at hand.
    struct Level {
        std::string name;
        base::UniqueFd fd;  ///< closed while far from the end of the way
        dev_t device = 0;
        ino_t inode = 0;
        std::unique_ptr<Entry> pending;  ///< its metadata, for when it is left
        bool keep_times = false;         ///< it was there before: entries made in it must not show
        struct timespec mtime {};
        bool children_inherit = false;   ///< has a default ACL or inode flags that new files take over
    };
    struct MadeFile {
        NewFile file;
        std::string path;
        bool counted = false;  ///< written to its end, in the summary
    };
    struct Later {
        std::string path;
        Entry entry;  ///< only what is applied
    };

    void problem(std::string_view path, std::string detail);
    void step_failed(std::string_view path, const char* step, int error_number);

    static bool split_path(std::string_view path, Names& names);
    int enter_parents(const Names& names, std::string_view path);
    bool push(const std::string& name, std::string_view path);
    void push_level(Level level);
    void leave();
    bool reopen(Level& level, int child);
    base::UniqueFd open_parent(const Names& names) const;
    bool make_room(int parent, const char* name);
    bool in_the_way(int parent, const std::string& name, const Entry& entry);

    void make_root(const Entry& entry);
    void make_directory(int parent, const std::string& name, const Entry& entry);
    void make_file(int parent, const std::string& name, const Entry& entry, TarReader& reader);
    void make_hard_link(int parent, const std::string& name, const Entry& entry);
    void make_other(int parent, const std::string& name, const Entry& entry);
    bool write_data(int fd, const Entry& entry, TarReader& reader);
    void forget(const MadeFile& made);

    void apply_attributes(const InodeRef& inode, const Entry& entry, bool may_have_inherited);
    void apply_acl(const InodeRef& inode, const Entry& entry, const char* xattr, const std::string& text);
    void apply_to_open(int fd, const Entry& entry, bool inherited, std::uint32_t early_flags);
    void apply_late_acls();
    void apply_sealing_flags();
    void sync();

    RestoreSummary& summary_;
    ExcludeRules excludes_;
    Existing existing_;
    std::set<std::pair<dev_t, ino_t>> made_on_the_way_;  ///< directories that were missing above an entry
    std::vector<Level> levels_;         ///< the first is the target
    std::optional<MadeFile> made_file_;  ///< by the last extract(), in the last of the levels; it may be half a file when that threw
    Names names_;
    std::vector<Later> late_acls_;
    std::vector<Later> sealed_;
    std::map<dev_t, base::UniqueFd> devices_;  ///< one open directory of each file system written to
    EarlySync early_sync_;                     ///< goes before they are closed
};

}  // namespace nrear::archive
