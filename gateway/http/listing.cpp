#include "gateway/http/listing.hpp"

#include "gateway/http/blocking.hpp"
#include "gateway/http/job_progress.hpp"

#include <algorithm>

namespace dure::gateway {

namespace {

/// A group without a job in any log that is looked through may have got its first ones elsewhere.
result<void> note_unknown_group(exchange& e, const queries::job_filter& wanted,
                                const queue_directory& queues) {
  std::vector<log_number> unknown;
  for (auto log : homes_of_group(queues, wanted.group)) {
    if (std::find(wanted.logs.begin(), wanted.logs.end(), log) == wanted.logs.end())
      continue;
    auto counts = queries::counts_of_group(e.use.node.view(), log, wanted.group);
    if (!counts)
      return counts.error();
    if (*counts != job_counts{})
      return {};
    unknown.push_back(log);
  }
  for (auto log : unknown)
    e.missed.note(log);
  return {};
}

} // namespace

boost::asio::awaitable<checked<response>> list(exchange& e, list_parser parse, list_view show) {
  const auto& view = e.use.node.view();
  auto queues = queue_directory::read(view);
  if (!queues)
    co_return to_problem(queues.error());
  auto asked = parse(e.head.parameters, *queues);
  if (!asked && names(asked.error(), "?queue"))
    e.missed.note(control_log);
  if (!asked)
    co_return asked.error();
  if (!asked->filter.group.empty())
    if (auto noted = note_unknown_group(e, asked->filter, *queues); !noted)
      co_return to_problem(noted.error());
  auto answer = co_await run_blocking(e.use.pool, [&] { return read_list(view, *asked); });
  if (!answer)
    co_return to_problem(answer.error());
  answer->around = progress_around(e.use, answer->page.jobs);
  auto shown = co_await run_blocking(e.use.pool, [&] {
    return show(*answer, *asked, e.head.path, e.head.parameters, e.head.speaks);
  });
  co_return with_entity_tag(std::move(shown), e.head.if_none_match);
}

} // namespace dure::gateway
