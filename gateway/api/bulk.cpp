#include "gateway/api/bulk.hpp"

#include "gateway/api/job_filter.hpp"
#include "gateway/api/job_list.hpp"
#include "gateway/api/job_view.hpp"
#include "gateway/api/json_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using nlohmann::json;
using queries::job_order;

constexpr auto order = job_order::created;
constexpr std::size_t word_bytes_max = 100;

/// Each shows list_rows_max jobs or looks at list_rows_looked_at_max rows.
constexpr int pages_max = 40;

constexpr std::pair<std::string_view, bulk_action> actions[] = {
    {"cancel", bulk_action::cancel},
    {"retry", bulk_action::retry},
    {"delete", bulk_action::remove},
    {"reprioritise", bulk_action::reprioritise},
};

std::string_view to_string(bulk_action action) {
  for (const auto& [word, named] : actions)
    if (named == action)
      return word;
  return "unknown";
}

/// Returns the states in which the action can be done.
std::vector<job_state> states_for(bulk_action action) {
  switch (action) {
  case bulk_action::cancel:
    return {job_state::scheduled, job_state::pending, job_state::running};
  case bulk_action::retry:
    return {job_state::failed, job_state::cancelled};
  case bulk_action::remove:
    return {job_state::completed, job_state::failed, job_state::cancelled};
  case bulk_action::reprioritise:
    return {job_state::scheduled, job_state::pending};
  }
  return {};
}

void read_action(object_reader& fields, bulk_request& request) {
  fields.require("action");
  auto word = fields.text("action", word_bytes_max);
  auto priority = fields.integer("priority", limits::priority_min, limits::priority_max);
  if (!word)
    return;
  auto found = std::find_if(std::begin(actions), std::end(actions),
                            [&word](const auto& one) { return one.first == *word; });
  if (found == std::end(actions))
    return fields.reject("action", "Must be cancel, retry, delete or reprioritise.");
  request.action = found->second;
  auto wants_priority = request.action == bulk_action::reprioritise;
  if (wants_priority)
    fields.require("priority");
  if (priority && !wants_priority)
    fields.reject("priority", "Belongs to reprioritise only.");
  request.priority = static_cast<std::int16_t>(priority.value_or(0));
}

void read_ids(object_reader& fields, bulk_request& request, bool given) {
  auto texts = fields.texts("ids", limits::batch_jobs_max, word_bytes_max);
  if (given && texts && texts->empty())
    fields.reject("ids", "Must not be empty.");
  for (const auto& text : texts.value_or(std::vector<std::string>{})) {
    auto id = parse_uuid(text);
    if (!id)
      return fields.reject("ids", "Must be ids of jobs; one is not: " + text.substr(0, 40));
    request.ids.push_back(job_id{*id});
  }
}

/// Leaves the states that the action fits; none means that no job is meant.
void narrow(std::vector<job_state>& states, bulk_action action) {
  auto fitting = states_for(action);
  if (!states.empty())
    std::erase_if(fitting, [&states](job_state s) {
      return std::find(states.begin(), states.end(), s) == states.end();
    });
  states = std::move(fitting);
}

void read_filter(object_reader& fields, bulk_request& request, const queue_directory& queues) {
  const auto* object = fields.object("filter");
  auto cursor = fields.text("cursor", word_bytes_max);
  if (cursor && !(request.after = parse_cursor(*cursor, order)))
    fields.reject("cursor", "Is not the `next` of such a request.");
  if (object == nullptr)
    return;
  object_reader words{*object, fields.pointer_to("filter")};
  request.filter = read_job_filter(words, queues);
  narrow(request.filter->states, request.action);
  fields.absorb(std::move(words));
}

/// A removed job leaves nothing to show.
std::string word_after(const bulk_request& request, job_state s) {
  return std::string{request.action == bulk_action::remove ? "deleted" : dure::to_string(s)};
}

