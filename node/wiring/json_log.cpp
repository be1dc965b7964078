#include "node/wiring/json_log.hpp"

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

/// Prints a line's JSON object without its opening brace, behind the fields that every line has.
class rest_of_object final : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& line, const std::tm&,
              spdlog::memory_buf_t& to) override {
    const auto& object = line.payload;
    if (object.size() > 1)
      to.append(object.data() + 1, object.data() + object.size());
  }

  std::unique_ptr<custom_flag_formatter> clone() const override {
    return spdlog::details::make_unique<rest_of_object>();
  }
};

std::unique_ptr<spdlog::formatter> make_formatter(const std::string& node) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<rest_of_object>('*').set_pattern(
      R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","node":")" + node + R"(",%*)");
  return formatter;
}

} // namespace

struct json_log::sink {
  std::shared_ptr<spdlog::logger> logger;
};

json_log::json_log(std::unique_ptr<sink> out) : sink_{std::move(out)} {}

json_log::~json_log() = default;

result<std::unique_ptr<json_log>> json_log::open(const std::filesystem::path& file,
                                                 const std::string& level,
                                                 const std::string& node) {
  try {
    auto rotating = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
        file.string(), file_bytes_max, old_files_kept);
    auto out =
        std::make_unique<sink>(sink{std::make_shared<spdlog::logger>("dure", std::move(rotating))});
    out->logger->set_formatter(make_formatter(node));
    out->logger->set_level(spdlog::level::from_str(level));
    // What happens is rare and to be seen at once; what is asked for (debug) may wait.
    out->logger->flush_on(spdlog::level::info);
    return std::unique_ptr<json_log>{new json_log{std::move(out)}};
  } catch (const spdlog::spdlog_ex& failure) {
    return error{errc::io_failed, std::string{"the log file cannot be written: "} + failure.what()};
  }
}

std::shared_ptr<spdlog::logger> json_log::access_log() const {
  return sink_->logger;
}

void json_log::write(log_level level, std::string_view event, std::string_view text,
                     std::initializer_list<log_field> fields) {
  if (!sink_->logger->should_log(to_spdlog(level)))
    return;
  nlohmann::ordered_json line{{"event", event}, {"text", text}};
  for (const auto& field : fields)
    line[std::string{field.name}] = field.value;
  using handling = nlohmann::ordered_json::error_handler_t;
  sink_->logger->log(to_spdlog(level), line.dump(-1, ' ', false, handling::replace));
}

} // namespace dure::node
