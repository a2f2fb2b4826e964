// SPDX-License-Identifier: GPL-3.0-or-later
// A place over a line that fails at the n-th call as told: for tests of what has to last. Bytes written are in flight for a while, as on a real line.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "transport/resumable.h"

namespace nrear::transport::testing {

enum class Fault {
    kCut,         ///< the call is not done; the line is dead
    kCutAfter,    ///< the call is done, its answer lost; the line is dead
    kStall,       ///< like kCut, after a long silence
    kShortWrite,  ///< of what was in flight half arrives; the line is dead
    kReorder,     ///< of what was in flight only the second half arrives; the line is dead
    kRefusal,     ///< the place says no, once; the line lives
};

/// What outlives a connection: how many calls were made, where the fault is.
struct FaultPlan {
    Fault fault = Fault::kCut;
    int at = -1;                       ///< number of the call (from 0); -1 = never
    std::size_t flight = 100000;       ///< bytes that are on their way at most
    int calls = 0;
    int connections = 0;
    std::uint64_t bytes_sent = 0;      ///< handed to uploads by the tested code
    std::function<void()> on_stall = [] {};
};

/// One connection and its files.
struct FaultyLine {
    std::unique_ptr<ResumableTransport> inner;
    std::shared_ptr<FaultPlan> plan;
    bool dead = false;

    [[noreturn]] static void lost() { throw Error(ErrorKind::kNetwork, "talk to the faulty place", "the line is dead"); }
    bool is_due() { return plan->calls++ == plan->at; }

    template <class Action>
    auto call(Action&& action) {
        if (dead) {
            lost();
        }
        if (!is_due()) {
            return action();
        }
        if (plan->fault == Fault::kRefusal) {
            throw Error(ErrorKind::kGeneral, "do something on the faulty place", "it says no");
        }
        dead = true;
        if (plan->fault == Fault::kCutAfter) {
            action();
        }
        if (plan->fault == Fault::kStall) {
            plan->on_stall();
        }
        lost();
    }
};

class FaultyTransport final : public ResumableTransport {
public:
    FaultyTransport(std::unique_ptr<ResumableTransport> inner, std::shared_ptr<FaultPlan> plan)
        : line_(std::make_shared<FaultyLine>(FaultyLine{std::move(inner), std::move(plan)})) {
        ++line_->plan->connections;
    }

    std::unique_ptr<Upload> start(const std::string& path) override {
        return line_->call([&] { return std::make_unique<FaultyUpload>(line_, path, line_->inner->start(path), 0); });
    }
    std::unique_ptr<Upload> resume(const std::string& path, std::uint64_t offset) override {
        return line_->call([&] { return std::make_unique<FaultyUpload>(line_, path, line_->inner->resume(path, offset), offset); });
    }
    std::unique_ptr<base::RandomAccessSource> open_at(const std::string& path, std::uint64_t position) override {
        return line_->call([&] { return std::make_unique<FaultySource>(line_, line_->inner->open_at(path, position)); });
    }
    std::optional<FileInfo> stat(const std::string& path) override {
        return line_->call([&] { return line_->inner->stat(path); });
    }
    std::vector<FileInfo> list(const std::string& directory) override {
        return line_->call([&] { return line_->inner->list(directory); });
    }
    void make_directories(const std::string& path) override {
        line_->call([&] { return line_->inner->make_directories(path), 0; });
    }
    void rename(const std::string& from, const std::string& to) override {
        line_->call([&] { return line_->inner->rename(from, to), 0; });
    }
    void remove(const std::string& path) override {
        line_->call([&] { return line_->inner->remove(path), 0; });
    }
    void remove_directory(const std::string& path) override {
        line_->call([&] { return line_->inner->remove_directory(path), 0; });
    }
    std::optional<Space> space(const std::string& directory) override {
        return line_->call([&] { return line_->inner->space(directory); });
    }
    std::string description() const override { return "a faulty place"; }

private:
    class FaultyUpload final : public Upload {
    public:
        FaultyUpload(std::shared_ptr<FaultyLine> line, std::string path, std::unique_ptr<Upload> inner, std::uint64_t offset)
            : line_(std::move(line)), path_(std::move(path)), inner_(std::move(inner)), delivered_(offset) {}
        FaultyUpload(const FaultyUpload&) = delete;
        FaultyUpload& operator=(const FaultyUpload&) = delete;
        ~FaultyUpload() override {
            if (line_->dead) {
                inner_->leave();  // over a dead line nothing is removed
            }
        }

        void write(base::Bytes bytes) override {
            line_->plan->bytes_sent += bytes.size();
            flying_.insert(flying_.end(), bytes.begin(), bytes.end());
            try {
                line_->call([&] { return deliver(line_->plan->flight), 0; });
            } catch (const Error&) {
                crash();
                throw;
            }
        }
        void finish() override {
            line_->call([&] { return deliver(0), inner_->finish(), 0; });
        }
        std::uint64_t confirmed() const override { return delivered_; }
        void leave() noexcept override { inner_->leave(); }

    private:
        void deliver(std::size_t most_left) {
            if (flying_.size() > most_left) {
                const auto count = flying_.size() - most_left;
                inner_->write(base::Bytes(flying_).first(count));
                flying_.erase(flying_.begin(), flying_.begin() + static_cast<std::ptrdiff_t>(count));
                delivered_ += count;
            }
        }
        /// What of the bytes in flight reaches the place although nobody hears of it.
        void crash() {
            const auto half = flying_.size() / 2;
            const auto from = line_->plan->fault == Fault::kShortWrite ? 0 : half;
            if (line_->dead && (line_->plan->fault == Fault::kShortWrite || line_->plan->fault == Fault::kReorder)) {
                inner_->leave();
                inner_ = line_->inner->resume(path_, delivered_ + from);
                inner_->leave();
                inner_->write(base::Bytes(flying_).subspan(from, half));
            }
        }

        std::shared_ptr<FaultyLine> line_;
        std::string path_;
        std::unique_ptr<Upload> inner_;
        std::vector<std::byte> flying_;
        std::uint64_t delivered_;
    };

    class FaultySource final : public base::RandomAccessSource {
    public:
        FaultySource(std::shared_ptr<FaultyLine> line, std::unique_ptr<base::RandomAccessSource> inner) : line_(std::move(line)), inner_(std::move(inner)) {}
        std::size_t read(base::MutableBytes buffer) override {
            return line_->call([&] { return inner_->read(buffer); });
        }
        std::uint64_t size() const override { return inner_->size(); }
        std::size_t read_at(std::uint64_t offset, base::MutableBytes buffer) override {
            return line_->call([&] { return inner_->read_at(offset, buffer); });
        }

    private:
        std::shared_ptr<FaultyLine> line_;
        std::unique_ptr<base::RandomAccessSource> inner_;
    };

    std::shared_ptr<FaultyLine> line_;
};

}  // namespace nrear::transport::testing
