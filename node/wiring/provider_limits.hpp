#pragma once

#include "actors/core/command.hpp"
#include "actors/core/queue.hpp"
#include "node/config/question_options.hpp"

#include <optional>
#include <vector>

namespace dure::node {

/// Returns the settings with the limits that the file names; as they are when no provider is asked.
/// A rate that the file does not name stays, as somebody may have set it by hand.
queue_settings within_provider_limits(queue_settings settings, const question_options& questions);

/// Brings the queue of questions to what the file says, once a start of the node: until the record
/// was seen to say so, and never again, so that a later change by hand stays. A value.
class provider_limits {
public:
  explicit provider_limits(question_options questions) : questions_{std::move(questions)} {}

  /// Returns the record that `control` lacks, or nothing. The put expects the version it was made
  /// from.
  std::optional<put_record> missing(const std::vector<queue_definition>& known);

private:
  question_options questions_;
  bool seen_ = false;
};

} // namespace dure::node
