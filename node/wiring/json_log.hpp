#pragma once

#include "actors/core/error.hpp"
#include "actors/ports/log.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace spdlog {
class logger;
}

namespace dure::node {

/// Writes one JSON object a line: {"time", "level", "node", "event", "text", …fields}. Rotates at
/// 64 MiB and keeps three old files. Thread-safe; warnings and errors are on disk when `write`
/// returns.
class json_log final : public log_sink {
public:
  static result<std::unique_ptr<json_log>> open(const std::filesystem::path& file,
                                                const std::string& level, const std::string& node);
  ~json_log() override;

  /// Returns a logger for lines that are JSON already, into the same file.
  std::shared_ptr<spdlog::logger> access_log() const;

  using log_sink::write;
  void write(log_level level, std::string_view event, std::string_view text,
             std::initializer_list<log_field> fields) override;

private:
  struct sink;
  explicit json_log(std::unique_ptr<sink> out);

  std::unique_ptr<sink> sink_;
};

} // namespace dure::node
