// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/archive_format.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace nrear::config {

namespace {

using base::cat;
using Packing = ArchiveFormat::Packing;
using Words = std::vector<std::string>;

constexpr std::string_view kOptions = "BACKUP_PROG_COMPRESS_OPTIONS";
constexpr std::string_view kSuffix = "BACKUP_PROG_COMPRESS_SUFFIX";
constexpr std::string_view kWriteEither =
    "write BACKUP_PROG_COMPRESS_OPTIONS=( --gzip ) and BACKUP_PROG_COMPRESS_SUFFIX=\".gz\", or ( --zstd ) and \".zst\"";

constexpr std::uint64_t kMostThreads = 1024;  // a typing error; how many make sense is known elsewhere

/// How a program, or tar's option for it, is called.
struct Name {
    std::string_view text;
    Packing packing;
};
constexpr std::array kNames{Name{"gzip", Packing::kGzip},    Name{"gunzip", Packing::kGzip}, Name{"ungzip", Packing::kGzip}, Name{"pigz", Packing::kGzip},
                            Name{"igzip", Packing::kGzip},   Name{"zstd", Packing::kZstd},   Name{"zstdmt", Packing::kZstd}, Name{"pzstd", Packing::kZstd}};

/// tar(1): formats that nrear does not write, by option.
struct Foreign {
    std::string_view option;
    std::string_view name;
};
constexpr std::array kForeign{Foreign{"-j", "bzip2"},      Foreign{"--bzip2", "bzip2"}, Foreign{"-J", "xz"},         Foreign{"--xz", "xz"},
                              Foreign{"--lzma", "lzma"},   Foreign{"--lzip", "lzip"},   Foreign{"--lzop", "lzop"},   Foreign{"-Z", "compress"},
                              Foreign{"--compress", "compress"}, Foreign{"--uncompress", "compress"}};

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

class Reader {
public:
    explicit Reader(const Settings& settings) : settings_(settings), words_(base::split_words(base::join(settings.array(kOptions), " "))) {}

    ArchiveFormat read() {
        if (words_.empty()) {
            format_.packing = Packing::kNone;
            return format_;
        }
        read_packing();
        for (; at_ < words_.size(); ++at_) {
            read_option();
        }
        return format_;
    }

private:
    [[noreturn]] void refuse(std::string why, std::string_view hint) const { throw settings_.error(kOptions, std::move(why), std::string(hint)); }

    /// --gzip, -z, --zstd, -I PROGRAM, --use-compress-program=PROGRAM, or just --PROGRAM; what follows are the program's options.
    void read_packing() {
        constexpr std::string_view kProgram = "--use-compress-program";
        std::string_view word = words_[at_++];
        std::string_view program = word == "-z" ? "gzip" : word.starts_with("--") ? word.substr(2) : "";
        if (word == "-I" || word == kProgram) {
            program = at_ < words_.size() ? std::string_view(words_[at_++]) : "";
        } else if (word.starts_with(kProgram)) {
            program = word.substr(kProgram.size() + 1);
        } else if (word.starts_with("-I")) {
            program = word.substr(2);
        }
        for (const auto& foreign : kForeign) {
            if (word == foreign.option) {
                refuse(cat(foreign.name, " is not supported"), kWriteEither);
            }
        }
        program_ = file_name(program);
        const auto* name = std::find_if(kNames.begin(), kNames.end(), [this](const Name& known) { return known.text == program_; });
        if (name == kNames.end()) {
            refuse(cat("'", base::printable(program_.empty() ? word : program_), "' is not supported"), kWriteEither);
        }
        format_.packing = name->packing;
    }

    void read_option() {
        constexpr std::array<std::string_view, 12> kNoEffect{"-c", "--stdout", "--to-stdout", "-n", "--no-name", "-q", "--quiet", "-k", "--keep", "-f", "--force", "-m"};
        const std::string& word = words_[at_];
        if (std::find(kNoEffect.begin(), kNoEffect.end(), word) != kNoEffect.end() || read_threads(word) || read_level(word)) {
            return;
        }
        refuse(cat("'", base::printable(word), "' is an option of ", base::printable(program_), " that nrear does not know"),
               "leave it away: nrear packs by itself, and takes -1 to -9 and a number of threads");
    }

