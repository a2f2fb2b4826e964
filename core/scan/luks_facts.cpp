// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/luks_facts.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::scan {

namespace {

using base::cat;

constexpr std::uint64_t kSector = 512;

using Attributes = std::map<std::string, std::string>;

/// "  0: luks2" and the lines "\tKey:  512 bits" below it.
struct Item {
    std::uint32_t number = 0;
    std::string type;
    Attributes attributes;
    std::vector<std::uint32_t> slots;  ///< of a token
};

struct Dump {
    Attributes head;
    std::map<std::string, std::vector<Item>> sections;  ///< LUKS2: "Keyslots"; LUKS1: "Key Slot", of those in use
};

std::string value_after(std::string_view line, std::size_t colon) { return std::string(base::trim(line.substr(colon + 1))); }

/// "16777216 [bytes]", "512 bits", "4"
std::uint64_t number_in(const std::string& text) {
    const auto words = base::split_words(text);
    return words.empty() ? 0 : base::parse_u64(words.front()).value_or(0);
}

std::string get(const Attributes& attributes, const std::string& name) {
    const auto found = attributes.find(name);
    return found == attributes.end() ? "" : found->second;
}

class DumpReader {
public:
    Dump read(std::string_view text) {
        for (const auto& line : base::split_lines(text)) {
            const auto colon = line.find(':');
            if (colon == std::string::npos) {
                continue;  // the second line of a salt
            }
            const std::string name(base::trim(std::string_view(line).substr(0, colon)));
            take(line, name, value_after(line, colon));
        }
        return std::move(dump_);
    }

private:
    void take(const std::string& line, const std::string& name, std::string value) {
        const bool indented = line.starts_with(' ') || line.starts_with('\t');
        if (line.starts_with("Key Slot ")) {
            items_ = nullptr;
            if (value == "ENABLED") {
                items_ = &dump_.sections["Key Slot"];
                items_->push_back({static_cast<std::uint32_t>(number_in(name.substr(9))), "luks1", {}, {}});
            }
            in_section_ = true;
        } else if (!indented && value.empty()) {
            items_ = &dump_.sections[name];
            in_section_ = true;
        } else if (!indented) {
            dump_.head.emplace(name, std::move(value));
            in_section_ = false;
        } else if (const auto number = base::parse_u64(name); number && items_ != nullptr && line.starts_with("  ") && line[2] != ' ') {
            items_->push_back({static_cast<std::uint32_t>(*number), std::move(value), {}, {}});
        } else if (in_section_ && items_ != nullptr && !items_->empty()) {
            if (name == "Keyslot") {
                items_->back().slots.push_back(static_cast<std::uint32_t>(number_in(value)));
            }
            items_->back().attributes.emplace(name, std::move(value));
        }
    }

    Dump dump_;
    std::vector<Item>* items_ = nullptr;
    bool in_section_ = false;
};

/// "(no label)" and the like are nothing.
std::string unless_none(const std::string& text) { return text.starts_with("(no ") ? "" : text; }

const Item& slot_to_describe(const std::vector<Item>& items, const LuksFacts& facts) {
    const auto free = facts.free_slots();
    const auto wanted = free.empty() ? facts.slots.front() : free.front();
    return *std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.number == wanted; });
}

void read_luks1(const Dump& dump, LuksFacts& facts) {
    auto& volume = facts.volume;
    volume.cipher = cat(get(dump.head, "Cipher name"), "-", get(dump.head, "Cipher mode"));
    volume.hash = get(dump.head, "Hash spec");
    volume.key_bits = static_cast<std::uint32_t>(number_in(get(dump.head, "MK bits")));
    volume.data_offset = number_in(get(dump.head, "Payload offset")) * kSector;
    volume.pbkdf = "pbkdf2";
    if (const auto found = dump.sections.find("Key Slot"); found != dump.sections.end()) {
        for (const auto& item : found->second) {
            facts.slots.push_back(item.number);
        }
        const auto& slot = slot_to_describe(found->second, facts);
        volume.slot = slot.number;
        volume.pbkdf_iterations = number_in(get(slot.attributes, "Iterations"));
    }
}

void read_segments(const Dump& dump, LuksFacts& facts) {
    const auto found = dump.sections.find("Data segments");
    if (found == dump.sections.end() || found->second.size() != 1) {
        facts.obstacle = "does not consist of one part";
        return;
    }
    const auto& segment = found->second.front();
    facts.volume.cipher = get(segment.attributes, "cipher");
    facts.volume.data_offset = number_in(get(segment.attributes, "offset"));
    facts.volume.sector_size = static_cast<std::uint32_t>(number_in(get(segment.attributes, "sector")));
    if (segment.type != "crypt") {
        facts.obstacle = cat("is of the kind ", segment.type);
    } else if (segment.attributes.contains("integrity")) {
        facts.obstacle = cat("is protected by dm-integrity (", segment.attributes.at("integrity"), ")");
    } else if (get(segment.attributes, "length") != "(whole device)") {
        facts.obstacle = "does not take its device whole";
    }
}

