#include "node/wiring/json_log.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <utility>

namespace dure::node {

namespace {

constexpr std::size_t file_bytes_max = std::size_t{64} << 20;
constexpr std::size_t old_files_kept = 3;

spdlog::level::level_enum to_spdlog(log_level level) {
  switch (level) {
  case log_level::debug:
    return spdlog::level::debug;
  case log_level::info:
    return spdlog::level::info;
  case log_level::warn:
    return spdlog::level::warn;
  case log_level::error:
    return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view word_of(log_level level) {
  switch (level) {
  case log_level::debug:
    return "debug";
  case log_level::info:
    return "info";
  case log_level::warn:
    return "warn";
  case log_level::error:
    return "error";
  }
  return "error";
}

std::string time_text() {
  using namespace std::chrono;
  const auto now = floor<milliseconds>(system_clock::now());
  const auto day = floor<days>(now);
  const year_month_day date{day};
  const hh_mm_ss time{now - day};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text.data();
}

} // namespace

struct json_log::sink {
  spdlog::logger logger;
  std::string node;
};

json_log::json_log(std::unique_ptr<sink> out) : sink_{std::move(out)} {}

json_log::~json_log() = default;

result<std::unique_ptr<json_log>> json_log::open(const std::filesystem::path& file,
                                                 const std::string& level, std::string node) {
  try {
    auto rotating = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
        file.string(), file_bytes_max, old_files_kept);
    auto out =
        std::make_unique<sink>(sink{spdlog::logger{"dure", std::move(rotating)}, std::move(node)});
    out->logger.set_formatter(
        std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc));
    out->logger.set_level(spdlog::level::from_str(level));
    out->logger.flush_on(spdlog::level::warn);
    return std::unique_ptr<json_log>{new json_log{std::move(out)}};
  } catch (const spdlog::spdlog_ex& failure) {
    return error{errc::io_failed, std::string{"the log file cannot be written: "} + failure.what()};
  }
}

void json_log::write(log_level level, std::string_view event, std::string_view text,
                     std::initializer_list<log_field> fields) {
  if (!sink_->logger.should_log(to_spdlog(level)))
    return;
  nlohmann::ordered_json line{{"time", time_text()},
                              {"level", word_of(level)},
                              {"event", event},
                              {"node", sink_->node},
                              {"text", text}};
  for (const auto& field : fields)
    line[std::string{field.name}] = field.value;
  using handling = nlohmann::ordered_json::error_handler_t;
  sink_->logger.log(to_spdlog(level), line.dump(-1, ' ', false, handling::replace));
}

} // namespace dure::node
