#include "gateway/bridge/actor_backend.hpp"

#include "actors/core/replica_rows.hpp"
#include "gateway/bridge/bridge.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <type_traits>
#include <utility>

namespace dure::gateway {

namespace {

/// Says which job an event has changed, and to which state; nothing for events about other things.
struct change_of_event {
  using change = std::optional<job_change>;

  change operator()(const events::job_submitted& e) const { return {{e.spec.id, e.state}}; }

  change operator()(const events::job_readied& e) const { return {{e.id, job_state::pending}}; }

  change operator()(const events::job_leased& e) const { return {{e.of.job, job_state::running}}; }

  change operator()(const events::job_completed& e) const {
    return {{e.of.job, job_state::completed}};
  }

  change operator()(const events::attempt_ended& e) const { return {{e.of.job, e.state}}; }

  change operator()(const events::job_failed& e) const { return {{e.of.job, job_state::failed}}; }

  change operator()(const events::cancel_requested& e) const {
    return {{e.id, job_state::running}};
  }

  change operator()(const events::job_cancelled& e) const { return {{e.id, job_state::cancelled}}; }

  change operator()(const events::job_retried& e) const { return {{e.id, job_state::pending}}; }

  change operator()(const events::job_rescheduled& e) const { return {{e.id, e.state}}; }

  template <class Other> change operator()(const Other&) const { return {}; }
};

readiness to_readiness(const shard_status& shard) {
  auto name = "shard " + shard.queue + "/" + std::to_string(shard.shard);
  const auto& stands = shard.standing;
  if (shard.halted)
    return {name, false, "Halted: " + stands.why_not};
  if (!stands.why_not.empty())
    return {name, false, stands.why_not};
  return {name, stands.caught_up, stands.leads ? "Leads." : "Follows."};
}

} // namespace

actor_backend::actor_backend(actor_backend_parts parts)
    : parts_{std::move(parts)}, bridge_{parts_.system.spawn(bridge, &parts_.time)} {}

actor_backend::~actor_backend() {
  caf::anon_send_exit(bridge_, caf::exit_reason::user_shutdown);
}

routed_actor actor_backend::routed() const {
  return bridge_;
}

void actor_backend::ask(log_number log, std::vector<command> wishes,
                        std::function<void(outcomes)> done) {
  caf::anon_send(bridge_, atom::wish::value, inquiry{log, std::move(wishes), std::move(done)});
}

void actor_backend::catch_up(log_number log, std::function<void(result<void>)> done) {
  caf::anon_send(bridge_, atom::barrier::value, missed_look{log, std::move(done)});
}

void actor_backend::watch(std::function<void(std::vector<job_change>)> on_changes,
                          std::function<void(log_number)> on_renewed) {
  const std::scoped_lock lock{mutex_};
  on_changes_ = std::move(on_changes);
  on_renewed_ = std::move(on_renewed);
}

std::vector<readiness> actor_backend::ready() const {
  auto lines = parts_.components();
  const std::scoped_lock lock{mutex_};
  if (shards_.size() <= 1)
    lines.push_back({"queues", false, "The first queues are being made."});
  for (const auto& [log, shard] : shards_)
    lines.push_back(to_readiness(shard));
  return lines;
}

std::set<log_number> actor_backend::rebuilding() const {
  std::set<log_number> logs;
  const std::scoped_lock lock{mutex_};
  for (const auto& [log, shard] : shards_)
    if (shard.standing.rebuilding)
      logs.insert(log);
  return logs;
}

void actor_backend::count_http(std::string_view route, int code, double seconds) {
  parts_.count_http(route, code, seconds);
}

void actor_backend::applied(log_number, const std::string&, const replica_effect::write& w) {
  std::vector<job_change> changes;
  for (const auto& e : w.events)
    if (auto change = std::visit(change_of_event{}, e)) {
      change->at = w.time;
      changes.push_back(*change);
    }
  const std::scoped_lock lock{mutex_};
  if (on_changes_ && !changes.empty())
    on_changes_(std::move(changes));
}

void actor_backend::heard(log_number log, const replica_input::peer& peer) {
  const auto now = parts_.time.ticks();
  const std::scoped_lock lock{mutex_};
  auto& node = others_[peer.node];
  if (node.last.boot != peer.boot)
    node.last = {peer.node, peer.boot, false, {}, {}};
  node.last.leaving = peer.leaving;
  node.last.replicas[log] = {peer.index, peer.leads};
  node.at = now;
}

std::vector<seen_node> actor_backend::nodes() const {
  const auto now = parts_.time.ticks();
  std::map<std::string, seen_node> all;
  auto& own = all[parts_.node] = {parts_.node, parts_.boot, false, {}, {}};
  {
    const std::scoped_lock lock{mutex_};
    for (const auto& [name, node] : others_) {
      all[name] = node.last;
      all[name].silent = now - node.at;
    }
    for (const auto& [log, shard] : shards_)
      own.replicas[log].leads = shard.standing.leads;
  }
  // Schedulers wait for the lock: nobody reads the store under it.
  for (auto& [log, replica] : own.replicas)
    if (auto place = read_position(parts_.view, log))
      replica.index = place->index;
  std::vector<seen_node> listed;
  for (auto& [name, node] : all)
    listed.push_back(std::move(node));
  return listed;
}

void actor_backend::stands(const shard_status& status) {
  const std::scoped_lock lock{mutex_};
  auto& shard = shards_[status.log];
  const bool renewed = shard.standing.rebuilding && !status.standing.rebuilding;
  shard = status;
  if (renewed && on_renewed_)
    on_renewed_(status.log);
}

} // namespace dure::gateway
