#include "gateway/api/job_view.hpp"
#include "gateway/http/file_form.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/keyed.hpp"
#include "gateway/http/submission.hpp"

namespace dure::gateway {

namespace {

constexpr std::string_view upload_kind = "document.parse";

handlers::outcome submit_file(exchange& e, const file_form& form, id_maker& ids) {
  job_spec spec;
  spec.kind = upload_kind;
  spec.params = "{}";
  spec.input_file = form.file;
  std::vector<checked<job_spec>> one;
  one.push_back(std::move(spec));
  auto outcomes = co_await submit_all(e.use.node, std::move(one), ids);
  if (!outcomes.front())
    co_return outcomes.front().error();
  co_return to_upload_response(*outcomes.front(), form.file, form.extension, e.head.speaks);
}

} // namespace

handlers::outcome handlers::upload_file(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  const std::span<const form_field> no_fields;
  auto form = co_await read_file_form(e, no_fields);
  if (!form)
    co_return form.error();
  keyed_work work = [&e, &form](id_maker& ids) -> outcome {
    co_return co_await submit_file(e, *form, ids);
  };
  co_return co_await once(e, digest_of(*form), std::move(work));
}

} // namespace dure::gateway
