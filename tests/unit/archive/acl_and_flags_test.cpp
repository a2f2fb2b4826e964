// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include "archive/inode_flags.h"
#include "archive/posix_acl.h"

using namespace nrear::archive;
using namespace std::string_literals;

namespace {

// setfacl -m u:1000:r,d:… as the kernel keeps it: version 2, then tag, permissions, id.
const std::string kValue =
    "\2\0\0\0"s "\1\0\6\0\xff\xff\xff\xff"s "\2\0\4\0\xe8\3\0\0"s "\4\0\4\0\xff\xff\xff\xff"s "\x10\0\4\0\xff\xff\xff\xff"s "\x20\0\0\0\xff\xff\xff\xff"s;
const std::string kText = "user::rw-,user:1000:r--,group::r--,mask::r--,other::---";

}  // namespace

TEST_CASE("acl: the kernel's value and the text say the same") {
    CHECK(acl_text_from_xattr(kValue) == kText);
    CHECK(acl_xattr_from_text(kText, nullptr) == kValue);
}

TEST_CASE("acl: texts of other programs") {
    CHECK(acl_xattr_from_text("user::rw-\ngroup::r--\nother::---\nmask::r--\nuser:1000:r--\n", nullptr) == kValue);  // GNU tar's lines, any order
    CHECK(acl_xattr_from_text("user::rw-,user:alice:r--:1000,group::r--,mask:r--,other:---", nullptr) == kValue);      // star, libarchive
    CHECK(acl_xattr_from_text("u::rw-,u:1000:r--,g::r--,m::r--,o::---", nullptr) == kValue);
    const AclNameLookup lookup = [](bool is_group, std::string_view name) { return !is_group && name == "alice" ? std::optional(1000U) : std::nullopt; };
    CHECK(acl_xattr_from_text("user::rw-,user:alice:r--,group::r--,mask::r--,other::---\t# comment", lookup) == kValue);
}

TEST_CASE("acl: what is malformed or unknown is said, not guessed") {
    CHECK_FALSE(acl_xattr_from_text("user::rw-,user:alice:r--,group::r--", nullptr));
    CHECK_FALSE(acl_xattr_from_text("user::rwz", nullptr));
    CHECK_FALSE(acl_xattr_from_text("everyone@:r--", nullptr));
    CHECK_FALSE(acl_xattr_from_text("", nullptr));
    CHECK_FALSE(acl_text_from_xattr(""));
    CHECK_FALSE(acl_text_from_xattr("\1\0\0\0"s));
    CHECK_FALSE(acl_text_from_xattr(kValue + "x"));
}

TEST_CASE("inode flags: names go and come back") {
    CHECK(inode_flags_text(0).empty());
    CHECK(inode_flags_text(FS_IMMUTABLE_FL | FS_NODUMP_FL) == "schg,nodump");
    CHECK(parse_inode_flags("schg,nodump") == (FS_IMMUTABLE_FL | FS_NODUMP_FL));
    CHECK(parse_inode_flags(inode_flags_text(kKeptInodeFlags)) == kKeptInodeFlags);
    CHECK(parse_inode_flags("uarch,opaque, sappnd") == FS_APPEND_FL);
    CHECK(inode_flags_text(FS_EXTENT_FL).empty());
}
