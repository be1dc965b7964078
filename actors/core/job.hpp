#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/time.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dure {

/// Where a job stands. Numbers are durable and part of index keys: never reused.
///
///     scheduled <-> pending -> running -> completed | failed | cancelled
///         ^                      |              (failed, cancelled) -> pending by retry
///         +---- retry later -----+              any end state -> gone by delete or expiry
enum class job_state : std::uint8_t {
  scheduled = 1,
  pending = 2,
  running = 3,
  completed = 4,
  failed = 5,
  cancelled = 6,
};
inline constexpr std::size_t job_state_count = 6;

constexpr bool is_end(job_state s) {
  return s >= job_state::completed;
}

/// Why an attempt ended. Numbers are durable.
enum class attempt_end : std::uint8_t {
  completed = 1,
  failed = 2,    ///< The handler said so.
  died = 3,      ///< The handler process crashed or was killed by a limit of memory, CPU or output.
  timed_out = 4, ///< Soft, hard or silence limit.
  lost = 5,      ///< Its node fell silent or started again. Not counted.
  released = 6,  ///< Given back by a draining or overfull worker. Not counted.
  cancelled = 7, ///< The client cancelled.
};

/// Bytes kept in the blob store, named by their SHA-256.
struct blob_ref {
  std::string sha256; ///< 64 lower-case hex digits.
  std::uint64_t bytes = 0;
  std::string name;       ///< The client's file name; shown, never used as a path.
  std::string media_type; ///< Found from the bytes, e.g. "application/pdf".

  bool operator==(const blob_ref&) const = default;
};

/// A named file that an attempt produced.
struct artifact {
  std::string name;
  blob_ref blob;

  bool operator==(const artifact&) const = default;
};

/// Why an attempt or a job failed, in the words that clients see.
struct job_error {
  std::string code;    ///< Stable, lower case with underscores, e.g. "encrypted".
  std::string message; ///< At most limits::error_message_characters_max characters.
  bool retryable = false;

  bool operator==(const job_error&) const = default;
};

/// What an execution has cost with an outside provider.
struct job_cost {
  std::uint64_t tokens_in = 0;
  std::uint64_t tokens_out = 0;
  std::uint64_t micros = 0; ///< Millionths of the configured currency.

  job_cost& operator+=(const job_cost& more) {
    tokens_in += more.tokens_in;
    tokens_out += more.tokens_out;
    micros += more.micros;
    return *this;
  }

  bool operator==(const job_cost&) const = default;
};

/// What a completed job leaves: JSON inline up to limits::inline_json_bytes_max, otherwise by blob.
struct job_result {
  std::string json;
  std::optional<blob_ref> blob;
  std::vector<artifact> artifacts;

  bool operator==(const job_result&) const = default;
};

struct job_timeout {
  std::chrono::seconds soft = limits::soft_timeout_default; ///< The handler is asked to stop.
  std::chrono::seconds hard = limits::hard_timeout_default; ///< The handler is killed.

  bool operator==(const job_timeout&) const = default;
};

/// What a client wants done. Immutable once submitted, but for priority and run_at.
struct job_spec {
  job_id id;
  std::string kind;
  std::string queue;
  std::string group; ///< Empty: none.
  std::vector<std::string> tags;
  std::string unique_key; ///< Empty: none. Scoped to the group, or to the queue without one.
  std::string owner;
  std::string traceparent;
  std::string params;                 ///< JSON text, "{}" when none was given.
  std::string input;                  ///< JSON text; empty when there is none or it is a file.
  std::optional<blob_ref> input_file; ///< Instead of `input`.
  std::int16_t priority = 0;          ///< Higher goes first.
  timestamp run_at{};                 ///< Not before this time; the past means now.
  std::uint16_t max_attempts = limits::attempts_default;
  job_timeout timeout;

  bool operator==(const job_spec&) const = default;
};

/// A worker's right to one attempt at a job. Every message about the attempt must name exactly
/// this.
struct lease {
  job_id job;
  std::uint16_t attempt = 0;
  epoch_number epoch{}; ///< Of the record that granted it; it stays valid over later epochs.
  std::string node;
  boot_id boot;

  bool operator==(const lease&) const = default;
};

/// One try, running or past.
struct attempt {
  std::uint16_t n = 0;
  std::string node;
  boot_id boot;
  epoch_number epoch{};
  claim_id claim; ///< The request that it answered; a repeat of that request gets it again.
  timestamp started_at{};
  timestamp ends_at{}; ///< When time alone ends its lease.
  std::optional<timestamp> ended_at;
  std::optional<attempt_end> end;
  std::uint64_t peak_memory_bytes = 0;
  std::optional<job_error> failure;

  bool operator==(const attempt&) const = default;
};

/// Everything the ledger knows about a job: the row of family `jobs`.
struct job {
  job_spec spec;
  job_state state = job_state::pending;
  bool cancel_requested = false;
  std::uint64_t version = 1;       ///< Grows with every event that touches the row.
  std::uint16_t attempts_made = 0; ///< Numbers attempts; never goes back.
  std::uint16_t attempts_counted =
      0; ///< Since submit or the last retry; compared with max_attempts.
  std::uint16_t losses = 0;
  std::uint16_t deaths = 0;
  std::uint16_t spared = 0; ///< Attempts not counted although they may have been paid for. Stays.
  std::vector<attempt> attempts; ///< Oldest first; the last one is the live one while running.
  std::optional<job_error> failure;
  job_result outcome;
  job_cost cost; ///< Of all attempts.
  timestamp created_at{};
  std::optional<timestamp> started_at; ///< Of the first attempt.
  std::optional<timestamp> completed_at;
  std::optional<timestamp> cancel_requested_at;
  std::optional<timestamp> expires_at; ///< Of an ended job; nothing: kept until deleted. A job of a
                                       ///< group stays until its whole group may go.

  bool operator==(const job&) const = default;
};

/// Returns the lease of a running job.
/// Requires: j.state == job_state::running.
lease live_lease(const job& j);

/// Returns the wire word, e.g. "pending".
std::string_view to_string(job_state s);
std::string_view to_string(attempt_end e);

/// Returns the state that a wire word names, or nothing.
std::optional<job_state> parse_job_state(std::string_view word);

/// Returns whether `name` is a legal name of a cluster, queue, node or kind:
/// [a-z0-9][a-z0-9.-]{0,31}.
bool is_name(std::string_view name);

} // namespace dure
