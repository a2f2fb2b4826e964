// SPDX-License-Identifier: GPL-3.0-or-later
// A small SFTP server in memory, as a ByteChannel: files are strings, extensions can be left out, and the line can die before the n-th request.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "core/base/fd_stream.h"
#include "tests/unit/transport/scripted_channel.h"
#include "transport/sftp_packet.h"

namespace nrear::transport::testing {

/// What outlives a connection.
struct FakeDisk {
    std::map<std::string, std::string> files;
    std::set<std::string> directories{"/"};
};

class FakeSftpServer final : public ByteChannel {
public:
    struct Behaviour {
        std::set<std::string> extensions;      ///< names of those that it has
        int dies_before = -1;                  ///< request number (0 = first after INIT) at which the line is dead
        int fails_at = -1;                     ///< request number that is answered with SSH_FX_FAILURE
        std::size_t longest_read = 1 << 20;    ///< answers with less than was asked for
    };

    FakeSftpServer(std::shared_ptr<FakeDisk> disk, Behaviour behaviour) : disk_(std::move(disk)), behaviour_(std::move(behaviour)) {}

    std::size_t send(base::Bytes bytes) override {
        if (dead_) {
            lost();
        }
        requests_.feed(bytes);
        while (auto packet = requests_.next()) {
            if (packet->type != PacketType::kInit && count_ == behaviour_.dies_before) {
                dead_ = true;
                lost();
            }
            answer(*packet);
        }
        return bytes.size();
    }
    std::size_t receive(base::MutableBytes buffer, std::chrono::milliseconds) override {
        if (dead_) {
            lost();
        }
        const auto count = std::min(buffer.size(), replies_.size());
        std::memcpy(buffer.data(), replies_.data(), count);
        replies_.erase(replies_.begin(), replies_.begin() + static_cast<std::ptrdiff_t>(count));
        heard_ += count;
        return count;
    }
    void wait(std::chrono::milliseconds) override {}
    std::uint64_t heard() const override { return heard_; }
    void ping() override {}
    void cut() noexcept override { dead_ = true; }

private:
    [[noreturn]] static void lost() { throw Error(ErrorKind::kNetwork, "talk to the fake server", "the line is dead"); }

    void reply(PacketWriter packet) {
        const auto bytes = packet.take();
        replies_.insert(replies_.end(), bytes.begin(), bytes.end());
    }
    void status(std::uint32_t id, StatusCode code) {
        reply(PacketWriter(PacketType::kStatus).u32(id).u32(static_cast<std::uint32_t>(code)).text("said by the fake").text(""));
    }
    void attributes(std::uint32_t id, std::uint64_t size, std::uint32_t mode) {
        reply(PacketWriter(PacketType::kAttributes).u32(id).u32(0x5).u64(size).u32(mode));
    }

    void answer(const Packet& packet) {
        PacketReader reader(packet.body);
        if (packet.type == PacketType::kInit) {
            PacketWriter version(PacketType::kVersion);
            version.u32(3);
            for (const auto& name : behaviour_.extensions) {
                version.text(name).text(name == "statvfs@openssh.com" ? "2" : "1");
            }
            reply(std::move(version));
            return;
        }
        const auto number = count_++;
        const auto id = reader.u32();
        if (number == behaviour_.fails_at) {
            status(id, StatusCode::kFailure);
            return;
        }
        const std::string first(reader.text());
        if (packet.type == PacketType::kExtended) {
            extended(id, first, reader);
        } else {
            plain(packet.type, id, first, reader);
        }
    }

    void extended(std::uint32_t id, const std::string& name, PacketReader& reader) {
        const std::string from(reader.text());
        if (name == "posix-rename@openssh.com") {
            const std::string to(reader.text());
            move(id, from, to, true);
        } else {
            status(id, name == "fsync@openssh.com" ? StatusCode::kOk : StatusCode::kUnsupported);
        }
    }

    void move(std::uint32_t id, const std::string& from, const std::string& to, bool replaces) {
        if (!disk_->files.count(from)) {
            status(id, StatusCode::kNoSuchFile);
        } else if (disk_->files.count(to) && !replaces) {
            status(id, StatusCode::kFailure);
        } else {
            disk_->files[to] = disk_->files[from];
            disk_->files.erase(from);
            status(id, StatusCode::kOk);
        }
    }

    void plain(PacketType type, std::uint32_t id, const std::string& path, PacketReader& reader) {
        const auto file = disk_->files.find(path);
        const bool exists = file != disk_->files.end();
        switch (type) {
            case PacketType::kOpen: {
                const auto flags = reader.u32();
                const bool creates = (flags & 0x08) != 0;
                if (creates && exists) {
                    status(id, StatusCode::kFailure);
                } else if (!creates && !exists) {
                    status(id, StatusCode::kNoSuchFile);
                } else {
                    disk_->files[path];
                    reply(PacketWriter(PacketType::kHandle).u32(id).text(path));  // a handle is any string; the path will do
                }
                break;
            }
            case PacketType::kClose:
                status(id, StatusCode::kOk);
                break;
            case PacketType::kWrite: {
                const auto offset = reader.u64();
                const auto data = reader.text();
                auto& content = disk_->files[path];
                content.resize(std::max<std::size_t>(content.size(), offset + data.size()));
                content.replace(offset, data.size(), data);
                status(id, StatusCode::kOk);
                break;
            }
            case PacketType::kRead: {
                const auto offset = reader.u64();
                const auto count = std::min<std::size_t>(reader.u32(), behaviour_.longest_read);
                if (!exists || offset >= file->second.size()) {
                    status(id, exists ? StatusCode::kEndOfFile : StatusCode::kNoSuchFile);
                } else {
                    reply(PacketWriter(PacketType::kData).u32(id).text(std::string_view(file->second).substr(offset, count)));
                }
                break;
            }
            case PacketType::kFstat:
            case PacketType::kStat:
                if (disk_->directories.count(path)) {
                    attributes(id, 0, 0040750);
                } else if (exists) {
                    attributes(id, file->second.size(), 0100600);
                } else {
                    status(id, StatusCode::kNoSuchFile);
                }
                break;
            case PacketType::kRemove:
                status(id, disk_->files.erase(path) != 0 ? StatusCode::kOk : StatusCode::kNoSuchFile);
                break;
            case PacketType::kRename:
                move(id, path, std::string(reader.text()), false);
                break;
            case PacketType::kMkdir:
                disk_->directories.insert(path);
                status(id, StatusCode::kOk);
                break;
            case PacketType::kRmdir:
                status(id, disk_->directories.erase(path) != 0 ? StatusCode::kOk : StatusCode::kNoSuchFile);
                break;
            default:
                status(id, StatusCode::kUnsupported);
        }
    }

    std::shared_ptr<FakeDisk> disk_;
    Behaviour behaviour_;
    PacketAssembler requests_;
    std::vector<std::byte> replies_;
    std::uint64_t heard_ = 0;
    int count_ = 0;
    bool dead_ = false;
};

}  // namespace nrear::transport::testing
