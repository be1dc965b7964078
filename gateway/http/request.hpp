#pragma once

#include "gateway/api/query_reader.hpp"
#include "gateway/api/words.hpp"

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace dure::gateway {

using request_header = boost::beast::http::request_header<boost::beast::http::fields>;

/// A request's header, taken apart. A value.
struct request {
  std::string method;
  std::string target;                ///< As sent, for logs.
  std::string path;                  ///< As sent, without the query.
  std::vector<std::string> segments; ///< Of the path, decoded.
  query parameters;
  std::vector<std::string> captures; ///< What the names in the route's pattern stand for.
  std::string content_type;
  std::optional<std::uint64_t> content_length;
  std::string if_none_match;
  std::string if_range;
  std::string range;
  std::string prefer;
  std::optional<std::string> idempotency_key;
  language speaks = language::korean;
  bool takes_gzip = false;
};

/// Returns the request, or what is wrong with its target.
checked<request> to_request(const request_header& header);

/// Returns what is wrong with how the message is framed, or nothing. Whatever two HTTP parsers
/// could read differently is refused, so that nothing can be smuggled past a proxy: a
/// Transfer-Encoding that is not exactly `chunked`, or with HTTP/1.0, or beside a Content-Length; a
/// repeated or missing Host, a repeated Content-Length.
std::optional<problem> check_framing(const request_header& header);

/// Returns the 403 for a request that a browser sends on behalf of another site, or nothing. There
/// are no keys yet: without this, any page could submit jobs to a node on its reader's machine.
std::optional<problem> check_origin(const request_header& header);

} // namespace dure::gateway
