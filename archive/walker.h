// SPDX-License-Identifier: GPL-3.0-or-later
// Walks a directory tree by open directories, never through a symlink: names sorted by inode number, files before directories, any depth and any
// number of names in bounded memory. The next files are opened ahead, so that a disk has something to do. What to enter and what to do with what is found is the visitor's business.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/unique_fd.h"

namespace nrear::archive {

class WalkVisitor {
public:
    virtual ~WalkVisitor() = default;
    /// Asked about every name before anything of it is touched.
    virtual bool wants(int parent, const char* name, std::string_view path) = 0;
    /// A name that readdir does not call a directory; `type` as in dirent (DT_REG …, DT_UNKNOWN never). `opened`: a regular file, when it could be opened
    /// ahead; it may be something else by now.
    virtual void file(int parent, const char* name, std::string_view path, unsigned char type, base::UniqueFd opened) = 0;
    /// A directory, open. False: it is not entered.
    virtual bool directory(int fd, const struct stat& facts, std::string_view path) = 0;
    /// Something could not be opened or listed; the walk goes on beside it.
    virtual void trouble(std::string_view path, int error_number) = 0;
};

enum class LookAhead {
    kFiles,  ///< regular files are opened ahead: the visitor reads what they hold
    kNone,   ///< it only wants to know what is there
};

class Walker {
public:
    explicit Walker(WalkVisitor& visitor, LookAhead look_ahead = LookAhead::kFiles);
    /// Walks the tree below an open directory, itself first; paths given to the visitor start with `path` ("/", "/var/log").
    /// Throws what the visitor throws, and Interrupted.
    void walk(base::UniqueFd directory, std::string_view path);

private:
    struct Name {
        std::uint64_t inode;
        std::uint32_t offset;  ///< in names
        unsigned char type;
    };
    struct Level {
        base::UniqueFd fd;  ///< closed while far from the top, opened again on the way back
        dev_t device = 0;
        ino_t inode = 0;
        std::size_t path_length = 0;
        std::string names;
        std::vector<Name> entries;  ///< after visit_files: the directories, the next one last
        bool listed = false;        ///< nothing more to read from fd
    };

    void enter(base::UniqueFd fd);
    void leave();
    void read_batch(Level& level);
    void resolve_type(const Level& level, Name& entry);
    /// A file that is wanted and may have been opened.
    struct Upcoming {
        Name name;
        base::UniqueFd opened;
    };
    /// The level's names without directories are visited, in order and some steps ahead of themselves; the directories stay.
    void visit_files(Level& level);
    void visit_next(const Level& level, std::deque<Upcoming>& upcoming);
    const char* go_to(const Level& level, const Name& name);
    void enter_next_directory(Level& level);
    void save_descriptors();
    bool reopen_parent(Level& parent, int child);

    WalkVisitor& visitor_;
    LookAhead look_ahead_;
    std::string path_;
    std::vector<Level> levels_;
    std::vector<char> buffer_;
};

}  // namespace nrear::archive
