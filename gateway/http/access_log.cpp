#include "gateway/http/access_log.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/logger.h>

namespace dure::gateway {

namespace {

constexpr std::size_t target_bytes_max = 256;

spdlog::level::level_enum level_of(int status) {
  if (status >= 500)
    return spdlog::level::warn;
  return status >= 400 ? spdlog::level::info : spdlog::level::debug;
}

std::string to_line(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

void log_access(spdlog::logger& log, const access_entry& entry) {
  auto level = level_of(entry.status);
  if (!log.should_log(level))
    return;
  nlohmann::json line{
      {"event", "http-exchange"},   {"client", entry.client},
      {"method", entry.method},     {"target", entry.target.substr(0, target_bytes_max)},
      {"route", entry.route},       {"status", entry.status},
      {"bytes_in", entry.bytes_in}, {"bytes_out", entry.bytes_out},
      {"ms", entry.seconds * 1000}};
  log.log(level, to_line(line));
}

void log_failure(spdlog::logger& log, std::string_view event, std::string_view detail) {
  if (log.should_log(spdlog::level::warn))
    log.warn(to_line({{"event", event}, {"detail", detail}}));
}

} // namespace dure::gateway
