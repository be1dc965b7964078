#pragma once

#include "actors/core/provider.hpp"
#include "actors/core/question.hpp"
#include "actors/core/state.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What people ask about questions, answered from rows alone. Pure.
namespace dure::queries {

/// Returns the question or errc::not_found.
result<question> find_question(const state_reader& state, const question_id& id);

/// Returns the question's text as it came: JSON.
result<std::string> text_of_question(const state_reader& state, const question_id& id);

/// Returns how many questions of the set are in each state, and what they cost. O(1).
result<question_counts> counts_of_set(const state_reader& state, log_number log,
                                      std::string_view set);

struct question_page {
  std::vector<question> questions;
  std::optional<question_id> next; ///< The last of this page; nothing: there are no more.
};

/// Returns at most `limit` questions of the set behind `after`, in the order of their making.
result<question_page> list_questions(const state_reader& state, log_number log,
                                     std::string_view set, const std::optional<question_id>& after,
                                     std::size_t limit);

/// Returns when the oldest question of the set that waits for its job was made. O(1).
result<std::optional<timestamp>> oldest_waiting(const state_reader& state, log_number log,
                                                std::string_view set);

/// Returns what the log knows of the provider that its jobs ask.
result<provider_row> provider_of(const state_reader& state, log_number log);

} // namespace dure::queries
