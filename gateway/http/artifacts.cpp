#include "actors/core/blob_uses.hpp"
#include "actors/core/limits.hpp"
#include "gateway/api/file_response.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/job_path.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

std::string to_list_text(const std::vector<artifact>& artifacts) {
  auto list = nlohmann::json::array();
  for (const auto& a : artifacts)
    list.push_back({{"name", a.name},
                    {"bytes", a.blob.bytes},
                    {"media_type", a.blob.media_type},
                    {"sha256", a.blob.sha256}});
  return nlohmann::json{{"artifacts", std::move(list)}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

handlers::outcome handlers::list_artifacts(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto found = find_job_in_path(e);
  if (!found)
    co_return found.error();
  const auto& view = e.use.node.view();
  // Thousands of rows: not on the thread that serves everybody.
  auto text = co_await run_blocking(e.use.pool, [&]() -> checked<std::string> {
    auto artifacts = queries::artifacts_of(view, *found, {}, limits::artifacts_max);
    if (!artifacts)
      return to_problem(artifacts.error());
    return to_list_text(*artifacts);
  });
  if (!text)
    co_return text.error();
  response r;
  r.body = std::move(*text);
  co_return with_entity_tag(std::move(r), e.head.if_none_match);
}

handlers::outcome handlers::read_artifact(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto found = find_job_in_path(e);
  if (!found)
    co_return found.error();
  auto made = queries::find_artifact(e.use.node.view(), *found, e.head.captures.back());
  if (!made && made.error().code == errc::not_found)
    co_return problem{404, "not_found", "The job has no such artifact.", {}, {}};
  if (!made)
    co_return to_problem(made.error());
  const file_conditions wanted{e.head.range, e.head.if_range, e.head.if_none_match, e.head.path};
  co_return to_file_response(made->blob, made->name, wanted, file_display::download);
}

} // namespace dure::gateway
