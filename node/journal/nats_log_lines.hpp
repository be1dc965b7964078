#pragma once

#include "actors/ports/bus.hpp"
#include "actors/ports/log_channel.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dure::node {

/// Log lines as JSON on dure.<cluster>.log.<queue>.<shard>.<job>. Thread-safe; must not outlive the
/// bus. A message that makes no sense is dropped.
class nats_log_lines final : public log_channel {
public:
  nats_log_lines(bus& over, std::string cluster);

  void publish(const std::string& queue, std::uint16_t shard, const job_log_line& line) override;
  std::unique_ptr<subscription> subscribe(std::function<void(job_log_line)> on_line) override;

private:
  bus& bus_;
  std::string cluster_;
};

/// Returns {"n","time" (RFC 3339),"attempt","level","message"}: a line of a kept log.
std::string to_log_json(const job_log_line& line);

/// Returns nothing when malformed. `job` is whose line it is.
std::optional<job_log_line> parse_log_json(std::string_view text, const job_id& job);

} // namespace dure::node
