#pragma once

#include "actors/core/job.hpp"
#include "gateway/api/words.hpp"

#include <string>
#include <string_view>

namespace dure::gateway {

/// Returns why a job failed, for people: in Korean where its code is one of ours, else in the words
/// of whoever said it.
std::string failure_text(const job_error& failure, language in);

/// Returns what a code of ours means, for people; any other code as it is.
std::string code_text(std::string_view code, language in);

} // namespace dure::gateway
