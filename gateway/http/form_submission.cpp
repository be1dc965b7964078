#include "gateway/http/form_submission.hpp"

#include "gateway/http/submission.hpp"

#include <utility>
#include <vector>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

asio::awaitable<checked<response>> submit_one(exchange& e, const file_form& form, job_spec spec,
                                              id_maker& ids, const form_answer& answer) {
  spec.input_file = form.file;
  auto taken_at = ids.at();
  std::vector<checked<job_spec>> one;
  one.push_back(std::move(spec));
  auto outcomes = co_await submit_all(e, std::move(one), ids, submission::alone);
  if (!outcomes.front())
    co_return outcomes.front().error();
  co_return answer(*outcomes.front(), form, taken_at);
}

} // namespace

asio::awaitable<checked<response>> submit_form(exchange& e, std::span<const form_field> fields,
                                               form_reader read, form_answer answer) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  job_spec spec;
  const fields_check check = [&e, &spec,
                              &read](const query& said) -> asio::awaitable<std::optional<problem>> {
    auto asked = read(said);
    if (!asked)
      co_return asked.error();
    spec = std::move(*asked);
    co_return co_await check_queue(e, spec);
  };
  auto form = co_await read_file_form(e, fields, check);
  if (!form)
    co_return form.error();
  keyed_work work = [&e, &form, &spec,
                     &answer](id_maker& ids) -> asio::awaitable<checked<response>> {
    co_return co_await submit_one(e, *form, spec, ids, answer);
  };
  co_return co_await once(e, digest_of(*form), std::move(work));
}

} // namespace dure::gateway
