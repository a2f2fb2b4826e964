// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/local_transport.h"

#include "core/base/temp_dir.h"
#include "tests/contract/transport_contract.h"

namespace nrear::transport {

TEST_CASE("local files keep the contract of Transport") {
    const base::TempDir directory;
    LocalTransport transport;
    contract::hold_transport_contract(transport, directory.path());
    CHECK(transport.warnings().empty());
}

TEST_CASE("local files can be resumed") {
    const base::TempDir directory;
    LocalTransport transport;
    contract::hold_resumable_contract(transport, directory.path());
}

}  // namespace nrear::transport
