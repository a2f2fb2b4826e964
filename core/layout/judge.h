// SPDX-License-Identifier: GPL-3.0-or-later
// What of one node cannot be made again. One overload for each technology that can say no, in the .cpp of its layout type; asked by unsupported().
#pragma once

#include "core/layout/layout.h"
#include "core/layout/unsupported.h"

namespace nrear::layout {

using Problems = std::vector<Unsupported>;

void judge(const Layout& layout, const Node& node, const Disk& disk, Problems& problems);
void judge(const Layout& layout, const Node& node, const MdArray& array, Problems& problems);
void judge(const Layout& layout, const Node& node, const ExtFilesystem& ext, Problems& problems);
void judge(const Layout& layout, const Node& node, const BtrfsFilesystem& btrfs, Problems& problems);
void judge(const Layout& layout, const Node& node, const LuksVolume& luks, Problems& problems);
void judge(const Layout& layout, const Node& node, const XfsFilesystem& xfs, Problems& problems);
void judge(const Layout& layout, const Node& node, const FatFilesystem& fat, Problems& problems);
void judge(const Layout& layout, const Node& node, const Foreign& foreign, Problems& problems);
void judge(const Layout& layout, const Node& node, const PhysicalVolume& volume, Problems& problems);
void judge(const Layout& layout, const Node& node, const VolumeGroup& group, Problems& problems);
void judge(const Layout& layout, const Node& node, const LogicalVolume& volume, Problems& problems);
void judge(const Layout& layout, const Node& node, const BootLoader& boot, Problems& problems);
void judge(const Layout& layout, const Node& node, const UefiBoot& boot, Problems& problems);

/// All other kinds come back whatever they hold.
template <class T>
void judge(const Layout&, const Node&, const T&, Problems&) {}

}  // namespace nrear::layout
