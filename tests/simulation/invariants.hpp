#pragma once

#include "actors/core/keys.hpp"
#include "actors/core/ledger_index.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/timer.hpp"
#include "actors/core/verify.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

namespace dure {

/// What a log's rows must be, rebuilt from its jobs, records and kept answers, to be compared with
/// what they are. Slow; for tests.
class rebuilt_rows {
public:
  rebuilt_rows(const state_reader& state, log_number log) : state_{state}, log_{log} {}

  std::vector<std::string> differences() {
    for (const auto& [key, value] : rows_in(family::jobs))
      add_job(key, value);
    for (const auto& [key, value] : rows_in(family::groups))
      add_group(key, value);
    for (const auto& [key, value] : rows_in(family::records))
      add_record(key, value);
    for (const auto& [key, value] : rows_in(family::commands))
      add_answer(key, value);
    for (const auto& [key, value] : rows_in(family::files))
      add_file(key, value);
    for (auto f : {family::ready, family::timers, family::by_state, family::by_group,
                   family::leases, family::blob_uses})
      if (rows_in(f) != wanted_[static_cast<std::size_t>(f)])
        broken_.push_back(std::string{to_string(f)} + " differs from what its jobs say");
    check_unique();
    return std::move(broken_);
  }

private:
  using rows = std::map<std::string, std::string>;

  rows rows_in(family f) {
    rows found;
    auto scanned = state_.scan(f, keys::all_of(log_), scan_order::ascending,
                               [&](std::string_view key, std::string_view value) {
                                 found.emplace(key, value);
                                 return true;
                               });
    if (!scanned)
      broken_.push_back("unreadable: " + scanned.error().context);
    return found;
  }

  void want(family f, std::string key, std::string value = {}) {
    wanted_[static_cast<std::size_t>(f)].emplace(std::move(key), std::move(value));
  }

  template <class Row> std::optional<Row> decoded(const std::string& value) {
    auto row = decode_row<Row>(value);
    if (!row) {
      broken_.push_back(row.error().context);
      return std::nullopt;
    }
    return std::move(*row);
  }

  void add_job(const std::string& key, const std::string& value) {
    auto j = decoded<job>(value);
    if (!j)
      return;
    if (key != keys::job(j->spec.id))
      broken_.push_back("a job lies under another id");
    for (auto& row : ledger::index_rows(*j))
      want(row.in, std::move(row.key), std::move(row.value));
    auto& latest = latest_expiry_[keys::counts_of_group(log_, j->spec.group)];
    latest = std::max(latest, j->expires_at);
    if (!j->spec.unique_key.empty() && !is_end(j->state))
      ++live_holders_[keys::unique(log_, j->spec.group, j->spec.unique_key)];
  }

  /// The numbers themselves are recounted by verify_rows.
  void add_group(const std::string& key, const std::string& value) {
    auto row = decoded<count_row>(value);
    const auto name = keys::after_log(key);
    if (!row || name.empty() || name.front() != 'g')
      return;
    if (row->expires_at < latest_expiry_[key])
      broken_.push_back("a group expires before one of its jobs");
    if (auto due = ledger::due_of_group(*row))
      want(family::timers,
           timer_key(log_, {*due, timer_type::group_expiry, std::string{name.substr(1)}}));
  }

  void add_record(const std::string& key, const std::string& value) {
    auto row = decoded<record_row>(value);
    if (row && row->expires_at)
      want(family::timers, timer_key(log_, {*row->expires_at, timer_type::record_expiry,
                                            std::string{keys::after_log(key)}}));
  }

  void add_answer(const std::string& key, const std::string& value) {
    auto row = decoded<answer_row>(value);
    if (row)
      want(family::timers, timer_key(log_, {row->forget_at, timer_type::kept_answer,
                                            std::string{keys::after_log(key)}}));
  }

  /// Their numbers are held against the jobs by verify_rows.
  void add_file(const std::string& key, const std::string& value) {
    const auto file = keys::parse_file(key);
    if (!file || !file->as)
      return;
    if (auto row = decoded<file_row>(value))
      want(family::blob_uses, keys::blob_use(row->blob.sha256, file->of, *file->as, file->detail));
  }

  void check_unique() {
    for (const auto& [key, live] : live_holders_)
      if (live > 1)
        broken_.push_back("two live jobs have the same unique key");
    for (const auto& [key, value] : rows_in(family::unique)) {
      auto id = decoded<job_id>(value);
      auto holder = id ? promised_job(state_, *id) : result<job>{error{}};
      if (!holder || keys::unique(log_, holder->spec.group, holder->spec.unique_key) != key ||
          holder->state == job_state::failed || holder->state == job_state::cancelled)
        broken_.push_back("a unique key names a job that may not have it");
    }
  }

  const state_reader& state_;
  log_number log_;
  std::array<rows, family_count> wanted_;
  std::map<std::string, std::optional<timestamp>> latest_expiry_;
  std::map<std::string, int> live_holders_;
  std::vector<std::string> broken_;
};

/// Returns a sentence for everything in the rows of a log that contradicts its jobs.
inline std::vector<std::string> broken_invariants(const state_reader& state, log_number log) {
  auto broken = rebuilt_rows{state, log}.differences();
  auto verified = verify_rows(state, log);
  if (!verified)
    broken.push_back("unreadable: " + verified.error().context);
  else
    broken.insert(broken.end(), verified->broken.begin(), verified->broken.end());
  return broken;
}

} // namespace dure
