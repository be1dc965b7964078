#pragma once

#include "actors/core/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace dure::node {

/// What a nats-server says of itself as soon as a client connects.
struct server_greeting {
  std::string name;
  std::string version;
  bool jetstream = false;
};

/// Connects, reads the greeting and hangs up. errc::unavailable when nobody answers,
/// errc::corrupt when something else than a nats-server does.
result<server_greeting> read_greeting(const std::string& host, std::uint16_t port,
                                      std::chrono::milliseconds timeout);

/// The oldest nats-server that keeps its streams when it is killed.
inline constexpr std::string_view nats_server_needed = "2.10.23";

/// Returns whether `version` (like "2.10.27" or "v2.11.0-RC.1") is at least nats_server_needed.
bool is_supported_server(std::string_view version);

} // namespace dure::node
