#pragma once

#include "actors/core/command.hpp"
#include "actors/core/error.hpp"
#include "actors/core/time.hpp"
#include "actors/ports/log_channel.hpp"
#include "actors/ports/sandbox.hpp"

#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace dure {

/// Files of an attempt on their way: from the scratch folder to the blob store, then to the log.
/// Its end is reported only when all of them are there.
struct attempt_files {
  std::size_t moving = 0;              ///< In the courier's hands.
  std::vector<handler_artifact> again; ///< Not moved; tried again.
  std::vector<artifact> made;          ///< Safe, but not told yet.
  bool telling = false;                ///< Some are on their way to the log.
  bool end_due = false;                ///< A large result or a log is not safe yet.
  std::vector<job_log_line> log;       ///< While the end is due.
  std::optional<error> failure;        ///< The first file that can never be kept.

  bool at_rest() const {
    return moving == 0 && again.empty() && made.empty() && !telling && !end_due;
  }
};

/// One attempt that this worker holds the lease of.
///
///     staging -> waiting -> running -> keeping -> (reported)
///        a phase without files to move lasts no longer than its message
struct attempt_in_hand {
  enum class phase { staging, waiting, running, keeping };

  grant granted;
  phase at = phase::waiting;
  monotonic since{};             ///< When it entered the phase.
  std::filesystem::path scratch; ///< Empty: it needs no files.
  handler_end end;               ///< While keeping: what is reported when its files are safe.
  job_result outcome;            ///< Likewise, when it completed.
  bool given_back = false;       ///< The worker, not the client, told the handler to stop.
  std::optional<monotonic> files_failed_at; ///< Moving its files failed then; it is tried again.
  attempt_files files;
};

/// How many jobs a kind's handlers could take, and which they have. A value.
///
/// A kind whose jobs are short is given more than its handlers have places for: about `ahead` of
/// work by the running mean of run times, so that handlers need not wait for the journal.
class workload {
public:
  static constexpr milliseconds ahead{100};
  static constexpr std::uint32_t ahead_jobs_max = 1'024;
  static constexpr milliseconds wait_max{1'000}; ///< What waits longer is given back.

  explicit workload(const std::vector<handler_capacity>& capacities);

  /// What handlers take is known for sure when they have said hello.
  void set_capacities(const std::vector<handler_capacity>& capacities);

  /// Returns what should be claimed now; a kind that is nearly full is left out, since a few large
  /// claims cost less than many small ones.
  std::vector<demand> demands() const;

  /// Takes a granted job into the hand; null when its kind is unknown or the job is there already.
  attempt_in_hand* add(grant granted, monotonic now);

  /// Returns the attempt of exactly this lease, or null.
  attempt_in_hand* find(const lease& of);

  /// Returns the job's attempt, whatever its lease, or null.
  attempt_in_hand* find_job(const job_id& id);

  /// What was staged or needs no files may start.
  void make_ready(attempt_in_hand& attempt, std::filesystem::path scratch, monotonic now);

  /// Moves attempts to `running` for every free place, oldest first, and returns them.
  std::vector<attempt_in_hand*> start(monotonic now);

  /// The handler is done with it: its place is free.
  void stop(attempt_in_hand& attempt, monotonic now);

  /// Forgets an attempt that is not running.
  void remove(const attempt_in_hand& attempt);

  /// Returns the leases of all that have waited too long, and claims less of their kinds until one
  /// of them ends.
  std::vector<lease> overdue(monotonic now);

  /// Returns the leases in that phase.
  std::vector<lease> all(attempt_in_hand::phase at) const;

  bool needs_files(const std::string& kind) const;

  bool empty() const { return attempts_.empty(); }

  std::uint32_t slots() const;
  std::uint32_t running() const;

private:
  struct kind_lane {
    std::uint32_t capacity = 0;
    bool needs_files = false;
    std::uint32_t in_hand = 0;
    std::uint32_t running = 0;
    std::deque<job_id> waiting;
    std::optional<double> run_ms; ///< Mean of run times, the newest weighing most.
    bool stalled = false;

    std::uint32_t target() const;
  };

  kind_lane& lane_of(const attempt_in_hand& attempt);

  std::map<std::string, kind_lane, std::less<>> lanes_;
  std::unordered_map<job_id, attempt_in_hand> attempts_;
};

} // namespace dure
