#include "actors/core/question_queries.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/question_keys.hpp"

#include <algorithm>

namespace dure::queries {

namespace {

error unknown(const question_id& id) {
  return {errc::not_found, "question " + to_string(id)};
}

result<std::optional<job_id>> first_in(const state_reader& state, const key_range& range) {
  std::optional<job_id> first;
  auto scanned = state.scan(family::by_group, range, scan_order::ascending,
                            [&first](std::string_view key, std::string_view) {
                              first = keys::job_at_end(key);
                              return false;
                            });
  if (!scanned)
    return scanned.error();
  return first;
}

} // namespace

result<question> find_question(const state_reader& state, const question_id& id) {
  auto row = find_row<question>(state, family::questions, keys::question(id));
  if (!row)
    return row.error();
  if (!*row)
    return unknown(id);
  return std::move(**row);
}

result<std::string> text_of_question(const state_reader& state, const question_id& id) {
  auto row = state.get(family::questions, keys::question_text(id));
  if (!row)
    return row.error();
  if (!*row)
    return unknown(id);
  return std::move(**row);
}

result<question_counts> counts_of_set(const state_reader& state, log_number log,
                                      std::string_view set) {
  return row_or_empty<question_counts>(state, family::questions, keys::question_counts(log, set));
}

result<question_page> list_questions(const state_reader& state, log_number log,
                                     std::string_view set, const std::optional<question_id>& after,
                                     std::size_t limit) {
  auto range = keys::questions_of_set(log, set);
  if (after)
    range.from = keys::question_in_set(set, *after) + '\0';
  std::vector<question_id> ids;
  auto scanned = state.scan(family::questions, range, scan_order::ascending,
                            [&](std::string_view key, std::string_view) {
                              if (auto id = keys::question_at_end(key))
                                ids.push_back(*id);
                              return ids.size() <= limit;
                            });
  if (!scanned)
    return scanned.error();
  question_page page;
  for (const auto& id : ids) {
    if (page.questions.size() == limit) {
      page.next = page.questions.back().id;
      break;
    }
    auto q = find_question(state, id);
    // Index and row are read one after the other: it may just have gone.
    if (!q && q.error().code == errc::not_found)
      continue;
    if (!q)
      return q.error();
    page.questions.push_back(std::move(*q));
  }
  return page;
}

result<std::optional<timestamp>> oldest_waiting(const state_reader& state, log_number log,
                                                std::string_view set) {
  std::optional<timestamp> oldest;
  for (auto waits : {job_state::pending, job_state::scheduled}) {
    auto first = first_in(state, keys::by_group_of(log, set, waits));
    if (!first)
      return first.error();
    if (*first)
      oldest = std::min(oldest.value_or(made_at(**first)), made_at(**first));
  }
  return oldest;
}

result<provider_row> provider_of(const state_reader& state, log_number log) {
  return row_or_empty<provider_row>(state, family::questions, keys::provider(log));
}

} // namespace dure::queries
