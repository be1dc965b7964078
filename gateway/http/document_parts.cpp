// What a document is made of: text, pages, chunks, pictures.

#include "actors/core/blob_uses.hpp"
#include "actors/core/limits.hpp"
#include "gateway/api/document_files.hpp"
#include "gateway/api/document_view.hpp"
#include "gateway/api/file_response.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/document_result.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/job_path.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

constexpr std::string_view text_type = "text/plain; charset=utf-8";

checked<job> find_document(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    return *wrong;
  return find_job_in_path(e);
}

/// Returns a file that the handler has left so far; nothing when there is none of this name.
checked<std::optional<artifact>> find_file(const exchange& e, const job& j, std::string_view name) {
  auto found = queries::find_artifact(e.use.node.view(), j, name);
  if (found)
    return std::optional{std::move(*found)};
  if (found.error().code == errc::not_found)
    return std::optional<artifact>{};
  return to_problem(found.error());
}

/// Returns the files so far whose names begin so. Thousands of rows: on a thread that may wait.
asio::awaitable<checked<document_files::files>> files_of(exchange& e, const job& j,
                                                         std::string_view beginning) {
  const auto& view = e.use.node.view();
  co_return co_await run_blocking(e.use.pool, [&]() -> checked<document_files::files> {
    auto found = queries::artifacts_of(view, j, beginning, limits::artifacts_max);
    if (!found)
      return to_problem(found.error());
    std::erase_if(*found, [&](const artifact& one) { return !one.name.starts_with(beginning); });
    return std::move(*found);
  });
}

checked<std::uint32_t> page_in_path(const exchange& e) {
  if (auto page = document_files::parse_page_number(e.head.captures.back()))
    return checked<std::uint32_t>{boost::system::in_place_value, *page};
  return problem{404, "no_such_page", "Pages are numbered 1, 2, …", {}, {}};
}

/// Returns why a part is not there: it may still come, or it never will.
problem missing_part(const job& j, std::string code, std::string detail) {
  if (j.state != job_state::completed)
    return not_completed_problem(j);
  return {404, std::move(code), std::move(detail), {}, {}};
}

response to_file(const exchange& e, const artifact& file) {
  const file_conditions wanted{e.head.range, e.head.if_range, e.head.if_none_match, e.head.path};
  return to_file_response(file.blob, file.name, wanted, file_display::in_the_page);
}

using found_page = checked<std::optional<nlohmann::json>>;

asio::awaitable<found_page> find_page(exchange& e, const job& j, std::uint32_t page) {
  auto files = co_await files_of(e, j, document_files::pages_beginning);
  if (!files)
    co_return files.error();
  if (const auto* file = document_files::pages_with(*files, page))
    co_return co_await read_page_of_file(e.use, file->blob, page);
  co_return co_await read_result_page(e.use, j, page);
}

} // namespace

handlers::outcome handlers::read_document_text(exchange& e) {
  auto j = find_document(e);
  if (!j)
    co_return j.error();
  if (j->state != job_state::completed)
    co_return not_completed_problem(*j);
  auto text = co_await read_result_text(e.use, *j);
  if (!text)
    co_return text.error();
  response r;
  r.content_type = text_type;
  r.body = std::move(*text);
  co_return with_entity_tag(std::move(r), e.head.if_none_match);
}

handlers::outcome handlers::read_document_page(exchange& e) {
  auto j = find_document(e);
  if (!j)
    co_return j.error();
  auto number = page_in_path(e);
  if (!number)
    co_return number.error();
  auto page = co_await find_page(e, *j, *number);
  if (!page)
    co_return page.error();
  if (!*page)
    co_return missing_part(*j, "no_such_page", "The document has no such page.");
  auto r = to_page_response(j->spec.id, std::move(**page));
  co_return with_entity_tag(std::move(r), e.head.if_none_match);
}

handlers::outcome handlers::read_document_thumbnail(exchange& e) {
  auto j = find_document(e);
  if (!j)
    co_return j.error();
  auto number = page_in_path(e);
  if (!number)
    co_return number.error();
  auto file = find_file(e, *j, document_files::thumbnail_name(*number));
  if (!file)
    co_return file.error();
  if (*file)
    co_return to_file(e, **file);
  co_return missing_part(*j, "no_thumbnail",
                         "There is no picture of this page; use_multimodal asks for them.");
}

handlers::outcome handlers::read_document_chunks(exchange& e) {
  auto j = find_document(e);
  if (!j)
    co_return j.error();
  auto chunks = co_await read_result_member(e.use, *j, "chunks");
  if (!chunks)
    co_return chunks.error();
  if (!*chunks)
    co_return missing_part(*j, "no_chunks", "The document was not cut into chunks.");
  auto r = to_chunks_response(j->spec.id, **chunks);
  co_return with_entity_tag(std::move(r), e.head.if_none_match);
}

handlers::outcome handlers::read_document_images(exchange& e) {
  auto j = find_document(e);
  if (!j)
    co_return j.error();
  auto files = co_await files_of(e, *j, document_files::images_beginning);
  if (!files)
    co_return files.error();
  nlohmann::json body{{"success", true},
                      {"document_id", to_string(j->spec.id)},
                      {"images", document_files::images(*files, j->spec.id)}};
  response r;
  r.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  co_return with_entity_tag(std::move(r), e.head.if_none_match);
}

} // namespace dure::gateway
