#pragma once

#include "actors/ports/audience.hpp"

#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace dure::node {

class metrics;

/// An audience that counts what becomes of attempts before it passes everything on, so that whoever
/// hears of an end finds it counted. Thread-safe as the audience behind it.
///
/// An event is counted by the node in whose epoch it was decided: once in the cluster, although
/// every replica applies it.
class measured_audience final : public audience {
public:
  /// `node` and `boot` are this life of this node. Requires: `to` and `figures` outlive it.
  measured_audience(audience& to, metrics& figures, std::string node, boot_id boot)
      : to_{to}, figures_{figures}, node_{std::move(node)}, boot_{boot} {}

  void applied(log_number log, const std::string& queue, const replica_effect::write& w) override;
  void refused_stale(const std::string& queue) override;
  void heard(log_number log, const replica_input::peer& peer) override;
  void stands(const shard_status& status) override;

private:
  bool is_ours(log_number log, const std::vector<event>& record);

  audience& to_;
  metrics& figures_;
  const std::string node_;
  const boot_id boot_;
  std::mutex mutex_;
  std::set<log_number> led_; ///< Logs whose newest epoch is ours. Guarded.
};

} // namespace dure::node
