#include "node/trial/tapped_process.hpp"

#include "node/sandbox/handler_start.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dure::node {

namespace {

// Numbers in the poller; the node's side of the process has those of process 1.
constexpr std::uint64_t process_number = 1;
constexpr std::uint64_t spawner_number = 100;
constexpr std::uint64_t handler_number = 101;
constexpr std::uint64_t complaints_number = 102;
constexpr std::uint64_t node_number = 103;

constexpr std::size_t read_bytes = std::size_t{256} << 10;
/// Less than a socket holds, so that the node's side, on this very thread, can read it at once.
constexpr std::size_t pass_bytes = std::size_t{64} << 10;
constexpr std::size_t complaints_bytes_max = std::size_t{16} << 10;
constexpr milliseconds look_every{20};
constexpr int last_reads_max = 1'024;

} // namespace

tapped_process::tapped_process(pool_settings& settings)
    : settings_{settings},
      buffer_(read_bytes), spawner_{{"/proc/self/exe", "spawner"}}, lines_{
                                                                        settings.line_bytes_max} {}

tapped_process::~tapped_process() = default;

monotonic tapped_process::now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return monotonic{std::chrono::duration_cast<milliseconds>(since)};
}

result<void> tapped_process::start() {
  auto handlers = make_handler_channels();
  auto nodes = make_handler_channels();
  if (!handlers || !nodes)
    return handlers ? nodes.error() : handlers.error();
  handler_ = std::move(handlers->ours);
  handler_stderr_ = std::move(handlers->complaints_read);
  node_ = std::move(nodes->ours);
  node_complaints_ = std::move(nodes->complaints_write);
  ::fcntl(node_complaints_.get(), F_SETFL, O_NONBLOCK);
  if (auto started = spawner_.start(); !started)
    return started;
  if (auto asked =
          spawner_.spawn({process_number, settings_.argv, handler_environment(settings_),
                          settings_.limits, settings_.shut_in},
                         std::move(handlers->theirs), std::move(handlers->complaints_write));
      !asked)
    return asked;
  process_.emplace(process_number, settings_, polls_, std::move(nodes->theirs),
                   std::move(nodes->complaints_read), now());
  polls_.add(spawner_.fd(), spawner_number);
  polls_.add(handler_.get(), handler_number);
  polls_.add(handler_stderr_.get(), complaints_number);
  polls_.add(node_.get(), node_number);
  return {};
}

bool tapped_process::run_until(const std::function<bool()>& done, milliseconds patience) {
  const auto until = now() + patience;
  std::array<epoll_event, 16> events;
  settle();
  while (!done() && !seen_.end && now() < until) {
    for (const auto& event : polls_.wait(events, static_cast<int>(look_every.count())))
      carry(event.data.u64, event.events);
    process_->expire(now(), seen_.messages);
    settle();
  }
  return done();
}

void tapped_process::carry(std::uint64_t number, std::uint32_t events) {
  switch (number) {
  case spawner_number:
    return hear_spawner();
  case handler_number:
    return hear_handler();
  case complaints_number:
    return hear_complaints();
  case node_number:
    return collect_for_handler();
  case stdio_number(process_number):
    return process_->on_stdio(events, buffer_, now(), seen_.messages);
  case stderr_number(process_number):
    return process_->on_stderr(buffer_);
  default:
    return;
  }
}