void read_slot(const Item& slot, layout::LuksVolume& volume) {
    const auto& attributes = slot.attributes;
    volume.slot = slot.number;
    volume.key_bits = static_cast<std::uint32_t>(number_in(get(attributes, "Key")));
    volume.hash = get(attributes, "AF hash");
    volume.pbkdf = get(attributes, "PBKDF");
    volume.pbkdf_iterations = number_in(get(attributes, volume.pbkdf == "pbkdf2" ? "Iterations" : "Time cost"));
    volume.pbkdf_memory = number_in(get(attributes, "Memory"));
    volume.pbkdf_threads = static_cast<std::uint32_t>(number_in(get(attributes, "Threads")));
    const auto bits = static_cast<std::uint32_t>(number_in(get(attributes, "Cipher key")));
    if (bits != 0 && (get(attributes, "Cipher") != volume.cipher || bits != volume.key_bits)) {
        volume.slot_cipher = get(attributes, "Cipher");
        volume.slot_key_bits = bits;
    }
}

void read_luks2(const Dump& dump, LuksFacts& facts) {
    auto& volume = facts.volume;
    volume.label = unless_none(get(dump.head, "Label"));
    volume.subsystem = unless_none(get(dump.head, "Subsystem"));
    volume.flags = base::split_words(unless_none(get(dump.head, "Flags")));
    volume.keyslots_size = number_in(get(dump.head, "Keyslots area"));
    volume.metadata_size = volume.keyslots_size == 0 ? 0 : number_in(get(dump.head, "Metadata area"));
    read_segments(dump, facts);
    if (const auto wants = unless_none(get(dump.head, "Requirements")); !wants.empty()) {
        facts.obstacle = wants.find("reencrypt") != std::string::npos ? "is being encrypted anew" : cat("needs ", wants);
    }
    if (const auto found = dump.sections.find("Tokens"); found != dump.sections.end()) {
        for (const auto& item : found->second) {
            facts.tokens.push_back({item.type, item.slots});
        }
    }
    if (const auto found = dump.sections.find("Keyslots"); found != dump.sections.end()) {
        for (const auto& item : found->second) {
            if (item.type == "luks2") {  // "luks2 (unbound)" opens nothing
                facts.slots.push_back(item.number);
            }
        }
        if (!facts.slots.empty()) {
            read_slot(slot_to_describe(found->second, facts), volume);
        }
    }
}

}  // namespace

std::vector<std::uint32_t> LuksFacts::free_slots() const {
    std::vector<std::uint32_t> out;
    std::copy_if(slots.begin(), slots.end(), std::back_inserter(out), [&](std::uint32_t slot) {
        return std::none_of(tokens.begin(), tokens.end(), [&](const LuksToken& token) { return std::find(token.slots.begin(), token.slots.end(), slot) != token.slots.end(); });
    });
    return out;
}

LuksFacts parse_luks_dump(std::string_view text) {
    const auto dump = DumpReader().read(text);
    LuksFacts facts;
    auto& volume = facts.volume;
    volume.version = static_cast<unsigned>(number_in(get(dump.head, "Version")));
    volume.uuid = get(dump.head, "UUID");
    if (volume.version == 1) {
        read_luks1(dump, facts);
    } else if (volume.version == 2) {
        read_luks2(dump, facts);
    }
    if (facts.slots.empty() && !volume.uuid.empty() && facts.obstacle.empty()) {
        facts.obstacle = "has no key slot";
    }
    const bool whole = !volume.uuid.empty() && volume.data_offset != 0 && volume.key_bits != 0 && !volume.cipher.empty() && !volume.hash.empty() && !volume.pbkdf.empty();
    if (!whole && facts.obstacle.empty()) {
        throw Error(ErrorKind::kLayout, "read what cryptsetup luksDump says", "it lacks version, UUID, cipher, key size, hash, data offset or key derivation");
    }
    return facts;
}

std::string without_key_data(std::string_view text) {
    std::string out;
    bool inside = false;
    for (const auto& line : base::split_lines(text)) {
        const auto trimmed = base::trim(line);
        const auto colon = line.find(':');
        if (colon != std::string::npos) {
            const auto name = base::trim(std::string_view(line).substr(0, colon));
            inside = name == "Salt" || name == "Digest" || name == "MK salt" || name == "MK digest";
            out += inside ? cat(line.substr(0, colon + 1), " (left out)\n") : line + "\n";
        } else if (!inside || trimmed.empty()) {
            out += line + "\n";
        }
    }
    return out;
}

}  // namespace nrear::scan
