// What a document is made of: text, pages, chunks, pictures.

#include "actors/core/blob_uses.hpp"
#include "actors/core/limits.hpp"
#include "gateway/api/document_files.hpp"
#include "gateway/api/document_view.hpp"
#include "gateway/http/document_result.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/job_path.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

constexpr std::string_view text_type = "text/plain; charset=utf-8";

checked<job> find_document(const exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    return *wrong;
  return find_job_in_path(e);
}

/// What the handler has left so far.
checked<document_files::files> files_of(const exchange& e, const job& j) {
  auto files = queries::artifacts_of(e.use.node.view(), j, {}, limits::artifacts_max);
  if (!files)
    return to_problem(files.error());
  return checked<document_files::files>{boost::system::in_place_value, std::move(*files)};
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

response to_file(const exchange& e, const artifact& file, std::string_view content_type) {
  response r;
  r.content_type = content_type;
  r.stream = streamed_body{file.blob, {}, {}};
  return with_entity_tag(std::move(r), e.head.if_none_match);
}

asio::awaitable<checked<std::optional<nlohmann::json>>> find_page(exchange& e, const job& j,
                                                                  std::uint32_t page) {
  auto files = files_of(e, j);
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
  auto files = files_of(e, *j);
  if (!files)
    co_return files.error();
  if (const auto* file = document_files::text(*files))
    co_return to_file(e, *file, text_type);
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
  auto files = files_of(e, *j);
  if (!files)
    co_return files.error();
  if (const auto* file = document_files::thumbnail(*files, *number))
    co_return to_file(e, *file, "image/png");
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
  auto files = files_of(e, *j);
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
