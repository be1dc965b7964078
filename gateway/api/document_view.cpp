#include "gateway/api/document_view.hpp"

#include "gateway/api/document_request.hpp"
#include "gateway/api/job_filter.hpp"
#include "gateway/api/time_text.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using nlohmann::json;

/// Titles and texts come out of files and may be any bytes.
std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json file_value(const job& j) {
  if (!j.spec.input_file)
    return nullptr;
  const auto& file = *j.spec.input_file;
  return {{"original_name", file.name}, {"file_size", file.bytes}, {"media_type", file.media_type}};
}

json time_or_null(const std::optional<timestamp>& t) {
  return t ? json(to_text(*t)) : json(nullptr);
}

response json_response(const json& body) {
  response r;
  r.body = dumped(body);
  return r;
}

} // namespace

json to_document_json(const job& j, const job_surroundings& around, language in) {
  auto shown = to_legacy_json(j, around, in);
  return {{"success", true},
          {"document_id", to_string(j.spec.id)},
          {"file_name", j.spec.input_file ? json(j.spec.input_file->name) : json(nullptr)},
          {"status", std::move(shown["status"])},
          {"progress", std::move(shown["progress"])},
          {"error", std::move(shown["error"])},
          {"started_at", time_or_null(j.started_at)},
          {"completed_at", time_or_null(j.completed_at)},
          {"message", std::move(shown["message"])}};
}

json to_whole_document_json(const job& j, const job_surroundings& around,
                            const std::optional<std::string>& metadata, language in) {
  auto body = to_document_json(j, around, in);
  body["container_id"] = j.spec.group.empty() ? json(nullptr) : json(j.spec.group);
  body["created_at"] = to_text(j.created_at);
  body["file_info"] = file_value(j);
  body["metadata"] = metadata ? json::parse(*metadata, nullptr, false) : json(nullptr);
  if (body["metadata"].is_discarded())
    body["metadata"] = nullptr;
  return body;
}

response to_document_upload_response(const job_taken& taken, const blob_ref& file,
                                     std::string_view extension, timestamp taken_at, language in) {
  auto id = to_string(taken.id);
  auto korean = in == language::korean;
  json body{{"success", true},
            {"message", upload_message(in)},
            {"document_id", id},
            {"file_info",
             {{"original_name", file.name},
              {"file_size", file.bytes},
              {"file_type", "." + std::string{extension}}}},
            {"processing_stats",
             {{"upload_time", to_text(taken_at)},
              {"status", "processing"},
              {"message", korean ? "백그라운드에서 처리 중입니다."
                                 : "It is being processed in the background."}}},
            {"task_id", id}};
  return {202,
          "application/json",
          dumped(body),
          {{"Location", "/api/v1/documents/" + id + "/status"}},
          {}};
}

response to_document_list_response(const list_answer& answer, const list_request& request,
                                   std::string_view path, const query& parameters, language in) {
  auto documents = json::array();
  for (std::size_t i = 0; i < answer.page.jobs.size(); ++i)
    documents.push_back(to_document_json(answer.page.jobs[i], surroundings_of(answer, i), in));
  return to_page_response("documents", std::move(documents), answer, request, path, parameters);
}

checked<list_request> parse_document_list_request(const query& parameters,
                                                  std::string_view container,
                                                  const queue_directory& queues) {
  query_reader q{parameters};
  list_request request;
  read_status(q, request.filter);
  read_page_parameters(q, request);
  if (auto wrong = q.finish())
    return *wrong;
  job_spec document;
  document.kind = document_kind;
  document.group = container;
  // A group lives in one log, so that its counters tell the total.
  if (const auto* queue = queues.queue_of(document))
    request.filter.logs = {home_log(*queue, document, 0)};
  request.filter.group = container;
  return request;
}

problem not_completed_problem(const job& j) {
  return {409,
          "not_completed",
          "The document is " + std::string{legacy_word(j)} + ", not completed.",
          {},
          {}};
}

response to_page_response(const job_id& id, json page) {
  page["success"] = true;
  page["document_id"] = to_string(id);
  return json_response(page);
}

response to_chunks_response(const job_id& id, std::string_view chunks) {
  response r;
  r.body = R"({"success":true,"document_id":")" + to_string(id) + R"(","chunks":)";
  r.body += chunks;
  r.body += '}';
  return r;
}

} // namespace dure::gateway
