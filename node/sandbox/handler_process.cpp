#include "node/sandbox/handler_process.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace dure::node {

namespace {

constexpr std::size_t last_words_bytes_max = 4'096;
constexpr std::size_t last_line_bytes_max = 300;

/// What a process left in its socket is less than this many reads; a grandchild that got away and
/// still writes must not hold us up.
constexpr int last_reads_max = 64;

/// With many jobs in a process its figures are no attempt's own, and need not be exact.
constexpr milliseconds shared_memory_figures_age{1'000};

} // namespace

handler_process::handler_process(std::uint64_t id, const pool_settings& settings, poller& polls,
                                 owned_fd stdio, owned_fd stderr_fd, monotonic now)
    : id_{id}, settings_{settings}, polls_{polls}, stdio_{std::move(stdio)}, stderr_{std::move(
                                                                                 stderr_fd)},
      end_by_{now + settings.hello_within}, attempts_{settings}, lines_{settings.line_bytes_max} {
  polls_.add(stdio_.get(), stdio_number(id_));
  polls_.add(stderr_.get(), stderr_number(id_));
}

handler_process::~handler_process() {
  if (stdio_)
    polls_.remove(stdio_.get());
  if (stderr_)
    polls_.remove(stderr_.get());
}

std::uint32_t handler_process::free_slots() const {
  const auto taken = static_cast<std::uint32_t>(attempts_.size());
  return ready() && taken < concurrency_ ? concurrency_ - taken : 0;
}

void handler_process::started(pid_t pid, monotonic now) {
  memory_ = process_memory{pid};
  has_pid_ = true;
  enter_ready(now);
}

void handler_process::give(std::vector<handler_task> tasks, monotonic now) {
  if (attempts_.empty())
    last_words_.clear(); // What was said of earlier jobs is not for the next one.
  // With one job at a time the peak of the process is that of the attempt.
  if (concurrency_ == 1)
    memory_.forget_peak();
  write(job_line(tasks));
  jobs_given_ += tasks.size();
  idle_since_ = monotonic::max();
  for (handler_task& task : tasks)
    attempts_.start(std::move(task), now);
  if (settings_.jobs_max != 0 && jobs_given_ >= settings_.jobs_max)
    retire(now);
}

void handler_process::cancel(const attempt_key& key, monotonic now) {
  if (const auto line = attempts_.cancel(key, now))
    write(*line);
}

void handler_process::retire(monotonic now) {
  if (phase_ == phase::ready)
    phase_ = phase::retiring;
  asked_to_end_ = true;
  close_input_when_idle(now);
}

void handler_process::close_input_when_idle(monotonic now) {
  if (phase_ != phase::retiring || input_closed_ || !attempts_.empty())
    return;
  input_closed_ = true;
  end_by_ = now + settings_.cancel_grace;
  ::shutdown(stdio_.get(), SHUT_WR);
}

void handler_process::on_stdio(std::uint32_t events, std::span<char> buffer, monotonic now,
                               handler_messages& out) {
  if (!stdio_)
    return;
  if (events & EPOLLOUT)
    flush();
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) &&
      read_lines(buffer, now, out) == read_outcome::closed) {
    // It has ended, or will not be heard again: its exit follows at once, or is brought about.
    polls_.remove(stdio_.get());
    stdio_.reset();
    phase_ = phase_ == phase::doomed ? phase::doomed : phase::retiring;
    input_closed_ = true;
    end_by_ = now + settings_.cancel_grace;
  }
}

