#pragma once

#include "actors/core/command.hpp"
#include "actors/core/ledger.hpp"
#include "actors/core/state.hpp"

#include <optional>
#include <string_view>

/// The rules, one per command; `decide` chooses. Inside the ledger only.
///
/// Each is given a command that `check` let pass, and answers with events, with none when the wish
/// is fulfilled already, or with a refusal.
namespace dure::ledger {

// ledger_submit.cpp
result<decision> decide_on(const state_reader& state, const submit& c, const context& at);

// ledger_claim.cpp
result<decision> decide_on(const state_reader& state, const claim& c, const context& at);

// ledger_end.cpp: an attempt is over.
result<decision> decide_on(const state_reader& state, const complete& c, const context& at);
result<decision> decide_on(const state_reader& state, const fail& c, const context& at);
result<decision> decide_on(const state_reader& state, const release& c, const context& at);
result<decision> decide_on(const state_reader& state, const lose_node& c, const context& at);
result<decision> decide_on(const state_reader& state, const end_overdue& c, const context& at);

// ledger_files.cpp: what an attempt leaves while it runs.
result<decision> decide_on(const state_reader& state, const add_artifacts& c, const context& at);
result<decision> decide_on(const state_reader& state, const keep_log& c, const context& at);

// ledger_change.cpp: a client changes its mind, or time does.
result<decision> decide_on(const state_reader& state, const cancel& c, const context& at);
result<decision> decide_on(const state_reader& state, const retry& c, const context& at);
result<decision> decide_on(const state_reader& state, const reprioritise& c, const context& at);
result<decision> decide_on(const state_reader& state, const reschedule& c, const context& at);
result<decision> decide_on(const state_reader& state, const remove& c, const context& at);
result<decision> decide_on(const state_reader& state, const make_ready& c, const context& at);
result<decision> decide_on(const state_reader& state, const expire& c, const context& at);

// ledger_question.cpp
result<decision> decide_on(const state_reader& state, const put_question& c, const context& at);
result<decision> decide_on(const state_reader& state, const answer_question& c, const context& at);
result<decision> decide_on(const state_reader& state, const ask_question& c, const context& at);
result<decision> decide_on(const state_reader& state, const cancel_question& c, const context& at);
result<decision> decide_on(const state_reader& state, const remove_question& c, const context& at);

// ledger_provider.cpp
result<decision> decide_on(const state_reader& state, const forgive_provider& c, const context& at);

// ledger_record.cpp: what is not a job.
result<decision> decide_on(const state_reader& state, const configure_queue& c, const context& at);
result<decision> decide_on(const state_reader& state, const put_record& c, const context& at);
result<decision> decide_on(const state_reader& state, const put_records& c, const context& at);
result<decision> decide_on(const state_reader& state, const delete_record& c, const context& at);
result<decision> decide_on(const state_reader& state, const forget_answer& c, const context& at);
result<decision> decide_on(const state_reader& state, const expire_record& c, const context& at);

// ledger_snapshot.cpp
result<decision> decide_on(const state_reader& state, const begin_snapshot& c, const context& at);
result<decision> decide_on(const state_reader& state, const offer_snapshot& c, const context& at);
result<decision> decide_on(const state_reader& state, const confirm_snapshot& c, const context& at);

// What several rules need (ledger_decide.cpp).

/// A wish that one event fulfils, or that needs none.
decision one_event(event e, answer reply = accepted{});
decision no_event(answer reply = accepted{});

/// Returns the job, errc::gone when it was removed lately, or errc::not_found.
result<job> known_job(const state_reader& state, const job_id& id);

/// Returns errc::wrong_state, saying what the job is.
error wrong_state(const job& j);

/// Returns errc::queue_full when the log holds as many waiting jobs as it may.
result<void> room_for_one(const state_reader& state, log_number log);

/// Returns the other live job that has the unique key of `spec`, or a completed one, or nothing.
result<std::optional<job>> holder_of_key(const state_reader& state, const job_spec& spec);

/// Returns when a job that ends now may go: never when its queue keeps its jobs until they are
/// deleted.
std::optional<timestamp> expiry(std::string_view queue, timestamp now);

} // namespace dure::ledger
