#include "node/journal/nats_requests.hpp"

#include "node/journal/event_loop.hpp"
#include "node/journal/nats_handles.hpp"
#include "node/journal/unique_token.hpp"

#include <charconv>

namespace dure::node {
namespace {

constexpr std::chrono::milliseconds failure_delay{100};
constexpr std::chrono::milliseconds sweep_interval{250};

} // namespace

std::string_view to_string(reply_outcome outcome) {
  switch (outcome) {
  case reply_outcome::answered:
    return "answered";
  case reply_outcome::no_responders:
    return "no stream or JetStream answers";
  case reply_outcome::disconnected:
    return "the connection is away";
  case reply_outcome::timed_out:
    return "no answer in time";
  case reply_outcome::not_sent:
    return "the message could not be sent";
  }
  return "";
}

nats_requests::nats_requests(nats_connection& connection)
    : connection_{connection}, inbox_{"_INBOX." + unique_token() + "."} {
  subscription_ = nats_subscription::open(
      connection_, inbox_ + "*", [this](const incoming_message& message) { receive(message); });
}

nats_requests::~nats_requests() = default;

void nats_requests::send(const outgoing_message& request, std::chrono::milliseconds timeout,
                         handler on_reply) {
  const auto token = expect(std::move(on_reply), timeout);
  bool connected = false;
  {
    std::lock_guard lock{mutex_};
    connected = connected_;
  }
  if (!connected)
    fail_later(token, reply_outcome::disconnected);
  else if (!publish(request, inbox_ + std::to_string(token)))
    fail_later(token, reply_outcome::not_sent);
}

void nats_requests::set_connected(bool connected) {
  std::vector<std::uint64_t> outstanding;
  {
    std::lock_guard lock{mutex_};
    connected_ = connected;
    if (!connected)
      for (const auto& [token, p] : pending_)
        outstanding.push_back(token);
  }
  for (const auto token : outstanding)
    fail_later(token, reply_outcome::disconnected);
}

std::uint64_t nats_requests::expect(handler on_reply, std::chrono::milliseconds timeout) {
  std::uint64_t token = 0;
  bool start_sweep = false;
  {
    std::lock_guard lock{mutex_};
    token = ++last_token_;
    pending_.emplace(token,
                     pending{std::move(on_reply), std::chrono::steady_clock::now() + timeout});
    start_sweep = !std::exchange(sweeping_, true);
  }
  if (start_sweep)
    connection_.loop().post_after(sweep_interval, [this] { sweep(); });
  return token;
}

void nats_requests::receive(const incoming_message& message) {
  const auto text = message.subject().substr(inbox_.size());
  std::uint64_t token = 0;
  std::from_chars(text.data(), text.data() + text.size(), token);
  if (message.is_no_responders()) {
    fail_later(token, reply_outcome::no_responders);
    return;
  }
  handler on_reply;
  {
    std::lock_guard lock{mutex_};
    auto found = pending_.extract(token);
    if (!found)
      return; // Answered too late; whoever asked has been told so.
    on_reply = std::move(found.mapped().on_reply);
  }
  on_reply({reply_outcome::answered, std::string{message.payload()}});
}

void nats_requests::fail(std::uint64_t token, reply_outcome outcome) {
  handler on_reply;
  {
    std::lock_guard lock{mutex_};
    auto found = pending_.extract(token);
    if (!found)
      return;
    on_reply = std::move(found.mapped().on_reply);
  }
  on_reply({outcome, {}});
}

void nats_requests::fail_later(std::uint64_t token, reply_outcome outcome) {
  connection_.loop().post_after(failure_delay, [this, token, outcome] { fail(token, outcome); });
}

void nats_requests::sweep() {
  std::vector<std::uint64_t> late;
  bool again = false;
  {
    std::lock_guard lock{mutex_};
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [token, p] : pending_)
      if (p.deadline <= now)
        late.push_back(token);
    again = sweeping_ = late.size() < pending_.size();
  }
  if (again)
    connection_.loop().post_after(sweep_interval, [this] { sweep(); });
  for (const auto token : late)
    fail(token, reply_outcome::timed_out);
}

bool nats_requests::publish(const outgoing_message& request, const std::string& reply_to) {
  natsMsg* raw = nullptr;
  if (natsMsg_Create(&raw, request.subject.c_str(), reply_to.c_str(), request.payload.data(),
                     static_cast<int>(request.payload.size())) != NATS_OK)
    return false;
  message_handle message{raw};
  for (const auto& [name, value] : request.headers)
    if (natsMsgHeader_Set(raw, name.c_str(), value.c_str()) != NATS_OK)
      return false;
  return natsConnection_PublishMsg(connection_.handle().get(), raw) == NATS_OK;
}

} // namespace dure::node
