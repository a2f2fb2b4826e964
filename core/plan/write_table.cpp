// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/write_table.h"

#include <fcntl.h>
#include <libfdisk/libfdisk.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"
#include "core/base/unique_fd.h"

namespace nrear::plan {

namespace {

using base::cat;

constexpr auto kPatience = std::chrono::seconds(10);  // udev may look into a partition of the old table for a moment

struct Unref {
    void operator()(fdisk_context* context) const { fdisk_unref_context(context); }
    void operator()(fdisk_script* script) const { fdisk_unref_script(script); }
    void operator()(fdisk_iter* iterator) const { fdisk_free_iter(iterator); }
    void operator()(std::FILE* file) const { std::fclose(file); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

template <class T>
Owned<T> owned(T* made) {
    if (made == nullptr) {
        throw std::bad_alloc();
    }
    return Owned<T>(made);
}

/// Keeps what libfdisk says; a question has no answer here, and the scripts leave none open.
int hear(fdisk_context*, fdisk_ask* ask, void* data) noexcept {
    auto& heard = *static_cast<std::vector<std::string>*>(data);
    try {
        switch (fdisk_ask_get_type(ask)) {
            case FDISK_ASKTYPE_INFO:
                return 0;
            case FDISK_ASKTYPE_WARNX:
                heard.emplace_back(fdisk_ask_print_get_mesg(ask));
                return 0;
            case FDISK_ASKTYPE_WARN:
                heard.push_back(cat(fdisk_ask_print_get_mesg(ask), ": ", std::strerror(fdisk_ask_print_get_errno(ask))));
                return 0;
            default:
                heard.push_back(cat("it asks: ", fdisk_ask_get_query(ask) == nullptr ? "?" : fdisk_ask_get_query(ask)));
                return -EINVAL;
        }
    } catch (const std::bad_alloc&) {
        return -ENOMEM;
    }
}

class TableWriter {
public:
    explicit TableWriter(const WritePartitionTable& write) : write_(write), context_(owned(fdisk_new_context())) {
        fdisk_set_ask(context_.get(), hear, &heard_);
        // As sfdisk: a boot loader's first stage stays where it is until its own step writes another.
        fdisk_enable_bootbits_protection(context_.get(), 1);
    }
    TableWriter(const TableWriter&) = delete;
    TableWriter& operator=(const TableWriter&) = delete;
    /// The context holds the script, which holds the context.
    ~TableWriter() { fdisk_set_script(context_.get(), nullptr); }

    std::string run() {
        open_device();
        script_ = owned(fdisk_new_script(context_.get()));
        read_script();
        fill_table();
        check(fdisk_write_disklabel(context_.get()), "");
        if (fsync(device_.get()) != 0) {
            throw system_error(what_, errno);
        }
        have_kernel_read();
        return base::join(heard_, "; ");
    }

private:
    /// O_EXCL: fails while the kernel uses the disk or a partition of it (mounts, swap, LVM, RAID). No flock(2): udevd of old drops the events of a locked disk.
    void open_device() {
        device_.reset(open(write_.disk.c_str(), O_RDWR | O_EXCL | O_CLOEXEC));
        if (!device_ && errno == EBUSY) {
            throw in_use("the disk is in use");
        }
        if (!device_) {
            throw system_error(what_, errno);
        }
        check(fdisk_assign_device_by_fd(context_.get(), device_.get(), write_.disk.c_str(), 0), "");
        remove_unknown_table();
        told_ = std::ssize(heard_);
    }

    void read_script() {
        std::string text = write_.script;
        auto lines = base::split_lines(text);
        std::erase(lines, "");  // as the library does
        const auto file = owned(fmemopen(text.data(), text.size(), "r"));
        std::vector<char> buffer(BUFSIZ);
        for (const auto& line : lines) {
            check(fdisk_script_read_line(script_.get(), file.get(), buffer.data(), buffer.size()), cat("its script's line \"", base::printable(line), "\""));
        }
    }

    void fill_table() {
        check(fdisk_apply_script_headers(context_.get(), script_.get()), "an empty table");
        remove_unknown_table();
        const auto iterator = owned(fdisk_new_iter(FDISK_ITER_FORWARD));
        fdisk_partition* partition = nullptr;
        while (fdisk_table_next_partition(fdisk_script_get_table(script_.get()), iterator.get(), &partition) == 0) {
            check(fdisk_add_partition(context_.get(), partition, nullptr), cat("partition ", fdisk_partition_get_partno(partition) + 1));
        }
    }

    /// As sfdisk without --wipe: a table of a kind that libfdisk does not write would stay beside the new one. File systems have gone before, by wipefs.
    void remove_unknown_table() {
        if (fdisk_get_collision(context_.get()) != nullptr) {
            fdisk_enable_wipe(context_.get(), fdisk_is_ptcollision(context_.get()));
        }
    }

    void have_kernel_read() {
        struct stat facts {};
        if (fstat(device_.get(), &facts) != 0 || !S_ISBLK(facts.st_mode)) {
            return;
        }
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (ioctl(device_.get(), BLKRRPART) != 0) {
            if (errno == EINVAL || errno == ENOTTY) {
                heard_.emplace_back("the kernel makes no partitions on this kind of device");
                return;
            }
            if (errno != EBUSY) {
                throw system_error("have the kernel read the new partition table of " + write_.disk, errno);
            }
            if (std::chrono::steady_clock::now() >= deadline) {
                throw in_use("it is written, but the kernel keeps the old one: a partition of it is in use");
            }
            base::check_interrupt();
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }

    void check(int result, const std::string& subject) {
        if (result < 0) {
            throw failure(result, subject);
        }
    }

    /// libfdisk's own words say more than its number, where it has any.
    Error failure(int result, const std::string& subject) const {
        const std::vector<std::string> words(heard_.begin() + told_, heard_.end());
        const std::string why = words.empty() ? std::strerror(-result) : base::join(words, "; ");
        return {ErrorKind::kGeneral, what_, subject.empty() ? why : cat(subject, ": ", why)};
    }

    Error in_use(const std::string& why) const {
        return {ErrorKind::kGeneral, what_, why, cat("lsblk ", write_.disk, " shows what holds it: unmount that, swapoff, stop LVM or RAID on it; then do the step again")};
    }

    const WritePartitionTable& write_;
    const std::string what_ = "write the partition table of " + write_.disk;
    std::vector<std::string> heard_;
    base::UniqueFd device_;
    Owned<fdisk_context> context_;
    Owned<fdisk_script> script_;
    std::ptrdiff_t told_ = 0;  ///< how much of heard_ is about what was on the disk before
};

}  // namespace

std::string write_partition_table(const WritePartitionTable& write) { return TableWriter(write).run(); }

}  // namespace nrear::plan
