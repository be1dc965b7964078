#pragma once

#include "actors/core/command.hpp"
#include "gateway/api/explainer.hpp"
#include "gateway/api/queue_directory.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dure::gateway {

/// Makes the questions of one request, in order: their ids grow with the order. A value.
class question_maker {
public:
  /// `random` is drawn once a request; `queue` is that of questions.
  question_maker(const queue_definition& queue, std::string set, timestamp now,
                 std::uint64_t random);

  log_number log() const { return log_; }

  /// Returns the wish for the next question; `answer` is empty when it is to be explained.
  put_question make(std::string text, std::string label, std::string answer, const explainer& by);

private:
  std::string set_;
  timestamp now_;
  std::uint64_t random_;
  std::uint64_t made_ = 0;
  log_number log_;
};

/// Returns the job that explains a question of `set`. Its params say who is to do so; its tags say
/// whether it is charged, and name the prompt unless that is the built-in one.
job_spec explaining_job(const job_id& id, std::string_view set, const explainer& by);

/// Returns the name of the work of explaining this text: equal for the same text, provider, model,
/// prompt and settings.
std::string name_of_work(std::string_view text, const explainer& by);

} // namespace dure::gateway
