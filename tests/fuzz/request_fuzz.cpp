/// Any bytes as the header of an HTTP request, through Beast's parser and then ours. What both take
/// must be framed in one way only and find a route or none.
#include "gateway/http/request.hpp"
#include "gateway/http/router.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstdint>
#include <string_view>

using namespace dure;
using namespace dure::gateway;
namespace http = boost::beast::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  http::request_parser<http::buffer_body> parser;
  parser.header_limit(16 * 1024);
  parser.body_limit(boost::none);
  boost::system::error_code failed;
  parser.put(boost::asio::buffer(bytes, size), failed);
  if (!parser.is_header_done())
    return 0;
  const auto& header = parser.get().base();
  if (check_framing(header) || check_origin(header))
    return 0;
  auto encodings = header.count(http::field::transfer_encoding);
  auto lengths = header.count(http::field::content_length);
  DURE_CHECK(encodings + lengths <= 1);
  DURE_CHECK((encodings == 1) == parser.chunked());
  auto head = to_request(header);
  if (!head)
    return 0;
  auto where = find_route(*head);
  if (where.to == nullptr)
    DURE_CHECK(!no_route(where, *head).content_type.empty() || head->method == "OPTIONS");
  return 0;
}
