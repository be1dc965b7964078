#include "actors/core/ledger_decide.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/ledger_check.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/lookup.hpp"

#include <algorithm>
#include <array>

namespace dure::ledger {

namespace {

/// Queues whose jobs are somebody's documents, questions and datasets.
constexpr std::array<std::string_view, 3> kept_queues{"documents", "questions", "datasets"};

/// Returns whether the state alone cannot tell a repeat of the command from a new wish, so that its
/// answer is kept. A submit is known by its job, a claim by its leases, the end of an attempt by
/// the attempt, settings by their version; what time does needs no answer.
bool is_remembered(const command_body& body) {
  return std::visit(
      []<class Command>(const Command&) {
        return std::is_same_v<Command, cancel> || std::is_same_v<Command, retry> ||
               std::is_same_v<Command, reprioritise> || std::is_same_v<Command, reschedule> ||
               std::is_same_v<Command, remove> || std::is_same_v<Command, ask_question> ||
               std::is_same_v<Command, put_record> || std::is_same_v<Command, put_records> ||
               std::is_same_v<Command, delete_record>;
      },
      body);
}

} // namespace

result<decision> decide(const state_reader& state, const command& c, const context& at) {
  if (auto checked = check(c.body, at); !checked)
    return checked.error();
  const auto remembered = c.id != command_id{} && is_remembered(c.body);
  if (remembered) {
    auto kept = find_row<answer_row>(state, family::commands, keys::command(at.log, c.id));
    if (!kept)
      return kept.error();
    if (*kept)
      return no_event(std::move((*kept)->reply));
  }
  auto decided = std::visit([&](const auto& body) { return decide_on(state, body, at); }, c.body);
  if (decided && remembered && !decided->events.empty())
    decided->events.push_back(
        events::command_answered{c.id, decided->reply, at.now + limits::answers_kept});
  return decided;
}

decision one_event(event e, answer reply) {
  decision made;
  made.events.push_back(std::move(e));
  made.reply = std::move(reply);
  return made;
}

decision no_event(answer reply) {
  decision made;
  made.reply = std::move(reply);
  return made;
}

result<job> known_job(const state_reader& state, const job_id& id) {
  auto row = find_row<job>(state, family::jobs, keys::job(id));
  if (!row)
    return row.error();
  if (*row)
    return std::move(**row);
  auto removed = state.get(family::commands, keys::command(log_of(id), command_id{id.value}));
  if (!removed)
    return removed.error();
  return error{*removed ? errc::gone : errc::not_found, "job " + to_string(id)};
}

error wrong_state(const job& j) {
  return {errc::wrong_state,
          "job " + to_string(j.spec.id) + " is " + std::string{to_string(j.state)}};
}

result<void> room_for_one(const state_reader& state, log_number log) {
  auto row = row_or_empty<log_row>(state, family::logs, keys::log(log));
  if (!row)
    return row.error();
  if (!row->settings.depth_max)
    return {};
  auto all = row_or_empty<count_row>(state, family::groups, keys::counts_of_log(log));
  if (!all)
    return all.error();
  const auto waiting =
      count_of(all->counts, job_state::scheduled) + count_of(all->counts, job_state::pending);
  if (waiting >= *row->settings.depth_max)
    return error{errc::queue_full, std::to_string(waiting) + " jobs wait"};
  return {};
}

result<std::optional<job>> holder_of_key(const state_reader& state, const job_spec& spec) {
  if (spec.unique_key.empty())
    return std::optional<job>{};
  auto holder = find_row<job_id>(state, family::unique,
                                 keys::unique(log_of(spec.id), spec.group, spec.unique_key));
  if (!holder)
    return holder.error();
  if (!*holder || **holder == spec.id)
    return std::optional<job>{};
  auto other = promised_job(state, **holder);
  if (!other)
    return other.error();
  return std::optional<job>{std::move(*other)};
}

std::optional<timestamp> expiry(std::string_view queue, timestamp now) {
  if (std::find(kept_queues.begin(), kept_queues.end(), queue) != kept_queues.end())
    return std::nullopt;
  return now + limits::finished_jobs_kept;
}

} // namespace dure::ledger
