#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/job.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure {

/// The queue whose jobs explain questions. A question lives in the home log of its set there, so
/// that the end of a job and the change of its questions are one record.
inline constexpr std::string_view questions_queue = "questions";

/// A tag that begins with this names a record of the same log that a worker is handed with the job.
inline constexpr std::string_view prompt_tag_prefix = "prompt/";

/// Marks jobs whose handler asks somebody who charges for it.
inline constexpr std::string_view charged_tag = "charged";

/// Like a job's id: its 12 bits name the log.
using question_id = named_uuid<struct question_id_tag>;

inline log_number log_of(const question_id& id) {
  return log_of(job_id{id.value});
}

/// Where a question stands. Numbers are durable.
///
///     (job waits) pending <-> generating (job runs) -> completed | failed -> pending by asking
///     again an answer given by hand completes it from anywhere
enum class question_state : std::uint8_t { pending = 1, generating = 2, completed = 3, failed = 4 };
inline constexpr std::size_t question_state_count = 4;

std::string_view to_string(question_state s);

constexpr bool is_live(question_state s) {
  return s <= question_state::generating;
}

/// Returns what a question is while the job that explains it is in state `s`.
question_state state_under(job_state s);

/// A question but for its text, which lies in a row of its own because it never changes.
struct question {
  question_id id;
  std::string set;   ///< A group of the queue `questions`.
  std::string label; ///< The client's question number; shown, never used as a key.
  std::string work;  ///< Names equal work: text, prompt and model. Empty: nobody may reuse it.
  question_state state = question_state::pending;
  job_id job;         ///< Explains it, or did last; zero: none.
  std::string answer; ///< JSON text; empty until it is completed.
  std::optional<job_error> failure;
  timestamp created_at{};
  std::optional<timestamp> explained_at;
  job_cost cost; ///< Of all that was asked for it; of a shared job the first question pays.
  std::uint32_t possibly_charged = 0; ///< Requests whose answer was lost.
  std::uint64_t version = 1;

  bool operator==(const question&) const = default;
};

/// How often questions of a set failed with a code.
struct failure_count {
  std::string code;
  std::uint64_t questions = 0;

  bool operator==(const failure_count&) const = default;
};

/// The row of a set: moved with every change of its questions, never counted on reading.
struct question_counts {
  std::array<std::uint64_t, question_state_count> by_state{}; ///< Indexed by question_state - 1.
  std::vector<failure_count> failures;                        ///< Ordered by code.
  job_cost cost;
  std::uint64_t possibly_charged = 0;

  bool operator==(const question_counts&) const = default;
};

constexpr std::uint64_t& count_of(question_counts& counts, question_state s) {
  return counts.by_state[static_cast<std::size_t>(s) - 1];
}

constexpr std::uint64_t count_of(const question_counts& counts, question_state s) {
  return counts.by_state[static_cast<std::size_t>(s) - 1];
}

} // namespace dure
