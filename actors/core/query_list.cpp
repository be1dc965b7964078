// Lists: several index ranges, each in id order, walked as one.

#include "actors/core/keys.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/queries.hpp"
#include "actors/core/rows.hpp"

#include <algorithm>
#include <array>
#include <deque>

namespace dure::queries {

namespace {

/// Ids are made a moment before the record that creates the job, on another clock.
constexpr std::chrono::minutes clock_slack{1};
constexpr std::size_t chunk = 256;

/// One index range whose keys end in job ids, read chunk by chunk.
class id_source {
public:
  id_source(family f, key_range range, scan_order order)
      : family_{f}, range_{std::move(range)}, order_{order} {}

  /// Returns the next id, or nothing at the end.
  result<std::optional<job_id>> peek(const state_reader& state) {
    if (ids_.empty() && !at_end_)
      if (auto filled = fill(state); !filled)
        return filled.error();
    return ids_.empty() ? std::optional<job_id>{} : std::optional{ids_.front()};
  }

  void pop() { ids_.pop_front(); }

private:
  result<void> fill(const state_reader& state) {
    std::string last;
    auto scanned = state.scan(family_, range_, order_, [&](std::string_view key, std::string_view) {
      last = key;
      if (auto id = keys::job_at_end(key))
        ids_.push_back(*id);
      return ids_.size() < chunk;
    });
    if (!scanned)
      return scanned.error();
    at_end_ = ids_.size() < chunk;
    if (order_ == scan_order::ascending)
      range_.from = last + '\0';
    else
      range_.until = last;
    return {};
  }

  family family_;
  key_range range_;
  scan_order order_;
  std::deque<job_id> ids_;
  bool at_end_ = false;
};

bool descends(job_order order) {
  return order == job_order::created_descending || order == job_order::status_descending;
}

bool by_status(job_order order) {
  return order == job_order::status || order == job_order::status_descending;
}

std::vector<job_state> states_of(const job_filter& filter) {
  static constexpr std::array all{job_state::scheduled, job_state::pending, job_state::running,
                                  job_state::completed, job_state::failed,  job_state::cancelled};
  std::vector<job_state> states = filter.states;
  if (states.empty())
    states.assign(all.begin(), all.end());
  std::sort(states.begin(), states.end());
  states.erase(std::unique(states.begin(), states.end()), states.end());
  return states;
}

/// Cuts a range of ids that begins with `prefix` to what created_after, created_before and the
/// position leave of it.
key_range cut(key_range range, const std::string& prefix, const job_filter& filter, bool descending,
              const std::optional<job_id>& after) {
  const auto with_id = [&](const job_id& id) {
    return prefix +
           std::string{reinterpret_cast<const char*>(id.value.bytes.data()), id.value.bytes.size()};
  };
  const auto first_at = [&](timestamp t) {
    auto id = make_job_id(log_number{0}, std::max(t, timestamp{}), 0).value;
    std::fill(id.bytes.begin() + 6, id.bytes.end(), std::uint8_t{0});
    return with_id(job_id{id});
  };
  if (filter.created_after)
    range.from = std::max(range.from, first_at(*filter.created_after - clock_slack));
  if (filter.created_before)
    range.until = std::min(range.until, first_at(*filter.created_before + clock_slack));
  if (after && descending)
    range.until = std::min(range.until, with_id(*after));
  else if (after)
    range.from = std::max(range.from, with_id(*after) + '\0');
  return range;
}

/// Returns whether the counters know of a job of the filter's group or kind in one of the states.
/// A log is left out as a whole or not at all: a job that moves on between two looks stays in
/// sight.
result<bool> may_show(const state_reader& state, const job_filter& filter, log_number log,
                      const std::vector<job_state>& states) {
  auto counts = !filter.group.empty()  ? counts_of_group(state, log, filter.group)
                : !filter.kind.empty() ? counts_of_kind(state, log, filter.kind)
                                       : counts_of_log(state, log);
  if (!counts)
    return counts.error();
  return std::any_of(states.begin(), states.end(),
                     [&counts](job_state s) { return count_of(*counts, s) > 0; });
}

/// States come in the order of a job's life and are first looked at in this order.
result<std::vector<id_source>> sources_of(const state_reader& state, const job_filter& filter,
                                          const std::vector<job_state>& states, job_order order,
                                          const std::optional<job_id>& after) {
  const auto direction = descends(order) ? scan_order::descending : scan_order::ascending;
  std::vector<id_source> sources;
  const auto add = [&](family f, key_range range) {
    const auto prefix = range.from;
    auto left = cut(std::move(range), prefix, filter, descends(order), after);
    if (left.from < left.until)
      sources.emplace_back(f, std::move(left), direction);
  };
  const bool any_state = filter.states.empty() && !by_status(order);
  for (auto log : filter.logs) {
    auto worth = may_show(state, filter, log, states);
    if (!worth)
      return worth.error();
    if (!*worth)
      continue;
    if (filter.group.empty() && any_state) {
      add(family::jobs, keys::all_of(log));
      continue;
    }
    for (auto s : states)
      if (filter.group.empty())
        add(family::by_state, keys::by_state_of(log, s));
      else
        add(family::by_group, keys::by_group_of(log, filter.group, s));
  }
  return sources;
}

bool contains(const std::vector<job_state>& states, job_state s) {
  return std::find(states.begin(), states.end(), s) != states.end();
}

bool has_tag(const job& j, const std::string& tag) {
  return std::find(j.spec.tags.begin(), j.spec.tags.end(), tag) != j.spec.tags.end();
}

bool matches(const job& j, const job_filter& filter) {
  return (filter.kind.empty() || j.spec.kind == filter.kind) &&
         !contains(j.attempts_made > 0 ? filter.fresh_only : filter.started_only, j.state) &&
         (filter.tag.empty() || has_tag(j, filter.tag)) &&
         (!filter.created_after || j.created_at > *filter.created_after) &&
         (!filter.created_before || j.created_at < *filter.created_before) &&
         (!filter.also || filter.also(j));
}

/// Returns the source whose next id goes first, or nothing when all are at their end.
result<id_source*> first_of(const state_reader& state, std::vector<id_source>& sources,
                            bool descending) {
  id_source* first = nullptr;
  job_id best;
  for (auto& source : sources) {
    auto next = source.peek(state);
    if (!next)
      return next.error();
    if (*next && (first == nullptr || (descending ? best < **next : **next < best))) {
      first = &source;
      best = **next;
    }
  }
  return first;
}

/// Returns a position in front of every job in state `s`.
list_position before_all(job_state s, bool descending) {
  list_position position{s, {}};
  if (descending)
    position.id.value.bytes.fill(0xff);
  return position;
}

struct page_builder {
  const state_reader& state;
  const job_filter& filter;
  std::size_t limit;
  std::size_t looked_at = 0;
  job_page page;
  list_position last;

