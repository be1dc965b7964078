#include "actors/core/verify.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/ledger_index.hpp"
#include "actors/core/rows.hpp"
#include "actors/core/timer.hpp"
#include "actors/core/verify_questions.hpp"

#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace dure {

namespace {

using counters = std::map<std::string, job_counts>;

/// Checks one log's rows. Findings gather in `found`; the first failed read ends it.
class row_check {
public:
  row_check(const state_reader& state, log_number log) : state_{state}, log_{log} {}

  result<verification> run() {
    if (auto walked = walk_jobs(); !walked)
      return walked.error();
    if (auto compared = compare_counters(); !compared)
      return compared.error();
    for (auto [f, expected] :
         {std::pair{family::ready, pending_}, std::pair{family::by_group, grouped_},
          std::pair{family::by_state, found_.jobs}, std::pair{family::leases, running_}})
      if (auto counted = compare_rows(f, expected); !counted)
        return counted.error();
    if (auto walked = walk_unique(); !walked)
      return walked.error();
    if (auto walked = walk_files(); !walked)
      return walked.error();
    if (auto counted = compare_rows(family::blob_uses, blob_uses_); !counted)
      return counted.error();
    if (auto walked = verify_questions(state_, log_, found_.broken); !walked)
      return walked.error();
    return std::move(found_);
  }

private:
  void broken(std::string sentence) {
    if (found_.broken.size() < broken_rules_max)
      found_.broken.push_back(std::move(sentence));
  }

  result<void> walk_jobs() {
    result<void> outcome{};
    auto scanned = state_.scan(family::jobs, keys::all_of(log_), scan_order::ascending,
                               [&](std::string_view key, std::string_view value) {
                                 auto row = decode_row<job>(value);
                                 if (!row) {
                                   broken("a job's row is unreadable: " + row.error().context);
                                   return true;
                                 }
                                 outcome = check_job(key, *row);
                                 return bool{outcome};
                               });
    return scanned ? outcome : scanned;
  }

  result<void> check_job(std::string_view key, const job& j) {
    ++found_.jobs;
    const auto name = "job " + to_string(j.spec.id);
    if (key != keys::job(j.spec.id) || log_of(j.spec.id) != log_)
      broken(name + " lies under another id");
    count(j);
    check_attempts(j, name);
    auto wanted = std::vector{std::pair{family::by_state, keys::by_state(j.state, j.spec.id)}};
    if (!j.spec.group.empty())
      wanted.emplace_back(family::by_group, keys::by_group(j.spec.group, j.state, j.spec.id));
    if (j.state == job_state::pending)
      wanted.emplace_back(family::ready,
                          keys::ready(log_, j.spec.kind, j.spec.priority, j.spec.id));
    if (j.state == job_state::scheduled)
      wanted.emplace_back(
          family::timers,
          timer_key(log_, make_timer(j.spec.run_at, timer_type::ready, j.spec.id.value)));
    if (j.state == job_state::running && !j.attempts.empty())
      wanted.emplace_back(family::leases, keys::lease_of(live_lease(j), j.attempts.back().claim));
    for (auto& row : ledger::index_rows(j))
      if (row.in == family::blob_uses) {
        ++blob_uses_;
        wanted.emplace_back(row.in, std::move(row.key));
      }
    for (const auto& [f, row] : wanted)
      if (auto there = expect_row(f, row, name); !there)
        return there;
    return check_unique(j, name);
  }

  void count(const job& j) {
    const auto state = static_cast<std::size_t>(j.state) - 1;
    ++counted_[keys::counts_of_log(log_)].by_state[state];
    ++counted_[keys::counts_of_kind(log_, j.spec.kind)].by_state[state];
    if (!j.spec.group.empty()) {
      ++counted_[keys::counts_of_group(log_, j.spec.group)].by_state[state];
      ++grouped_;
    }
    pending_ += j.state == job_state::pending ? 1 : 0;
    running_ += j.state == job_state::running ? 1 : 0;
  }

  void check_attempts(const job& j, const std::string& name) {
    const bool runs = j.state == job_state::running;
    const bool open = !j.attempts.empty() && !j.attempts.back().ended_at;
    if (runs != open)
      broken(name + (runs ? " runs without an attempt" : " has an open attempt but does not run"));
    if (is_end(j.state) != j.completed_at.has_value())
      broken(name + " has an end state or an end time, not both");
    std::size_t completions = 0;
    std::uint16_t last = 0;
    for (const auto& a : j.attempts) {
      if (a.n <= last || a.n > j.attempts_made)
        broken(name + " has attempts out of order");
      last = a.n;
      completions += a.end == attempt_end::completed ? 1 : 0;
    }
    if (completions > 1 || (completions == 1) != (j.state == job_state::completed))
      broken(name + " is " + std::string{to_string(j.state)} + " with " +
             std::to_string(completions) + " completed attempts");
  }

