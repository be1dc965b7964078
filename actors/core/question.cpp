#include "actors/core/question.hpp"

namespace dure {

std::string_view to_string(question_state s) {
  switch (s) {
  case question_state::pending:
    return "pending";
  case question_state::generating:
    return "generating";
  case question_state::completed:
    return "completed";
  case question_state::failed:
    return "failed";
  }
  return "unknown";
}

question_state state_under(job_state s) {
  switch (s) {
  case job_state::scheduled:
  case job_state::pending:
    return question_state::pending;
  case job_state::running:
    return question_state::generating;
  case job_state::completed:
    return question_state::completed;
  case job_state::failed:
  case job_state::cancelled:
    return question_state::failed;
  }
  return question_state::failed;
}

} // namespace dure
