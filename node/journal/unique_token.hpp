#pragma once

#include <string>

namespace dure::node {

/// Returns 22 letters and digits that nobody else gets: a NUID, as NATS clients name inboxes,
/// consumers and objects.
std::string unique_token();

} // namespace dure::node
