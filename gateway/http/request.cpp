#include "gateway/http/request.hpp"

#include "gateway/http/media_type.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

namespace dure::gateway {

namespace {

namespace http = boost::beast::http;

constexpr unsigned http_1_0 = 10;

problem bad_request(std::string code, std::string detail) {
  return {400, std::move(code), std::move(detail), {}, {}};
}

std::string_view value_of(const request_header& header, http::field name) {
  auto found = header.find(name);
  return found == header.end() ? std::string_view{} : std::string_view{found->value()};
}

std::optional<std::uint64_t> parse_length(std::string_view text) {
  std::uint64_t length = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (failed != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return length;
}

bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

/// Reads path and query; false when the target holds bytes that no name may have.
bool read_target(const boost::urls::url_view& url, request& r) {
  r.path = std::string{url.encoded_path()};
  for (auto segment : url.segments())
    r.segments.push_back(std::move(segment));
  for (const auto& parameter : url.params())
    r.parameters.emplace_back(parameter.key, parameter.value);
  for (const auto& segment : r.segments)
    if (has_nul(segment))
      return false;
  for (const auto& [name, value] : r.parameters)
    if (has_nul(name) || has_nul(value))
      return false;
  return true;
}

} // namespace

checked<request> to_request(const request_header& header) {
  request r;
  r.method = std::string{header.method_string()};
  r.target = std::string{header.target()};
  auto asterisk = r.target == "*" && r.method == "OPTIONS";
  // A view: the parsed URL points into the text that it was given.
  const std::string_view target = asterisk ? std::string_view{"/"} : r.target;
  auto url = boost::urls::parse_uri_reference(target);
  // "//host/path" has a host to one reader of URLs and none to another.
  auto is_path = target.starts_with('/') && !target.starts_with("//");
  auto addressed = url && (is_path || (url->has_scheme() && !url->host().empty()));
  if (!addressed || url->has_fragment() || !read_target(*url, r))
    return bad_request("invalid_target", "The request's target is malformed.");
  r.content_type = std::string{value_of(header, http::field::content_type)};
  r.content_length = parse_length(value_of(header, http::field::content_length));
  r.if_none_match = std::string{value_of(header, http::field::if_none_match)};
  r.if_range = std::string{value_of(header, http::field::if_range)};
  r.range = std::string{value_of(header, http::field::range)};
  r.prefer = std::string{value_of(header, http::field::prefer)};
  r.speaks = parse_language(value_of(header, http::field::accept_language));
  r.takes_gzip = accepts_gzip(value_of(header, http::field::accept_encoding));
  if (auto key = header.find("Idempotency-Key"); key != header.end())
    r.idempotency_key = std::string{key->value()};
  return checked<request>{boost::system::in_place_value, std::move(r)};
}

std::optional<problem> check_framing(const request_header& header) {
  auto hosts = header.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && header.version() > http_1_0))
    return bad_request("invalid_host", "There must be exactly one Host.");
  auto lengths = header.count(http::field::content_length);
  auto length = value_of(header, http::field::content_length);
  if (lengths > 1 || (lengths == 1 && !parse_length(length)))
    return bad_request("invalid_framing", "There must be at most one Content-Length, a number.");
  auto encodings = header.count(http::field::transfer_encoding);
  if (encodings == 0)
    return std::nullopt;
  if (lengths > 0)
    return bad_request("invalid_framing", "Content-Length and Transfer-Encoding exclude another.");
  if (header.version() <= http_1_0)
    return bad_request("invalid_framing", "HTTP/1.0 has no Transfer-Encoding.");
  auto encoding = value_of(header, http::field::transfer_encoding);
  if (encodings > 1 || !boost::beast::iequals(encoding, "chunked"))
    return bad_request("invalid_framing", "The only Transfer-Encoding taken is chunked.");
  return std::nullopt;
}

std::optional<problem> check_origin(const request_header& header) {
  auto method = header.method();
  if (method == http::verb::get || method == http::verb::head || method == http::verb::options)
    return std::nullopt;
  auto origin = value_of(header, http::field::origin);
  if (origin.empty())
    return std::nullopt;
  auto scheme_end = origin.find("://");
  auto host = scheme_end == std::string_view::npos ? origin : origin.substr(scheme_end + 3);
  if (boost::beast::iequals(host, value_of(header, http::field::host)))
    return std::nullopt;
  return problem{403, "foreign_origin", "Requests from pages of other sites are refused.", {}, {}};
}

} // namespace dure::gateway
