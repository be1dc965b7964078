#pragma once

#include "actors/core/queries.hpp"
#include "gateway/api/words.hpp"

#include <string>

namespace dure::gateway {

/// Returns one sentence on why a job waits where its reason alone says too little; otherwise empty.
std::string waiting_text(const queries::waiting& w, language in);

} // namespace dure::gateway
