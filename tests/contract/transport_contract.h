// SPDX-License-Identifier: GPL-3.0-or-later
// What every Transport promises (transport/transport.h), as one suite. Each implementation's test calls hold_transport_contract(), those that can be
// resumed (transport/resumable.h) also hold_resumable_contract().
#pragma once

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "transport/resumable.h"

namespace nrear::transport::contract {

/// Bytes that repeat nowhere soon, so that swapped or lost blocks show.
inline std::vector<std::byte> pattern(std::size_t size, std::uint64_t seed = 1) {
    std::vector<std::byte> bytes(size);
    std::uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
    for (auto& byte : bytes) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        byte = static_cast<std::byte>(state >> 32 & 0xff);
    }
    return bytes;
}

inline std::vector<std::byte> read_whole(base::Source& source, std::size_t step = 100000) {
    std::vector<std::byte> all;
    std::vector<std::byte> part(step);
    for (;;) {
        const auto count = source.read(part);
        if (count == 0) {
            return all;
        }
        all.insert(all.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(count));
    }
}

inline void put(Transport& transport, const std::string& path, base::Bytes bytes, std::size_t step = 70000) {
    const auto sink = transport.create(path);
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        sink->write(bytes.subspan(at, std::min(step, bytes.size() - at)));
    }
    sink->finish();
}

inline std::vector<std::byte> get(Transport& transport, const std::string& path) { return read_whole(*transport.open(path)); }

inline std::vector<std::string> names(Transport& transport, const std::string& directory) {
    std::vector<std::string> all;
    for (const auto& file : transport.list(directory)) {
        all.push_back(file.name);
    }
    return all;
}

template <class Action>
ErrorKind kind_thrown_by(Action&& action) {
    try {
        action();
    } catch (const Error& error) {
        INFO(error.what());
        CHECK_FALSE(std::string(error.what_failed()).empty());
        return error.kind();
    }
    FAIL("nothing was thrown");
    return ErrorKind::kGeneral;
}

inline void hold_for_contents(Transport& transport, const std::string& top) {
    for (const std::size_t size : {0u, 1u, 31999u, 32000u, 32001u, 261120u, 261121u, 5000000u}) {
        INFO("size " << size);
        const auto path = top + "/sized";
        const auto bytes = pattern(size);
        put(transport, path, bytes);
        CHECK((get(transport, path) == bytes));
        CHECK(transport.open(path)->size() == size);
        REQUIRE(transport.stat(path));
        CHECK(transport.stat(path)->size == size);
    }
}

inline void hold_for_ranges(Transport& transport, const std::string& top) {
    const auto path = top + "/ranges";
    const auto bytes = pattern(1000000);
    put(transport, path, bytes);
    const auto source = transport.open(path);
    std::vector<std::byte> part(300000);
    CHECK(source->read(base::MutableBytes(part).first(10)) > 0);
    for (const std::uint64_t offset : {0u, 1u, 699999u, 700001u, 999999u, 1000000u, 2000000u}) {
        INFO("offset " << offset);
        const auto expected = offset < bytes.size() ? std::min<std::size_t>(part.size(), bytes.size() - offset) : 0;
        REQUIRE(source->read_at(offset, part) == expected);
        CHECK(std::equal(part.begin(), part.begin() + static_cast<std::ptrdiff_t>(expected), bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(offset, bytes.size()))));
    }
    CHECK(read_whole(*source).size() >= bytes.size() - 10);  // read_at() has not moved the stream
}

inline void hold_for_replacing(Transport& transport, const std::string& top) {
    const auto path = top + "/replaced";
    const auto before = pattern(100000, 2);
    const auto after = pattern(200000, 3);
    put(transport, path, before);
    {
        const auto sink = transport.create(path);
        sink->write(after);
        CHECK((get(transport, path) == before));
        CHECK(names(transport, top) == std::vector<std::string>{"replaced", std::string("replaced") + kTemporarySuffix});
        sink->finish();
    }
    CHECK((get(transport, path) == after));
    {
        const auto abandoned = transport.create(path);
        abandoned->write(before);
    }
    CHECK((get(transport, path) == after));
    CHECK(names(transport, top) == std::vector<std::string>{"replaced"});
    put(transport, path + kTemporarySuffix, before);  // what a killed run may leave
    put(transport, path, before);
    CHECK((get(transport, path) == before));
    CHECK(names(transport, top) == std::vector<std::string>{"replaced"});
}

