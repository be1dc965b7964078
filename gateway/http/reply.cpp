#include "gateway/http/reply.hpp"

#include "gateway/api/time_text.hpp"

#include <cstdio>

namespace dure::gateway {

namespace {

constexpr std::uint64_t compressed_from_bytes = 1024;

void add(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  head += value;
  head += "\r\n";
}

std::uint64_t size_of(const response& r) {
  if (!r.stream)
    return r.body.size();
  return r.stream->size();
}

} // namespace

std::string to_head(const response& r, const reply_form& form) {
  std::string head = form.http_1_0 ? "HTTP/1.0 " : "HTTP/1.1 ";
  head += std::to_string(r.status);
  head += ' ';
  head += status_phrase(r.status);
  head += "\r\n";
  add(head, "Date", to_http_date(form.now));
  if (!r.content_type.empty() && has_body(r.status)) {
    add(head, "Content-Type", r.content_type);
    add(head, "X-Content-Type-Options", "nosniff");
  }
  // What jobs are doing changes from one moment to the next: keep it, but always ask.
  add(head, "Cache-Control", "no-cache");
  add(head, "Vary", "Accept-Encoding, Accept-Language");
  for (const auto& [name, value] : r.headers)
    add(head, name, value);
  if (form.gzip)
    add(head, "Content-Encoding", "gzip");
  if (form.length)
    add(head, "Content-Length", std::to_string(*form.length));
  else if (has_body(r.status) && !form.http_1_0)
    add(head, "Transfer-Encoding", "chunked");
  if (!form.keep_alive)
    add(head, "Connection", "close");
  else if (form.http_1_0)
    add(head, "Connection", "keep-alive");
  return head + "\r\n";
}

bool is_compressible(const response& r) {
  auto is_text =
      r.content_type.starts_with("text/") || r.content_type.find("json") != std::string::npos;
  const bool as_stored = r.stream && r.stream->as_stored;
  return is_text && !as_stored && has_body(r.status) && size_of(r) > compressed_from_bytes;
}

bool has_body(int status) {
  return status != 204 && status != 304;
}

std::string to_chunk(std::string_view bytes) {
  if (bytes.empty())
    return {};
  char size[24];
  auto digits = std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  std::string chunk{size, static_cast<std::size_t>(digits)};
  chunk += bytes;
  return chunk + "\r\n";
}

} // namespace dure::gateway
