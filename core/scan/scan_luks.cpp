// SPDX-License-Identifier: GPL-3.0-or-later
// LUKS volumes, by their mappings that are open. Other kinds of dm-crypt are foreign.
#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/tool_version.h"
#include "core/scan/crypttab.h"
#include "core/scan/luks_facts.h"
#include "core/scan/scan_work.h"

namespace nrear::scan {

namespace {

using base::cat;
using base::printable;

constexpr const char* kSystemdKeys = "/etc/cryptsetup-keys.d/";  // systemd 246: <name>.key is used without being named in crypttab

/// One mapping that dm-crypt has made.
class CryptScan {
public:
    CryptScan(ScanWork& work, const BlockDevice& device) : work_(work), device_(device), below_(device.below.empty() ? nullptr : work.devices.by_name(device.below.front())) {}

    layout::NodeId run() {
        const layout::NodeId id = "luks:" + device_.dm_name;
        const layout::NodeId foreign = "device:" + device_.name;
        if (work_.has(id) || work_.has(foreign)) {
            return work_.has(id) ? id : foreign;
        }
        if (const auto reason = obstacle_in_mapping(); !reason.empty()) {
            return work_.ensure_foreign(device_, reason);
        }
        auto facts = with_context(cat("looking at the LUKS header on ", below_->path), [&] {
            return parse_luks_dump(base::run_checked(work_.runner, {.argv = {"cryptsetup", "luksDump", below_->path}}).output);
        });
        if (!facts.obstacle.empty()) {
            return work_.ensure_foreign(device_, cat("LUKS", facts.volume.version, " encrypted volume that ", facts.obstacle));
        }
        complete(facts.volume);
        find_key_file(facts);
        warn_of_slots(facts);
        const auto on = work_.ensure_device(*below_);
        return work_.add({id, {on}, std::move(facts.volume)}).id;
    }

private:
    /// Why the mapping is none that luksFormat and open could make again; "" when it is.
    std::string obstacle_in_mapping() const {
        const auto& uuid = device_.dm_uuid;
        if (!uuid.starts_with("CRYPT-LUKS")) {
            return uuid.starts_with("CRYPT-PLAIN-") ? "dm-crypt volume without a LUKS header" : cat("encrypted volume (", uuid.substr(0, uuid.find('-', 6)), ")");
        }
        if (below_ == nullptr || device_.below.size() != 1) {
            return "LUKS encrypted volume on several devices";
        }
        if (below_->dm_uuid.starts_with("CRYPT-")) {
            return "LUKS encrypted volume protected by dm-integrity";
        }
        const auto signature = work_.probe.signature(below_->path);
        const bool header = signature && signature->type == "crypto_LUKS" && uuid.find(base::replace_all(signature->uuid, "-", "")) != std::string::npos;
        return header ? "" : "LUKS encrypted volume with a detached header";
    }

    /// What luksDump does not say exactly, or the oldest cryptsetup could not be told.
    void complete(layout::LuksVolume& volume) {
        volume.path = device_.path;
        volume.name = device_.dm_name;
        if (const auto signature = work_.probe.signature(below_->path); signature && volume.version == 2) {
            volume.label = signature->label;
        }
        if (volume.version == 1 && is_before_2()) {
            volume.pbkdf_iterations = 0;
        }
    }

    bool is_before_2() {
        const auto words = base::split_words(base::run_checked(work_.runner, {.argv = {"cryptsetup", "--version"}}).output);  // "cryptsetup 1.7.4"
        const auto version = words.size() > 1 ? layout::parse_tool_version(words[1]) : std::nullopt;
        return version && *version < layout::ToolVersion{2, 0};
    }

