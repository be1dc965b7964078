#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/state.hpp"

#include <string>
#include <vector>

namespace dure {

/// Adds a sentence to `broken` for every row of the log's questions that contradicts another:
/// counters differ from a recount, a question stands elsewhere than the job it follows, a work is
/// led by a question of another one, a debtor waits for a job that does not run for nobody.
result<void> verify_questions(const state_reader& state, log_number log,
                              std::vector<std::string>& broken);

} // namespace dure
