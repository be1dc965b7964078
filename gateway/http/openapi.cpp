// What the service says of itself: the OpenAPI document, and a page to read it and try it.

#include "gateway/openapi/openapi.hpp"

#include "gateway/http/handlers.hpp"

namespace dure::gateway {

namespace {

/// The page asks nobody but us and runs nothing that is not ours.
constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

handlers::outcome answer(exchange& e, std::string_view content, std::string_view type) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  response r;
  r.content_type = type;
  r.body = content;
  r.headers.emplace_back("Content-Security-Policy", content_security_policy);
  co_return with_entity_tag(std::move(r), e.head.if_none_match);
}

handlers::outcome answer_file(exchange& e, std::string_view name, std::string_view type) {
  auto content = docs_file(name);
  DURE_CHECK(content.has_value());
  return answer(e, *content, type);
}

} // namespace

handlers::outcome handlers::openapi(exchange& e) {
  return answer(e, openapi_document(), "application/json");
}

handlers::outcome handlers::docs_page(exchange& e) {
  return answer_file(e, "docs.html", "text/html; charset=utf-8");
}

handlers::outcome handlers::docs_script(exchange& e) {
  return answer_file(e, "docs.js", "text/javascript; charset=utf-8");
}

handlers::outcome handlers::docs_style(exchange& e) {
  return answer_file(e, "docs.css", "text/css; charset=utf-8");
}

} // namespace dure::gateway
