// Documents as clients of a document service know them: thin views of jobs.

#include "gateway/api/document_request.hpp"
#include "gateway/api/document_view.hpp"
#include "gateway/http/document_result.hpp"
#include "gateway/http/form_submission.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/job_path.hpp"
#include "gateway/http/job_progress.hpp"
#include "gateway/http/listing.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

constexpr int gone_status = 410;

response to_answer(const exchange& e, const nlohmann::json& body) {
  response r;
  r.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return with_entity_tag(std::move(r), e.head.if_none_match);
}

} // namespace

handlers::outcome handlers::upload_document(exchange& e) {
  form_answer answer = [&e](const job_taken& taken, const file_form& form,
                            timestamp at) -> checked<response> {
    return to_document_upload_response(taken, form.file, form.extension, at, e.head.speaks);
  };
  co_return co_await submit_form(e, document_fields, parse_document_request, std::move(answer));
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