json to_value(const bulk_outcome& one) {
  json value{{"job_id", dure::to_string(one.id)}};
  if (one.state)
    value["status"] = *one.state;
  else
    value["error"] = {{"code", one.state.error().code},
                      {"message", one.state.error().detail},
                      {"retryable", one.state.error().retry_after_s.has_value()}};
  return value;
}

} // namespace

checked<bulk_request> parse_bulk_request(std::string_view body, const queue_directory& queues) {
  auto value = parse_json(body);
  if (!value)
    return value.error();
  object_reader fields{*value};
  bulk_request request;
  read_action(fields, request);
  auto dry_run = fields.flag("dry_run");
  request.dry_run = dry_run.value_or(false);
  auto by_ids = value->is_object() && value->contains("ids") && !(*value)["ids"].is_null();
  read_ids(fields, request, by_ids);
  read_filter(fields, request, queues);
  if (by_ids && request.after)
    fields.reject("cursor", "Belongs to a filter only.");
  if (by_ids == request.filter.has_value())
    fields.reject("filter", "Either a filter or ids must be given; {} means every job.");
  if (auto wrong = fields.finish())
    return *wrong;
  return checked<bulk_request>{boost::system::in_place_value, std::move(request)};
}

result<bulk_selection> select_jobs(const state_reader& view, const bulk_request& request) {
  bulk_selection selected{request.ids, request.after};
  if (!request.filter || request.filter->states.empty())
    return bulk_selection{request.ids, {}};
  for (int pages = 0; pages < pages_max; ++pages) {
    auto room = limits::batch_jobs_max - selected.ids.size();
    auto page = queries::list_jobs(view, *request.filter, order, selected.next, room);
    if (!page)
      return page.error();
    for (const auto& j : page->jobs)
      selected.ids.push_back(j.spec.id);
    selected.next = page->next;
    if (!page->next || selected.ids.size() == limits::batch_jobs_max)
      break;
  }
  return selected;
}

command_body to_wish(const bulk_request& request, const job_id& id) {
  switch (request.action) {
  case bulk_action::cancel:
    return cancel{id};
  case bulk_action::retry:
    return retry{id};
  case bulk_action::remove:
    return remove{id};
  case bulk_action::reprioritise:
    return reprioritise{id, request.priority};
  }
  return cancel{id};
}

bulk_outcome to_outcome(const bulk_request& request, const job_id& id, const result<answer>& told,
                        timestamp now) {
  if (!told)
    return {id, absent_job_problem(told.error(), id, now)};
  if (const auto* changed = std::get_if<job_changed>(&*told))
    return {id, word_after(request, changed->state)};
  return {id, word_after(request, job_state::completed)};
}

bulk_outcome foresee(const state_reader& view, const bulk_request& request, const job_id& id,
                     timestamp now) {
  auto found = queries::find_job(view, id);
  if (!found)
    return {id, absent_job_problem(found.error(), id, now)};
  auto fitting = states_for(request.action);
  if (std::find(fitting.begin(), fitting.end(), found->state) == fitting.end())
    return {id, to_problem(error{errc::wrong_state, {}})};
  return {id, std::string{dure::to_string(found->state)}};
}

response to_bulk_response(const bulk_request& request, const bulk_selection& selected,
                          const std::vector<bulk_outcome>& outcomes) {
  auto jobs = json::array();
  std::size_t done = 0;
  for (const auto& one : outcomes) {
    done += one.state ? 1 : 0;
    jobs.push_back(to_value(one));
  }
  json body{{"action", to_string(request.action)},
            {"dry_run", request.dry_run},
            {"matched", outcomes.size()},
            {"done", request.dry_run ? 0 : done},
            {"refused", outcomes.size() - done},
            {"jobs", std::move(jobs)},
            {"next", selected.next ? json(to_cursor(*selected.next, order)) : json(nullptr)}};
  response r;
  r.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return r;
}

} // namespace dure::gateway
