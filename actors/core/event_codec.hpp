#pragma once

#include "actors/core/bytes.hpp"
#include "actors/core/error.hpp"
#include "actors/core/event.hpp"

#include <cstdint>

namespace dure {

/// Durable numbers of the kinds of events: never reused, never given another layout. An event whose
/// fields change gets a new number beside the old one, which stays readable for ever.
enum class event_type : std::uint8_t {
  leader_claimed = 1,
  barrier = 2,
  job_submitted = 3,
  job_readied = 4,
  job_leased = 5,
  job_completed = 6,
  attempt_ended = 7,
  job_failed = 8,
  cancel_requested = 9,
  job_cancelled = 10,
  job_retried = 11,
  job_reprioritised = 12,
  job_rescheduled = 13,
  job_removed = 14,
  queue_configured = 15,
  record_put = 16,
  record_deleted = 17,
  command_answered = 18,
  answer_forgotten = 19,
  job_split = 20,
  parts_joined = 21,
  input_poisoned = 22,
  rate_observed = 23,
  artifacts_added = 24,
  log_kept = 25,
  question_put = 28,
  question_settled = 29,
  question_asked = 30,
  question_removed = 31,
  cost_booked = 32,
  rate_configured = 33,
  provider_seen = 34,
  charge_spared = 35,
  work_disowned = 36,
  snapshot_begun = 37,
  snapshot_taken = 38,
  snapshot_verified = 39,
};

event_type type_of(const event& e);

/// Appends the event's fields, in the order of their declaration; its type and length are the
/// record's business.
void put_body(writer& w, const event& e);

/// Takes the fields of an event of type `type` from `r` and fails `r` when they are malformed.
/// Returns errc::newer_node_needed for a type that this version does not know.
result<event> get_body(reader& r, std::uint8_t type);

} // namespace dure
