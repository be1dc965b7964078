#include "node/sandbox/handler_main.hpp"

#include "node/sandbox/handler_protocol.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <new>
#include <poll.h>
#include <unistd.h>

namespace dure::node {

namespace {

using nlohmann::json;

/// The node is trusted; this only keeps a mistake from eating all memory.
constexpr std::size_t input_line_bytes_max = std::size_t{64} << 20;
constexpr std::size_t flush_bytes = std::size_t{64} << 10;

/// Text of a hostile document may be anything; what goes out is UTF-8.
std::string text_of(const json& message) {
  return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

[[noreturn]] void end_for_want_of_memory() {
  ::_exit(exit_out_of_memory);
}

handler_job job_of(json message) {
  handler_job job;
  job.id = message.value("job", "");
  job.attempt = message.value("attempt", std::uint16_t{0});
  job.kind = message.value("kind", "");
  job.scratch = message.value("scratch", "");
  job.deadline = milliseconds{message.value("deadline_ms", std::int64_t{0})};
  if (const auto params = message.find("params"); params != message.end())
    job.params = std::move(*params);
  if (const auto input = message.find("input"); input != message.end())
    job.input = std::move(*input);
  return job;
}

void start(handler& works, handler_job job, handler_session& session) {
  handler_job named; // What an answer needs, should the handler throw.
  named.id = job.id;
  named.attempt = job.attempt;
  try {
    works.start(std::move(job), session);
  } catch (const std::exception&) {
    session.error(named,
                  {"handler_error", "The handler failed in a way it did not foresee.", true});
  }
}

void handle(handler& works, json message, handler_session& session) {
  const auto cancelled = message.find("cancel");
  if (cancelled == message.end())
    start(works, job_of(std::move(message)), session);
  else
    works.cancel(cancelled->value("job", ""), session);
}

/// Returns the members that stand beside a result or an error, each after a comma.
std::string beside(const attempt_charge& charge) {
  std::string members;
  if (charge.cost != job_cost{})
    members += R"(,"cost":)" + text_of({{"tokens_in", charge.cost.tokens_in},
                                        {"tokens_out", charge.cost.tokens_out},
                                        {"micros", charge.cost.micros}});
  json quota = json::object();
  if (charge.quota.requests_left)
    quota["requests_left"] = *charge.quota.requests_left;
  if (charge.quota.tokens_left)
    quota["tokens_left"] = *charge.quota.tokens_left;
  if (!quota.empty())
    members += R"(,"quota":)" + text_of(quota);
  return members;
}

bool can_be_read(int fd) {
  pollfd waits{fd, POLLIN, 0};
  return fd >= 0 && ::poll(&waits, 1, 0) > 0;
}

std::optional<milliseconds> until(std::optional<handler::clock::time_point> wake) {
  if (!wake)
    return std::nullopt;
  const auto wait = std::chrono::ceil<milliseconds>(*wake - handler::clock::now());
  return std::max(wait, milliseconds{0});
}

} // namespace

handler_session::handler_session(int in, int out)
    : in_{in}, out_{out}, lines_{input_line_bytes_max} {}

void handler_session::hello(const std::vector<std::string>& kinds, std::uint32_t concurrency) {
  say(json{
      {"hello",
       {{"protocol", handler_protocol_version}, {"kinds", kinds}, {"concurrency", concurrency}}}});
  flush();
}

void handler_session::progress(const handler_job& job, std::uint64_t done, std::uint64_t total,
                               std::string_view step, std::string_view message) {
  say(job, "progress",
      text_of({{"done", done}, {"total", total}, {"step", step}, {"message", message}}));
}

void handler_session::log(const handler_job& job, std::string_view level,
                          std::string_view message) {
  say(job, "log", text_of({{"level", level}, {"message", message}}));
}

void handler_session::artifact(const handler_job& job, std::string_view name, std::string_view path,
                               std::string_view media_type) {
  say(job, "artifact", text_of({{"name", name}, {"path", path}, {"media_type", media_type}}));
}

void handler_session::result(const handler_job& job, std::string_view json_text,
                             const attempt_charge& charge, bool reusable) {
  say(job, "result", json_text,
      beside(charge) + (reusable ? "" : R"(,"reusable":false)") +
          (charge.possibly_charged ? R"(,"possibly_charged":true)" : ""));
}

void handler_session::error(const handler_job& job, const job_error& failure,
                            const attempt_charge& charge, std::optional<milliseconds> retry_after) {
  json told{{"code", failure.code}, {"message", failure.message}, {"retryable", failure.retryable}};
  if (charge.possibly_charged)
    told["possibly_charged"] = true;
  if (retry_after)
    told["retry_after_ms"] = std::max(retry_after->count(), milliseconds::rep{0});
  say(job, "error", text_of(told), beside(charge));
}

void handler_session::say(const handler_job& job, std::string_view what, std::string_view json_text,
                          std::string_view beside_it) {
  std::string message = R"({"job":")";
  message += job.id;
  message += R"(","attempt":)";
  message += std::to_string(job.attempt);
  message += ",\"";
  message += what;
  message += "\":";
  message += json_text;
  message += beside_it;
  message += '}';
  append(message);
}

