#include "gateway/http/question_sets.hpp"

#include "actors/core/limits.hpp"
#include "gateway/api/object_reader.hpp"
#include "gateway/api/system_prompt.hpp"
#include "gateway/api/time_text.hpp"
#include "gateway/http/catching_up.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

checked<queue_definition> questions_queue_of(const state_reader& view) {
  auto queues = queue_directory::read(view);
  if (!queues)
    return to_problem(queues.error());
  const auto* queue = queues->find(questions_queue);
  if (queue == nullptr)
    return to_problem(error{errc::unavailable, {}});
  return *queue;
}

checked<question_set> set_in_path(exchange& e) {
  question_set set;
  set.name = e.head.captures.front();
  if (set.name.size() > limits::group_bytes_max || has_control(set.name))
    return problem{404, "not_found", "A set's name has at most 128 bytes.", {}, {}};
  auto queue = questions_queue_of(e.use.node.view());
  if (!queue)
    return queue.error();
  set.log = question_maker{*queue, set.name, {}, 0}.log();
  set.queue = std::move(*queue);
  return checked<question_set>{boost::system::in_place_value, std::move(set)};
}

checked<question_set> seen_set_in_path(exchange& e) {
  auto set = set_in_path(e);
  if (!set)
    return set;
  auto counts = queries::counts_of_set(e.use.node.view(), set->log, set->name);
  if (!counts)
    return to_problem(counts.error());
  if (counts->by_state == question_counts{}.by_state)
    e.missed.note(set->log);
  return set;
}

checked<question> question_in_path(exchange& e) {
  const problem absent{404, "not_found", "There is no such question.", {}, {}};
  auto id = parse_uuid(e.head.captures.front());
  if (!id)
    return absent;
  auto found = queries::find_question(e.use.node.view(), question_id{*id});
  if (!found && found.error().code == errc::not_found) {
    note_missed(e, job_id{*id});
    return absent;
  }
  if (!found)
    return to_problem(found.error());
  return checked<question>{boost::system::in_place_value, std::move(*found)};
}

result<nlohmann::json> set_queue_status(const state_reader& view, const question_set& set) {
  auto counts = queries::counts_of_set(view, set.log, set.name);
  if (!counts)
    return counts.error();
  auto oldest = queries::oldest_waiting(view, set.log, set.name);
  if (!oldest)
    return oldest.error();
  nlohmann::json status{
      {"queueSize", count_of(*counts, question_state::pending)},
      {"isProcessing", count_of(*counts, question_state::generating) > 0},
      {"oldestJob", *oldest ? nlohmann::json(to_text(**oldest)) : nlohmann::json(nullptr)}};
  return result<nlohmann::json>{boost::system::in_place_value, std::move(status)};
}

checked<response> to_data_response(nlohmann::json data, int status) {
  nlohmann::json body{{"success", true}, {"data", std::move(data)}};
  response r;
  r.status = status;
  r.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return checked<response>{boost::system::in_place_value, std::move(r)};
}

result<void> visit_texts(const state_reader& view, const queries::question_page& page,
                         const question_visitor& visit) {
  for (const auto& q : page.questions) {
    auto text = queries::text_of_question(view, q.id);
    if (!text && text.error().code == errc::not_found)
      continue; // It has just gone.
    if (!text)
      return text.error();
    visit(q, *text);
  }
  return {};
}

asio::awaitable<checked<explainer>> active_explainer(exchange& e) {
  auto by = e.use.explains;
  if (!by.uses_prompt())
    co_return by;
  auto queue = questions_queue_of(e.use.node.view());
  if (!queue)
    co_return queue.error();
  std::set<log_number> said_in{queue->logs.front()};
  auto late = co_await catch_up_with(e, std::move(said_in));
  if (late)
    co_return *late;
  auto active = active_prompt(e.use.node.view(), queue->logs.front());
  if (!active)
    co_return to_problem(active.error());
  by.prompt_version = active->version;
  co_return by;
}

} // namespace dure::gateway
