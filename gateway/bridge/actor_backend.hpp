#pragma once

#include "actors/ports/audience.hpp"
#include "actors/protocol/interfaces.hpp"
#include "gateway/bridge/backend.hpp"

#include <map>
#include <mutex>

namespace dure::gateway {

/// What the backend of a node is made of. Everything referred to outlives it.
struct actor_backend_parts {
  caf::actor_system& system;
  const state_reader& view;
  blobs& files;
  clock& time;
  progress_channel& progress;
  log_channel& lines;
  std::function<std::vector<readiness>()> components; ///< Besides the shards.
  std::function<std::string()> metrics_text;
  std::function<void(std::string_view route, int code, double seconds)> count_http;
  std::string node; ///< This node's name and life.
  boot_id boot;
  std::function<void(const std::string& node)> drain;
  std::function<void(const shard_mending& wish)> mend;
};

/// The node as its gateway sees it: wishes go through the bridge actor, changes and standings come
/// from the schedulers, whose audience it is. Thread-safe.
class actor_backend final : public backend, public audience {
public:
  explicit actor_backend(actor_backend_parts parts);

  /// Ends the bridge actor; inquiries that are open then are never answered, so callers end first.
  ~actor_backend() override;
  actor_backend(const actor_backend&) = delete;
  actor_backend& operator=(const actor_backend&) = delete;

  /// Returns the actor that the supervisor must tell of routes.
  routed_actor routed() const;

  void ask(log_number log, std::vector<command> wishes,
           std::function<void(outcomes)> done) override;

  void catch_up(log_number log, std::function<void(result<void>)> done) override;

  const state_reader& view() const override { return parts_.view; }

  blobs& files() override { return parts_.files; }

  clock& time() override { return parts_.time; }

  progress_channel& progress() override { return parts_.progress; }

  log_channel& lines() override { return parts_.lines; }

  void watch(std::function<void(std::vector<job_change>)> on_changes,
             std::function<void(log_number)> on_renewed) override;
  std::vector<readiness> ready() const override;

  std::set<log_number> rebuilding() const override;
  std::vector<seen_node> nodes() const override;

  void drain(const std::string& node) override { parts_.drain(node); }

  void mend(const shard_mending& wish) override { parts_.mend(wish); }

  std::string metrics() const override { return parts_.metrics_text(); }

  void count_http(std::string_view route, int code, double seconds) override;

  void applied(log_number log, const std::string& queue, const replica_effect::write& w) override;

  void refused_stale(const std::string&) override {}

  void heard(log_number log, const replica_input::peer& peer) override;

  void stands(const shard_status& status) override;

private:
  struct heard_node {
    seen_node last;
    monotonic at{};
  };

  actor_backend_parts parts_;
  bridge_actor bridge_;
  mutable std::mutex mutex_;
  std::map<log_number, shard_status> shards_;
  std::map<std::string, heard_node> others_;
  std::function<void(std::vector<job_change>)> on_changes_;
  std::function<void(log_number)> on_renewed_;
};

} // namespace dure::gateway
