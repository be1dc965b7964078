#include "gateway/http/router.hpp"

#include "gateway/http/handlers.hpp"

namespace dure::gateway {

namespace {

constexpr route routes[] = {
    {"POST", "/upload", handlers::upload_file},
    {"GET", "/jobs/{id}", handlers::read_job_legacy},
    {"GET", "/jobs/{id}/result", handlers::read_result},
    {"POST", "/api/v1/jobs", handlers::submit_jobs},
    {"GET", "/api/v1/jobs", handlers::list_jobs},
    {"POST", "/api/v1/jobs/bulk", handlers::change_jobs},
    {"GET", "/api/v1/jobs/{id}", handlers::read_job},
    {"DELETE", "/api/v1/jobs/{id}", handlers::delete_job},
    {"GET", "/api/v1/jobs/{id}/result", handlers::read_result},
    {"GET", "/api/v1/jobs/{id}/artifacts", handlers::list_artifacts},
    {"GET", "/api/v1/jobs/{id}/artifacts/{name}", handlers::read_artifact},
    {"GET", "/api/v1/jobs/{id}/logs", handlers::read_logs},
    {"POST", "/api/v1/jobs/{id}/cancel", handlers::cancel_job},
    {"POST", "/api/v1/jobs/{id}/retry", handlers::retry_job},
    {"POST", "/api/v1/jobs/{id}/priority", handlers::prioritise_job},
    {"POST", "/api/v1/jobs/{id}/reschedule", handlers::reschedule_job},
    {"POST", "/api/v1/documents/upload", handlers::upload_document},
    {"GET", "/api/v1/documents/{id}", handlers::read_document},
    {"GET", "/api/v1/documents/{id}/status", handlers::read_document_status},
    {"GET", "/api/v1/documents/{id}/result", handlers::read_document_result},
    {"GET", "/api/v1/documents/{id}/text", handlers::read_document_text},
    {"GET", "/api/v1/documents/{id}/pages/{n}", handlers::read_document_page},
    {"GET", "/api/v1/documents/{id}/pages/{n}/thumbnail.png", handlers::read_document_thumbnail},
    {"GET", "/api/v1/documents/{id}/chunks", handlers::read_document_chunks},
    {"GET", "/api/v1/documents/{id}/images", handlers::read_document_images},
    {"GET", "/api/v1/containers/{id}/documents", handlers::list_container},
    {"GET", "/api/v1/queues", handlers::list_queues},
    {"GET", "/api/v1/queues/{name}", handlers::read_queue},
    {"PUT", "/api/v1/queues/{name}", handlers::put_queue},
    {"PATCH", "/api/v1/queues/{name}", handlers::change_queue_settings},
    {"POST", "/api/v1/queues/{name}/pause", handlers::pause_queue},
    {"POST", "/api/v1/queues/{name}/resume", handlers::resume_queue},
    {"POST", "/admin/sets/{setId}/questions/bulk-upload", handlers::upload_questions},
    {"GET", "/admin/sets/{setId}/questions/queue-status", handlers::read_set_queue},
    {"GET", "/admin/sets/{setId}/questions/explanation-status", handlers::read_set_status},
    {"GET", "/admin/sets/{setId}/questions", handlers::list_questions},
    {"GET", "/admin/sets/{setId}/questions.csv", handlers::export_questions_csv},
    {"GET", "/admin/sets/{setId}/questions.jsonl", handlers::export_questions_lines},
    {"POST", "/admin/sets/{setId}/questions/retry-failed", handlers::retry_failed_questions},
    {"POST", "/admin/sets/{setId}/questions/cancel", handlers::cancel_questions},
    {"DELETE", "/admin/sets/{setId}", handlers::delete_question_set},
    {"GET", "/admin/questions/{id}", handlers::read_question},
    {"GET", "/admin/questions/{id}/explanation-status", handlers::read_question_status},
    {"PUT", "/admin/questions/{id}/explanation", handlers::write_explanation},
    {"POST", "/admin/questions/{id}/regenerate", handlers::regenerate_explanation},
    {"GET", "/admin/system-prompts", handlers::list_prompts},
    {"GET", "/admin/system-prompts/{name}", handlers::read_prompt},
    {"PUT", "/admin/system-prompts/{name}", handlers::write_prompt},
    {"GET", "/admin/system-prompts/{name}/history", handlers::list_prompt_versions},
    {"POST", "/admin/system-prompts/{name}/rollback", handlers::roll_back_prompt},
    {"POST", "/admin/restart-queue", handlers::restart_queue},
    {"GET", "/api/v1/nodes", handlers::list_nodes, true},
    {"POST", "/api/v1/nodes/{name}/drain", handlers::drain_node},
    {"GET", "/api/v1/shards", handlers::list_shards, true},
    {"POST", "/api/v1/shards/{queue}/{n}/recover", handlers::recover_shard},
    {"POST", "/api/v1/shards/{queue}/{n}/resolve", handlers::resolve_shard},
    {"GET", "/livez", handlers::live, true},
    {"GET", "/readyz", handlers::ready, true},
    {"GET", "/metrics", handlers::metrics, true},
    {"GET", "/openapi.json", handlers::openapi, true},
    {"GET", "/docs", handlers::docs_page, true},
    {"GET", "/docs/docs.js", handlers::docs_script, true},
    {"GET", "/docs/docs.css", handlers::docs_style, true},
};

/// Takes the next segment off a pattern, which begins with a slash.
std::string_view take_segment(std::string_view& pattern) {
  pattern.remove_prefix(1);
  auto segment = pattern.substr(0, pattern.find('/'));
  pattern.remove_prefix(segment.size());
  return segment;
}

bool matches(std::string_view pattern, const std::vector<std::string>& segments) {
  for (const auto& segment : segments) {
    if (pattern.empty() || segment.empty())
      return false;
    auto wanted = take_segment(pattern);
    if (!wanted.starts_with('{') && wanted != segment)
      return false;
  }
  return pattern.empty();
}

std::vector<std::string> captures_of(std::string_view pattern,
                                     const std::vector<std::string>& segments) {
  std::vector<std::string> captures;
  for (const auto& segment : segments)
    if (take_segment(pattern).starts_with('{'))
      captures.push_back(segment);
  return captures;
}

void allow(std::string& list, std::string_view method) {
  if (!list.empty())
    list += ", ";
  list += method;
  if (method == "GET")
    list += ", HEAD";
}

} // namespace

std::span<const route> all_routes() {
  return routes;
}

routing find_route(request& r) {
  auto method = r.method == "HEAD" ? std::string_view{"GET"} : std::string_view{r.method};
  routing where;
  for (const auto& candidate : routes) {
    if (!matches(candidate.pattern, r.segments))
      continue;
    allow(where.allow, candidate.method);
    if (candidate.method != method)
      continue;
    where.to = &candidate;
    r.captures = captures_of(candidate.pattern, r.segments);
    return where;
  }
  if (!where.allow.empty())
    where.allow += ", OPTIONS";
  return where;
}

response no_route(const routing& where, const request& r) {
  if (r.method == "OPTIONS" && (r.target == "*" || !where.allow.empty())) {
    auto allowed =
        where.allow.empty() ? "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" : where.allow;
    return {204, {}, {}, {{"Allow", std::move(allowed)}}, {}};
  }
  if (where.allow.empty())
    return to_response(problem{404, "no_such_route", "There is nothing at this path.", {}, {}},
                       r.path);
  auto refused = to_response(
      problem{405, "method_not_allowed", "This path does not take this method.", {}, {}}, r.path);
  refused.headers.emplace_back("Allow", where.allow);
  return refused;
}

} // namespace dure::gateway
