#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/state.hpp"
#include "actors/core/time.hpp"
#include "gateway/api/problem.hpp"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::gateway {

/// The one prompt there is: what a model that explains questions is told.
inline constexpr std::string_view prompt_name = "explanation";

inline constexpr std::size_t prompt_bytes_max = 16 * 1024;
inline constexpr std::size_t prompt_versions_max = 1'000;

/// One version of the prompt. A version never changes; version 1 is built in and kept nowhere.
struct system_prompt {
  std::uint64_t version = 0;
  std::string content;
  std::optional<timestamp> created_at; ///< Nothing: built in.

  bool operator==(const system_prompt&) const = default;
};

/// Which version is active, by the record that says so.
struct prompt_choice {
  std::uint64_t version = 0;
  std::uint64_t record_version = 0; ///< 0: there is no record, the built-in prompt is active.
};

/// All versions, oldest first, and which is active.
struct prompt_history {
  std::vector<system_prompt> versions;
  prompt_choice active;

  /// Returns the version of that number, or null.
  const system_prompt* find(std::uint64_t version) const;

  /// Returns the oldest version of that content, or null.
  const system_prompt* find(std::string_view content) const;
};

/// Returns the key of the record that names the active version.
std::string prompt_key();

/// Returns the key of a version's record. It is also the tag that hands the version to a worker.
std::string prompt_key(std::uint64_t version);

/// Returns the value of a version's record, which is what a handler is handed as `prompt`.
std::string to_record_text(const system_prompt& p);

/// Returns the value of the record that names the active version.
std::string to_active_text(std::uint64_t version);

/// Returns which version is active. O(1).
result<prompt_choice> active_prompt(const state_reader& view, log_number log);

/// Returns a version, or errc::not_found. O(1).
result<system_prompt> find_prompt(const state_reader& view, log_number log, std::uint64_t version);

/// Returns everything that is known of the prompt. O(versions).
result<prompt_history> read_prompts(const state_reader& view, log_number log);

/// What PUT asks for.
struct prompt_request {
  std::string content;
  std::optional<std::uint64_t> expected_version; ///< Of the version that is active until then.
};

checked<prompt_request> parse_prompt_request(std::string_view body);

/// Returns the version that the body {version} of …/rollback names.
checked<std::uint64_t> parse_rollback_request(std::string_view body);

/// Returns {name, version, content, createdAt}.
nlohmann::json to_json(const system_prompt& p);

} // namespace dure::gateway
