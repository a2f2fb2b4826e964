// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/sftp_calls.h"

#include <algorithm>

#include "core/base/text.h"

namespace nrear::transport {

namespace {

using base::cat;

constexpr std::uint32_t kOpenRead = 0x01;
constexpr std::uint32_t kOpenWrite = 0x02;
constexpr std::uint32_t kOpenCreate = 0x08;
constexpr std::uint32_t kOpenExclusive = 0x20;
constexpr std::uint32_t kAttributeMode = 0x4;
constexpr std::uint64_t kReadOnlyFlag = 1;  // SSH_FXE_STATVFS_ST_RDONLY

/// What every server of version 3 takes: a packet of 34000 bytes. OpenSSH before limits@openssh.com took 256 KiB, others less.
constexpr std::size_t kSafeWrite = 32000;
constexpr std::size_t kSafeRead = 32768;
/// Measured: larger requests are no faster, and they must fit into kLargestPacket.
constexpr std::size_t kMostAtOnce = 261120;
constexpr std::size_t kLeastAtOnce = 4096;

/// OpenSSH writes whole requests or fails, so less than one request is left on a full file system.
constexpr std::uint64_t kAsGoodAsFull = 1024 * 1024;
constexpr std::size_t kMostEntries = 1000000;
constexpr std::size_t kLongestHandle = 256;  // the draft's own limit

std::string directory_of(const std::string& path) {
    const auto slash = path.find_last_of('/');
    return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

std::string words_for(const Status& status) {
    switch (status.code) {
        case StatusCode::kNoSuchFile:
            return "no such file or directory";
        case StatusCode::kPermissionDenied:
            return "permission denied";
        case StatusCode::kUnsupported:
            return "the server cannot do that";
        case StatusCode::kEndOfFile:
            return "unexpected end of file";
        case StatusCode::kBadMessage:
            return "the server says that the request is not valid (a name that is too long?)";
        default:
            break;
    }
    const auto code = static_cast<std::uint32_t>(status.code);
    return status.message.empty() ? cat("the server refused it with SFTP status ", code)
                                  : cat("the server says \"", status.message, "\" (SFTP status ", code, ")");
}

std::string hint_for(const Status& status, const std::string& account, bool writes) {
    if (status.code == StatusCode::kPermissionDenied) {
        return cat("check on the server that ", account.substr(0, account.find('@')), writes ? " may write there" : " may read it");
    }
    if (status.code == StatusCode::kNoSuchFile) {
        return "check the path in the URL; a server that confines its users (ChrootDirectory) shows other paths than its own shell does";
    }
    if (status.code == StatusCode::kFailure && writes) {
        return "check disk, quota and permissions on the server";
    }
    return {};
}

}  // namespace

Status status_of(const Packet& reply) {
    if (reply.type != PacketType::kStatus) {
        throw_protocol_error(cat("a packet of type ", static_cast<unsigned>(reply.type), " where it should have said yes or no"));
    }
    PacketReader reader(reply.body);
    return read_status(reader);
}

SftpCalls::SftpCalls(std::unique_ptr<ByteChannel> channel, WireLimits limits, std::string account)
    : wire_(std::move(channel), limits), account_(std::move(account)) {
    const auto extensions = wire_.start();
    const auto has = [&](const char* name, const char* version) {
        const auto found = extensions.find(name);
        return found != extensions.end() && found->second == version;
    };
    features_.fsync = has("fsync@openssh.com", "1");
    features_.posix_rename = has("posix-rename@openssh.com", "1");
    features_.statvfs = has("statvfs@openssh.com", "2");
    set_limits(has("limits@openssh.com", "1"));
}

void SftpCalls::set_limits(bool asked_for) {
    const auto most = std::clamp(wire_.limits().request_data, kLeastAtOnce, kMostAtOnce);
    features_.largest_read = std::min(kSafeRead, most);
    features_.largest_write = std::min(kSafeWrite, most);
    if (!asked_for) {
        return;
    }
    const auto reply = ask_extended("limits@openssh.com", {}, {});
    if (reply.type != PacketType::kExtendedReply) {
        return;  // a server that promises it and denies it
    }
    PacketReader reader(reply.body);
    reader.u64();  // largest packet: holds the largest write and its header
    const auto read = reader.u64();
    const auto write = reader.u64();
    const auto usable = [most](std::uint64_t limit, std::size_t otherwise) {
        return limit == 0 ? otherwise : static_cast<std::size_t>(std::clamp<std::uint64_t>(limit, 1024, most));
    };
    features_.largest_read = usable(read, features_.largest_read);
    features_.largest_write = usable(write, features_.largest_write);
}

Packet SftpCalls::ask(PacketType type, const std::string& first, const std::string& second, std::size_t largest_reply) {
    const auto id = wire_.next_id();
    PacketWriter packet(type);
    packet.u32(id).text(first);
    if (!second.empty()) {
        packet.text(second);
    }
    wire_.send(id, packet.take(), largest_reply);
    return wire_.wait(id);
}

Packet SftpCalls::ask_extended(const std::string& name, const std::string& first, const std::string& second) {
    const auto id = wire_.next_id();
    PacketWriter packet(PacketType::kExtended);
    packet.u32(id).text(name);
    for (const auto* argument : {&first, &second}) {
        if (!argument->empty()) {
            packet.text(*argument);
        }
    }
    wire_.send(id, packet.take(), 4096);
    return wire_.wait(id);
}

std::string SftpCalls::handle_of(Packet reply, const std::string& what, const std::string& path, bool writes) {
    if (reply.type != PacketType::kHandle) {
        refuse(status_of(reply), what, path, writes);
    }
    PacketReader reader(reply.body);
    std::string handle(reader.text());
    if (handle.empty() || handle.size() > kLongestHandle) {
        throw_protocol_error(cat("a file handle of ", handle.size(), " bytes"));
    }
    return handle;
}

std::string SftpCalls::open_to_read(const std::string& path) {
    const auto id = wire_.next_id();
    wire_.send(id, PacketWriter(PacketType::kOpen).u32(id).text(path).u32(kOpenRead).u32(0).take(), 4096);
    return handle_of(wire_.wait(id), "open", path, false);
}

std::string SftpCalls::create_exclusively(const std::string& path) {
    const auto id = wire_.next_id();
    PacketWriter packet(PacketType::kOpen);
    packet.u32(id).text(path).u32(kOpenWrite | kOpenCreate | kOpenExclusive).u32(kAttributeMode).u32(0600);
    wire_.send(id, packet.take(), 4096);
    return handle_of(wire_.wait(id), "create", path, true);
}

std::string SftpCalls::open_to_write(const std::string& path) {
    const auto id = wire_.next_id();
    wire_.send(id, PacketWriter(PacketType::kOpen).u32(id).text(path).u32(kOpenWrite).u32(0).take(), 4096);
    return handle_of(wire_.wait(id), "open", path, true);
}

void SftpCalls::close(const std::string& handle, const std::string& path) { expect_ok(ask(PacketType::kClose, handle, {}), "close", path); }

void SftpCalls::sync(const std::string& handle, const std::string& path) {
    expect_ok(ask_extended("fsync@openssh.com", handle), "write to the disk of the server:", path);
}

Attributes SftpCalls::attributes_of(const std::string& handle, const std::string& path) {
    const auto reply = ask(PacketType::kFstat, handle, {});
    if (reply.type != PacketType::kAttributes) {
        refuse(status_of(reply), "ask for the size of", path, false);
    }
    PacketReader reader(reply.body);
    return reader.attributes();
}

std::optional<Attributes> SftpCalls::stat(const std::string& path) {
    const auto reply = ask(PacketType::kStat, path, {});
    if (reply.type == PacketType::kAttributes) {
        PacketReader reader(reply.body);
        return reader.attributes();
    }
    const auto status = status_of(reply);
    if (status.code == StatusCode::kNoSuchFile) {
        return std::nullopt;
    }
    refuse(status, "look at", path, false);
}

std::vector<DirectoryEntry> SftpCalls::list(const std::string& directory) {
    const auto handle = handle_of(ask(PacketType::kOpendir, directory, {}), "list", directory, false);
    std::vector<DirectoryEntry> entries;
    for (;;) {
        const auto reply = ask(PacketType::kReaddir, handle, {}, kLargestPacket);
        if (reply.type != PacketType::kName) {
            const auto status = status_of(reply);
            if (status.code != StatusCode::kEndOfFile) {
                refuse(status, "list", directory, false);
            }
            break;
        }
        PacketReader reader(reply.body);
        const auto count = reader.u32();
        if (count == 0 || entries.size() + count > kMostEntries) {
            throw_protocol_error(cat("a directory listing of ", count, " more entries after ", entries.size()));
        }
        for (std::uint32_t i = 0; i < count; ++i) {
            std::string name(reader.text());
            reader.text();  // the line of "ls -l", for people
            auto attributes = reader.attributes();
            if (name.empty() || name.find('/') != std::string::npos || name.find('\0') != std::string::npos) {
                throw_protocol_error("a directory entry with an impossible name");
            }
            if (name != "." && name != "..") {
                entries.push_back({std::move(name), attributes});
            }
        }
    }
    close(handle, directory);
    return entries;
}

void SftpCalls::make_directory(const std::string& path) {
    const auto id = wire_.next_id();
    wire_.send(id, PacketWriter(PacketType::kMkdir).u32(id).text(path).u32(kAttributeMode).u32(0750).take(), 4096);
    expect_ok(wire_.wait(id), "make the directory", path);
}

bool SftpCalls::remove(const std::string& path) {
    const auto status = status_of(ask(PacketType::kRemove, path, {}));
    if (status.code == StatusCode::kOk || status.code == StatusCode::kNoSuchFile) {
        return status.code == StatusCode::kOk;
    }
    refuse(status, "remove", path, true);
}

bool SftpCalls::remove_directory(const std::string& path) {
    const auto status = status_of(ask(PacketType::kRmdir, path, {}));
    if (status.code == StatusCode::kOk || status.code == StatusCode::kNoSuchFile) {
        return status.code == StatusCode::kOk;
    }
    refuse(status, "remove the directory", path, true);
}

void SftpCalls::rename(const std::string& from, const std::string& to) {
    expect_ok(ask(PacketType::kRename, from, to), cat("rename ", from, " to"), to);
}

void SftpCalls::posix_rename(const std::string& from, const std::string& to) {
    expect_ok(ask_extended("posix-rename@openssh.com", from, to), cat("rename ", from, " to"), to);
}

std::optional<FileSystemFacts> SftpCalls::file_system(const std::string& path) {
    if (!features_.statvfs) {
        return std::nullopt;
    }
    const auto reply = ask_extended("statvfs@openssh.com", path);
    if (reply.type != PacketType::kExtendedReply) {
        if (const auto status = status_of(reply); status.code != StatusCode::kUnsupported) {
            refuse(status, "ask for the free space of", path, false);
        }
        return std::nullopt;
    }
    PacketReader reader(reply.body);
    reader.u64();  // preferred block size
    const auto unit = reader.u64();
    const auto in_bytes = [unit](std::uint64_t blocks) {
        std::uint64_t bytes = 0;
        return __builtin_mul_overflow(blocks, unit, &bytes) ? UINT64_MAX : bytes;
    };
    FileSystemFacts facts;
    facts.space.total = in_bytes(reader.u64());
    reader.u64();  // free for root
    facts.space.available = in_bytes(reader.u64());
    const auto inodes = reader.u64();
    reader.u64();  // free for root
    const auto free_inodes = reader.u64();
    facts.out_of_inodes = inodes != 0 && free_inodes == 0;  // btrfs counts none at all
    reader.u64();  // file system id
    facts.read_only = (reader.u64() & kReadOnlyFlag) != 0;
    return facts;
}

SftpCalls::RequestId SftpCalls::send_write(const std::string& handle, std::uint64_t offset, base::Bytes bytes) {
    const auto id = wire_.next_id();
    PacketWriter packet(PacketType::kWrite);
    packet.u32(id).text(handle).u64(offset).u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
    wire_.send(id, packet.take(), 4096);
    return id;
}

SftpCalls::RequestId SftpCalls::send_read(const std::string& handle, std::uint64_t offset, std::size_t count) {
    const auto id = wire_.next_id();
    PacketWriter packet(PacketType::kRead);
    packet.u32(id).text(handle).u64(offset).u32(static_cast<std::uint32_t>(count));
    wire_.send(id, packet.take(), std::max<std::size_t>(count + 4, 4096));
    return id;
}

void SftpCalls::expect_ok(Packet reply, const std::string& what, const std::string& path) {
    if (const auto status = status_of(reply); status.code != StatusCode::kOk) {
        refuse(status, what, path, true);
    }
}

void SftpCalls::refuse(const Status& status, const std::string& what, const std::string& path, bool writes) {
    const auto failed = cat(what, " ", base::printable(path), " on ", account_);
    if (status.code == StatusCode::kFailure && writes) {
        // OpenSSH has no status for a full disk, so that the disk itself must be asked. An answer of its own may fail here: then the first refusal counts.
        std::optional<FileSystemFacts> facts;
        try {
            facts = file_system(directory_of(path));
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::kNetwork) {
                throw;
            }
        }
        if (facts && facts->read_only) {
            throw Error(ErrorKind::kGeneral, failed, "the file system there is mounted read-only", "mount it writable on the server, or write to another path");
        }
        if (facts && facts->space.available < kAsGoodAsFull) {
            throw Error(ErrorKind::kNoSpaceRemote, failed,
                        cat("the disk is full: ", base::human_size(facts->space.available), " of ", base::human_size(facts->space.total), " are free"),
                        "make room on the server; an earlier backup there is untouched");
        }
        if (facts && facts->out_of_inodes) {
            throw Error(ErrorKind::kNoSpaceRemote, failed, "the file system has no free inodes", "remove files on the server; an earlier backup there is untouched");
        }
    }
    throw Error(ErrorKind::kGeneral, failed, words_for(status), hint_for(status, account_, writes));
}

}  // namespace nrear::transport
