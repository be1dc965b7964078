#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace dure::node {

struct http_answer {
  long status = 0;  ///< 0: there was none.
  std::string body; ///< Or, without a status, why there was none.
  std::optional<std::chrono::seconds> retry_after;
};

/// Posts JSON to an http or https address, follows no redirects, and takes at most `bytes_max` of
/// an answer within `within`. `key`, unless empty, is sent as bearer token.
http_answer post_json(const std::string& url, const std::string& key, const std::string& body,
                      std::size_t bytes_max, std::chrono::seconds within);

} // namespace dure::node
