#include "actors/core/job.hpp"

#include "actors/core/error.hpp"

#include <algorithm>

namespace dure {

lease live_lease(const job& j) {
  DURE_CHECK(j.state == job_state::running && !j.attempts.empty());
  const auto& live = j.attempts.back();
  return lease{j.spec.id, live.n, live.epoch, live.node, live.boot};
}

std::string_view to_string(job_state s) {
  switch (s) {
  case job_state::scheduled:
    return "scheduled";
  case job_state::pending:
    return "pending";
  case job_state::running:
    return "running";
  case job_state::completed:
    return "completed";
  case job_state::failed:
    return "failed";
  case job_state::cancelled:
    return "cancelled";
  }
  return "unknown";
}

std::string_view to_string(attempt_end e) {
  switch (e) {
  case attempt_end::completed:
    return "completed";
  case attempt_end::failed:
    return "failed";
  case attempt_end::died:
    return "died";
  case attempt_end::timed_out:
    return "timed_out";
  case attempt_end::lost:
    return "lost";
  case attempt_end::released:
    return "released";
  case attempt_end::cancelled:
    return "cancelled";
  }
  return "unknown";
}

std::optional<job_state> parse_job_state(std::string_view word) {
  for (auto n = 1U; n <= job_state_count; ++n) {
    auto s = static_cast<job_state>(n);
    if (to_string(s) == word)
      return s;
  }
  return std::nullopt;
}

bool is_name(std::string_view name) {
  auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  auto legal = [&](char c) { return plain(c) || c == '.' || c == '-'; };
  return !name.empty() && name.size() <= limits::name_bytes_max && plain(name.front()) &&
         std::all_of(name.begin(), name.end(), legal);
}

} // namespace dure
