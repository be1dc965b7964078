#pragma once

#include "actors/ports/shard_channel.hpp"

#include <string>

namespace dure::node {

class nats_connection;

/// The channels between replicas on plain NATS: beats on `dure.<cluster>.beat.<queue>.<n>`,
/// requests on `dure.<cluster>.shard.<queue>.<n>`. Thread-safe; must not outlive the connection.
class nats_shard_channels final : public shard_channel_source {
public:
  nats_shard_channels(nats_connection& connection, std::string cluster);

  std::unique_ptr<shard_channel> open(const std::string& queue, std::uint16_t shard,
                                      shard_channel::listener on_message) override;

private:
  nats_connection& connection_;
  std::string cluster_;
};

} // namespace dure::node