inline void hold_for_names(Transport& transport, const std::string& top) {
    put(transport, top + "/b", pattern(3));
    put(transport, top + "/a b'\"\n\xff", pattern(4));
    transport.make_directories(top + "/c/d/e");
    transport.make_directories(top + "/c/d/e/");
    CHECK(names(transport, top) == std::vector<std::string>{"a b'\"\n\xff", "b", "c"});
    CHECK(transport.list(top)[2].is_directory);
    CHECK_FALSE(transport.list(top)[1].is_directory);
    CHECK(transport.list(top)[1].size == 3);
    CHECK(transport.stat(top + "/b")->name == "b");
    CHECK(transport.stat(top + "/c/d/")->name == "d");
    CHECK(transport.stat(top + "/b")->mtime > 1600000000);
    CHECK_FALSE(transport.stat(top + "/nothing"));
    CHECK_FALSE(transport.stat(top + "/nothing/below"));

    put(transport, top + "/from", pattern(5));
    transport.rename(top + "/from", top + "/b");
    CHECK((get(transport, top + "/b") == pattern(5)));
    CHECK_FALSE(transport.stat(top + "/from"));
    transport.remove(top + "/b");
    transport.remove(top + "/b");
    CHECK_FALSE(transport.stat(top + "/b"));

    CHECK(kind_thrown_by([&] { transport.remove_directory(top + "/c/d"); }) == ErrorKind::kGeneral);
    transport.remove_directory(top + "/c/d/e");
    transport.remove_directory(top + "/c/d");
    transport.remove_directory(top + "/c/d");
    CHECK(transport.list(top + "/c").empty());
}

inline void hold_for_errors(Transport& transport, const std::string& top) {
    put(transport, top + "/file", pattern(3));
    CHECK(kind_thrown_by([&] { transport.create(top + "/nothing/file"); }) == ErrorKind::kGeneral);
    CHECK(kind_thrown_by([&] { transport.open(top + "/nothing"); }) == ErrorKind::kGeneral);
    CHECK(kind_thrown_by([&] { transport.list(top + "/nothing"); }) == ErrorKind::kGeneral);
    CHECK(kind_thrown_by([&] { transport.rename(top + "/nothing", top + "/else"); }) == ErrorKind::kGeneral);
    CHECK(kind_thrown_by([&] { transport.make_directories(top + "/file"); }) == ErrorKind::kGeneral);
    CHECK(kind_thrown_by([&] { transport.make_directories(top + "/file/below"); }) == ErrorKind::kGeneral);
    CHECK((get(transport, top + "/file") == pattern(3)));  // still usable
}

/// `top` is an empty directory on the place; `space_known` whether it can tell its free space.
inline void hold_transport_contract(Transport& transport, const std::string& top, bool space_known = true) {
    int number = 0;
    const auto fresh = [&] {
        const auto path = top + "/" + std::to_string(++number);
        transport.make_directories(path);
        return path;
    };
    hold_for_contents(transport, fresh());
    hold_for_ranges(transport, fresh());
    hold_for_replacing(transport, fresh());
    hold_for_names(transport, fresh());
    hold_for_errors(transport, fresh());
    const auto space = transport.space(top);
    REQUIRE(space.has_value() == space_known);
    if (space_known) {
        CHECK(space->available > 0);
        CHECK(space->total >= space->available);
    }
    CHECK_FALSE(transport.description().empty());
}

/// `top` is an empty directory on the place.
inline void hold_resumable_contract(ResumableTransport& transport, const std::string& top) {
    const auto path = top + "/file";
    const auto temporary = std::string("file") + kTemporarySuffix;
    const auto bytes = pattern(1500000, 4);
    const auto all = base::Bytes(bytes);
    const auto earlier = pattern(1000, 5);
    put(transport, path, earlier);
    CHECK(kind_thrown_by([&] { transport.resume(path, 0); }) == ErrorKind::kGeneral);

    std::uint64_t confirmed = 0;
    {
        const auto left = transport.start(path);
        CHECK(left->confirmed() == 0);
        left->write(all.first(1000000));
        confirmed = left->confirmed();
        REQUIRE(confirmed <= 1000000);
        left->leave();
    }
    CHECK(names(transport, top) == std::vector<std::string>{"file", temporary});
    CHECK(transport.stat(path + kTemporarySuffix)->size >= confirmed);
    CHECK((get(transport, path) == earlier));
    for (const bool finishes : {false, true}) {
        {
            const auto again = transport.resume(path, confirmed);
            CHECK(again->confirmed() == confirmed);
            again->write(all.subspan(static_cast<std::size_t>(confirmed)));
            if (finishes) {
                again->finish();
                CHECK(again->confirmed() == bytes.size());
            } else {
                again->leave();
            }
        }
    }
    CHECK((get(transport, path) == bytes));
    CHECK(names(transport, top) == std::vector<std::string>{"file"});

    transport.start(path)->leave();
    { const auto abandoned = transport.resume(path, 0); }
    CHECK(names(transport, top) == std::vector<std::string>{"file"});

    for (const std::uint64_t position : {0u, 1u, 261120u, 1499999u, 1500000u}) {
        const auto rest = read_whole(*transport.open_at(path, position));
        CHECK((rest == std::vector<std::byte>(bytes.begin() + static_cast<std::ptrdiff_t>(position), bytes.end())));
    }
}

}  // namespace nrear::transport::contract
