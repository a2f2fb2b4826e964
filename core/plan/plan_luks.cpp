// SPDX-License-Identifier: GPL-3.0-or-later
// LUKS: a new header with the recorded parameters and a new volume key; opened; when the files are back the key file of crypttab is enrolled.
// The passphrase goes to cryptsetup by standard input only. Sources: cryptsetup(8) 1.6 to 2.7.
#include "core/base/text.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::LuksVolume;
using Words = std::vector<std::string>;

constexpr std::uint64_t kSector = 512;  // of --offset and --align-payload, whatever the disk has

void append(Words& argv, Words more) { argv.insert(argv.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end())); }

/// Said in full, so that no benchmark decides: as strong as it was, and no more memory at boot than it took before.
Words key_derivation(const LuksVolume& luks) {
    Words words;
    if (luks.version == 2) {
        append(words, {"--pbkdf", luks.pbkdf});
    }
    if (luks.pbkdf_iterations != 0) {
        append(words, {"--pbkdf-force-iterations", cat(luks.pbkdf_iterations)});
    }
    if (luks.pbkdf_memory != 0) {
        append(words, {"--pbkdf-memory", cat(luks.pbkdf_memory), "--pbkdf-parallel", cat(luks.pbkdf_threads)});
    }
    return words;
}

/// Where the data begin. --offset came with 2.1, and with it the choice of the key slots' area; before, the header has one size and its end is rounded up.
Words placement(const LuksVolume& luks) {
    if (luks.keyslots_size == 0) {
        return {"--align-payload", cat(luks.data_offset / kSector)};
    }
    return {"--offset", cat(luks.data_offset / kSector), "--luks2-metadata-size", cat(luks.metadata_size), "--luks2-keyslots-size", cat(luks.keyslots_size)};
}

/// What the slot itself is encrypted with.
Words slot_cipher(const LuksVolume& luks) {
    return luks.slot_cipher.empty() ? Words{} : Words{"--keyslot-cipher", luks.slot_cipher, "--keyslot-key-size", cat(luks.slot_key_bits)};
}

/// Of the key that is there until the key file has come back: any but the one that the key file gets.
std::uint32_t one_time_slot(const LuksVolume& luks) { return luks.slot == 0 ? 1 : 0; }

RunCommand format(const LuksVolume& luks, const std::string& device) {
    Words argv{"cryptsetup", "luksFormat", "--batch-mode", "--type", cat("luks", luks.version), "--uuid", luks.uuid, "--cipher", luks.cipher, "--key-size", cat(luks.key_bits),
               "--hash", luks.hash};
    const auto option = [&](const char* name, const std::string& value) { append(argv, {name, value}); };
    if (luks.version == 2) {
        option("--sector-size", cat(luks.sector_size));
    }
    if (!luks.label.empty()) {
        option("--label", luks.label);
    }
    if (!luks.subsystem.empty()) {
        option("--subsystem", luks.subsystem);
    }
    if (const auto slot = luks.passphrase ? luks.slot : one_time_slot(luks); slot != 0) {
        option("--key-slot", cat(slot));
    }
    append(argv, slot_cipher(luks));
    append(argv, placement(luks));
    append(argv, key_derivation(luks));
    append(argv, {"--key-file=-", device});
    RunCommand run{std::move(argv)};
    run.secret = luks.passphrase ? kPassphrase : kOneTimeKey;
    return run;
}

/// Persistent flags can be set only while it is opened.
RunCommand open(const LuksVolume& luks, const std::string& device) {
    Words argv{"cryptsetup", "open", "--type", "luks", "--key-file=-"};
    for (const auto& flag : luks.flags) {
        argv.push_back(layout::luks_flag_option(flag));
    }
    if (!luks.flags.empty()) {
        argv.emplace_back("--persistent");
    }
    append(argv, {device, luks.name});
    RunCommand run{std::move(argv)};
    run.secret = luks.passphrase ? kPassphrase : kOneTimeKey;
    return run;
}

/// In the recovered system, where the file's path means what it meant. One that opens the volume alone gets the recorded slot.
RunCommand enrol(const LuksVolume& luks, const std::string& device) {
    Words argv{"cryptsetup", "luksAddKey", "--batch-mode", "--key-file=-"};
    if (!luks.passphrase) {
        append(argv, {"--key-slot", cat(luks.slot)});
        append(argv, slot_cipher(luks));
    }
    if (luks.key_file_offset != 0) {
        append(argv, {"--new-keyfile-offset", cat(luks.key_file_offset)});
    }
    if (luks.key_file_size != 0) {
        append(argv, {"--new-keyfile-size", cat(luks.key_file_size)});
    }
    append(argv, key_derivation(luks));
    append(argv, {device, luks.key_file});
    RunCommand run{std::move(argv), "", Where::kTarget};
    run.secret = luks.passphrase ? kPassphrase : kOneTimeKey;
    return run;
}

RunCommand remove_one_time_key(const std::string& device) {
    RunCommand run{{"cryptsetup", "luksRemoveKey", "--batch-mode", "--key-file=-", device}, "", Where::kTarget};
    run.secret = kOneTimeKey;
    return run;
}

}  // namespace

void plan_node(const layout::Layout& layout, const layout::Node& node, const LuksVolume& luks, Phases& phases) {
    const auto device = layout::path_of(*layout::find(layout, node.on.front()));
    phases.storage.push_back({cat("Create ", layout::kind_of(luks), " on ", device, purpose(layout, node)), node.id, format(luks, device), true});
    phases.storage.push_back({cat("Open it as ", luks.name), node.id, open(luks, device)});
    phases.storage.push_back({"Wait for " + luks.path, node.id, WaitForDevice{luks.path}});
    if (!luks.key_file.empty()) {
        phases.restored.push_back({cat("Enrol the key file ", base::printable(luks.key_file), " in ", device), node.id, enrol(luks, device)});
        if (!luks.passphrase) {
            phases.restored.push_back({"Remove the one-time key, now that there is one that lasts", node.id, remove_one_time_key(device)});
        }
    }
}

}  // namespace nrear::plan
