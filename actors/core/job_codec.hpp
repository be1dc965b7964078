#pragma once

#include "actors/core/bytes.hpp"
#include "actors/core/command.hpp"
#include "actors/core/job.hpp"
#include "actors/core/queue.hpp"
#include "actors/core/snapshot.hpp"

namespace dure {

// The parts that rows and journal records share, as bytes: a struct is its fields in the order of
// its declaration. This order is durable: a changed struct needs a new row schema and event type.

void put(writer& w, job_state v);
void put(writer& w, attempt_end v);
void put(writer& w, question_state v);
void put(writer& w, const failure_count& v);
void put(writer& w, const blob_ref& v);
void put(writer& w, const artifact& v);
void put(writer& w, const job_error& v);
void put(writer& w, const job_cost& v);
void put(writer& w, const job_result& v);
void put(writer& w, const job_timeout& v);
void put(writer& w, const job_spec& v);
void put(writer& w, const lease& v);
void put(writer& w, const attempt& v);
void put(writer& w, const queue_settings& v);
void put(writer& w, journal_index v);
void put(writer& w, const record_hash& v);
void put(writer& w, const snapshot& v);
void put(writer& w, const kept_snapshot& v);
void put(writer& w, const answer& v); ///< Type number u8 (accepted 1, job_taken 2, …), then fields.

// Each fails the reader on a number that its enum does not have.

void get(reader& r, job_state& v);
void get(reader& r, attempt_end& v);
void get(reader& r, question_state& v);
void get(reader& r, failure_count& v);
void get(reader& r, blob_ref& v);
void get(reader& r, artifact& v);
void get(reader& r, job_error& v);
void get(reader& r, job_cost& v);
void get(reader& r, job_result& v);
void get(reader& r, job_timeout& v);
void get(reader& r, job_spec& v);
void get(reader& r, lease& v);
void get(reader& r, attempt& v);
void get(reader& r, queue_settings& v);
void get(reader& r, journal_index& v);
void get(reader& r, record_hash& v);
void get(reader& r, snapshot& v);
void get(reader& r, kept_snapshot& v);
void get(reader& r, answer& v);

} // namespace dure