  result<void> check_unique(const job& j, const std::string& name) {
    if (j.spec.unique_key.empty() || is_end(j.state))
      return {};
    auto row = state_.get(family::unique, keys::unique(log_, j.spec.group, j.spec.unique_key));
    if (!row)
      return row.error();
    if (!*row || **row != encode(j.spec.id))
      broken(name + " is live but its unique key names another job");
    return {};
  }

  result<void> expect_row(family f, const std::string& key, const std::string& name) {
    auto row = state_.get(f, key);
    if (!row)
      return row.error();
    if (!*row)
      broken(name + " has no row in " + std::string{to_string(f)});
    return {};
  }

  result<void> compare_counters() {
    auto scanned = state_.scan(
        family::groups, keys::all_of(log_), scan_order::ascending,
        [&](std::string_view key, std::string_view value) {
          auto row = decode_row<count_row>(value);
          auto counted = counted_.extract(std::string{key});
          const auto wanted = counted.empty() ? job_counts{} : counted.mapped();
          if (!row || row->counts != wanted)
            broken("a counter differs from its recount: " + std::string{keys::after_log(key)});
          return true;
        });
    for (const auto& [key, counts] : counted_)
      broken("a counter is missing: " + std::string{keys::after_log(key)});
    return scanned;
  }

  result<void> compare_rows(family f, std::uint64_t expected) {
    std::uint64_t rows = 0;
    auto scanned = state_.scan(f, keys::all_of(log_), scan_order::ascending, [&](auto, auto) {
      ++rows;
      return true;
    });
    if (rows != expected)
      broken(std::string{to_string(f)} + " has " + std::to_string(rows) + " rows instead of " +
             std::to_string(expected));
    return scanned;
  }

  result<void> walk_unique() {
    result<void> outcome{};
    auto scanned = state_.scan(
        family::unique, keys::all_of(log_), scan_order::ascending,
        [&](std::string_view key, std::string_view value) {
          auto id = decode_row<job_id>(value);
          result<std::optional<std::string>> row = std::optional<std::string>{};
          if (id)
            row = state_.get(family::jobs, keys::job(*id));
          if (!row)
            outcome = row.error();
          else if (!*row)
            broken("a unique key names a job that is gone: " + std::string{keys::after_log(key)});
          return bool{outcome};
        });
    return scanned ? outcome : scanned;
  }

  /// Files belong to jobs and use their blobs; a job's artifacts are as many as it says.
  result<void> walk_files() {
    result<void> outcome{};
    auto scanned = state_.scan(family::files, keys::all_of(log_), scan_order::ascending,
                               [&](std::string_view key, std::string_view value) {
                                 outcome = check_file(key, value);
                                 return bool{outcome};
                               });
    for (const auto& [id, artifacts] : artifacts_)
      if (artifacts != 0)
        broken("job " + to_string(id) + " has another number of artifacts than it says");
    return scanned ? outcome : scanned;
  }

  result<void> check_file(std::string_view key, std::string_view value) {
    const auto file = keys::parse_file(key);
    if (!file) {
      broken("a file's key is malformed");
      return {};
    }
    const auto name = "job " + to_string(file->of);
    if (auto there = expect_row(family::jobs, keys::job(file->of), name + " of a file"); !there)
      return there;
    if (!file->as) {
      auto count = decode_row<artifact_count_row>(value);
      artifacts_[file->of] += count ? static_cast<std::int64_t>(count->artifacts) : 0;
      return {};
    }
    auto row = decode_row<file_row>(value);
    if (!row) {
      broken("a file's row is unreadable: " + row.error().context);
      return {};
    }
    artifacts_[file->of] -= *file->as == keys::use::artifact ? 1 : 0;
    ++blob_uses_;
    return expect_row(family::blob_uses,
                      keys::blob_use(row->blob.sha256, file->of, *file->as, file->detail), name);
  }

  const state_reader& state_;
  log_number log_;
  verification found_;
  counters counted_;
  std::uint64_t pending_ = 0;
  std::uint64_t running_ = 0;
  std::uint64_t grouped_ = 0;
  std::uint64_t blob_uses_ = 0;
  std::map<job_id, std::int64_t> artifacts_; ///< Said minus found.
};

} // namespace

result<verification> verify_rows(const state_reader& state, log_number log) {
  return row_check{state, log}.run();
}

} // namespace dure
