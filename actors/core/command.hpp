#pragma once

#include "actors/core/job.hpp"
#include "actors/core/question.hpp"
#include "actors/core/queue.hpp"
#include "actors/core/snapshot.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace dure {

// Commands are wishes: the ledger may refuse them. Those of clients first, then of workers, then of
// time.

/// Idempotent by spec.id: the same id again answers with the job as it is now.
struct submit {
  job_spec spec;
};

struct cancel {
  job_id id;
};

/// A failed or cancelled job gets a fresh budget of attempts.
struct retry {
  job_id id;
};

struct reprioritise {
  job_id id;
  std::int16_t priority = 0;
};

struct reschedule {
  job_id id;
  timestamp run_at{};
};

/// Removes a job in an end state.
struct remove {
  job_id id;
};

/// How many jobs of a kind a worker could start now.
struct demand {
  std::string kind;
  std::uint32_t jobs = 0;

  bool operator==(const demand&) const = default;
};

/// A worker asks for jobs. The same claim id again answers with the same leases, as far as they
/// still live.
struct claim {
  claim_id id;
  std::string node;
  boot_id boot;
  std::vector<demand> demands;
};

/// What a provider said of its quota beside its answer (x-ratelimit-…).
struct quota_report {
  std::optional<std::uint64_t> requests_left;
  std::optional<std::uint64_t> tokens_left;

  bool operator==(const quota_report&) const = default;
};

struct complete {
  lease of;
  job_result outcome;
  job_cost cost;
  std::uint64_t peak_memory_bytes = 0;
  quota_report quota{};
  bool reusable = true; ///< False: made otherwise than the job says, so not for equal work.
  bool possibly_charged = false; ///< Its answer did not say what it has cost.
};

/// The attempt has made files; of files with one name the newest counts. They stay when it fails,
/// until the next attempt begins.
struct add_artifacts {
  lease of;
  std::vector<artifact> artifacts;
};

/// What the attempt said; the attempt may be over.
struct keep_log {
  lease of;
  blob_ref log; ///< JSON lines.
};

struct fail {
  lease of;
  attempt_end end = attempt_end::failed; ///< failed, died or timed_out.
  job_error failure;
  std::optional<timestamp> retry_not_before; ///< The server's Retry-After.
  std::uint64_t peak_memory_bytes = 0;
  job_cost cost{};               ///< A failed attempt may have cost something too.
  bool possibly_charged = false; ///< A request went out and its answer was lost.
  quota_report quota{};
};

/// The worker gives a job back unfinished; the attempt does not count, unless too many have cost
/// something. `end` is released or cancelled.
struct release {
  lease of;
  attempt_end end = attempt_end::released;
  std::uint64_t peak_memory_bytes = 0;
  job_cost cost{};
  bool possibly_charged = false;
  bool unheard = false; ///< Its handler was ended before it could say what it had cost.
};

/// Ends every lease of the node in this log but those of boot `except` (nothing: all of them).
struct lose_node {
  std::string node;
  std::optional<boot_id> except;
};

struct configure_queue {
  queue_settings settings;
};

/// `expected`: the version that the record must have; 0 means it must not exist; nothing means any.
struct put_record {
  std::string key;
  std::string value; ///< JSON text.
  std::optional<std::uint64_t> expected;
  std::optional<timestamp> expires_at;
};

/// All of them, or none when one is not as expected. Answers with the first one's version.
struct put_records {
  std::vector<put_record> puts; ///< One or more, of different keys.
};

struct delete_record {
  std::string key;
  std::optional<std::uint64_t> expected;
};

// Questions (ledger_question.cpp). `job` is what explains the question when nothing is kept that
// answers it and no equal work is in flight; its input stays empty, a worker is handed the text.

/// Idempotent by id. With an answer the question is completed at once and needs no job.
struct put_question {
  question_id id;
  std::string set;
  std::string label;
  std::string work;
  std::string content; ///< JSON text.
  std::string answer;  ///< JSON text, or empty.
  std::optional<job_spec> job;
};

/// Somebody wrote the answer: cancels the job unless another question waits for it.
struct answer_question {
  question_id id;
  std::string answer;
};

/// Asks again; does nothing while the question is being explained. A failed job is retried, unless
/// `anew`: then nothing kept is used either.
struct ask_question {
  question_id id;
  std::string work;
  job_spec job;
  bool anew = false;
};

struct cancel_question {
  question_id id;
};

struct remove_question {
  question_id id;
};

/// Takes back what is held against the provider: it is asked again at once.
struct forgive_provider {};

// Snapshots (ledger_snapshot.cpp): wishes of replicas.

/// Every replica shall freeze its state at the record that says so; the leader exports it.
struct begin_snapshot {};

struct offer_snapshot {
  snapshot made;
};

/// The snapshot was read back and is what it says.
struct confirm_snapshot {
  journal_index index{};
  record_hash digest; ///< Found.
};

// What `due` answers with. Each names what it saw, so that one that came too late is refused or
// does nothing.

struct make_ready {
  job_id id;
};

/// The hard timeout and the grace are over.
struct end_overdue {
  lease of;
};

/// Retention is over.
struct expire {
  job_id id;
};

struct forget_answer {
  command_id id;
};

struct expire_record {
  std::string key;
  std::uint64_t version = 0;
};

using command_body =
    std::variant<submit, cancel, retry, reprioritise, reschedule, remove, claim, complete, fail,
                 release, lose_node, configure_queue, put_record, delete_record, put_question,
                 answer_question, ask_question, cancel_question, remove_question, forgive_provider,
                 make_ready, end_overdue, expire, forget_answer, expire_record, add_artifacts,
                 keep_log, put_records, begin_snapshot, offer_snapshot, confirm_snapshot>;

/// A wish with its name, so that it may be repeated, and who has it.
struct command {
  command_id id;
  std::string by; ///< Key, node or schedule; for the audit.
  command_body body;
};

// Answers.

struct job_taken {
  job_id id; ///< Another one than asked for when `existing` by a unique key.
  job_state state = job_state::pending;
  bool existing = false;
  std::uint64_t version = 0;

  bool operator==(const job_taken&) const = default;
};

struct job_changed {
  job_id id;
  job_state state = job_state::pending;
  bool cancel_requested = false;
  std::uint64_t version = 0;

  bool operator==(const job_changed&) const = default;
};

/// A lease with all that the worker needs for the attempt.
struct grant {
  lease of;
  job_spec spec;
  timestamp started_at{};
  bool cancel_requested = false; ///< Only when a claim is repeated: the attempt is not to start.

  bool operator==(const grant&) const = default;
};

struct granted {
  std::vector<grant> grants;

  bool operator==(const granted&) const = default;
};

struct record_changed {
  std::uint64_t version = 0;

  bool operator==(const record_changed&) const = default;
};

struct question_taken {
  question_id id;
  question_state state = question_state::pending;
  job_id job; ///< Zero: none.

  bool operator==(const question_taken&) const = default;
};

/// Done, or done before.
struct accepted {
  bool operator==(const accepted&) const = default;
};

using answer =
    std::variant<accepted, job_taken, job_changed, granted, record_changed, question_taken>;

} // namespace dure
