#pragma once

#include "actors/core/error.hpp"
#include "actors/core/job.hpp"
#include "actors/ports/sandbox.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The JSON lines between node and handler (design.md §7). Bytes from a handler are hostile:
/// whatever they are, `parse_line` answers with reports or errc::invalid.
namespace dure::node {

inline constexpr std::uint32_t handler_protocol_version = 1;

/// Deepest nesting of arrays and objects in a line.
inline constexpr std::size_t json_depth_max = 64;

/// Exit status by which a handler says that it ran out of memory (the number of ENOMEM).
inline constexpr int exit_out_of_memory = 12;

/// How handlers name an attempt.
struct attempt_key {
  job_id job;
  std::uint16_t attempt = 0;

  bool operator==(const attempt_key&) const = default;
};

struct attempt_key_hash {
  std::size_t operator()(const attempt_key& key) const;
};

inline attempt_key key_of(const lease& of) {
  return {of.job, of.attempt};
}

/// First line of every handler.
struct hello_line {
  std::uint32_t protocol = 0;
  std::vector<std::string> kinds;
  std::uint32_t concurrency = 1;
};

struct progress_line {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::string step;
  std::string message;
};

struct log_line {
  std::string level;
  std::string message;
};

struct artifact_line {
  std::string name;
  std::string path; ///< Relative to the scratch folder; not checked yet.
  std::string media_type;
};

struct result_line {
  std::string json;
  attempt_charge charge{};
  bool reusable = true;
};

struct error_line {
  job_error failure;
  std::optional<milliseconds> retry_after;
  attempt_charge charge{};
};

/// What a handler says about one of its attempts.
struct attempt_report {
  attempt_key of;
  std::variant<progress_line, log_line, artifact_line, result_line, error_line> said;
};

using handler_report = std::variant<hello_line, attempt_report>;

/// Returns the text with U+FFFD for every byte that is no UTF-8.
std::string as_utf8(std::string_view bytes);

/// Appends what `line` (one message, or an array of them) says. errc::invalid: garbage; nothing of
/// the line counts then.
result<void> parse_line(std::string_view line, std::vector<handler_report>& reports);

/// Returns one line that gives `tasks` to a handler.
std::string job_line(const std::vector<handler_task>& tasks);

/// Returns the line that asks a handler to stop working on a job.
std::string cancel_line(const job_id& job);

/// Returns the first `characters` characters of UTF-8 text.
std::string first_characters(std::string_view text, std::size_t characters);

} // namespace dure::node