  bool full() const {
    return page.jobs.size() >= limit || looked_at >= limits::list_rows_looked_at_max;
  }

  /// Walks `sources` until the page is full or they are at their end; returns whether they are.
  result<bool> walk(result<std::vector<id_source>> sources, bool descending) {
    if (!sources)
      return sources.error();
    for (;;) {
      auto first = first_of(state, *sources, descending);
      if (!first)
        return first.error();
      if (*first == nullptr)
        return true;
      if (full())
        return false;
      auto id = (*first)->peek(state);
      if (!id)
        return id.error();
      if (auto looked = look_at(**id); !looked)
        return looked.error();
      (*first)->pop();
    }
  }

  result<void> look_at(const job_id& id) {
    // A job that moved on while the indexes were read may stand in two of them.
    if (looked_at > 0 && id == last.id)
      return {};
    ++looked_at;
    auto found = find_job(state, id);
    if (!found && found.error().code != errc::not_found && found.error().code != errc::gone)
      return found.error();
    last.id = id;
    // The index and the row are read one after the other: a job may just have gone or moved on.
    if (found && matches(*found, filter))
      page.jobs.push_back(std::move(*found));
    return {};
  }
};

} // namespace

result<job_page> list_jobs(const state_reader& state, const job_filter& filter, job_order order,
                           const std::optional<list_position>& after, std::size_t limit) {
  auto states = states_of(filter);
  if (order == job_order::status_descending)
    std::reverse(states.begin(), states.end());
  page_builder builder{state, filter, std::min(limit, limits::list_rows_max), 0, {}, {}};
  const auto after_id = after ? std::optional{after->id} : std::nullopt;

  if (!by_status(order)) {
    auto ended = builder.walk(sources_of(state, filter, states, order, after_id), descends(order));
    if (!ended)
      return ended.error();
    if (!*ended)
      builder.page.next = builder.last;
    return std::move(builder.page);
  }

  bool reached = !after;
  for (auto s : states) {
    const bool resumes = after && s == after->state;
    if (!reached && !resumes)
      continue;
    reached = true;
    builder.last = before_all(s, descends(order));
    auto ended = builder.walk(
        sources_of(state, filter, {s}, order, resumes ? after_id : std::nullopt), descends(order));
    if (!ended)
      return ended.error();
    if (!*ended) {
      builder.page.next = builder.last;
      return std::move(builder.page);
    }
  }
  return std::move(builder.page);
}

} // namespace dure::queries
