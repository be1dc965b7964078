#pragma once

#include "node/journal/nats_connection.hpp"

#include <chrono>
#include <string>

namespace dure::test {

/// Asks and waits; returns the answer's text, or "" when there was none.
std::string nats_call(node::nats_connection& connection, const std::string& subject,
                      const std::string& payload = "",
                      std::chrono::milliseconds patience = std::chrono::seconds{10});

} // namespace dure::test
