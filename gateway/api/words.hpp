#pragma once

#include "actors/core/job.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::gateway {

/// The language of `message` texts.
enum class language : std::uint8_t { korean, english };

/// Returns what an Accept-Language header asks for: English when it is ranked above Korean, Korean
/// otherwise and by default.
language parse_language(std::string_view accept_language);

/// Returns the word of the legacy routes: uploaded (never started), processing (running, or waiting
/// for another try), completed, failed, cancelled.
std::string_view legacy_word(const job& j);

/// Returns one sentence on where the job stands, for people.
std::string message_of(const job& j, language in);

/// Returns what the answer to a taken upload says.
std::string_view upload_message(language in);

/// Jobs that a `status` filter means.
struct status_filter {
  std::vector<job_state> states;
  std::vector<job_state> fresh_only;   ///< Of jobs in these states, those never started.
  std::vector<job_state> started_only; ///< Of jobs in these states, those that were.

  bool operator==(const status_filter&) const = default;
};

/// Returns the filter that native and legacy words, separated by commas, make together; nothing
/// when one is unknown. A word that is both (pending) is taken as native.
std::optional<status_filter> parse_status_filter(std::string_view words);

} // namespace dure::gateway
