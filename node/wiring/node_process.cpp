#include "node/wiring/node_process.hpp"

#include "actors/core/node_message.hpp"
#include "gateway/http/server.hpp"
#include "node/handlers/question/provider_settings.hpp"
#include "node/journal/nats_names.hpp"
#include "node/wiring/blob_restorer.hpp"
#include "node/wiring/blob_sweeper.hpp"
#include "node/wiring/node_actors.hpp"
#include "node/wiring/node_services.hpp"
#include "node/wiring/stop_signals.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>

namespace dure::node {

namespace {

constexpr milliseconds drain_patience{33'500}; ///< 30 s for running jobs, then the schedulers.
constexpr milliseconds exchange_grace{2'000};
constexpr milliseconds damage_period{1'000}; ///< Of looking whether the database is sound.
/// Ending must not hang, whatever a library does in its destructors.
constexpr milliseconds ending_patience{15'000};

int refuse(const error& why) {
  std::fprintf(stderr, "dure: %s\n", why.context.c_str());
  return EXIT_FAILURE;
}

std::string host_in_url(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

void print_start_block(const node_services& s, std::optional<std::uint16_t> port) {
  std::printf("Dure " DURE_VERSION "\n");
  if (port)
    std::printf("  url      http://%s:%u\n", host_in_url(s.options.listen.host).c_str(),
                static_cast<unsigned>(*port));
  std::printf("  data     %s\n", s.folder->path().c_str());
  std::printf("  log      %s\n", s.folder->log().c_str());
  if (s.server)
    std::printf("  nats     own nats-server %s on port %u\n", s.server->version().c_str(),
                static_cast<unsigned>(s.server->port()));
  else
    std::printf("  nats     %s, cluster %s, node %s\n", s.options.nats->c_str(),
                s.options.cluster.c_str(), s.options.name.c_str());
  if (s.options.insecure_listen)
    std::printf("  warning  others can reach this address and no keys are asked for\n");
  std::printf("Ctrl-C drains and stops.\n");
  std::fflush(stdout);
}

/// Ends the process at once, with its children, when a second signal comes or ending takes too
/// long. It lives until the services are gone.
class ending_watch {
public:
  ending_watch(stop_signals& signals, node_services& services)
      : signals_{signals}, services_{&services}, thread_{[this] {
          const auto why = signals_.wait(drain_patience + ending_patience);
          if (done_)
            return;
          const std::scoped_lock lock{mutex_};
          if (services_ != nullptr)
            services_->abandon();
          std::fputs(why == stop_signals::reason::signal ? "dure: ended at once\n"
                                                         : "dure: ending took too long\n",
                     stderr);
          ::_exit(EXIT_FAILURE);
        }} {}

  ~ending_watch() {
    done_ = true;
    signals_.wake();
    thread_.join();
  }

  /// The services are being destroyed: from now on only the process can be ended.
  void release_services() {
    const std::scoped_lock lock{mutex_};
    services_ = nullptr;
  }

private:
  stop_signals& signals_;
  std::mutex mutex_;
  node_services* services_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

/// Returns who explains questions here, as the gateway must know it.
gateway::explainer to_explainer(const question_options& questions) {
  if (!asks_provider(questions))
    return {};
  gateway::explainer by;
  by.provider = questions.provider;
  by.model = questions.model;
  by.settings = settings_name(questions);
  by.charged = true;
  return by;
}

gateway::server_config to_server_config(const node_services& s) {
  gateway::server_config config;
  config.address = s.options.listen.host;
  config.port = s.options.listen.port;
  config.insecure_listen = s.options.insecure_listen;
  config.log = s.log->access_log();
  config.explains = to_explainer(s.options.questions);
  return config;
}

/// Why a node has ended.
enum class ending : std::uint8_t { asked, failed, damaged };

/// Waits until somebody wants the node to end, or its database was found to be damaged.
ending wait_for_end(const node_services& services, stop_signals& signals) {
  while (signals.wait(damage_period) == stop_signals::reason::timeout)
    if (services.rows->damaged())
      return ending::damaged;
  return ending::asked;
}

/// Hears operators' words on logs as long as the subscription lives.
std::unique_ptr<bus::subscription> hear_of_mending(node_services& services, node_actors& actors) {
  return services.messages->subscribe(
      nats_names::mend_subject(services.options.cluster),
      [&actors, &log = *services.log](std::string_view, std::string_view bytes) {
        if (auto wish = decode_mending(bytes))
          actors.mend(*wish);
        else
          log.write(log_level::warn, "mending-not-understood", wish.error().context);
      });
}

ending serve(node_services& services, stop_signals& signals, std::optional<ending_watch>& watch) {
  std::atomic<bool> gave_up = false;
  auto actors = std::make_unique<node_actors>(services, [&](const std::string& reason) {
    std::fprintf(stderr, "dure: %s\n", reason.c_str());
    gave_up = true;
    signals.wake();
  });
  std::optional<gateway::server> server;
  if (services.options.roles.gateway) {
    server.emplace(to_server_config(services), actors->backend());
    if (auto started = server->start(); !started) {
      refuse(started.error());
      return ending::failed;
    }
  }
  std::optional<blob_sweeper> sweeper;
  if (services.options.roles.scheduler)
    sweeper.emplace(services);
  std::optional<blob_restorer> restorer;
  restorer.emplace(services);
  print_start_block(services, server ? std::optional{server->port()} : std::nullopt);
  services.log->write(log_level::info, "node-started", "Dure " DURE_VERSION,
                      {{"boot", to_string(services.boot)}});

  auto asked = services.messages->subscribe(
      nats_names::drain_subject(services.options.cluster, services.options.name),
      [&signals, heard = false](std::string_view, std::string_view) mutable {
        if (!std::exchange(heard, true)) // A second wake would end the process at once.
          signals.wake();
      });
  auto mended = hear_of_mending(services, *actors);
  const auto end = wait_for_end(services, signals);
  asked.reset();
  mended.reset();
  watch.emplace(signals, services);
  if (end == ending::damaged) {
    std::fputs("The database is damaged: it is set aside and made anew.\n", stderr);
    services.log->write(log_level::error, "store-damaged", "The node starts again without it.");
  } else {
    std::fputs("Draining; a second signal ends at once.\n", stderr);
    services.log->write(log_level::info, "node-draining", "Nothing new is claimed.");
  }
  sweeper.reset();
  restorer.reset();
  const bool drained = end == ending::asked && !gave_up && actors->drain(drain_patience);
  if (server)
    server->stop(exchange_grace);
  server.reset();
  actors.reset();
  services.log->write(log_level::info, "node-stopped", drained ? "Drained." : "Not drained.");
  return gave_up ? ending::failed : end;
}

} // namespace

int run_node(const node_options& options) {
  stop_signals signals;
  for (auto trust = store_trust::trusted;; trust = store_trust::damaged) {
    auto services = node_services::open(options, trust);
    if (!services)
      return refuse(services.error());
    std::optional<ending_watch> watch;
    const auto end = serve(**services, signals, watch);
    if (watch)
      watch->release_services();
    services->reset();
    if (end != ending::damaged)
      return end == ending::asked ? EXIT_SUCCESS : EXIT_FAILURE;
  }
}

} // namespace dure::node
