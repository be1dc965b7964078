#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/question.hpp"
#include "actors/core/state.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Keys of family `questions`. Each begins with its log's number and a letter.
///
///     log 'q' id            -> question
///     log 't' id            -> its text, JSON as it came
///     log 's' set \0 id     -> (empty)    a set's questions in the order of their making
///     log 'n' set           -> question_counts
///     log 'j' job id        -> (empty)    who follows a job
///     log 'w' work          -> the id of the question that leads this work
///     log 'd' job id        -> debtor_row: the question that left a running job last pays for it
///     log 'p'               -> provider_row
namespace dure::keys {

std::string question(const question_id& id);
std::string question_text(const question_id& id);
std::string question_in_set(std::string_view set, const question_id& id);
key_range questions_of_set(log_number log, std::string_view set);
std::string question_counts(log_number log, std::string_view set);
std::string follower(const job_id& job, const question_id& id);
key_range followers_of(const job_id& job);
std::string work(log_number log, std::string_view work);
std::string debtor(const job_id& job);
std::string provider(log_number log);

/// Rows whose keys begin with this letter.
key_range questions_with(log_number log, char letter);

/// Returns the question that the last 16 bytes of `key` name, or nothing when it is too short.
std::optional<question_id> question_at_end(std::string_view key);

} // namespace dure::keys
