// Documents as clients of a document service know them: thin views of jobs.

#include "gateway/api/document_request.hpp"
#include "gateway/api/document_view.hpp"
#include "gateway/http/document_result.hpp"
#include "gateway/http/file_form.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/job_path.hpp"
#include "gateway/http/job_progress.hpp"
#include "gateway/http/keyed.hpp"
#include "gateway/http/listing.hpp"
#include "gateway/http/submission.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

constexpr int gone_status = 410;

handlers::outcome submit_document(exchange& e, const file_form& form, job_spec spec,
                                  id_maker& ids) {
  spec.input_file = form.file;
  auto taken_at = ids.at();
  std::vector<checked<job_spec>> one;
  one.push_back(std::move(spec));
  auto outcomes = co_await submit_all(e.use.node, std::move(one), ids, submission::alone);
  if (!outcomes.front())
    co_return outcomes.front().error();
  co_return to_document_upload_response(*outcomes.front(), form.file, form.extension, taken_at,
                                        e.head.speaks);
}

response to_answer(const exchange& e, const nlohmann::json& body) {
  response r;
  r.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return with_entity_tag(std::move(r), e.head.if_none_match);
}

} // namespace

handlers::outcome handlers::upload_document(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  job_spec spec;
  const fields_check check = [&e, &spec](const query& said) -> std::optional<problem> {
    auto read = parse_document_request(said);
    if (!read)
      return read.error();
    spec = std::move(*read);
    return check_queue(e.use.node.view(), spec);
  };
  auto form = co_await read_file_form(e, document_fields, check);
  if (!form)
    co_return form.error();
  keyed_work work = [&e, &form, &spec](id_maker& ids) -> outcome {
    co_return co_await submit_document(e, *form, spec, ids);
  };
  co_return co_await once(e, digest_of(*form), std::move(work));
}

handlers::outcome handlers::read_document_status(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto found = find_job_in_path(e);
  if (!found)
    co_return found.error();
  co_return to_answer(e, to_document_json(*found, progress_around(e.use, *found), e.head.speaks));
}

handlers::outcome handlers::read_document(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto found = find_job_in_path(e);
  if (!found)
    co_return found.error();
  auto metadata = co_await read_result_member(e.use, *found, "metadata");
  // A result that was lost is no reason to hide the document.
  if (!metadata && metadata.error().status != gone_status)
    co_return metadata.error();
  auto known = metadata ? std::move(*metadata) : std::nullopt;
  auto around = progress_around(e.use, *found);
  co_return to_answer(e, to_whole_document_json(*found, around, known, e.head.speaks));
}

handlers::outcome handlers::read_document_result(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto found = find_job_in_path(e);
  if (!found)
    co_return found.error();
  if (found->state != job_state::completed)
    co_return not_completed_problem(*found);
  response r;
  if (found->outcome.blob)
    r.stream = streamed_body{*found->outcome.blob, {}, {}};
  else
    r.body = found->outcome.json.empty() ? "null" : found->outcome.json;
  co_return with_entity_tag(std::move(r), e.head.if_none_match);
}

handlers::outcome handlers::list_container(exchange& e) {
  list_parser parse = [&e](const query& parameters, const queue_directory& queues) {
    return parse_document_list_request(parameters, e.head.captures.front(), queues);
  };
  co_return co_await list(e, std::move(parse), to_document_list_response);
}

} // namespace dure::gateway
