// SPDX-License-Identifier: GPL-3.0-or-later
// What `cryptsetup luksDump` prints, and crypttab. Recorded from cryptsetup 2.6.1 (key data made up); whole hosts are in hosts_test.cpp.
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/scan/crypttab.h"
#include "core/scan/luks_facts.h"
#include "sysfs_host.h"

namespace nrear::scan {

using test::SysfsHost;
using Words = std::vector<std::string>;
using Slots = std::vector<std::uint32_t>;

namespace {

constexpr const char* kLuks1 = R"(LUKS header information for /dev/vdd

Version:       	1
Cipher name:   	serpent
Cipher mode:   	cbc-essiv:sha256
Hash spec:     	whirlpool
Payload offset:	5000
MK bits:       	256
MK digest:     	44 20 82 3c fd e6 f1 c2 6b 30 f9 0e c7 dd 01 e4 88 75 34 a2 
MK salt:       	0f 0b 0d 04 c3 6e d8 0e 71 e0 fd 77 b0 76 70 eb 
               	94 0b d5 33 5f 97 3d aa d8 61 9b 91 ff c9 11 f5 
MK iterations: 	1000
UUID:          	0889250e-517b-4705-943c-fe007b5ec2b9

Key Slot 0: ENABLED
	Iterations:         	1000
	Salt:               	7c ce d4 58 bb bf 2c e0 37 53 c9 bd fa 0f f0 16 
	                      	9d c9 57 56 74 06 66 76 cf b0 b4 eb 89 02 c4 42 
	Key material offset:	8
	AF stripes:            	4000
Key Slot 1: DISABLED
Key Slot 2: DISABLED
Key Slot 3: DISABLED
Key Slot 4: DISABLED
Key Slot 5: DISABLED
Key Slot 6: DISABLED
Key Slot 7: DISABLED
)";

constexpr const char* kLuks2 = R"(LUKS header information
Version:       	2
Epoch:         	8
Metadata area: 	16384 [bytes]
Keyslots area: 	16744448 [bytes]
UUID:          	49296069-23a3-436c-8262-ea6cd18225ef
Label:         	my label
Subsystem:     	sub sys
Flags:       	allow-discards no-read-workqueue 

Data segments:
  0: crypt
	offset: 16777216 [bytes]
	length: (whole device)
	cipher: aes-xts-plain64
	sector: 4096 [bytes]

Keyslots:
  0: luks2
	Key:        256 bits
	Priority:   normal
	Cipher:     aes-xts-plain64
	Cipher key: 256 bits
	PBKDF:      argon2id
	Time cost:  4
	Memory:     32768
	Threads:    1
	Salt:       69 da 1c f6 ba 66 d3 f8 b6 d4 b1 00 a9 ea 0e 75 
	            5a 5c 2e 82 10 24 2a 08 e7 07 8f 7f 89 38 5e b0 
	AF stripes: 4000
	AF hash:    sha512
	Area offset:32768 [bytes]
	Area length:131072 [bytes]
	Digest ID:  0
  1: luks2
	Key:        256 bits
	Priority:   normal
	Cipher:     aes-xts-plain64
	Cipher key: 256 bits
	PBKDF:      pbkdf2
	Hash:       sha256
	Iterations: 1000
	Salt:       94 23 55 51 82 56 8b 96 e8 a4 fe f2 3a 0c 9f c5 
	            af d7 60 84 37 81 6b dd 0a 73 09 cb 4a 12 52 e4 
	AF stripes: 4000
	AF hash:    sha256
	Area offset:163840 [bytes]
	Area length:131072 [bytes]
	Digest ID:  0
Tokens:
  0: luks2-keyring
	Key description: foo
	Keyslot:    0
  1: clevis
	Keyslot:    1
Digests:
  0: pbkdf2
	Hash:       sha512
	Iterations: 1000
	Salt:       da 70 e6 72 0f ca a4 da 1e 98 40 6c 18 9c 24 27 
	            9e 98 51 d5 81 42 04 13 6f eb 57 13 c1 66 b1 32 
	Digest:     69 dd 63 fc 35 c7 97 ff 08 a6 cd 90 09 50 66 a7 
	            45 ad db 6d 88 31 c2 b0 f8 78 21 14 2b 44 56 55 
	            6d 89 aa 82 bc ad ae 3a 95 78 fa 45 35 a4 14 d0 
	            25 c2 4b 40 ae 3a c1 27 72 29 88 ba 97 3a ea 8d 
)";

std::string changed(const std::string& from, const std::string& to) {
    REQUIRE(std::string(kLuks2).find(from) != std::string::npos);
    return base::replace_all(kLuks2, from, to);
}

}  // namespace

