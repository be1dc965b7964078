#pragma once

#include "actors/core/command.hpp"
#include "actors/core/queries.hpp"
#include "actors/core/queue.hpp"
#include "node/config/question_options.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace dure::node {

/// The record of `control` that says which limits a file last brought into the queue of questions.
inline constexpr std::string_view applied_limits_key = "applied/questions";

/// Returns the settings with the limits that the file names; as they are when no provider is asked.
/// A rate that the file does not name stays, as somebody may have set it by hand.
queue_settings within_provider_limits(queue_settings settings, const question_options& questions);

/// Returns the record that `control` lacks to keep to the file, or nothing: the queue with those
/// limits that differ from what a file last brought there, then the note of what was brought. What
/// somebody changed by hand stays until the file changes. Each put expects the version it was made
/// from.
std::optional<put_record> missing_limits(const question_options& questions,
                                         const std::vector<queue_definition>& known,
                                         const std::optional<queries::found_record>& applied);

} // namespace dure::node
