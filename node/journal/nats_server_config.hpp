#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace dure::node {

/// What differs between two of our nats-servers.
struct nats_server_config {
  std::filesystem::path folder; ///< Absolute; everything of the server lies below it.
  std::string name;
  std::string password; ///< Of the one user, `dure`.
  std::uint16_t port = 0;
  std::optional<std::uint16_t> monitoring_port = std::nullopt;
  std::uint64_t store_bytes_max = 0;
};

/// Returns the text of the configuration file. On loopback only; one account beside $SYS; every
/// write synced; payloads of at most 1 MiB; no websocket, mqtt or leaf nodes.
std::string to_text(const nats_server_config& config);

} // namespace dure::node
