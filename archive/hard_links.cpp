// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/hard_links.h"

#include <algorithm>

namespace nrear::archive {

std::size_t HardLinks::place(std::uint32_t device, std::uint64_t inode) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = static_cast<std::size_t>((inode * 0x9e3779b97f4a7c15ULL + device) >> 20) & mask;
    while (slots_[at].name != 0 && (slots_[at].inode != inode || slots_[at].device != device)) {
        at = (at + 1) & mask;
    }
    return at;
}

std::optional<std::string> HardLinks::find(std::uint64_t device, std::uint64_t inode) const {
    const auto known = std::find(devices_.begin(), devices_.end(), device);
    if (known == devices_.end()) {
        return std::nullopt;
    }
    const Slot& slot = slots_[place(static_cast<std::uint32_t>(known - devices_.begin()), inode)];
    if (slot.name == 0) {
        return std::nullopt;
    }
    return directories_[slot.directory] + (names_.c_str() + slot.name - 1);
}

void HardLinks::remember(std::uint64_t device, std::uint64_t inode, std::string_view path) {
    if ((count_ + 1) * 4 > slots_.size() * 3) {
        grow();
    }
    auto known = std::find(devices_.begin(), devices_.end(), device);
    if (known == devices_.end()) {
        known = devices_.insert(devices_.end(), device);
    }
    const std::size_t name_at = path.rfind('/') + 1;  // npos + 1 is 0
    const auto [directory, is_new] = directory_indexes_.try_emplace(std::string(path.substr(0, name_at)), static_cast<std::uint32_t>(directories_.size()));
    if (is_new) {
        directories_.push_back(directory->first);
    }
    const auto device_index = static_cast<std::uint32_t>(known - devices_.begin());
    slots_[place(device_index, inode)] = {inode, names_.size() + 1, device_index, directory->second};
    names_.append(path.substr(name_at));
    names_ += '\0';
    ++count_;
}

void HardLinks::grow() {
    std::vector<Slot> old(std::max<std::size_t>(64, slots_.size() * 2));
    old.swap(slots_);
    for (const Slot& slot : old) {
        if (slot.name != 0) {
            slots_[place(slot.device, slot.inode)] = slot;
        }
    }
}

}  // namespace nrear::archive
