#include "actors/core/keys.hpp"
#include "actors/core/ledger.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/timer.hpp"

#include <algorithm>

namespace dure::ledger {

namespace {

result<uuid> id_of(const timer& t) {
  uuid id;
  if (t.subject.size() != id.bytes.size())
    return error{errc::corrupt, "a timer's key is malformed"};
  std::copy(t.subject.begin(), t.subject.end(), id.bytes.begin());
  return id;
}

/// Turns timers into commands.
struct gathering {
  const state_reader& state;
  const context& at;
  std::size_t limit;
  std::vector<command_body> due;

  result<void> take(const timer& t) {
    if (t.type == timer_type::group_expiry)
      return take_group(t.subject);
    if (t.type == timer_type::record_expiry)
      return take_record(t.subject);
    auto id = id_of(t);
    if (!id)
      return id.error();
    if (t.type == timer_type::overdue)
      return take_lease(job_id{*id});
    if (t.type == timer_type::ready)
      due.emplace_back(make_ready{job_id{*id}});
    else if (t.type == timer_type::expiry)
      due.emplace_back(expire{job_id{*id}});
    else
      due.emplace_back(forget_answer{command_id{*id}});
    return {};
  }

  result<void> take_lease(const job_id& id) {
    auto j = promised_job(state, id);
    if (!j)
      return j.error();
    if (j->state != job_state::running)
      return error{errc::corrupt, "a lease's timer is left of job " + to_string(id)};
    due.emplace_back(end_overdue{live_lease(*j)});
    return {};
  }

  result<void> take_record(const std::string& key) {
    auto row = row_or_empty<record_row>(state, family::records, keys::record(at.log, key));
    if (!row)
      return row.error();
    due.emplace_back(expire_record{key, row->version});
    return {};
  }

  result<void> take_group(const std::string& group) {
    return state.scan(family::by_group, keys::by_group_of(at.log, group), scan_order::ascending,
                      [this](std::string_view key, std::string_view) {
                        if (auto id = keys::job_at_end(key))
                          due.emplace_back(expire{*id});
                        return due.size() < limit;
                      });
  }
};

/// Returns at most `limit` timers that are due, oldest first.
result<std::vector<timer>> timers_due(const state_reader& state, const context& at,
                                      std::size_t limit) {
  std::vector<timer> timers;
  bool malformed = false;
  auto scanned = state.scan(family::timers, timers_until(at.log, at.now), scan_order::ascending,
                            [&](std::string_view key, std::string_view) {
                              auto t = parse_timer(key);
                              malformed = malformed || !t;
                              if (t)
                                timers.push_back(std::move(*t));
                              return !malformed && timers.size() < limit;
                            });
  if (!scanned)
    return scanned.error();
  if (malformed)
    return error{errc::corrupt, "a timer's key is malformed"};
  return timers;
}

} // namespace

result<std::vector<command_body>> due(const state_reader& state, const context& at,
                                      std::size_t limit) {
  if (limit == 0)
    return std::vector<command_body>{};
  auto timers = timers_due(state, at, limit);
  if (!timers)
    return timers.error();
  gathering gathered{state, at, limit, {}};
  for (const auto& t : *timers) {
    if (gathered.due.size() >= limit)
      break;
    if (auto taken = gathered.take(t); !taken)
      return taken.error();
  }
  return std::move(gathered.due);
}

} // namespace dure::ledger
