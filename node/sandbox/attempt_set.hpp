#pragma once

#include "actors/ports/sandbox.hpp"
#include "node/sandbox/attempt_ending.hpp"
#include "node/sandbox/handler_protocol.hpp"
#include "node/sandbox/pool_settings.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace dure::node {

using handler_messages = std::vector<handler_message>;

/// Why a process must be killed, and whose fault it is.
struct kill_order {
  attempt_ending why;
  std::optional<attempt_key> guilty; ///< Nothing: all attempts of the process.
};

/// The attempts that one handler process works on: their time limits, what was heard of them, and
/// how each ends. One owner; no I/O but a look at named artifacts. `settings` outlives it.
///
///     running ─ result, error ─────────────────────────────► ended
///        │ ─ soft limit: told to stop ─ result, error ─────► ended (completed, or soft_timeout)
///        │ ─ cancel: told to stop ─ result, error ─────────► ended (completed, or cancelled)
///        └─ hard limit, grace over, silence: kill order ─ process gone ─► ended
class attempt_set {
public:
  explicit attempt_set(const pool_settings& settings) : settings_{settings} {}

  std::size_t size() const { return attempts_.size(); }

  bool empty() const { return attempts_.empty(); }

  bool holds(const attempt_key& key) const { return attempts_.contains(key); }

  void start(handler_task task, monotonic now);

  /// Takes in what the handler said and appends what follows to `out`. errc::invalid: it has no
  /// such attempt; errc::too_large: over result_bytes_max, too many artifacts, or too large ones in
  /// sum.
  result<void> take(attempt_report report, monotonic now, std::uint64_t peak_memory_bytes,
                    handler_messages& out);

  /// Notes that any line was heard.
  void heard(monotonic now) { heard_at_ = now; }

  /// Returns the line for the handler, or nothing when there is no such attempt or it was told.
  std::optional<std::string> cancel(const attempt_key& key, monotonic now);

  /// Does what the time asks for: appends held progress to `out` and lines for the handler to
  /// `lines`. Returns an order when the process must be killed.
  std::optional<kill_order> expire(monotonic now, handler_messages& out, std::string& lines);

  /// Returns when `expire` has something to do; never late.
  monotonic next_deadline() const;

  /// The process is gone or lost: ends what is left of its attempts.
  void end_all(const kill_order& order, std::uint64_t peak_memory_bytes, handler_messages& out);

  /// Appends what the process left on stderr to the log, when it is clear whose it is.
  void tell_last_words(const std::string& words, handler_messages& out);

private:
  struct running {
    handler_task task;
    monotonic soft_at;
    monotonic hard_at;
    monotonic kill_at = monotonic::max();  ///< The grace after a cancel is over.
    monotonic progress_from{};             ///< The next progress is not sent before.
    std::optional<handler_progress> held;  ///< The newest progress that came too early.
    std::optional<attempt_ending> spoiled; ///< The attempt fails with this whatever it answers.
    std::size_t artifacts = 0;             ///< Told, those of one name counted each.
    std::uint64_t artifact_bytes = 0;      ///< The same in sum: each is stored.
    std::size_t log_bytes = 0;
    bool soft_told = false;
    bool cancelled = false;
  };

  using table = std::unordered_map<attempt_key, running, attempt_key_hash>;

  result<void> say(running& of, progress_line said, monotonic now, handler_messages& out);
  result<void> say(running& of, log_line said, monotonic now, handler_messages& out);
  result<void> say(running& of, artifact_line said, monotonic now, handler_messages& out);
  void end(table::iterator it, handler_end outcome, handler_messages& out);
  static monotonic deadline(const running& of);

  const pool_settings& settings_;
  table attempts_;
  monotonic heard_at_{};
};

} // namespace dure::node
