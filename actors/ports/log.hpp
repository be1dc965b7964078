#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace dure {

enum class log_level : std::uint8_t { debug, info, warn, error };

/// Something to look a log line up by, e.g. {"job", "0190…"}.
struct log_field {
  std::string_view name;
  std::string value;
};

/// Where shells and adapters tell what they did; the core tells by values. Thread-safe.
class log_sink {
public:
  virtual ~log_sink() = default;

  /// Writes one line. `name` is a stable name to search for ("shard-halted"), `text` a sentence
  /// for people.
  virtual void write(log_level level, std::string_view name, std::string_view text,
                     std::initializer_list<log_field> fields) = 0;

  void write(log_level level, std::string_view name, std::string_view text) {
    write(level, name, text, {});
  }
};

} // namespace dure
