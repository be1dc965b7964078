#pragma once

#include "actors/ports/bus.hpp"
#include "actors/ports/progress.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dure::node {

/// Progress as JSON on dure.<cluster>.progress.<queue>.<shard>.<job>. Thread-safe; must not outlive
/// the bus. A message that makes no sense is dropped.
class nats_progress final : public progress_channel {
public:
  nats_progress(bus& over, std::string cluster);

  void publish(const std::string& queue, std::uint16_t shard, const job_progress& p) override;
  std::unique_ptr<subscription> subscribe(std::function<void(job_progress)> on_progress) override;

private:
  bus& bus_;
  std::string cluster_;
};

/// {"job","attempt","n","done","total","step","message","at" (ms since 1970)}.
std::string to_progress_json(const job_progress& p);

/// Returns nothing when malformed.
std::optional<job_progress> parse_progress_json(std::string_view text);

} // namespace dure::node
