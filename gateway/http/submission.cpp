#include "gateway/http/submission.hpp"

#include "gateway/api/queue_directory.hpp"
#include "gateway/http/ask.hpp"

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

} // namespace

std::optional<problem> check_queue(const state_reader& view, const job_spec& spec) {
  auto queues = queue_directory::read(view);
  if (!queues)
    return to_problem(queues.error());
  if (queues->queue_of(spec) == nullptr)
    return no_queue(spec, {});
  return std::nullopt;
}

asio::awaitable<std::vector<checked<job_taken>>>
submit_all(backend& node, std::vector<checked<job_spec>> jobs, id_maker& ids, submission form) {
  std::vector<checked<job_taken>> all(jobs.size(), job_taken{});
  auto queues = queue_directory::read(node.view());
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
      all[i] = queues ? no_queue(*jobs[i], pointer) : to_problem(queues.error());
      continue;
    }
    place(*jobs[i], *q, ids.at(), random);
    auto log = log_of(jobs[i]->id);
    placed[log].push_back(i);
    wishes[log].push_back(ids.make_command(submit{std::move(*jobs[i])}));
  }
  auto outcomes = co_await ask_all(node, std::move(wishes));
  put_outcomes(all, placed, outcomes);
  co_return all;
}

} // namespace dure::gateway
