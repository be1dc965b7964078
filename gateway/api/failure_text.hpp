#pragma once

#include "actors/core/job.hpp"
#include "gateway/api/words.hpp"

#include <string>

namespace dure::gateway {

/// Returns why a job failed, for people: in Korean where its code is one of ours, else in the words
/// of whoever said it.
std::string failure_text(const job_error& failure, language in);

} // namespace dure::gateway
