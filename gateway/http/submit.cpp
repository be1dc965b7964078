#include "gateway/api/job_request.hpp"
#include "gateway/api/job_view.hpp"
#include "gateway/api/queue_directory.hpp"
#include "gateway/http/ask.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/keyed.hpp"
#include "gateway/http/media_type.hpp"
#include "gateway/http/submission.hpp"

#include <algorithm>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

/// A keyed answer is kept for a day, so it must not hold what would pass by itself: the repeat gets
/// the same jobs and what was missing. Without a key the ids of those taken are told.
checked<response> to_answer(std::vector<checked<job_taken>> outcomes, bool single, bool keyed) {
  if (single && !outcomes.front())
    return outcomes.front().error();
  if (single)
    return to_submit_response(*outcomes.front());
  auto may_pass = [](const auto& one) { return !one && one.error().status == 503; };
  auto passing = std::find_if(outcomes.begin(), outcomes.end(), may_pass);
  if (passing != outcomes.end() &&
      (keyed || std::all_of(outcomes.begin(), outcomes.end(), may_pass)))
    return passing->error();
  return to_batch_response(outcomes);
}

/// GCC 12 destroys the arms of a conditional with co_await in them twice, so this is two
/// statements.
asio::awaitable<checked<std::string>> read_jobs(exchange& e, bool lines) {
  if (lines)
    co_return co_await read_whole(e, e.use.limits.json_bytes);
  co_return co_await read_json(e, e.use.limits.json_bytes);
}

} // namespace

handlers::outcome handlers::submit_jobs(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto lines = is_json_lines(e.head.content_type);
  auto body = co_await read_jobs(e, lines);
  if (!body)
    co_return body.error();
  auto batch = co_await run_by_size(e.use.pool, body->size(),
                                    [&body, lines] { return parse_job_batch(*body, lines); });
  if (!batch)
    co_return batch.error();
  auto body_digest = co_await digest_of_body(e, *body);
  keyed_work work = [&e, &batch](id_maker& ids) -> outcome {
    auto single = batch->single;
    auto form = single ? submission::alone : submission::list;
    auto outcomes = co_await submit_all(e, std::move(batch->jobs), ids, form);
    co_return to_answer(std::move(outcomes), single, e.head.idempotency_key.has_value());
  };
  co_return co_await once(e, body_digest, std::move(work));
}

} // namespace dure::gateway
