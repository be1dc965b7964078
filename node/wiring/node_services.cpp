#include "node/wiring/node_services.hpp"

#include "node/handlers/handlers.hpp"
#include "node/handlers/question/provider_settings.hpp"
#include "node/handlers/user_pools.hpp"
#include "node/wiring/blob_restorer.hpp"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <utility>

namespace dure::node {

namespace {

constexpr std::size_t courier_threads = 4;
constexpr int cluster_replicas = 3; ///< A majority outlives one machine.

result<void> connect(node_services& s) {
  if (!s.options.nats) {
    nats_server_settings settings;
    settings.data = s.folder->path();
    auto server = nats_server_child::start(settings, *s.log);
    if (!server)
      return server.error();
    s.server = std::move(*server);
  }
  const int replicas = s.server ? 1 : cluster_replicas;
  const auto url = s.server ? s.server->url() : *s.options.nats;
  for (auto* connection : {&s.connection, &s.files_connection}) {
    auto opened = nats_connection::open({url, "dure " + s.options.name}, *s.log);
    if (!opened)
      return opened.error();
    *connection = std::move(*opened);
  }
  s.journals =
      std::make_unique<nats_journal_source>(*s.connection, *s.log, s.options.cluster, replicas);
  if (s.options.nats)
    s.channels = std::make_unique<nats_shard_channels>(*s.connection, s.options.cluster);
  s.messages = std::make_unique<nats_bus>(*s.connection);
  s.progress = std::make_unique<nats_progress>(*s.messages, s.options.cluster);
  s.lines = std::make_unique<nats_log_lines>(*s.messages, s.options.cluster);
  s.files = std::make_unique<nats_blobs>(*s.files_connection, *s.log, s.time, s.bucket(), replicas);
  s.copies = std::make_unique<blob_cache>(cache_settings{
      s.folder->cache(), std::uint64_t{s.options.cache_mib} << 20,
      [&rows = *s.rows](const std::string& sha256) { return is_needed(rows, sha256); }});
  s.copied_files = std::make_unique<cached_blobs>(*s.files, *s.copies);
  s.states = std::make_unique<stored_snapshots>(*s.rows, *s.files, *s.log, s.folder->set_aside());
  return {};
}

result<void> open_sandbox(node_services& s) {
  if (auto trouble = trouble_with_key(s.options.questions))
    return error{errc::invalid, *trouble};
  sandbox_settings settings;
  settings.pools = built_in_pools(s.options.slots, s.folder->scratch(), s.options.questions);
  auto users = user_pools(s.options.kinds, s.folder->scratch());
  std::move(users.begin(), users.end(), std::back_inserter(settings.pools));
  // First: it makes the scratch folder, which strict handlers are shut in to when they start.
  s.courier = std::make_unique<scratch_courier>(s.folder->scratch(), *s.copied_files, *s.files,
                                                courier_threads, is_built_in);
  auto handlers = process_sandbox::open(std::move(settings));
  if (!handlers)
    return handlers.error();
  s.handlers = std::move(*handlers);
  return {};
}

} // namespace

result<std::unique_ptr<node_services>> node_services::open(const node_options& options,
                                                           store_trust trust) {
  auto s = std::make_unique<node_services>();
  s->options = options;
  s->boot = boot_id{make_random_uuid(s->time.random(), s->time.random())};
  auto folder = data_folder::open(options.data);
  if (!folder)
    return folder.error();
  s->folder = std::make_unique<data_folder>(std::move(*folder));
  auto log = json_log::open(s->folder->log(), options.log_level, options.name);
  if (!log)
    return log.error();
  s->log = std::move(*log);
  auto rows = open_store(*s->folder, trust, *s->log);
  if (!rows)
    return rows.error();
  s->rows = std::move(*rows);
  if (auto connected = connect(*s); !connected)
    return connected.error();
  if (options.roles.worker)
    if (auto opened = open_sandbox(*s); !opened)
      return opened.error();
  return s;
}

void node_services::abandon() {
  if (server && server->pid() > 0)
    ::kill(server->pid(), SIGKILL);
  // The spawner sees our end of its socket close and takes the handlers with it.
}

} // namespace dure::node
