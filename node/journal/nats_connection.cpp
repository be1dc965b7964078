#include "node/journal/nats_connection.hpp"

#include "node/journal/event_loop.hpp"
#include "node/journal/nats_handles.hpp"
#include "node/journal/nats_requests.hpp"
#include "node/journal/server_greeting.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <future>
#include <iterator>
#include <mutex>
#include <sstream>
#include <utility>
#include <vector>

namespace dure::node {
namespace {

// A dead server is noticed after at most three pings; one that stopped reading after the write
// deadline.
constexpr std::int64_t ping_interval_ms = 5'000;
constexpr int pings_out_max = 2;
constexpr std::int64_t write_deadline_ms = 3'000;
constexpr std::int64_t connect_timeout_ms = 2'000;
constexpr std::int64_t reconnect_wait_ms = 200;
constexpr std::int64_t reconnect_jitter_ms = 50;
constexpr std::chrono::milliseconds replace_delay{1'000};
constexpr std::chrono::milliseconds greeting_timeout{1'000};

std::vector<std::string> split(const std::string& urls) {
  std::vector<std::string> found;
  std::istringstream text{urls};
  for (std::string url; std::getline(text, url, ',');)
    found.push_back(url);
  return found;
}

/// Returns the part of "nats://user:password@host:port" that a log may show.
std::string without_secret(const std::string& url) {
  const auto at = url.rfind('@');
  const auto scheme = url.find("://");
  if (at == std::string::npos)
    return url;
  return (scheme == std::string::npos ? "" : url.substr(0, scheme + 3)) + url.substr(at + 1);
}

struct endpoint {
  std::string host;
  std::uint16_t port = 0;
};

endpoint endpoint_of(const std::string& url) {
  auto rest = without_secret(url);
  if (const auto scheme = rest.find("://"); scheme != std::string::npos)
    rest = rest.substr(scheme + 3);
  const auto colon = rest.rfind(':');
  endpoint found{rest.substr(0, colon), 4222};
  if (colon != std::string::npos)
    found.port = static_cast<std::uint16_t>(std::strtoul(rest.c_str() + colon + 1, nullptr, 10));
  if (found.host.starts_with('['))
    found.host = found.host.substr(1, found.host.size() - 2);
  return found;
}

} // namespace

/// Where nats.c's callbacks about one connection of its arrive, on its one thread for them. `ended`
/// is the last.
struct nats_connection::callbacks {
  explicit callbacks(nats_connection& c) : self{c} {}

  nats_connection& self;
  std::promise<void> closed;
  std::shared_future<void> is_closed{closed.get_future()};

  static void changed(natsConnection*, void* closure) {
    auto& connection = static_cast<callbacks*>(closure)->self;
    connection.loop_->post([&connection] { connection.check_state(); });
  }

  static void dropped(natsConnection*, void* closure) {
    auto& connection = static_cast<callbacks*>(closure)->self;
    connection.loop_->post([&connection] {
      connection.set_state(false); // It may be back already, but what was on its way is lost.
      connection.check_state();
    });
  }

  static void ended(natsConnection*, void* closure) {
    auto* to = static_cast<callbacks*>(closure);
    to->self.loop_->post([&connection = to->self] { connection.replace_later(); });
    to->closed.set_value(); // The last touch: whoever waits for it destroys these callbacks.
  }

  static void failed(natsConnection*, natsSubscription*, natsStatus status, void* closure) {
    static_cast<callbacks*>(closure)->self.log_.write(log_level::warn, "nats-trouble",
                                                      natsStatus_GetText(status));
  }

  static natsStatus apply(natsOptions* options, const nats_settings& settings, callbacks* self) {
    const auto separate = split(settings.url);
    std::vector<const char*> urls;
    for (const auto& url : separate)
      urls.push_back(url.c_str());
    const std::array steps{
        natsOptions_SetServers(options, urls.data(), static_cast<int>(urls.size())),
        natsOptions_SetName(options, settings.name.c_str()),
        natsOptions_SetMaxReconnect(options, -1),
        natsOptions_SetReconnectWait(options, reconnect_wait_ms),
        natsOptions_SetReconnectJitter(options, reconnect_jitter_ms, reconnect_jitter_ms),
        natsOptions_SetPingInterval(options, ping_interval_ms),
        natsOptions_SetMaxPingsOut(options, pings_out_max),
        natsOptions_SetTimeout(options, connect_timeout_ms),
        natsOptions_SetWriteDeadline(options, write_deadline_ms),
        natsOptions_SetSendAsap(options, true),
        natsOptions_SetFailRequestsOnDisconnect(options, true),
        natsOptions_SetRetryOnFailedConnect(options, true, changed, self),
        natsOptions_SetDisconnectedCB(options, dropped, self),
        natsOptions_SetReconnectedCB(options, changed, self),
        natsOptions_SetClosedCB(options, ended, self),
        natsOptions_SetErrorHandler(options, failed, self),
    };
    for (const auto status : steps)
      if (status != NATS_OK)
        return status;
    return NATS_OK;
  }
};

nats_connection::nats_connection(const nats_settings& settings, log_sink& log)
    : settings_{settings}, log_{log}, loop_{std::make_unique<event_loop>()} {}

result<std::unique_ptr<nats_connection>> nats_connection::open(const nats_settings& settings,
                                                               log_sink& log) {
  std::unique_ptr<nats_connection> made{new nats_connection{settings, log}};
  // On the loop, as everything later, so that a callback finds what is made here.
  std::promise<bool> started;
  made->loop_->post([&] { started.set_value(made->start()); });
  if (!started.get_future().get())
    return error{errc::invalid,
                 "cannot use NATS at " + without_secret(settings.url) + ": " + made->failure_};
  return made;
}

nats_connection::~nats_connection() {
  loop_->stop(); // From here on the handle stays.
  if (handle_) {
    natsConnection_Close(handle_.get());
    callbacks_->is_closed.wait();
  }
  requests_.reset();
  std::exchange(ended_, {}).clear();
}

std::shared_ptr<natsConnection> nats_connection::handle() const {
  std::lock_guard lock{mutex_};
  return handle_;
}

void nats_connection::keep_while_used(std::shared_ptr<const void> ended) {
  std::vector<std::shared_ptr<const void>>
      unused; // Goes without the lock: a listener goes with it.
  std::lock_guard lock{mutex_};
  const auto rest =
      std::partition(ended_.begin(), ended_.end(), [](const auto& e) { return e.use_count() > 1; });
  unused.assign(std::make_move_iterator(rest), std::make_move_iterator(ended_.end()));
  ended_.erase(rest, ended_.end());
  ended_.push_back(std::move(ended));
}

bool nats_connection::start() {
  if (!connect())
    return false;
  requests_ = std::make_unique<nats_requests>(*this);
  loop_->post([this] { check_state(); }); // Reads the greeting; `open` need not wait for it.
  return true;
}

/// Makes the library's connection that is used from now on, connected or not yet.
bool nats_connection::connect() {
  natsOptions* raw = nullptr;
  auto status = natsOptions_Create(&raw);
  const options_handle options{raw};
  auto to = std::make_unique<callbacks>(*this);
  if (status == NATS_OK)
    status = callbacks::apply(raw, settings_, to.get());
  natsConnection* made = nullptr;
  if (status == NATS_OK)
    status = natsConnection_Connect(&made, raw);
  if (status != NATS_OK && status != NATS_NOT_YET_CONNECTED) {
    failure_ = natsStatus_GetText(status);
    return false;
  }
  callbacks_ = std::move(to);
  std::shared_ptr<natsConnection> owned{made, natsConnection_Destroy};
  std::lock_guard lock{mutex_};
  handle_.swap(owned);
  return true;
}

/// Runs when the library has given its connection up.
void nats_connection::replace_later() {
  set_state(false);
  const char* text = nullptr;
  const auto status = natsConnection_GetLastError(handle_.get(), &text);
  if (!std::exchange(told_given_up_, true))
    log_.write(log_level::warn, "nats-given-up",
               "the server refused the connection or left while it was made; trying again",
               {{"at", without_secret(settings_.url)},
                {"reason", text != nullptr && *text != 0 ? text : natsStatus_GetText(status)}});
  loop_->post_after(replace_delay, [this] { replace(); });
}

void nats_connection::replace() {
  callbacks_->is_closed.wait(); // At once: the callback that brought us here is leaving.
  if (!connect()) {
    loop_->post_after(replace_delay, [this] { replace(); });
    return;
  }
  replaced_.tell(true);
  check_state();
}

int nats_connection::known_addresses() const {
  char** urls = nullptr;
  int count = 0;
  if (natsConnection_GetServers(handle().get(), &urls, &count) != NATS_OK)
    return 0;
  for (int i = 0; i < count; ++i)
    std::free(urls[i]);
  std::free(urls);
  return count;
}

void nats_connection::publish(const std::string& subject, std::string_view payload) {
  if (!connected_)
    return;
  const auto status = natsConnection_Publish(handle().get(), subject.c_str(), payload.data(),
                                             static_cast<int>(payload.size()));
  if (status != NATS_OK && status != NATS_CONNECTION_CLOSED)
    log_.write(log_level::warn, "nats-publish-failed", natsStatus_GetText(status),
               {{"subject", subject}});
}

/// Runs on the loop after every change, so the last run sees the last state.
void nats_connection::check_state() {
  set_state(natsConnection_Status(handle_.get()) == NATS_CONN_STATUS_CONNECTED && is_new_enough());
}

void nats_connection::set_state(bool connected) {
  if (connected_.exchange(connected) == connected)
    return;
  log_.write(log_level::info, connected ? "nats-connected" : "nats-away",
             connected ? "the connection to NATS is there" : "the connection to NATS is away");
  requests_->set_connected(connected);
  if (connected)
    told_given_up_ = false;
  observers_.tell(connected);
}

bool nats_connection::is_new_enough() const {
  std::array<char, 512> url{};
  if (natsConnection_GetConnectedUrl(handle_.get(), url.data(), url.size()) != NATS_OK)
    return false;
  const auto [host, port] = endpoint_of(url.data());
  const auto greeting = read_greeting(host, port, greeting_timeout);
  if (!greeting || is_supported_server(greeting->version))
    return true; // A proxy or a TLS-first listener may hide the greeting; then trust the operator.
  log_.write(log_level::error, "nats-too-old",
             "nats-server " + greeting->version + " loses streams; at least " +
                 std::string{nats_server_needed} + " is needed");
  return false;
}

std::unique_ptr<nats_connection::watch>
nats_connection::observe(std::function<void(bool)> on_change) {
  return observers_.add(std::move(on_change));
}

std::unique_ptr<nats_connection::watch>
nats_connection::observe_handle(std::function<void()> on_replaced) {
  return replaced_.add([f = std::move(on_replaced)](bool) { f(); });
}

} // namespace dure::node
