#include "gateway/http/listing.hpp"

#include "gateway/http/blocking.hpp"
#include "gateway/http/job_progress.hpp"

namespace dure::gateway {

boost::asio::awaitable<checked<response>> list(exchange& e, list_parser parse, list_view show) {
  const auto& view = e.use.node.view();
  auto queues = queue_directory::read(view);
  if (!queues)
    co_return to_problem(queues.error());
  auto asked = parse(e.head.parameters, *queues);
  if (!asked)
    co_return asked.error();
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
