#include "gateway/api/response.hpp"

#include "gateway/api/fingerprint.hpp"

namespace dure::gateway {

std::optional<std::string_view> response::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name)
      return value;
  return std::nullopt;
}

response to_response(const problem& p, std::string_view instance) {
  response r{p.status, "application/problem+json", to_json_text(p, instance), {}, {}};
  if (p.retry_after_s)
    r.headers.emplace_back("Retry-After", std::to_string(*p.retry_after_s));
  return r;
}

response with_entity_tag(response r, std::string_view if_none_match) {
  auto tag = r.stream ? entity_tag(r.stream->before + r.stream->blob.sha256 + r.stream->after)
                      : entity_tag(r.body);
  if (!if_none_match.empty() && names_tag(if_none_match, tag)) {
    r.status = 304;
    r.body.clear();
    r.stream.reset();
  }
  r.headers.emplace_back("ETag", std::move(tag));
  return r;
}

} // namespace dure::gateway