    bool read_level(std::string_view word) {
        const bool gzip = format_.packing == Packing::kGzip;
        const int most = gzip ? 9 : 19;
        if (gzip && (word == "--fast" || word == "--best")) {
            format_.level = word == "--fast" ? 1 : most;
            return true;
        }
        const auto level = word.starts_with("-") ? base::parse_u64(word.substr(1)) : std::nullopt;
        if (!level) {
            return false;
        }
        if (*level < 1 || *level > static_cast<std::uint64_t>(most)) {
            refuse(cat("the levels are 1 to ", most), "write one of them, or none: then nrear packs as hard as there is time for");
        }
        format_.level = static_cast<int>(*level);
        return true;
    }

    /// pigz: -p N, -pN, --processes N; zstd: -TN, --threads=N, --threads N; 0 = all.
    bool read_threads(std::string_view word) {
        constexpr std::array<std::string_view, 5> kShapes{"--processes", "--threads", "-p", "-T", "--single-thread"};
        const auto* shape = std::find_if(kShapes.begin(), kShapes.end(), [&](std::string_view known) { return word.starts_with(known); });
        if (shape == kShapes.end()) {
            return false;
        }
        if (*shape == "--single-thread") {
            format_.threads = 1;
            return true;
        }
        std::string_view number = word.substr(shape->size());
        if (number.empty() && at_ + 1 < words_.size()) {
            number = words_[++at_];
        } else if (number.starts_with("=")) {
            number.remove_prefix(1);
        }
        const auto threads = base::parse_u64(number);
        if (!threads) {
            refuse(cat("'", base::printable(word), "' needs a number of threads"), "leave it away: all processors are used");
        }
        if (*threads > 0) {
            format_.threads = static_cast<unsigned>(std::min(*threads, kMostThreads));
        }
        return true;
    }

    const Settings& settings_;
    Words words_;
    std::size_t at_ = 0;
    std::string program_;
    ArchiveFormat format_;
};

void check_suffix(const Settings& settings, Packing packing) {
    const std::string name = cat(settings.scalar("BACKUP_PROG_SUFFIX"), settings.scalar(kSuffix));
    const auto refuse = [&](std::string why, std::string_view hint) { throw settings.error(kSuffix, std::move(why), std::string(hint)); };
    switch (packing) {
        case Packing::kNone:
            if (!name.ends_with(".tar")) {
                refuse("does not fit BACKUP_PROG_COMPRESS_OPTIONS, which says that nothing is compressed", "write BACKUP_PROG_COMPRESS_SUFFIX=\"\"");
            }
            break;
        case Packing::kGzip:
            if (!name.ends_with(".gz") && !name.ends_with(".tgz")) {
                const bool plain = settings.scalar(kSuffix).empty();
                refuse("does not fit the gzip compression of BACKUP_PROG_COMPRESS_OPTIONS",
                       plain ? "write BACKUP_PROG_COMPRESS_SUFFIX=\".gz\", or BACKUP_PROG_COMPRESS_OPTIONS=( ) for a plain tar" : "write BACKUP_PROG_COMPRESS_SUFFIX=\".gz\"");
            }
            break;
        case Packing::kZstd:
            if (!name.ends_with(".zst") && !name.ends_with(".tzst")) {
                refuse("does not fit the zstd compression of BACKUP_PROG_COMPRESS_OPTIONS", "write BACKUP_PROG_COMPRESS_SUFFIX=\".zst\"");
            }
            break;
    }
}

std::optional<std::uint64_t> number_up_to(const Settings& settings, std::string_view name, std::uint64_t most) {
    const auto number = settings.number(name);
    if (number && *number > most) {
        throw settings.error(name, cat("is more than ", most), cat("write a number from 0 to ", most, ", or delete the line"));
    }
    return number;
}

}  // namespace

ArchiveFormat archive_format(const Settings& settings) {
    auto format = Reader(settings).read();
    check_suffix(settings, format.packing);
    if (const auto threads = number_up_to(settings, "THREADS", kMostThreads); threads && *threads > 0) {
        format.threads = static_cast<unsigned>(*threads);
    }
    format.nice = static_cast<int>(number_up_to(settings, "NICE", 19).value_or(0));
    return format;
}

}  // namespace nrear::config
