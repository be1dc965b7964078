#include "gateway/http/server.hpp"

#include "gateway/http/access_log.hpp"
#include "gateway/http/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <thread>
#include <unordered_set>

namespace dure::gateway {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

constexpr auto no_exceptions = asio::as_tuple(asio::use_awaitable);

/// How exact deadlines are.
constexpr std::chrono::milliseconds sweep_every{100};

/// Out of descriptors, or as many connections as allowed: try again then.
constexpr std::chrono::milliseconds accept_pause{50};

std::string text_of(const tcp::endpoint& where) {
  auto address = where.address().to_string();
  auto host = where.address().is_v6() ? "[" + address + "]" : address;
  return host + ":" + std::to_string(where.port());
}

result<tcp::endpoint> to_endpoint(const server_config& config) {
  boost::system::error_code failed;
  auto text = config.address == "localhost" ? "127.0.0.1" : config.address;
  auto address = asio::ip::make_address(text, failed);
  if (failed)
    return error{errc::invalid, "Cannot listen on " + config.address + ": it is no IP address."};
  if (!address.is_loopback() && !config.insecure_listen)
    return error{errc::invalid,
                 "Refusing to listen on " + config.address +
                     ": there are no keys yet, so anyone who reaches this address could submit and "
                     "read jobs. Listen on 127.0.0.1, or say --insecure-listen."};
  return tcp::endpoint{address, config.port};
}

readiness describe(const tcp::endpoint& where) {
  auto detail = "Listens on " + text_of(where);
  detail += where.address().is_loopback() ? ", reachable from this machine only."
                                          : " WITHOUT KEYS (--insecure-listen).";
  return {"http", true, detail};
}

} // namespace

struct server::core {
  core(server_config c, backend& n)
      : config{std::move(c)}, io{std::make_shared<asio::io_context>(1)},
        pool{config.blocking_threads}, feed{io}, use{n, feed, pool, config.limits, config.explains,
                                                     {}},
        acceptor{*io}, sweeper{*io}, pause{*io} {}

  result<void> listen() {
    auto where = to_endpoint(config);
    if (!where)
      return where.error();
    boost::system::error_code failed;
    acceptor.open(where->protocol(), failed);
    if (!failed)
      acceptor.set_option(tcp::acceptor::reuse_address{true}, failed);
    if (!failed)
      acceptor.bind(*where, failed);
    if (!failed)
      acceptor.listen(asio::socket_base::max_listen_connections, failed);
    if (failed)
      return error{errc::io_failed,
                   "Cannot listen on " + text_of(*where) + ": " + failed.message() + "."};
    auto bound = acceptor.local_endpoint(failed);
    port = bound.port();
    use.listening = describe(bound);
    if (config.log && !bound.address().is_loopback())
      log_failure(*config.log, "http-listens-without-keys", use.listening.detail);
    return {};
  }

  void run() {
    asio::co_spawn(*io, accept(), asio::detached);
    asio::co_spawn(*io, sweep(), asio::detached);
    feed.listen_to(use.node);
    thread = std::thread{[keep = io] { keep->run(); }};
  }

  asio::awaitable<void> accept() {
    while (!stopping) {
      if (sessions.size() >= config.limits.connections) {
        co_await rest();
        continue;
      }
      auto [failed, socket] = co_await acceptor.async_accept(no_exceptions);
      if (failed)
        co_await rest();
      else
        begin(std::move(socket));
    }
  }

  asio::awaitable<void> rest() {
    pause.expires_after(accept_pause);
    co_await pause.async_wait(no_exceptions);
  }

  void begin(tcp::socket socket) {
    if (stopping)
      return;
    auto one = std::make_shared<session>(std::move(socket), use, config.log.get());
    sessions.insert(one.get());
    asio::co_spawn(*io, one->run(), [this, one](const std::exception_ptr& broken) {
      if (broken && config.log)
        log_failure(*config.log, "http-session-threw", "A session ended by an exception.");
      sessions.erase(one.get());
      if (stopping && sessions.empty())
        note_empty();
    });
  }

  asio::awaitable<void> sweep() {
    while (!stopping || !sessions.empty()) {
      sweeper.expires_after(sweep_every);
      co_await sweeper.async_wait(no_exceptions);
      auto now = session::clock_type::now();
      for (auto* one : sessions)
        one->check(now);
    }
  }

  /// On the serving thread.
  void begin_stop() {
    stopping = true;
    boost::system::error_code ignored;
    acceptor.close(ignored);
    pause.cancel();
    feed.stop();
    for (auto* one : sessions)
      one->drain();
    if (sessions.empty())
      note_empty();
  }

  void note_empty() {
    sweeper.cancel();
    if (!std::exchange(told_empty, true))
      empty.set_value();
  }

  void stop(std::chrono::milliseconds grace) {
    if (!thread.joinable())
      return;
    asio::post(*io, [this] { begin_stop(); });
    if (empty.get_future().wait_for(grace) != std::future_status::ready)
      asio::post(*io, [this] {
        for (auto* one : sessions)
          one->abort();
      });
    // Ends when the last session and the last answer that was asked for are in.
    thread.join();
    pool.join();
  }

  server_config config;
  std::shared_ptr<asio::io_context> io;
  asio::thread_pool pool;
  job_feed feed;
  service use;
  tcp::acceptor acceptor;
  asio::steady_timer sweeper;
  asio::steady_timer pause;
  std::unordered_set<session*> sessions;
  bool stopping = false;
  bool told_empty = false;
  std::promise<void> empty;
  std::uint16_t port = 0;
  std::thread thread;
};

server::server(server_config config, backend& node)
    : core_{std::make_unique<core>(std::move(config), node)} {}

server::~server() {
  stop(std::chrono::milliseconds{0});
}

result<void> server::start() {
  auto listening = core_->listen();
  if (listening)
    core_->run();
  return listening;
}

std::uint16_t server::port() const {
  return core_->port;
}

void server::stop(std::chrono::milliseconds grace) {
  core_->stop(grace);
}

} // namespace dure::gateway
