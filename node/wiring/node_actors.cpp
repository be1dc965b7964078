#include "node/wiring/node_actors.hpp"

#include "actors/core/node_message.hpp"
#include "actors/scheduler/scheduler.hpp"
#include "actors/supervisor/supervisor.hpp"
#include "actors/worker/worker.hpp"
#include "gateway/api/queue_directory.hpp"
#include "gateway/api/queue_json.hpp"
#include "gateway/bridge/actor_backend.hpp"
#include "node/journal/nats_names.hpp"
#include "node/metrics/measured_audience.hpp"
#include "node/metrics/measured_journal.hpp"
#include "node/metrics/measured_sandbox.hpp"
#include "node/metrics/metrics.hpp"
#include "node/wiring/figures_reader.hpp"
#include "node/wiring/first_queues.hpp"
#include "node/wiring/kind_queues.hpp"
#include "node/wiring/node_records.hpp"
#include "node/wiring/node_services.hpp"
#include "node/wiring/provider_limits.hpp"

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dure::node {

namespace {

/// Actors that read RocksDB may wait for the disk now and then: more threads than cores keep the
/// others going.
constexpr std::size_t actor_threads = 4;

struct system_config : caf::actor_system_config {
  system_config() {
    set("scheduler.max-threads", actor_threads);
    // The default policy polls: it burns CPU at rest and adds up to 10 ms to the first message
    // after it.
    set("scheduler.policy", caf::atom("sharing"));
  }
};

std::vector<gateway::readiness> components_of(const node_services& s) {
  const auto health = s.rows->health();
  std::vector<gateway::readiness> lines{
      {"journal", s.connection->connected(),
       s.connection->connected() ? "Connected." : "NATS cannot be reached."},
      {"store", bool{health}, health ? "Open." : health.error().context}};
  if (s.options.insecure_listen)
    lines.push_back({"security", true, "Listens on other addresses than loopback, without keys."});
  return lines;
}

} // namespace

struct node_actors::parts {
  parts(node_services& s)
      : services{s}, figures{DURE_VERSION, [&s] { return read_figures(s); }}, journals{*s.journals,
                                                                                       figures},
        backend{backend_parts()}, listeners{backend, figures, s.options.name, s.boot} {
    if (s.handlers)
      handlers.emplace(*s.handlers, figures);
  }

  gateway::actor_backend_parts backend_parts() {
    auto& s = services;
    return {system,
            *s.rows,
            *s.copied_files,
            s.time,
            *s.progress,
            *s.lines,
            [&s] { return components_of(s); },
            [this] { return figures.text(); },
            [this](std::string_view route, int code, double seconds) {
              figures.count_http(route, code, seconds);
            },
            s.options.name,
            s.boot,
            [&s](const std::string& node) {
              s.messages->publish(nats_names::drain_subject(s.options.cluster, node), {});
            },
            tell_nodes()};
  }

  /// An operator's word on a log, to every node.
  std::function<void(const shard_mending&)> tell_nodes() {
    auto& s = services;
    return [&s](const shard_mending& wish) {
      s.messages->publish(nats_names::mend_subject(s.options.cluster), encode(wish));
    };
  }

  scheduler_actor start_scheduler(const shard_place& place, const supervisor_actor& above) {
    auto& s = services;
    replica_config replica;
    replica.log = place.log;
    replica.node = s.options.name;
    replica.boot = s.boot;
    replica.may_lead = s.options.roles.scheduler;
    if (!s.channels)
      replica.schedulers = {s.options.name};
    replica.peers_beat = s.channels != nullptr;
    replica.seed = s.time.random();
    replica.snapshot_after_bytes = std::uint64_t{s.options.snapshot_mib} << 20;
    return system.spawn(scheduler,
                        scheduler_context{place.queue, place.shard, std::move(replica), s.time,
                                          *s.rows, journals, *s.states, listeners, *s.log, above,
                                          s.channels.get(), tell_nodes()});
  }

  worker_actor start_worker() {
    auto& s = services;
    auto handle = system.spawn(worker, worker_context{s.options.name, s.boot, milliseconds{25'000},
                                                      s.time, *handlers, *s.courier, *s.progress,
                                                      *s.lines, *s.log, s.rows.get()});
    return handle;
  }

  supervisor_context root_context(std::function<void(std::string)> give_up) {
    auto& s = services;
    supervisor_context context{s.options.name,
                               {},
                               {},
                               {},
                               first_queues(s.options.questions),
                               {backend.routed()},
                               std::move(give_up),
                               s.time,
                               *s.log};
    context.start_scheduler = [this](const shard_place& place, const supervisor_actor& root_of) {
      return start_scheduler(place, root_of);
    };
    if (s.options.roles.worker)
      context.start_worker = [this] { return start_worker(); };
    context.boot = s.boot;
    if (s.channels)
      context.read_members = [&s] { return schedulers_of_cluster(*s.rows); };
    context.own_records = [&s, own = definition_of(s.options)] {
      return missing_node_record(*s.rows, own);
    };
    context.more_records = [&s](const std::vector<queue_definition>& known) {
      auto records = missing_kinds(kinds_of_cluster(*s.rows), known);
      if (!records.empty()) // Whoever has looked at the queues' kinds before must look again.
        records.insert(records.begin(),
                       put_record{std::string{gateway::kinds_record_key}, "{}", {}, {}});
      std::optional<queries::found_record> applied;
      if (auto found = queries::find_record(*s.rows, control_log, applied_limits_key))
        applied = std::move(*found);
      else if (found.error().code != errc::not_found)
        return records; // The rows cannot be read now.
      if (auto record = missing_limits(s.options.questions, known, applied))
        records.push_back(std::move(*record));
      return records;
    };
    context.read_queues = [&s]() -> result<std::vector<queue_definition>> {
      auto directory = gateway::queue_directory::read(*s.rows);
      if (!directory)
        return directory.error();
      std::vector<queue_definition> queues;
      for (const auto& [name, queue] : directory->all())
        queues.push_back(queue);
      return queues;
    };
    return context;
  }

  node_services& services;
  metrics figures;
  measured_journal_source journals;
  system_config config;
  caf::actor_system system{config};
  gateway::actor_backend backend;
  measured_audience listeners;
  std::optional<measured_sandbox> handlers; ///< Nothing without the worker role.
  supervisor_actor root;
};

node_actors::node_actors(node_services& services, std::function<void(std::string)> give_up)
    : parts_{std::make_unique<parts>(services)} {
  auto context = parts_->root_context(give_up);
  parts_->root = parts_->system.spawn(supervisor, std::move(context));
  // Its children die with it: nobody would start anything again.
  auto* root = caf::actor_cast<caf::abstract_actor*>(parts_->root);
  root->attach_functor([give_up = std::move(give_up)](const caf::error& reason) {
    if (reason != caf::exit_reason::user_shutdown)
      give_up("the supervisor died: " + caf::to_string(reason));
  });
}

node_actors::~node_actors() {
  caf::anon_send_exit(parts_->root, caf::exit_reason::user_shutdown);
  parts_->root = nullptr;
  caf::anon_send_exit(parts_->backend.routed(), caf::exit_reason::user_shutdown);
  // They tell the listeners and the backend what they do, which are gone before the system is.
  parts_->system.await_all_actors_done();
  // Handlers and files go on until their services end, with nobody left to hear of it.
  if (parts_->services.handlers)
    parts_->services.handlers->listen({});
  if (parts_->services.courier)
    parts_->services.courier->listen({});
}

gateway::backend& node_actors::backend() {
  return parts_->backend;
}

void node_actors::mend(const shard_mending& wish) {
  caf::anon_send(parts_->root, atom::mend::value, wish);
}

bool node_actors::drain(milliseconds patience) {
  caf::scoped_actor self{parts_->system};
  bool done = false;
  self->request(parts_->root, patience, atom::drain::value)
      .receive([&](bool all) { done = all; }, [](const caf::error&) {});
  return done;
}

} // namespace dure::node
