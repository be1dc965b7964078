#include "actors/core/limits.hpp"
#include "tests/unit/core/ledger_fixture.hpp"

#include <map>
#include <random>
#include <set>

namespace dure {
namespace {

using std::chrono::seconds;

/// What may follow a state in one event.
bool is_step(job_state from, job_state to) {
  using s = job_state;
  static const std::set<std::pair<s, s>> table{
      {s::scheduled, s::scheduled}, {s::scheduled, s::pending}, {s::scheduled, s::cancelled},
      {s::pending, s::pending},     {s::pending, s::scheduled}, {s::pending, s::running},
      {s::pending, s::cancelled},   {s::running, s::running},   {s::running, s::pending},
      {s::running, s::scheduled},   {s::running, s::completed}, {s::running, s::failed},
      {s::running, s::cancelled},   {s::failed, s::pending},    {s::cancelled, s::pending}};
  return table.contains({from, to});
}

/// Wishes at random, most of them sensible, and counts which states were reached.
class ledger_at_random : public ledger_test {
protected:
  void run(unsigned seed, int steps) {
    random_.seed(seed);
    for (int i = 0; i < steps; ++i) {
      if (chance(8))
        now += milliseconds{static_cast<std::int64_t>(random_() % 20'000)};
      if (chance(100))
        now += std::chrono::days{random_() % 8};
      if (chance(30))
        epoch = next(epoch);
      if (chance(5))
        do_due();
      auto told = wish(any_wish(), chance(4) ? command_id{} : some_command());
      learn(told);
      watch();
    }
  }

  std::map<job_state, int> reached_;
  int expired_ = 0;

private:
  bool chance(unsigned one_in) { return random_() % one_in == 0; }

  job_id any_job() {
    return jobs_.empty() || chance(50) ? make_job_id(log, now, random_())
                                       : jobs_[random_() % jobs_.size()];
  }

  lease any_lease() { return leases_.empty() ? lease{} : leases_[random_() % leases_.size()]; }

  job_spec any_spec() {
    auto s = spec();
    s.id = make_job_id(log, now, random_());
    s.kind = chance(3) ? "sleep" : "noop";
    s.queue = chance(3) ? "documents" : "default";
    s.group = chance(2) ? "g" + std::to_string(random_() % 3) : "";
    s.unique_key = chance(3) ? "u" + std::to_string(random_() % 3) : "";
    s.priority = static_cast<std::int16_t>(random_() % 5);
    s.run_at = chance(3) ? now + seconds{random_() % 30} : timestamp{};
    s.max_attempts = static_cast<std::uint16_t>(1 + random_() % 4);
    s.timeout = {seconds{5}, seconds{1 + 5 + random_() % 20}};
    if (chance(3))
      s.input_file = any_blob();
    if (chance(6) && !jobs_.empty())
      s.id = any_job();
    return s;
  }

  command_body any_claim() {
    auto c = claim_of(static_cast<std::uint32_t>(random_() % 4), "noop",
                      "node-" + std::to_string(random_() % 2));
    c.boot = boot(random_() % 2);
    c.demands.push_back({"sleep", static_cast<std::uint32_t>(random_() % 3)});
    if (chance(4) && last_claim_)
      return *last_claim_;
    last_claim_ = c;
    return c;
  }

  command_body any_completion() {
    complete done{any_lease(), {"{}", {}, {}}, {1, 1, 1}, 5};
    if (chance(3))
      done.outcome.blob = any_blob();
    return done;
  }

  fail any_failure() {
    const attempt_end ends[]{attempt_end::failed, attempt_end::died, attempt_end::timed_out};
    fail f{any_lease(), ends[random_() % 3], {"code", "message", !chance(4)}, {}, random_() % 99};
    if (chance(4))
      f.retry_not_before = now + seconds{random_() % 60};
    return f;
  }

  command_body any_settings() {
    queue_settings s;
    // One in three is old news.
    s.version = settings_version_ += random_() % 3;
    s.paused = chance(4);
    if (chance(2))
      s.concurrency_max = static_cast<std::uint32_t>(random_() % 5);
    if (chance(2))
      s.depth_max = 5 + random_() % 20;
    return configure_queue{s};
  }

  command_body any_record() {
    const auto key = "r" + std::to_string(random_() % 3);
    std::optional<std::uint64_t> expected;
    if (chance(2))
      expected = random_() % 5;
    if (chance(3))
      return delete_record{key, expected};
    std::optional<timestamp> expires_at;
    if (chance(2))
      expires_at = now + seconds{random_() % 60};
    return put_record{key, "{}", expected, expires_at};
  }

  blob_ref any_blob() {
    return {std::string(64, static_cast<char>('a' + random_() % 4)), random_() % 9, "", ""};
  }

  command_body any_artifacts() {
    add_artifacts made{any_lease(), {}};
    for (auto n = 1 + random_() % 3; n > 0; --n)
      made.artifacts.push_back({"f" + std::to_string(random_() % 4), any_blob()});
    return made;
  }

  command_body any_wish() {
    switch (random_() % 23) {
    case 0:
    case 1:
    case 2:
    case 3:
      return submit{any_spec()};
    case 4:
    case 5:
    case 6:
      return any_claim();
    case 7:
    case 8:
      return any_completion();
    case 9:
    case 10:
      return any_failure();
    case 11:
      return release{any_lease(), chance(2) ? attempt_end::released : attempt_end::cancelled, 1};
    case 12:
      return cancel{any_job()};
    case 13:
      return retry{any_job()};
    case 14:
      return reprioritise{any_job(), static_cast<std::int16_t>(random_() % 5)};
    case 15:
      return reschedule{any_job(), now + seconds{random_() % 40} - seconds{10}};
    case 16:
      return remove{any_job()};
    case 17:
      return lose_node{"node-" + std::to_string(random_() % 2), boot(random_() % 2)};
    case 18:
      return any_settings();
    case 19:
    case 20:
      return any_artifacts();
    case 21:
      return keep_log{any_lease(), any_blob()};
    default:
      return any_record();
    }
  }

  void do_due() {
    auto commands = ledger::due(state, at(), 8);
    ASSERT_TRUE(commands);
    for (const auto& body : *commands) {
      expired_ += std::holds_alternative<expire>(body) ? 1 : 0;
      ASSERT_TRUE(wish(body));
      watch();
    }
  }

  void learn(const result<answer>& told) {
    if (!told)
      return;
    if (const auto* taken = std::get_if<job_taken>(&*told))
      jobs_.push_back(taken->id);
    if (const auto* got = std::get_if<granted>(&*told))
      for (const auto& g : got->grants)
        leases_.push_back(g.of);
    if (leases_.size() > 12)
      leases_.erase(leases_.begin());
  }

  /// Holds every job against what it was before the last command.
  void watch() {
    std::map<job_id, job> present;
    auto scanned = state.scan(family::jobs, keys::all_of(log), scan_order::ascending,
                              [&](std::string_view, std::string_view value) {
                                auto j = decode_row<job>(value);
                                EXPECT_TRUE(j);
                                if (j)
                                  present.emplace(j->spec.id, *j);
                                return true;
                              });
    ASSERT_TRUE(scanned);
    for (const auto& [id, j] : present) {
      const auto before = before_.find(id);
      if (before == before_.end()) {
        EXPECT_TRUE(j.state == job_state::pending || j.state == job_state::scheduled);
        EXPECT_EQ(j.version, 1U);
      } else if (before->second != j) {
        EXPECT_EQ(j.version, before->second.version + 1);
        EXPECT_TRUE(is_step(before->second.state, j.state))
            << to_string(before->second.state) << " to " << to_string(j.state);
        EXPECT_FALSE(before->second.cancel_requested && j.state == job_state::completed);
      }
      ++reached_[j.state];
    }
    for (const auto& [id, j] : before_)
      EXPECT_TRUE(present.contains(id) || is_end(j.state)) << "a live job is gone";
    check_limits();
    before_ = std::move(present);
  }

  /// Limits bind what is granted and submitted now; lowering one ends nothing.
  void check_limits() {
    auto row = row_or_empty<log_row>(state, family::logs, keys::log(log));
    ASSERT_TRUE(row);
    const auto all = counts(keys::counts_of_log(log));
    for (const auto& e : latest) {
      if (std::holds_alternative<events::job_leased>(e)) {
        EXPECT_FALSE(row->settings.paused);
        EXPECT_LE(count_of(all, job_state::running),
                  row->settings.concurrency_max.value_or(limits::claim_jobs_max));
      }
      if (std::holds_alternative<events::job_submitted>(e) && row->settings.depth_max) {
        EXPECT_LE(count_of(all, job_state::pending) + count_of(all, job_state::scheduled),
                  *row->settings.depth_max);
      }
    }
  }

  std::mt19937_64 random_;
  std::vector<job_id> jobs_;
  std::vector<lease> leases_;
  std::optional<claim> last_claim_;
  std::uint64_t settings_version_ = 1;
  std::map<job_id, job> before_;
};

/// Each seed is a test of its own, so that each is replayed alone at its end.
class ledger_from_seed : public ledger_at_random, public testing::WithParamInterface<unsigned> {};

TEST_P(ledger_from_seed, keeps_its_promises) {
  run(GetParam(), 400);
  for (unsigned n = 1; n <= job_state_count; ++n)
    EXPECT_GT(reached_[static_cast<job_state>(n)], 0) << "never reached: " << n;
}

INSTANTIATE_TEST_SUITE_P(seeds, ledger_from_seed, testing::Range(1U, 13U));

/// What a store writes is most of what a job costs.
TEST(ledger_writes, at_most_sixteen_rows_in_the_life_of_a_job) {
  constexpr std::uint64_t jobs = 100;
  const ledger::context at{log_number{1}, epoch_number{1}, timestamp{milliseconds{1}}};
  memory_state state;
  std::size_t written = 0;
  const auto record_of = [&](const std::vector<command_body>& wishes) {
    overlay changes{state};
    answer last;
    for (const auto& body : wishes) {
      auto decided = ledger::decide(changes, {{}, "test", body}, at);
      EXPECT_TRUE(decided);
      for (const auto& e : decided->events)
        EXPECT_TRUE(ledger::apply(changes, e, at));
      last = decided->reply;
    }
    auto delta = changes.take();
    for (const auto& rows : delta.families)
      written += rows.size();
    state.write(delta);
    return last;
  };
  std::vector<command_body> submits;
  for (std::uint64_t n = 0; n < jobs; ++n) {
    job_spec s;
    s.id = make_job_id(at.log, at.now, n);
    s.kind = "noop";
    s.queue = "default";
    submits.emplace_back(submit{s});
  }
  record_of(submits);
  auto leased = record_of({claim{{}, "node-1", {}, {{"noop", jobs}}}});
  std::vector<command_body> completions;
  for (const auto& g : std::get<granted>(leased).grants)
    completions.emplace_back(complete{g.of, {"{}", {}, {}}, {}, 0});
  ASSERT_EQ(completions.size(), jobs);
  record_of(completions);
  EXPECT_LE(written, 16 * jobs);
}

} // namespace
} // namespace dure