void handler_session::say(const json& message) {
  append(text_of(message));
}

void handler_session::append(std::string_view message) {
  if (said_messages_++ > 0)
    said_ += ',';
  said_ += message;
  if (said_.size() >= flush_bytes)
    flush();
}

void handler_session::flush() {
  if (said_messages_ == 0)
    return;
  const std::string line = said_messages_ == 1 ? said_ + "\n" : "[" + said_ + "]\n";
  said_.clear();
  said_messages_ = 0;
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t sent = ::write(out_, rest.data(), rest.size());
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent <= 0) { // The node is gone.
      closed_ = true;
      return;
    }
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool handler_session::cancelled(const handler_job& job) {
  read_some(milliseconds{0});
  return std::any_of(messages_.begin(), messages_.end(), [&job](const json& message) {
    const auto cancel = message.find("cancel");
    return cancel != message.end() && cancel->value("job", "") == job.id;
  });
}

std::optional<json> handler_session::next(std::optional<milliseconds> wait, int also) {
  if (messages_.empty()) {
    flush();
    read_some(wait, also);
  }
  if (messages_.empty())
    return std::nullopt;
  json message = std::move(messages_.front());
  messages_.pop_front();
  return message;
}

void handler_session::read_some(std::optional<milliseconds> wait, int also) {
  std::array<pollfd, 2> waits{{{in_, POLLIN, 0}, {also, POLLIN, 0}}}; // poll skips -1.
  const int timeout =
      wait ? static_cast<int>(std::min<milliseconds::rep>(wait->count(), 60'000)) : -1;
  if (closed_ || ::poll(waits.data(), waits.size(), timeout) <= 0 || waits[0].revents == 0)
    return;
  std::array<char, 64 * 1024> buffer;
  const ssize_t got = ::read(in_, buffer.data(), buffer.size());
  if (got < 0 && errno == EINTR)
    return;
  if (got <= 0) {
    closed_ = true;
    return;
  }
  lines_.append({buffer.data(), static_cast<std::size_t>(got)});
  while (const auto line = lines_.next())
    take(*line);
  closed_ = closed_ || lines_.overflowed();
}

void handler_session::take(std::string_view line) {
  json parsed = json::parse(line.begin(), line.end(), nullptr, false);
  if (parsed.is_object()) {
    messages_.push_back(std::move(parsed));
  } else if (parsed.is_array()) {
    for (json& message : parsed)
      if (message.is_object())
        messages_.push_back(std::move(message));
  }
}

void handler::cancel(std::string_view, handler_session&) {}

std::optional<handler::clock::time_point> handler::next_wake() const {
  return std::nullopt;
}

int handler::wakes_on() const {
  return -1;
}

void handler::wake(clock::time_point, handler_session&) {}

int handler_main(handler& works, const std::vector<std::string>& kinds, std::uint32_t concurrency) {
  // The end of input ends us; a signal to the whole service must not cut work short.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
    ::signal(signal, SIG_IGN);
  std::set_new_handler(end_for_want_of_memory);
  handler_session session{STDIN_FILENO, STDOUT_FILENO};
  session.hello(kinds, concurrency);
  while (!session.closed()) {
    if (auto message = session.next(until(works.next_wake()), works.wakes_on()))
      handle(works, std::move(*message), session);
    const auto wake = works.next_wake();
    if ((wake && *wake <= handler::clock::now()) || can_be_read(works.wakes_on()))
      works.wake(handler::clock::now(), session);
  }
  session.flush();
  return 0;
}

} // namespace dure::node