void tapped_process::hear_handler() {
  if (!handler_)
    return;
  const auto got = ::recv(handler_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (got > 0) {
    lines_.append({buffer_.data(), static_cast<std::size_t>(got)});
    seen_.unfinished.append(buffer_.data(), static_cast<std::size_t>(got));
    return take_lines();
  }
  // It has closed its output: the node hears that too.
  polls_.remove(handler_.get());
  handler_.reset();
  ::shutdown(node_.get(), SHUT_WR);
}

void tapped_process::take_lines() {
  while (const auto line = lines_.next()) {
    seen_.unfinished.erase(0, line->size() + 1);
    if (seen_.killed)
      continue; // The node listens no more.
    ++seen_.lines;
    note(*line);
    pass_on(*line);
    pass_on("\n");
    settle();
    if (seen_.killed)
      seen_.guilty_line = *line;
  }
  if (lines_.overflowed() && !seen_.killed)
    pass_on(seen_.unfinished);
}

/// Keeps what is told to the handler's author and not by the node.
void tapped_process::note(std::string_view line) {
  std::vector<handler_report> reports;
  if (!parse_line(line, reports))
    return;
  for (const auto& report : reports) {
    const auto* hello = std::get_if<hello_line>(&report);
    if (hello && !seen_.hello)
      seen_.hello = *hello;
    const auto* said = std::get_if<attempt_report>(&report);
    if (const auto* made = said ? std::get_if<artifact_line>(&said->said) : nullptr)
      seen_.artifacts.push_back(*made);
  }
  if (settings_.kind.empty() && seen_.hello && !seen_.hello->kinds.empty())
    settings_.kind = seen_.hello->kinds.front();
}

/// The node's side reads on this thread: what is sent is read before more is sent.
void tapped_process::pass_on(std::string_view bytes) {
  while (!bytes.empty() && !seen_.killed) {
    const auto part = bytes.substr(0, pass_bytes);
    const auto sent = ::send(node_.get(), part.data(), part.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    process_->on_stdio(EPOLLIN, buffer_, now(), seen_.messages);
    if (sent < 0 && errno != EAGAIN)
      return;
    bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
  }
}

void tapped_process::hear_complaints() {
  const auto got = ::read(handler_stderr_.get(), buffer_.data(), buffer_.size());
  if (got < 0)
    return;
  if (got == 0)
    return polls_.remove(handler_stderr_.get());
  seen_.complaints.append(buffer_.data(), static_cast<std::size_t>(got));
  if (seen_.complaints.size() > complaints_bytes_max)
    seen_.complaints.erase(0, seen_.complaints.size() - complaints_bytes_max);
  // More than fits is more than the node keeps.
  if (::write(node_complaints_.get(), buffer_.data(), static_cast<std::size_t>(got)) > 0)
    process_->on_stderr(buffer_);
}

void tapped_process::hear_spawner() {
  std::vector<spawn_report> reports;
  const bool alive = spawner_.receive(reports);
  for (const auto& report : reports) {
    if (report.what == spawn_report::happening::started) {
      seen_.pid = report.pid;
      process_->started(report.pid, now());
      continue;
    }
    // Its last words may have come later than the news of its end.
    for (int reads = 0; handler_ && reads < last_reads_max; ++reads)
      hear_handler();
    hear_complaints();
    process_->exited(report, buffer_, now(), seen_.messages);
    seen_.end = report;
  }
  if (!alive && !seen_.end) {
    process_->lost(now(), seen_.messages);
    seen_.end = spawn_report{};
  }
}

void tapped_process::collect_for_handler() {
  for (;;) {
    const auto got = ::recv(node_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0)
      return;
    if (got == 0) {
      polls_.remove(node_.get());
      input_ends_ = true;
      return;
    }
    for_handler_.append(buffer_.data(), static_cast<std::size_t>(got));
  }
}

void tapped_process::send_to_handler() {
  while (handler_ && !for_handler_.empty()) {
    const auto sent = ::send(handler_.get(), for_handler_.data(), for_handler_.size(),
                             MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN)
      return;
    for_handler_.erase(0, sent > 0 ? static_cast<std::size_t>(sent) : for_handler_.size());
  }
  if (handler_ && input_ends_)
    ::shutdown(handler_.get(), SHUT_WR);
}

/// Carries out what the node's side wants now.
void tapped_process::settle() {
  if (process_->take_kill()) {
    seen_.killed = true;
    spawner_.kill(process_number);
  }
  if (!input_ends_)
    collect_for_handler();
  send_to_handler();
  spawner_.flush();
}

} // namespace dure::node