TEST_CASE("LUKS1: everything that luksFormat has to be told") {
    const auto facts = parse_luks_dump(kLuks1);
    const auto& volume = facts.volume;
    CHECK(facts.obstacle.empty());
    CHECK(volume.version == 1);
    CHECK(volume.uuid == "0889250e-517b-4705-943c-fe007b5ec2b9");
    CHECK(volume.cipher == "serpent-cbc-essiv:sha256");
    CHECK(volume.key_bits == 256);
    CHECK(volume.hash == "whirlpool");
    CHECK(volume.data_offset == 5000 * 512);
    CHECK(volume.pbkdf == "pbkdf2");
    CHECK(volume.pbkdf_iterations == 1000);
    CHECK(volume.keyslots_size == 0);
    CHECK(volume.sector_size == 512);
    CHECK(facts.slots == Slots{0});
}

TEST_CASE("LUKS1: the slot in use is described, whatever its number") {
    auto text = base::replace_all(base::replace_all(kLuks1, "Key Slot 0: ENABLED", "Key Slot 3: ENABLED"), "Key Slot 3: DISABLED", "Key Slot 0: DISABLED");
    const auto facts = parse_luks_dump(text);
    CHECK(facts.slots == Slots{3});
    CHECK(facts.volume.slot == 3);
    CHECK(facts.volume.pbkdf_iterations == 1000);
}

TEST_CASE("LUKS2: everything that luksFormat has to be told") {
    const auto facts = parse_luks_dump(kLuks2);
    const auto& volume = facts.volume;
    CHECK(facts.obstacle.empty());
    CHECK(volume.version == 2);
    CHECK(volume.uuid == "49296069-23a3-436c-8262-ea6cd18225ef");
    CHECK(volume.label == "my label");
    CHECK(volume.subsystem == "sub sys");
    CHECK(volume.flags == Words{"allow-discards", "no-read-workqueue"});
    CHECK(volume.metadata_size == 16384);
    CHECK(volume.keyslots_size == 16744448);
    CHECK(volume.data_offset == 16777216);
    CHECK(volume.cipher == "aes-xts-plain64");
    CHECK(volume.key_bits == 256);
    CHECK(volume.hash == "sha512");
    CHECK(volume.sector_size == 4096);
    CHECK(volume.pbkdf == "argon2id");
    CHECK(volume.pbkdf_iterations == 4);
    CHECK(volume.pbkdf_memory == 32768);
    CHECK(volume.pbkdf_threads == 1);
    CHECK(volume.slot_cipher.empty());
    CHECK(facts.slots == Slots{0, 1});
    REQUIRE(facts.tokens.size() == 2);
    CHECK(facts.tokens[1].type == "clevis");
    CHECK(facts.tokens[1].slots == Slots{1});
    CHECK(facts.free_slots().empty());
}

TEST_CASE("LUKS2: the slot that no token holds is the one to make again") {
    const auto facts = parse_luks_dump(changed("  0: luks2-keyring\n\tKey description: foo\n\tKeyslot:    0\n", ""));
    CHECK(facts.free_slots() == Slots{0});
    const auto second = parse_luks_dump(changed("  1: clevis\n\tKeyslot:    1\n", ""));
    CHECK(second.volume.slot == 1);
    CHECK(second.volume.pbkdf == "pbkdf2");
    CHECK(second.volume.pbkdf_iterations == 1000);
    CHECK(second.volume.pbkdf_memory == 0);
    const auto unbound = parse_luks_dump(changed("  1: luks2\n", "  1: luks2 (unbound)\n"));
    CHECK(unbound.slots == Slots{0});
}

TEST_CASE("LUKS2: cryptsetup before 2.1 names no area of key slots, and none is asked for") {
    const auto volume = parse_luks_dump(changed("Metadata area: \t16384 [bytes]\nKeyslots area: \t16744448 [bytes]", "Metadata area: \t12288 bytes")).volume;
    CHECK(volume.keyslots_size == 0);
    CHECK(volume.metadata_size == 0);
}

TEST_CASE("LUKS2: a slot with a cipher of its own") {
    const auto volume = parse_luks_dump(changed("cipher: aes-xts-plain64\n\tsector", "cipher: cipher_null-ecb\n\tsector")).volume;
    CHECK(volume.cipher == "cipher_null-ecb");
    CHECK(volume.slot_cipher == "aes-xts-plain64");
    CHECK(volume.slot_key_bits == 256);
}