    void find_key_file(LuksFacts& facts) {
        auto& volume = facts.volume;
        const auto rows = parse_crypttab(work_.root.read_if_exists("/etc/crypttab").value_or(""));
        const auto* row = find_row(rows, volume.name, volume.uuid);
        std::string file = row == nullptr ? "" : row->key_file;
        if (row != nullptr && row->has("keyscript")) {
            file.clear();  // an argument of the script
        }
        if (const auto systemd = cat(kSystemdKeys, volume.name, ".key"); file.empty() && work_.root.exists(systemd)) {
            file = systemd;
        }
        if (file.empty()) {
            return;
        }
        if (const auto why = why_not_enrolled(file); !why.empty()) {
            work_.warn(cat(device_.path, " is opened by the key file ", printable(file), ", which ", why, ": after recover it asks for the passphrase, until you enrol the key again (cryptsetup luksAddKey ",
                           below_->path, " FILE)"));
            return;
        }
        volume.key_file = file;
        volume.key_file_offset = base::parse_u64(row == nullptr ? "" : row->option("keyfile-offset").value_or("")).value_or(0);
        volume.key_file_size = base::parse_u64(row == nullptr ? "" : row->option("keyfile-size").value_or("")).value_or(0);
        volume.passphrase = facts.free_slots().size() > 1;
    }

    /// "" for a file that the archive will bring back.
    std::string why_not_enrolled(const std::string& file) const {
        if (!file.starts_with('/') || file.find(':') != std::string::npos || file.starts_with("/dev/")) {
            return "is no file of this machine";
        }
        if (!work_.root.exists(file)) {
            return "is not there";
        }
        const auto* kept = deepest_over(work_.classified.kept, file, [](const KeptMount& mount) -> std::string_view { return mount.entry.mount_point; });
        const auto* left_out = deepest_over(work_.classified.directories, file, [](const layout::MountPointDirectory& directory) -> std::string_view { return directory.path; });
        const bool lost = left_out != nullptr && (kept == nullptr || left_out->path.size() > kept->entry.mount_point.size());
        constexpr const char* kVolatile[] = {"/run", "/proc", "/sys"};
        const bool in_memory = std::any_of(std::begin(kVolatile), std::end(kVolatile), [&](const char* top) { return is_within(file, top); });
        return lost || in_memory ? "lies on what is not in the backup" : "";
    }

    void warn_of_slots(const LuksFacts& facts) {
        for (const auto& token : facts.tokens) {
            work_.warn(cat(device_.path, ": its token ", printable(token.type), " cannot be brought back, it belongs to this header and machine: after recover it opens by ",
                           facts.volume.passphrase ? "the passphrase" : "its key file", " only, until you bind it again (", how_to_bind(token.type), ")"));
        }
        const std::size_t come_back = facts.volume.key_file.empty() || !facts.volume.passphrase ? 1 : 2;
        const auto slots = facts.free_slots().size();
        if (slots > come_back) {
            work_.warn(cat(device_.path, " has ", slots, " key slots for passphrases and key files: ", come_back == 1 ? "one comes" : "a passphrase and the key file come",
                           " back, add the others by hand after recover (cryptsetup luksAddKey ", below_->path, ")"));
        }
    }

    std::string how_to_bind(const std::string& type) const {
        if (type == "clevis") {
            return cat("clevis luks bind -d ", below_->path, " PIN CONFIG");
        }
        if (type.starts_with("systemd-")) {
            const std::string kind = type == "systemd-recovery" ? "--recovery-key" : type == "systemd-tpm2" ? "--tpm2-device=auto" : type == "systemd-fido2" ? "--fido2-device=auto" : "--pkcs11-token-uri=auto";
            return cat("systemd-cryptenroll ", kind, " ", below_->path);
        }
        return "cryptsetup token";
    }

    ScanWork& work_;
    const BlockDevice& device_;
    const BlockDevice* below_;
};

}  // namespace

std::optional<layout::NodeId> scan_luks(ScanWork& work, const BlockDevice& device) {
    if (!device.dm_uuid.starts_with("CRYPT-")) {
        return std::nullopt;
    }
    return CryptScan(work, device).run();
}

}  // namespace nrear::scan
