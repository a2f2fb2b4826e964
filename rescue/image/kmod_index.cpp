// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/kmod_index.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::image {

namespace {

constexpr std::uint32_t kMagic = 0xb007f457;
constexpr std::uint32_t kVersion = 0x00020001;
constexpr std::uint32_t kHasPrefix = 0x80000000;
constexpr std::uint32_t kHasValues = 0x40000000;
constexpr std::uint32_t kHasChildren = 0x20000000;
constexpr std::uint32_t kLargestOffset = 0x0fffffff;
constexpr std::size_t kCharacters = 128;

struct Node {
    std::string prefix;
    std::array<std::unique_ptr<Node>, kCharacters> children;
    struct Value {
        std::uint32_t priority;
        std::string text;
    };
    std::vector<Value> values;
};

void put_u32(std::string& out, std::uint32_t number) {  // most significant byte first
    for (int shift = 24; shift >= 0; shift -= 8) {
        out += static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xffU);
    }
}

// A node's prefix is what all keys below it share; a key that leaves it splits the node in two.
void insert(Node& root, std::string_view key, std::uint32_t priority, const std::string& value) {
    Node* node = &root;
    for (;;) {
        std::size_t shared = 0;
        while (shared < node->prefix.size() && shared < key.size() && node->prefix[shared] == key[shared]) {
            ++shared;
        }
        if (shared < node->prefix.size()) {
            auto rest = std::make_unique<Node>(std::move(*node));
            const auto branch = static_cast<unsigned char>(rest->prefix[shared]);
            Node upper;
            upper.prefix = rest->prefix.substr(0, shared);
            rest->prefix.erase(0, shared + 1);
            upper.children[branch] = std::move(rest);
            *node = std::move(upper);
        }
        key.remove_prefix(shared);
        if (key.empty()) {
            node->values.push_back({priority, value});
            return;
        }
        auto& child = node->children[static_cast<unsigned char>(key.front())];
        key.remove_prefix(1);
        if (!child) {
            child = std::make_unique<Node>();
            child->prefix = key;
            child->values.push_back({priority, value});
            return;
        }
        node = child.get();
    }
}

// Writes what is below a node, then the node; returns its offset with the flags that say which fields it has.
std::uint32_t write(const Node& node, std::string& out) {
    std::array<std::uint32_t, kCharacters> offsets{};
    std::size_t first = kCharacters;
    std::size_t last = 0;
    for (std::size_t character = 0; character < kCharacters; ++character) {
        if (node.children[character]) {
            offsets[character] = write(*node.children[character], out);
            first = std::min(first, character);
            last = character;
        }
    }
    if (out.size() > kLargestOffset) {
        throw Error(ErrorKind::kGeneral, "make the index of kernel modules", "it is too large");
    }
    auto offset = static_cast<std::uint32_t>(out.size());
    if (!node.prefix.empty()) {
        offset |= kHasPrefix;
        out += node.prefix;
        out += '\0';
    }
    if (first < kCharacters) {
        offset |= kHasChildren;
        out += static_cast<char>(first);
        out += static_cast<char>(last);
        for (std::size_t character = first; character <= last; ++character) {
            put_u32(out, offsets[character]);
        }
    }
    if (!node.values.empty()) {
        offset |= kHasValues;
        put_u32(out, static_cast<std::uint32_t>(node.values.size()));
        for (const auto& value : node.values) {
            put_u32(out, value.priority);
            out += value.text;
            out += '\0';
        }
    }
    return offset;
}

}  // namespace

std::string make_kmod_index(const std::vector<IndexEntry>& entries) {
    Node root;
    std::uint32_t priority = 0;
    for (const auto& entry : entries) {
        ++priority;
        const bool ascii = entry.key.find_first_of(std::string_view("\0", 1)) == std::string::npos &&
                           std::none_of(entry.key.begin(), entry.key.end(), [](char c) { return static_cast<unsigned char>(c) >= kCharacters; });
        if (ascii) {  // depmod leaves other keys out as well
            insert(root, entry.key, priority, entry.value);
        }
    }
    std::string out;
    put_u32(out, kMagic);
    put_u32(out, kVersion);
    put_u32(out, 0);
    const auto root_offset = write(root, out);
    std::string number;
    put_u32(number, root_offset);
    out.replace(8, number.size(), number);
    return out;
}

std::string normalize_alias(std::string_view alias) {
    std::string result(alias);
    bool in_class = false;
    for (char& c : result) {
        in_class = c == '[' || (in_class && c != ']');
        c = c == '-' && !in_class ? '_' : c;
    }
    return result;
}

}  // namespace nrear::image
