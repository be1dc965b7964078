#pragma once

#include "actors/core/command.hpp"
#include "actors/core/job.hpp"
#include "actors/core/log_event.hpp"
#include "actors/core/queue.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Facts in the journal. They carry outcomes (the next run_at, not the backoff rule): applying one
/// reads no clock. Its time is that of its record. Type numbers live in event_codec.hpp.
namespace dure::events {

/// `state` is pending or scheduled.
struct job_submitted {
  job_spec spec;
  job_state state = job_state::pending;

  bool operator==(const job_submitted&) const = default;
};

/// scheduled -> pending.
struct job_readied {
  job_id id;

  bool operator==(const job_readied&) const = default;
};

/// pending -> running. A lease begins; `ends_at` is when time alone ends it.
struct job_leased {
  lease of;
  claim_id claim;
  timestamp ends_at{};

  bool operator==(const job_leased&) const = default;
};

/// running -> completed.
struct job_completed {
  lease of;
  job_result outcome;
  job_cost cost;
  std::uint64_t peak_memory_bytes = 0;
  std::optional<timestamp> expires_at;

  bool operator==(const job_completed&) const = default;
};

/// running -> scheduled (run_at ahead) or pending. The lease is over, the job goes on.
struct attempt_ended {
  lease of;
  attempt_end end = attempt_end::failed;
  std::optional<job_error> failure;
  job_cost cost;
  std::uint64_t peak_memory_bytes = 0;
  bool counted = true; ///< Against max_attempts.
  job_state state = job_state::pending;
  timestamp run_at{};

  bool operator==(const attempt_ended&) const = default;
};

/// running -> failed.
struct job_failed {
  lease of;
  attempt_end end = attempt_end::failed;
  job_error failure;
  job_cost cost;
  std::uint64_t peak_memory_bytes = 0;
  std::optional<timestamp> expires_at;

  bool operator==(const job_failed&) const = default;
};

/// running stays running; its worker is told.
struct cancel_requested {
  job_id id;

  bool operator==(const cancel_requested&) const = default;
};

/// scheduled, pending or running -> cancelled. `end` and `failure` are of the attempt it ended.
struct job_cancelled {
  job_id id;
  std::optional<attempt_end> end;
  std::optional<job_error> failure;
  job_cost cost;
  std::uint64_t peak_memory_bytes = 0;
  std::optional<timestamp> expires_at;

  bool operator==(const job_cancelled&) const = default;
};

/// failed or cancelled -> pending.
struct job_retried {
  job_id id;

  bool operator==(const job_retried&) const = default;
};

struct job_reprioritised {
  job_id id;
  std::int16_t priority = 0;

  bool operator==(const job_reprioritised&) const = default;
};

/// pending <-> scheduled.
struct job_rescheduled {
  job_id id;
  timestamp run_at{};
  job_state state = job_state::scheduled;

  bool operator==(const job_rescheduled&) const = default;
};

/// Any end state -> gone.
struct job_removed {
  job_id id;
  bool expired = false;

  bool operator==(const job_removed&) const = default;
};

struct queue_configured {
  queue_settings settings;

  bool operator==(const queue_configured&) const = default;
};

struct record_put {
  std::string key;
  std::string value;
  std::uint64_t version = 0;
  std::optional<timestamp> expires_at;

  bool operator==(const record_put&) const = default;
};

struct record_deleted {
  std::string key;

  bool operator==(const record_deleted&) const = default;
};

/// The answer to a command whose repeat the state does not tell. Kept until `forget_at`.
struct command_answered {
  command_id id;
  answer reply; ///< accepted, job_taken, job_changed or record_changed.
  timestamp forget_at{};

  bool operator==(const command_answered&) const = default;
};

struct answer_forgotten {
  command_id id;

  bool operator==(const answer_forgotten&) const = default;
};

// Defined now so that the format is settled; nothing decides them yet and a node that meets one
// halts.

/// A running job has become the parent of `parts`; it waits without a lease.
struct job_split {
  lease of;
  std::vector<job_spec> parts;

  bool operator==(const job_split&) const = default;
};

/// All parts have ended; the parent is pending again to join them.
struct parts_joined {
  job_id id;

  bool operator==(const parts_joined&) const = default;
};

/// An input that killed its handlers is refused from now on.
struct input_poisoned {
  std::string sha256;
  job_id by;

  bool operator==(const input_poisoned&) const = default;
};

/// A question is there, answered or following a job of the same log.
struct question_put {
  question_id id;
  std::string set;
  std::string label;
  std::string work;
  std::string content;
  std::string answer;
  std::optional<job_id> job;

  bool operator==(const question_put&) const = default;
};

/// A question is completed with this answer, or failed; it follows no job any more.
struct question_settled {
  question_id id;
  std::string work; ///< Who may reuse the answer; empty: nobody.
  std::string answer;
  std::optional<job_error> failure;

  bool operator==(const question_settled&) const = default;
};

/// A question follows another job from now on.
struct question_asked {
  question_id id;
  std::string work;
  job_id job;

  bool operator==(const question_asked&) const = default;
};

struct question_removed {
  question_id id;

  bool operator==(const question_removed&) const = default;
};

/// An attempt has cost something that its end does not say, or may have.
struct cost_booked {
  job_id job;
  job_cost cost;
  bool possibly_charged = false;

  bool operator==(const cost_booked&) const = default;
};

/// An attempt that may have been charged was not counted against the job.
struct charge_spared {
  job_id job;

  bool operator==(const charge_spared&) const = default;
};

/// What the job made is not what its questions' work names: nobody may reuse it.
struct work_disowned {
  job_id job;

  bool operator==(const work_disowned&) const = default;
};

/// Beside a queue_configured, when its rate limits changed.
struct rate_configured {
  rate_limits rate;

  bool operator==(const rate_configured&) const = default;
};

/// Whether the provider answers; after some failures nothing is started before `blocked_until`.
struct provider_seen {
  std::uint32_t failures = 0;
  timestamp blocked_until{};
  std::string reason;

  bool operator==(const provider_seen&) const = default;
};

/// The provider told of its quota; nothing is started before `blocked_until`.
struct rate_observed {
  std::optional<std::uint64_t> requests_left;
  std::optional<std::uint64_t> tokens_left;
  timestamp blocked_until{};

  bool operator==(const rate_observed&) const = default;
};

/// A running job's attempt has made files. Of files with one name the newest counts.
struct artifacts_added {
  lease of;
  std::vector<artifact> artifacts;

  bool operator==(const artifacts_added&) const = default;
};

/// What an attempt said is kept.
struct log_kept {
  lease of;
  blob_ref log;

  bool operator==(const log_kept&) const = default;
};

} // namespace dure::events

namespace dure {

using event = std::variant<
    events::leader_claimed, events::barrier, events::job_submitted, events::job_readied,
    events::job_leased, events::job_completed, events::attempt_ended, events::job_failed,
    events::cancel_requested, events::job_cancelled, events::job_retried, events::job_reprioritised,
    events::job_rescheduled, events::job_removed, events::queue_configured, events::record_put,
    events::record_deleted, events::command_answered, events::answer_forgotten, events::job_split,
    events::parts_joined, events::input_poisoned, events::rate_observed, events::artifacts_added,
    events::log_kept, events::question_put, events::question_settled, events::question_asked,
    events::question_removed, events::cost_booked, events::rate_configured, events::provider_seen,
    events::charge_spared, events::work_disowned, events::snapshot_begun, events::snapshot_taken,
    events::snapshot_verified>;

} // namespace dure