handler_process::read_outcome handler_process::read_lines(std::span<char> buffer, monotonic now,
                                                          handler_messages& out) {
  const ssize_t got = ::recv(stdio_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
    return read_outcome::closed;
  if (got < 0)
    return read_outcome::nothing;
  if (phase_ == phase::doomed) // Read and drop, so that it is noticed when it ends.
    return read_outcome::some;
  lines_.append({buffer.data(), static_cast<std::size_t>(got)});
  while (const auto line = lines_.next()) {
    attempts_.heard(now);
    take_line(*line, now, out);
    if (phase_ == phase::doomed)
      return read_outcome::some;
  }
  if (lines_.overflowed())
    doom({endings::output_too_large(), std::nullopt});
  retire_when_due(now);
  return read_outcome::some;
}

void handler_process::take_line(std::string_view line, monotonic now, handler_messages& out) {
  if (line.size() > settings_.line_bytes_max)
    return doom({endings::output_too_large(), std::nullopt});
  std::vector<handler_report> reports;
  if (!parse_line(line, reports))
    return doom({endings::protocol_error("a line is not a message"), std::nullopt});
  const auto age = concurrency_ == 1 ? milliseconds{0} : shared_memory_figures_age;
  for (handler_report& report : reports) {
    result<void> taken;
    std::optional<attempt_key> guilty;
    if (const auto* hello = std::get_if<hello_line>(&report)) {
      taken = take_hello(*hello, now);
    } else {
      auto& said = std::get<attempt_report>(report);
      const bool ends = std::holds_alternative<result_line>(said.said) ||
                        std::holds_alternative<error_line>(said.said);
      guilty = said.of;
      taken =
          attempts_.take(std::move(said), now, ends ? memory_.read(now, age).peak_bytes : 0, out);
    }
    if (!taken && taken.error().code == errc::too_large)
      return doom({endings::output_too_large(), guilty});
    if (!taken)
      return doom({endings::protocol_error(taken.error().context), std::nullopt});
  }
}

result<void> handler_process::take_hello(const hello_line& hello, monotonic now) {
  if (greeted_)
    return error{errc::invalid, "it said hello twice"};
  if (hello.protocol != handler_protocol_version)
    return error{errc::invalid, "it speaks another version"};
  if (std::find(hello.kinds.begin(), hello.kinds.end(), settings_.kind) == hello.kinds.end())
    return error{errc::invalid, "it does another kind of job"};
  greeted_ = true;
  concurrency_ = std::min(hello.concurrency, settings_.concurrency_max);
  enter_ready(now);
  return {};
}

void handler_process::enter_ready(monotonic now) {
  if (phase_ != phase::starting || !greeted_ || !has_pid_)
    return;
  phase_ = phase::ready;
  idle_since_ = now;
}

void handler_process::retire_when_due(monotonic now) {
  if (attempts_.empty() && idle_since_ == monotonic::max())
    idle_since_ = now;
  if (settings_.rss_bytes_max != 0 && ready() &&
      memory_.read(now, shared_memory_figures_age).resident_bytes > settings_.rss_bytes_max)
    retire(now);
  close_input_when_idle(now);
}

void handler_process::write(std::string_view bytes) {
  output_ += bytes;
  flush();
}

void handler_process::flush() {
  while (!output_.empty()) {
    const ssize_t sent =
        ::send(stdio_.get(), output_.data(), output_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN)
      break;
    if (sent < 0) // It does not listen any more; its end of file tells the rest.
      output_.clear();
    else
      output_.erase(0, static_cast<std::size_t>(sent));
  }
  if (watches_writes_ != !output_.empty() && stdio_) {
    watches_writes_ = !output_.empty();
    polls_.watch_writes(stdio_.get(), stdio_number(id_), watches_writes_);
  }
}

void handler_process::on_stderr(std::span<char> buffer) {
  if (!stderr_)
    return;
  const ssize_t got = ::read(stderr_.get(), buffer.data(), buffer.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (got <= 0) {
    polls_.remove(stderr_.get());
    stderr_.reset();
    return;
  }
  last_words_.append(buffer.data(), static_cast<std::size_t>(got));
  if (last_words_.size() > last_words_bytes_max)
    last_words_.erase(0, last_words_.size() - last_words_bytes_max);
}

std::string handler_process::last_line() const {
  std::string_view words = last_words_;
  while (!words.empty() && (words.back() == '\n' || words.back() == '\r'))
    words.remove_suffix(1);
  words = words.substr(words.rfind('\n') + 1);
  return as_utf8(words.substr(0, last_line_bytes_max));
}

void handler_process::expire(monotonic now, handler_messages& out) {
  if (phase_ == phase::doomed)
    return;
  std::string lines;
  if (auto order = attempts_.expire(now, out, lines))
    return doom(std::move(*order));
  if (!lines.empty())
    write(lines);
  const bool ending = starting() || input_closed_;
  if (ending && now >= end_by_)
    doom({endings::protocol_error(starting() ? "it did not say hello in time"
                                             : "it did not end when it was to"),
          std::nullopt});
}

monotonic handler_process::next_deadline() const {
  if (phase_ == phase::doomed)
    return monotonic::max();
  const monotonic next = attempts_.next_deadline();
  return starting() || input_closed_ ? std::min(next, end_by_) : next;
}

void handler_process::doom(kill_order order) {
  if (phase_ == phase::doomed)
    return;
  phase_ = phase::doomed;
  order_ = std::move(order);
  kill_wanted_ = true;
}

bool handler_process::take_kill() {
  return std::exchange(kill_wanted_, false);
}

void handler_process::exited(const spawn_report& report, std::span<char> buffer, monotonic now,
                             handler_messages& out) {
  for (int reads = 0; stdio_ && phase_ != phase::doomed && reads < last_reads_max; ++reads)
    if (read_lines(buffer, now, out) != read_outcome::some)
      break;
  on_stderr(buffer);
  if (!order_ && !attempts_.empty()) {
    attempts_.tell_last_words(last_words_, out);
    order_ = kill_order{endings::process_death(report.wait_status, last_words_), std::nullopt};
  }
  if (order_)
    attempts_.end_all(*order_, report.peak_memory_bytes, out);
}

void handler_process::lost(monotonic now, handler_messages& out) {
  const auto peak = memory_.read(now, milliseconds{0}).peak_bytes;
  attempts_.end_all(order_.value_or(kill_order{endings::spawner_died(), std::nullopt}), peak, out);
}

} // namespace dure::node
