// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/rescue_recover/sample.h"

#include "core/base/digest.h"
#include "core/plan/make_plan.h"
#include "core/plan/plan_text.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/layout/layout_json.h"
#include "transport/local_transport.h"

namespace nrear::test {

namespace {

template <class T>
std::optional<T> next(std::deque<T>& answers) {
    if (answers.empty()) {
        return std::nullopt;
    }
    T answer = answers.front();
    answers.pop_front();
    return answer;
}

}  // namespace

std::optional<std::string> ScriptedOperator::secret(const std::string& prompt) {
    asked.push_back(prompt);
    return next(secrets);
}
std::optional<std::string> ScriptedOperator::line(const std::string& prompt) {
    asked.push_back(prompt);
    return std::nullopt;
}
bool ScriptedOperator::confirm(const std::string& question, const std::string& /*word*/) {
    asked.push_back(question);
    return next(confirmations).value_or(false);
}
std::string ScriptedOperator::choose(const std::string& question, const std::vector<base::Choice>& /*choices*/, const std::string& safe_default) {
    asked.push_back(question);
    return next(choices).value_or(safe_default);
}

base::CommandResult FakeRunner::run(const base::Command& command) {
    ran.push_back(base::join(command.argv, " "));
    if (on_run) {
        on_run(command);
    }
    base::CommandResult result;
    if (const auto it = failing.find(command.argv[0]); it != failing.end() && it->second > 0) {
        --it->second;
        result.status = 1;
        result.error_output = command.argv[0] + ": it went wrong\n";
    }
    return result;
}

std::vector<std::string> FakeRunner::writing() const {
    std::vector<std::string> out;
    for (const auto& line : ran) {
        if (!line.starts_with("udevadm ")) {
            out.push_back(line);
        }
    }
    return out;
}

layout::Layout sample_layout() {
    using namespace layout;
    Layout layout;
    layout.host.name = "controller-0";
    layout.host.architecture = "x86_64";
    Disk disk;
    disk.facts = {.path = "/dev/vda", .size = 10 * kGiB, .transport = "virtio", .drivers = {"virtio_blk", "virtio_pci"}};
    disk.table = PartitionTable{.type = "dos", .id = "0x1b2c3d4e"};
    const Partition root{.path = "/dev/vda1", .number = 1, .start = 1048576, .size = 8 * kGiB, .type = "83", .uuid = "1b2c3d4e-01", .active = true};
    const Partition swap_space{.path = "/dev/vda2", .number = 2, .start = 1048576 + 8 * kGiB, .size = kGiB, .type = "82", .uuid = "1b2c3d4e-02"};
    const ExtFilesystem ext{.path = "/dev/vda1", .type = "ext4", .uuid = "0a0b0c0d-1111-2222-3333-444455556666", .blocks = 2097152, .inodes = 524288,
                            .journal_size = 64ULL * 1024 * 1024, .features = {"has_journal", "ext_attr", "extent", "64bit"}, .errors = "continue"};
    const Swap swap{.path = "/dev/vda2", .uuid = "aaaaaaaa-1111-2222-3333-444455556666"};
    const Mount mount{.mount_point = "/", .path = "/dev/vda1", .type = "ext4", .options = "rw,relatime", .fstab_spec = "UUID=0a0b0c0d-1111-2222-3333-444455556666"};
    layout.nodes = {{"disk:vda", {}, disk},
                    {"part:vda1", {"disk:vda"}, root},
                    {"part:vda2", {"disk:vda"}, swap_space},
                    {"fs:/", {"part:vda1"}, ext},
                    {"swap:vda2", {"part:vda2"}, swap},
                    {"mount:/", {"fs:/"}, mount},
                    {"boot", {"disk:vda", "mount:/"}, BootLoader{"grub2", "/boot/grub", "i386-pc"}}};
    return layout;
}

layout::PresentDisk blank_disk(const std::string& path, std::uint64_t size) {
    layout::PresentDisk disk;
    disk.facts = {.path = path, .size = size, .transport = "virtio", .drivers = {"virtio_blk"}};
    disk.blank = true;
    return disk;
}

Sample::Sample() {
    const std::string archive = "the archive";
    base::write_file(path("backup.tar.gz"), archive);
    rescue.backup_id = "id-1";
    rescue.hostname = "controller-0";
    rescue.created = "2026-11-22T01:00:00Z";
    rescue.backup_url = "file://" + directory.path();
    rescue.archive_path = path("backup.tar.gz");
    rescue.backup_record_path = path("backup.json");
    backup.id = "id-1";
    backup.hostname = "controller-0";
    backup.created = "2026-11-22T00:59:00Z";
    backup.archive = {rescue.archive_path, archive.size(), base::sha256_of(base::as_bytes(archive))};
    base::make_directories(path("records/etc/nrear"));
    use_layout(sample_layout());
}

void Sample::use_layout(const layout::Layout& layout) {
    backup.plan_sha256 = plan::digest(plan::make_plan(layout));
    base::write_file(path("records") + record::kLayoutPath, layout::to_json(layout));
}

recover::RecoverContext Sample::context() {
    base::write_file(path("records") + record::kRescueRecordPath, record::to_json(rescue));
    base::write_file(rescue.backup_record_path, record::to_json(backup));
    base::make_directories(path("target"));
    recover::RecoverContext context{.options = options, .questions = person, .progress = progress, .runner = runner, .log = base::null_log()};
    context.connect = [this](const transport::Location&, const std::vector<std::string>&, base::Questions&) {
        ++connections;
        return std::make_unique<transport::LocalTransport>();
    };
    context.list_disks = [this] { return disks; };
    context.free_disks = [] {};
    context.write_partition_table = [this](const plan::WritePartitionTable& write) {
        base::run_checked(runner, {.argv = {kWriteTable, write.disk}});
        return std::string();
    };
    context.mark_disk = [this](const std::string& disk, bool unfinished) { marks.push_back((unfinished ? "+" : "-") + disk); };
    context.patience.give_up_after = std::chrono::seconds(0);  // no test waits by the real clock
    context.records = path("records");
    context.target = path("target");
    return context;
}

recover::RecoverOutcome Sample::run() {
    const auto all = context();
    return recover::run(all);
}

}  // namespace nrear::test
