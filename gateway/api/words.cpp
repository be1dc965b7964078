#include "gateway/api/words.hpp"

#include "gateway/api/failure_text.hpp"

#include <algorithm>
#include <bitset>

namespace dure::gateway {

namespace {

std::size_t position(job_state s) {
  return static_cast<std::size_t>(s) - 1;
}

using state_set = std::bitset<job_state_count>;

state_set states(std::initializer_list<job_state> list) {
  state_set set;
  for (auto s : list)
    set.set(position(s));
  return set;
}

/// States that a job may be in without ever having started.
state_set may_be_fresh() {
  return states({job_state::scheduled, job_state::pending, job_state::cancelled});
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

/// Returns the part before `separator` and takes both off the text.
std::string_view split_off(std::string_view& text, char separator) {
  auto at = text.find(separator);
  auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return trimmed(part);
}

/// Reads "q=0.8" in thousandths; anything malformed counts as 0.
int parse_quality(std::string_view parameters) {
  auto at = parameters.find("q=");
  if (at == std::string_view::npos)
    return 1000;
  auto text = parameters.substr(at + 2);
  if (text.empty() || (text[0] != '0' && text[0] != '1'))
    return 0;
  int value = (text[0] - '0') * 1000;
  int weight = 100;
  for (std::size_t i = 2; i < text.size() && i < 5 && text[1] == '.'; ++i, weight /= 10) {
    if (text[i] < '0' || text[i] > '9')
      break;
    value += (text[i] - '0') * weight;
  }
  return value > 1000 ? 1000 : value;
}

/// States wanted of jobs that never started, and of those that did.
struct wanted_states {
  state_set fresh;
  state_set started;
};

std::optional<wanted_states> parse_word(std::string_view word) {
  if (auto state = parse_job_state(word))
    return wanted_states{states({*state}) & may_be_fresh(), states({*state})};
  if (word == "uploaded")
    return wanted_states{states({job_state::scheduled, job_state::pending}), {}};
  if (word == "processing")
    return wanted_states{{},
                         states({job_state::running, job_state::scheduled, job_state::pending})};
  if (word == "generating" || word == "in_progress")
    return wanted_states{{}, states({job_state::running})};
  return std::nullopt;
}

std::vector<job_state> to_list(const state_set& set) {
  std::vector<job_state> list;
  for (std::size_t i = 0; i < job_state_count; ++i)
    if (set.test(i))
      list.push_back(static_cast<job_state>(i + 1));
  return list;
}

/// Where a state holds both kinds of jobs and all of them are wanted, the counters can be told.
status_filter to_filter(const wanted_states& wanted) {
  return {to_list(wanted.fresh | wanted.started), to_list(wanted.fresh & ~wanted.started),
          to_list(wanted.started & ~wanted.fresh & may_be_fresh())};
}

bool ever_started(const job& j) {
  return j.attempts_made > 0;
}

std::string failed_text(const job& j, language in) {
  auto text = std::string{in == language::korean ? "처리하지 못했습니다" : "Failed"};
  auto why = j.failure ? failure_text(*j.failure, in) : std::string{};
  return why.empty() ? text + "." : text + ": " + why;
}

} // namespace

language parse_language(std::string_view accept_language) {
  int korean = -1;
  int english = -1;
  int any = -1;
  while (!accept_language.empty()) {
    auto entry = split_off(accept_language, ',');
    auto tag = split_off(entry, ';');
    auto quality = parse_quality(entry);
    if (tag.starts_with("ko"))
      korean = std::max(korean, quality);
    else if (tag.starts_with("en"))
      english = std::max(english, quality);
    else if (tag == "*")
      any = quality;
  }
  auto korean_rank = korean < 0 ? any : korean;
  return english > 0 && english > korean_rank ? language::english : language::korean;
}

std::string_view legacy_word(const job& j) {
  switch (j.state) {
  case job_state::scheduled:
  case job_state::pending:
    return ever_started(j) ? "processing" : "uploaded";
  case job_state::running:
    return "processing";
  case job_state::completed:
  case job_state::failed:
  case job_state::cancelled:
    break;
  }
  return to_string(j.state);
}

std::string message_of(const job& j, language in) {
  auto korean = in == language::korean;
  switch (j.state) {
  case job_state::scheduled:
    if (ever_started(j))
      return korean ? "다시 시도하기를 기다리는 중입니다." : "Waiting to be tried again.";
    return korean ? "예약된 시각을 기다리는 중입니다." : "Waiting for its time.";
  case job_state::pending:
    if (ever_started(j))
      return korean ? "다시 시도하기를 기다리는 중입니다." : "Waiting to be tried again.";
    return korean ? "처리를 기다리는 중입니다." : "Waiting to be processed.";
  case job_state::running:
    if (j.cancel_requested)
      return korean ? "취소하는 중입니다." : "Being cancelled.";
    return korean ? "처리 중입니다." : "Being processed.";
  case job_state::completed:
    return korean ? "처리가 완료되었습니다." : "Completed.";
  case job_state::failed:
    return failed_text(j, in);
  case job_state::cancelled:
    return korean ? "취소되었습니다." : "Cancelled.";
  }
  return {};
}

std::string_view upload_message(language in) {
  return in == language::korean ? "파일을 받았습니다. 처리를 시작합니다."
                                : "The file was taken and will be processed.";
}

std::optional<status_filter> parse_status_filter(std::string_view words) {
  if (words.ends_with(','))
    return std::nullopt;
  wanted_states all;
  do {
    auto one = parse_word(split_off(words, ','));
    if (!one)
      return std::nullopt;
    all.fresh |= one->fresh;
    all.started |= one->started;
  } while (!words.empty());
  return to_filter(all);
}

} // namespace dure::gateway
