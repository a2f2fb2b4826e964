// SPDX-License-Identifier: GPL-3.0-or-later
// A file on its way to a name. Until it is placed it can be thought better of, and what has the name keeps it.
#pragma once

#include <string>

#include "core/base/unique_fd.h"

namespace nrear::archive {

class NewFile {
public:
    /// Made in the open directory `parent`, which outlives it, with mode 0600: under its name where that is free, else beside it, under a name of its own.
    /// An empty directory of that name gives way at once. Not made: fd() is -1, and errno says why.
    NewFile(int parent, std::string name);
    NewFile(NewFile&& other) noexcept;
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    /// Not placed: removed.
    ~NewFile();

    int fd() const noexcept { return fd_.get(); }
    /// It is written; it can still be placed or not.
    void close() noexcept { fd_.reset(); }
    /// It gets its name, whatever file had it. False with errno: it is removed then, and what had the name keeps it.
    bool place() { return place_as(name_); }
    /// It gets another name; what has its own keeps it. False as place().
    bool place_as(const std::string& name);

private:
    bool make(const std::string& name);

    int parent_;
    std::string name_;
    std::string made_;  ///< as it is called now; "" = it is not there, or not ours any more
    base::UniqueFd fd_;
};

}  // namespace nrear::archive
