// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/exit_codes.h"

#include <csignal>

namespace nrear::cli {

namespace {

constexpr ExitCode kCodes[] = {
    {kExitOk, "everything that was asked for was done"},
    {kExitFailed, "it failed; for checklayout: the layout has changed; for verify --compare: files have changed or are new; for ls: nothing matches"},
    {kExitUsage, "wrong usage: unknown command or option"},
    {kExitIncomplete, "done, but not whole: some files had changed or could not be read, listed or restored, or a step was skipped; a backup that was made is valid"},
    {10, "the configuration is wrong, or asks for something that is not supported"},
    {11, "another nrear is at work"},
    {12, "the server refused user or password, or the passphrase of encrypted volumes was not given"},
    {13, "the server's host key is unknown or has changed"},
    {14, "no space left on this machine"},
    {15, "no space left on the server"},
    {16, "the server cannot be reached, or the connection broke"},
    {17, "the backup or the rescue system is damaged"},
    {18, "this storage layout cannot be made again"},
    {19, "a disk was refused or not matched: nothing was written to it"},
    {20, "a script of the operator failed"},
    {128 + SIGHUP, "the terminal went away"},
    {128 + SIGINT, "interrupted from the keyboard"},
    {128 + SIGTERM, "terminated"},
};

}  // namespace

std::span<const ExitCode> exit_codes() { return kCodes; }

int exit_code_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::kGeneral: return kExitFailed;
        case ErrorKind::kUsage: return kExitUsage;
        case ErrorKind::kConfig: return 10;
        case ErrorKind::kLocked: return 11;
        case ErrorKind::kAuthentication: return 12;
        case ErrorKind::kHostKey: return 13;
        case ErrorKind::kNoSpaceLocal: return 14;
        case ErrorKind::kNoSpaceRemote: return 15;
        case ErrorKind::kNetwork: return 16;
        case ErrorKind::kIntegrity: return 17;
        case ErrorKind::kLayout: return 18;
        case ErrorKind::kWrongDisk: return 19;
        case ErrorKind::kHook: return 20;
    }
    return kExitFailed;
}

int exit_code_of(const Interrupted& interrupted) { return 128 + interrupted.signal_number(); }

}  // namespace nrear::cli