TEST_CASE("LUKS2 that cannot be made again says why") {
    const auto why = [](const std::string& from, const std::string& to) { return parse_luks_dump(changed(from, to)).obstacle; };
    CHECK(why("\tsector: 4096 [bytes]\n", "\tsector: 4096 [bytes]\n\tintegrity: hmac(sha256)\n") == "is protected by dm-integrity (hmac(sha256))");
    CHECK(why("  0: crypt\n", "  0: hw-opal-crypt\n") == "is of the kind hw-opal-crypt");
    CHECK(why("(whole device)", "1048576 [bytes]") == "does not take its device whole");
    CHECK(why("Flags: ", "Requirements:\tonline-reencrypt-v2\nFlags: ") == "is being encrypted anew");
    CHECK(why("Keyslots:\n", "  1: linear\n\toffset: 1 [bytes]\nKeyslots:\n") == "does not consist of one part");
    CHECK(why(": luks2\n", ": luks2 (unbound)\n") == "has no key slot");
    CHECK_THROWS_AS(parse_luks_dump(changed("UUID:", "UXID:")), Error);
    CHECK_THROWS_AS(parse_luks_dump(""), Error);
}

TEST_CASE("no text makes the parser stumble") {
    for (const std::string whole : {kLuks1, kLuks2}) {
        for (std::size_t length = 0; length < whole.size(); length += 7) {
            try {
                parse_luks_dump(std::string_view(whole).substr(0, length));
            } catch (const Error& error) {
                CHECK(error.kind() == ErrorKind::kLayout);
            }
        }
    }
}

TEST_CASE("nothing of keys is recorded, and what is recorded reads the same") {
    for (const std::string whole : {kLuks1, kLuks2}) {
        const auto text = without_key_data(whole);
        for (const auto& line : base::split_lines(whole)) {
            const auto words = base::split_words(line);
            const bool bytes = words.size() >= 16 && words.back().size() == 2;
            if (bytes) {
                INFO(line);
                CHECK(text.find(base::trim(line)) == std::string::npos);
            }
        }
        CHECK(parse_luks_dump(text).volume == parse_luks_dump(whole).volume);
        CHECK(without_key_data(text) == text);
    }
}

TEST_CASE("crypttab: rows, options, who opens what") {
    const auto rows = parse_crypttab("# <target> <source> <key> <options>\n\ncr_root UUID=49296069-23A3-436C-8262-ea6cd18225ef none luks,discard\n"
                                     "data\t/dev/vdb1 /etc/keys/data.key luks,keyfile-size=64,keyfile-offset=8\ncr_swap /dev/vdc1 /dev/urandom swap,cipher=aes-xts-plain64\nbare /dev/vdd1\n");
    REQUIRE(rows.size() == 4);
    CHECK(rows[0].key_file.empty());
    CHECK(rows[0].has("discard"));
    CHECK(rows[1].key_file == "/etc/keys/data.key");
    CHECK(rows[1].option("keyfile-size") == "64");
    CHECK(rows[1].option("keyfile-offset") == "8");
    CHECK_FALSE(rows[1].option("keyfile"));
    CHECK(rows[3].options.empty());
    CHECK(find_row(rows, "cr_root", "") == &rows[0]);
    CHECK(find_row(rows, "luks-49296069", "49296069-23a3-436c-8262-ea6cd18225ef") == &rows[0]);
    CHECK(find_row(rows, "other", "") == nullptr);
}

TEST_CASE("what gets a random key at each boot is told from a plain volume that lasts") {
    SysfsHost host;
    host.disk("vdc", "254:32", 2048);
    host.mapped("dm-0", "253:0", "cr_swap", "CRYPT-PLAIN-cr_swap", {"vdc"});
    host.mapped("dm-1", "253:1", "secret", "CRYPT-PLAIN-secret", {"vdc"});
    host.mapped("dm-2", "253:2", "cr_tmp", "CRYPT-LUKS2-0-cr_tmp", {"vdc"});
    host.file("/etc/crypttab", "cr_swap /dev/vdc /dev/urandom swap\nsecret /dev/vdc /root/key plain\ncr_tmp /dev/vdc /dev/urandom tmp\n");
    const BlockDevices devices(host.root());
    CHECK(is_made_at_boot(host.root(), *devices.by_name("dm-0")));
    CHECK_FALSE(is_made_at_boot(host.root(), *devices.by_name("dm-1")));
    CHECK_FALSE(is_made_at_boot(host.root(), *devices.by_name("dm-2")));
    CHECK_FALSE(is_made_at_boot(host.root(), *devices.by_name("vdc")));
}

}  // namespace nrear::scan
