// SPDX-License-Identifier: GPL-3.0-or-later
#include "odd_tree.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/base/unique_fd.h"
#include "loop_file_system.h"

namespace nrear::archive::test {

namespace {

using namespace std::string_literals;

class OddTree {
public:
    explicit OddTree(std::string root) : root_(std::move(root)) {}

    void make() {
        make_names();
        make_owners_and_modes();
        make_links();
        make_special_files();
        make_attributes();
        make_acls();
        make_holes();
        make_flags();
        make_times();
    }

private:
    std::string at(const std::string& path) const { return root_ + "/" + path; }
    void file(const std::string& path, std::string_view content = "content\n") {
        INFO(path);
        const base::UniqueFd fd(open(at(path).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
        REQUIRE(fd);
        base::write_all(fd.get(), base::as_bytes(content), path);
    }
    void directory(const std::string& path) { REQUIRE(mkdir(at(path).c_str(), 0755) == 0); }
    void xattr(const std::string& path, const char* name, const std::string& value) {
        INFO(path << " " << name);
        REQUIRE(lsetxattr(at(path).c_str(), name, value.data(), value.size(), 0) == 0);
    }
    void time(const std::string& path, std::int64_t seconds, long nanoseconds) {
        const struct timespec times[2]{{0, UTIME_OMIT}, {seconds, nanoseconds}};
        REQUIRE(utimensat(AT_FDCWD, at(path).c_str(), times, AT_SYMLINK_NOFOLLOW) == 0);
    }

    void make_names() {
        directory("names");
        for (const std::string& name : {"new\nline"s, "esc\x1b[31m"s, "invalid\xff\xfe"s, "-rf"s, " lead"s, "trail "s, "..foo"s, "back\\slash"s, "per%3Dcent"s, "equals=sign"s,
                                        "\xc3\xa4\xc3\xb6"s, "*"s, "[a]"s, "?"s, std::string(255, 'n'), std::string(254, 'x') + "\xff", std::string(99, 'a'),
                                        std::string(100, 'b'), std::string(101, 'c'), "GNUSparseFile.0"s, "~"s, "$(true)"s}) {
            file("names/" + name, name);
        }
        std::string long_path = "names";
        for (int i = 0; i < 6; ++i) {
            long_path += "/" + std::string(60, static_cast<char>('p' + i));
            directory(long_path);
            file(long_path + "/\xe4", "latin1");
        }
        directory("empty");
    }

    void make_owners_and_modes() {
        directory("modes");
        for (const unsigned mode : {0U, 0400U, 0777U, 01777U, 02755U, 04755U, 06711U}) {
            const std::string path = "modes/f" + std::to_string(mode);
            file(path);
            REQUIRE(chown(at(path).c_str(), 12345, 54321) == 0);
            REQUIRE(chmod(at(path).c_str(), mode) == 0);
            directory("modes/d" + std::to_string(mode));
            REQUIRE(chmod(at("modes/d" + std::to_string(mode)).c_str(), mode) == 0);
        }
        file("modes/large_ids");
        REQUIRE(chown(at("modes/large_ids").c_str(), 3000000000, 2097152) == 0);
        file("empty_file", "");
        file("block", std::string(4096, 'b'));
        file("odd_size", std::string(1234567, 'o'));
    }

    void make_links() {
        directory("links");
        file("links/first");
        for (int i = 0; i < 300; ++i) {
            REQUIRE(link(at("links/first").c_str(), at("links/more" + std::to_string(i)).c_str()) == 0);
        }
        REQUIRE(link(at("links/first").c_str(), at("empty/elsewhere").c_str()) == 0);
        REQUIRE(symlink("nowhere", at("links/dangling").c_str()) == 0);
        REQUIRE(symlink("/etc/passwd", at("links/absolute").c_str()) == 0);
        REQUIRE(symlink("raw\xff", at("links/raw").c_str()) == 0);
        REQUIRE(symlink(std::string(4000, 't').c_str(), at("links/long").c_str()) == 0);
        REQUIRE(symlink((std::string(200, 't') + "\xff").c_str(), at("links/long_raw").c_str()) == 0);
        REQUIRE(lchown(at("links/dangling").c_str(), 7, 8) == 0);
        REQUIRE(linkat(AT_FDCWD, at("links/dangling").c_str(), AT_FDCWD, at("links/dangling2").c_str(), 0) == 0);
    }

    void make_special_files() {
        directory("special");
        REQUIRE(mknod(at("special/null").c_str(), S_IFCHR | 0666, makedev(1, 3)) == 0);
        REQUIRE(mknod(at("special/large").c_str(), S_IFCHR | 0600, makedev(4095, 1048575)) == 0);
        REQUIRE(mknod(at("special/whiteout").c_str(), S_IFCHR, makedev(0, 0)) == 0);
        REQUIRE(mknod(at("special/disk").c_str(), S_IFBLK | 0660, makedev(8, 1)) == 0);
        REQUIRE(mkfifo(at("special/fifo").c_str(), 0622) == 0);
        REQUIRE(chown(at("special/fifo").c_str(), 1, 2) == 0);
        for (const char* name : {"null", "disk", "fifo"}) {
            REQUIRE(link(at("special/"s + name).c_str(), at("special/"s + name + "2").c_str()) == 0);
        }
        const base::UniqueFd socket_fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = at(kOddSocket);
        REQUIRE(path.size() < sizeof address.sun_path);
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        REQUIRE(bind(socket_fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }

    void make_attributes() {
        directory("xattrs");
        for (const char* name : {"user", "trusted", "security", "large"}) {
            file("xattrs/"s + name);
        }
        xattr("xattrs/user", "user.plain", "value");
        xattr("xattrs/user", "user.empty", "");
        xattr("xattrs/user", "user.binary", "\0\n=\xff\1"s);
        xattr("xattrs/user", "user.od=d%3Dname", "x");
        xattr("xattrs/trusted", "trusted.overlay.opaque", "y");
        REQUIRE(chown(at("xattrs/security").c_str(), 5, 6) == 0);  // which would clear a capability set before
        xattr("xattrs/security", "security.selinux", "system_u:object_r:shadow_t:s0\0"s);
        xattr("xattrs/security", "security.capability", "\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s);
        xattr("xattrs/large", "user.large", std::string(20000, 'L'));
        xattr("xattrs", "user.of_directory", "d");
        xattr("links/absolute", "trusted.of_symlink", "s");
        xattr("links/absolute", "security.selinux", "system_u:object_r:etc_t:s0\0"s);
        xattr("special/fifo", "trusted.of_fifo", "f");
        xattr("special/null", "security.selinux", "system_u:object_r:null_device_t:s0\0"s);
    }

    void make_acls() {
        directory("acls");
        file("acls/file");
        run({"setfacl", "-m", "u:12345:rwx,g:54321:---,m::r-x", at("acls/file")});
        directory("acls/before");
        file("acls/before/without");  // made before the default ACL, so it has none
        directory("acls/before/without_too");
        run({"setfacl", "-m", "u:0:rwx,d:u:12345:rx,d:g::-", at("acls/before")});
        file("acls/before/inherited");
    }

    void make_holes() {
        directory("sparse");
        const auto sparse = [&](const char* name, off_t size, const std::vector<off_t>& data) {
            const base::UniqueFd fd(open(at("sparse/"s + name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
            REQUIRE(fd);
            for (const off_t offset : data) {
                REQUIRE(pwrite(fd.get(), "data here", 9, offset) == 9);
            }
            REQUIRE(ftruncate(fd.get(), size) == 0);
        };
        sparse("nothing", off_t{64} << 20, {});
        sparse("tiny", 5, {});
        sparse("front", off_t{10} << 20, {(off_t{10} << 20) - 9});
        sparse("back", off_t{10} << 20, {0});
        std::vector<off_t> many;
        for (off_t i = 0; i < 700; ++i) {
            many.push_back(i * 12288 + 5000);
        }
        sparse("many", off_t{700} * 12288, many);
        sparse(std::string(200, 's').c_str(), 100000, {50000});
        sparse("raw\xff", 100000, {50000});
    }

    void make_times() {
        directory("times");
        for (const auto& [name, seconds, nanoseconds] : std::vector<std::tuple<std::string, std::int64_t, long>>{
                 {"epoch", 0, 0}, {"before", -2, 500000000}, {"long_before", -1000000000, 1}, {"future", 5000000000, 999999999}, {"far", 9000000000, 0}, {"one_ns", 1700000000, 1}}) {
            file("times/" + name);
            time("times/" + name, seconds, nanoseconds);
        }
        REQUIRE(symlink("x", at("times/link").c_str()) == 0);
        time("times/link", 1234567890, 123456789);
        time("special/fifo", 1234567890, 987654321);
        time("special/null", -5, 7);
        time("empty", 1000000000, 1);
        time("modes", 1000000001, 2);
        time("times", -1, 999999999);
        time("", 1111111111, 111111111);
    }

    void make_flags() {
        directory("flags");
        for (const std::string& flag : {"i"s, "a"s, "d"s, "A"s, "S"s, "u"s, "s"s}) {
            file("flags/f" + flag);
        }
        for (const std::string& flag : {"i"s, "a"s, "d"s, "A"s, "D"s, "T"s}) {
            directory("flags/d" + flag);
            file("flags/d" + flag + "/inside");
        }
        REQUIRE(link(at("flags/fi").c_str(), at("flags/fi_link").c_str()) == 0);
        for (const std::string& flag : {"i"s, "a"s, "d"s, "A"s, "S"s, "u"s, "s"s}) {
            run({"chattr", "+" + flag, at("flags/f" + flag)});
        }
        for (const std::string& flag : {"i"s, "a"s, "d"s, "A"s, "D"s, "T"s}) {
            run({"chattr", "+" + flag, at("flags/d" + flag)});
        }
    }

    std::string root_;
};

}  // namespace

void make_deep_paths(const std::string& root) {
    // More than PATH_MAX, by steps.
    base::UniqueFd fd(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::string name(200, 'd');
    for (int i = 0; i < 25; ++i) {
        REQUIRE(mkdirat(fd.get(), name.c_str(), 0755) == 0);
        fd = base::UniqueFd(openat(fd.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        REQUIRE(fd);
    }
    const base::UniqueFd bottom(openat(fd.get(), "bottom", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(write(bottom.get(), "deep", 4) == 4);
    // Deeper than there are descriptors to keep open.
    fd = base::UniqueFd(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; i < 300; ++i) {
        REQUIRE(mkdirat(fd.get(), "s", 0755) == 0);
        fd = base::UniqueFd(openat(fd.get(), "s", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
}

void make_odd_tree(const std::string& root) { OddTree(root).make(); }

}  // namespace nrear::archive::test
