#pragma once

#include "actors/core/question_queries.hpp"
#include "gateway/api/question_work.hpp"
#include "gateway/api/queue_directory.hpp"
#include "gateway/http/exchange.hpp"

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace dure::gateway {

/// A set of questions that a path names, and where it lives.
struct question_set {
  std::string name;
  queue_definition queue;
  log_number log{};
};

/// Returns the queue that questions live in.
checked<queue_definition> questions_queue_of(const state_reader& view);

/// Returns the set that the path's first capture names. Any name is a set: one without questions is
/// empty.
checked<question_set> set_in_path(exchange& e);

/// Returns the same set for a look at it; one without questions is noted as missed.
checked<question_set> seen_set_in_path(exchange& e);

/// Returns the question that the path's first capture names, or a 404; a question that was not
/// found is noted as missed.
checked<question> question_in_path(exchange& e);

/// Returns {success: true, data: …}.
checked<response> to_data_response(nlohmann::json data, int status = 200);

/// Returns {queueSize, isProcessing, oldestJob}: how many of the set wait, whether one runs, since
/// when the oldest waits.
result<nlohmann::json> set_queue_status(const state_reader& view, const question_set& set);

using question_visitor = std::function<void(const question&, const std::string& text)>;

/// Calls `visit` with each question of the page that is still there, and its text.
result<void> visit_texts(const state_reader& view, const queries::question_page& page,
                         const question_visitor& visit);

/// Returns who explains questions from now on: the node's explainer with the active prompt, which
/// another gateway may just have changed.
boost::asio::awaitable<checked<explainer>> active_explainer(exchange& e);

} // namespace dure::gateway
