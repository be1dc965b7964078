#pragma once

#include "node/sandbox/attempt_set.hpp"
#include "node/sandbox/line_buffer.hpp"
#include "node/sandbox/poller.hpp"
#include "node/sandbox/process_memory.hpp"

#include <string>
#include <vector>

namespace dure::node {

/// Numbers in the poller: every process has two descriptors.
constexpr std::uint64_t stdio_number(std::uint64_t process) {
  return process * 2;
}

constexpr std::uint64_t stderr_number(std::uint64_t process) {
  return process * 2 + 1;
}

/// The node's side of one handler process: its lines, its attempts, its end. One owner: the
/// sandbox's I/O thread; never blocks. `settings` and `polls` outlive it.
///
///     starting ─ hello ─► ready ─ enough jobs or memory, idle too long ─► retiring (no new jobs,
///        │                  │                        input closed when the last has ended)
///        └──── too late, garbage, a limit ─────► doomed (kill ordered) ─► gone (destroyed)
class handler_process {
public:
  handler_process(std::uint64_t id, const pool_settings& settings, poller& polls, owned_fd stdio,
                  owned_fd stderr_fd, monotonic now);
  ~handler_process();
  handler_process(const handler_process&) = delete;
  handler_process& operator=(const handler_process&) = delete;

  std::uint64_t id() const { return id_; }

  /// Returns whether it said hello and was not told to end since.
  bool ready() const { return phase_ == phase::ready; }

  bool greeted() const { return greeted_; }

  bool starting() const { return phase_ == phase::starting; }

  /// Returns whether it will take jobs, now or when it has started.
  bool alive() const { return ready() || starting(); }

  /// Returns how many jobs it takes at a time.
  std::uint32_t concurrency() const { return concurrency_; }

  std::uint32_t free_slots() const;

  bool has_room() const { return free_slots() > 0; }

  /// Returns whether it ended of itself before it was of any use; asked when it has exited.
  bool failed_to_start() const { return jobs_given_ == 0 && !asked_to_end_; }

  /// Returns the last line that it wrote to stderr, cut to 300 bytes, as UTF-8.
  std::string last_line() const;

  /// Returns since when it has no job; monotonic::max() while it has one.
  monotonic idle_since() const { return idle_since_; }

  bool holds(const attempt_key& key) const { return attempts_.holds(key); }

  /// The spawner has made it. It is ready when it has said hello too.
  void started(pid_t pid, monotonic now);

  /// Gives it jobs, all in one line. Requires: tasks.size() <= free_slots().
  void give(std::vector<handler_task> tasks, monotonic now);
  void cancel(const attempt_key& key, monotonic now);

  /// Lets it end: no new jobs.
  void retire(monotonic now);

  /// Its descriptors can be read, into `buffer`, or written.
  void on_stdio(std::uint32_t events, std::span<char> buffer, monotonic now, handler_messages& out);
  void on_stderr(std::span<char> buffer);

  /// Does what the time asks for.
  void expire(monotonic now, handler_messages& out);
  monotonic next_deadline() const;

  /// Returns once whether it must be killed now.
  bool take_kill();

  /// It has exited: reads what it left and ends its attempts.
  void exited(const spawn_report& report, std::span<char> buffer, monotonic now,
              handler_messages& out);

  /// It died with the spawner.
  void lost(monotonic now, handler_messages& out);

private:
  enum class phase { starting, ready, retiring, doomed };

  enum class read_outcome { some, nothing, closed };

  read_outcome read_lines(std::span<char> buffer, monotonic now, handler_messages& out);
  void take_line(std::string_view line, monotonic now, handler_messages& out);
  result<void> take_hello(const hello_line& hello, monotonic now);
  void enter_ready(monotonic now);
  void retire_when_due(monotonic now);
  void close_input_when_idle(monotonic now);
  void write(std::string_view bytes);
  void flush();
  void doom(kill_order order);

  const std::uint64_t id_;
  const pool_settings& settings_;
  poller& polls_;
  owned_fd stdio_;
  owned_fd stderr_;
  phase phase_ = phase::starting;
  bool greeted_ = false;
  bool has_pid_ = false;
  bool asked_to_end_ = false;
  bool input_closed_ = false;
  bool kill_wanted_ = false;
  std::optional<kill_order> order_; ///< Set when doomed.
  std::uint32_t concurrency_ = 1;
  std::uint64_t jobs_given_ = 0;
  monotonic end_by_; ///< Of starting, or of ending by itself.
  monotonic idle_since_ = monotonic::max();
  attempt_set attempts_;
  process_memory memory_;
  line_buffer lines_;
  std::string output_; ///< Not written yet; bounded by `concurrency_` jobs.
  bool watches_writes_ = false;
  std::string last_words_; ///< The newest bytes of stderr.
};

} // namespace dure::node
