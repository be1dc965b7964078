#pragma once

#include "actors/core/question_queries.hpp"
#include "gateway/api/question_work.hpp"
#include "gateway/api/queue_directory.hpp"
#include "gateway/http/exchange.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace dure::gateway {

/// A set of questions that a path names, and where it lives.
struct question_set {
  std::string name;
  queue_definition queue;
  log_number log{};
};

/// Returns the set that the path's first capture names. Any name is a set: one without questions is
/// empty.
checked<question_set> set_in_path(exchange& e);

/// Returns the question that the path's first capture names, or a 404.
checked<question> question_in_path(exchange& e);

/// Returns {success: true, data: …}.
checked<response> to_data_response(nlohmann::json data, int status = 200);

/// Returns {queueSize, isProcessing, oldestJob}: how many of the set wait, whether one runs, since
/// when the oldest waits.
result<nlohmann::json> set_queue_status(const state_reader& view, const question_set& set);

/// Who explains questions on this node.
const explainer& our_explainer();

} // namespace dure::gateway
