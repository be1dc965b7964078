#include "gateway/http/exchange.hpp"

#include "gateway/http/media_type.hpp"

#include <algorithm>
#include <iterator>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

constexpr std::size_t first_bytes = 4 * 1024;
constexpr std::size_t growth_bytes_max = 1024 * 1024;

problem too_large(std::uint64_t bytes_max) {
  return {413,
          "too_large",
          "The body may have at most " + std::to_string(bytes_max) + " bytes.",
          {},
          {}};
}

} // namespace

std::set<log_number> missed_logs::open() const {
  std::set<log_number> logs;
  std::set_difference(missed_.begin(), missed_.end(), proven_.begin(), proven_.end(),
                      std::inserter(logs, logs.end()));
  return logs;
}

asio::awaitable<checked<std::string>> read_whole(exchange& e, std::uint64_t bytes_max) {
  if (e.head.content_length.value_or(0) > bytes_max)
    co_return too_large(bytes_max);
  std::string body;
  // A Content-Length is a promise, not a fact: memory grows with what has come.
  for (auto step = first_bytes;; step = std::clamp(body.size(), first_bytes, growth_bytes_max)) {
    auto size = body.size();
    body.resize(size + step);
    const auto rest = std::span{body}.subspan(size);
    auto got = co_await e.body.read(rest);
    if (!got)
      co_return got.error();
    body.resize(size + *got);
    if (body.size() > bytes_max)
      co_return too_large(bytes_max);
    if (*got < step)
      co_return checked<std::string>{boost::system::in_place_value, std::move(body)};
  }
}

std::optional<problem> refuse_unless_json(const exchange& e) {
  if (is_json(e.head.content_type))
    return std::nullopt;
  return problem{415, "unsupported_media_type", "The body must be application/json.", {}, {}};
}

asio::awaitable<checked<std::string>> read_json(exchange& e, std::uint64_t bytes_max) {
  if (auto refused = refuse_unless_json(e))
    co_return *refused;
  co_return co_await read_whole(e, bytes_max);
}

} // namespace dure::gateway
