#include "gateway/http/submission.hpp"

#include "gateway/api/queue_directory.hpp"
#include "gateway/http/ask.hpp"
#include "gateway/http/catching_up.hpp"

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

/// A job that was placed, and which one of the request it is.
using placed_jobs = std::map<log_number, std::vector<std::size_t>>;

problem no_queue(const job_spec& spec, const std::string& pointer) {
  if (spec.queue.empty())
    // The default queues are made when the node first leads; until then nothing can be placed.
    return to_problem(error{errc::unavailable, {}});
  return bad_field(pointer + "/queue", "unknown_queue", "There is no queue of this name.");
}

checked<job_taken> to_taken(const result<answer>& outcome) {
  if (!outcome)
    return to_problem(outcome.error());
  if (auto* taken = std::get_if<job_taken>(&*outcome))
    return *taken;
  return to_problem(error{errc::corrupt, {}});
}

void put_outcomes(std::vector<checked<job_taken>>& all, const placed_jobs& placed,
                  const outcomes_by_log& outcomes) {
  for (const auto& [log, answers] : outcomes) {
    const auto& indices = placed.at(log);
    for (std::size_t i = 0; i < indices.size(); ++i)
      all[indices[i]] =
          i < answers.size() ? to_taken(answers[i]) : to_problem(error{errc::unknown_outcome, {}});
  }
}

/// Returns all queues; one that a job names and the view does not know may be new.
checked<queue_directory> queues_for(exchange& e, const std::vector<checked<job_spec>>& jobs) {
  auto queues = queue_directory::read(e.use.node.view());
  if (!queues)
    return to_problem(queues.error());
  for (const auto& job : jobs)
    if (job && queues->queue_of(*job) == nullptr)
      e.missed.note(control_log);
  return std::move(*queues);
}

} // namespace

asio::awaitable<std::optional<problem>> check_queue(exchange& e, const job_spec& spec) {
  auto find = [&]() -> checked<bool> {
    auto queues = queue_directory::read(e.use.node.view());
    if (!queues)
      return to_problem(queues.error());
    auto found = queues->queue_of(spec) != nullptr;
    if (!found)
      e.missed.note(control_log);
    return checked<bool>{boost::system::in_place_value, found};
  };
  auto found = co_await look(e, find);
  if (!found)
    co_return found.error();
  if (!*found)
    co_return no_queue(spec, {});
  co_return std::nullopt;
}

asio::awaitable<std::vector<checked<job_taken>>>
submit_all(exchange& e, std::vector<checked<job_spec>> jobs, id_maker& ids, submission form) {
  std::vector<checked<job_taken>> all(jobs.size(), job_taken{});
  auto queues = co_await look(e, [&] { return queues_for(e, jobs); });
  wishes_by_log wishes;
  placed_jobs placed;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    // Drawn for every job, so that a repeat of a keyed request gives each the same.
    auto random = ids.random();
    if (!jobs[i]) {
      all[i] = jobs[i].error();
      continue;
    }
    auto* q = queues ? queues->queue_of(*jobs[i]) : nullptr;
    if (q == nullptr) {
      auto pointer = form == submission::alone ? std::string{} : "/" + std::to_string(i);
      all[i] = queues ? no_queue(*jobs[i], pointer) : queues.error();
      continue;
    }
    place(*jobs[i], *q, ids.at(), random);
    auto log = log_of(jobs[i]->id);
    placed[log].push_back(i);
    wishes[log].push_back(ids.make_command(submit{std::move(*jobs[i])}));
  }
  auto outcomes = co_await ask_all(e.use.node, std::move(wishes));
  put_outcomes(all, placed, outcomes);
  co_return all;
}

} // namespace dure::gateway
