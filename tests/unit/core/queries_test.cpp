#include "actors/core/ledger.hpp"
#include "actors/core/queries.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace dure {
namespace {

constexpr log_number first_log{1};
constexpr log_number second_log{2};
constexpr timestamp start{milliseconds{1'700'000'000'000}};

/// Two queues with jobs in every state, made by the rules themselves.
struct queries_of : testing::Test {
  memory_state state;
  timestamp now = start;
  std::uint64_t random = 1;

  answer does(log_number log, command_body body) {
    const command c{command_id{make_random_uuid(random, random)}, "test", std::move(body)};
    ++random;
    const ledger::context at{log, epoch_number{1}, now};
    auto decided = ledger::decide(state, c, at);
    EXPECT_TRUE(decided) << (decided ? "" : decided.error().context);
    if (!decided)
      return {};
    overlay changes{state};
    for (const auto& e : decided->events)
      EXPECT_TRUE(ledger::apply(changes, e, at));
    state.write(changes.take());
    return decided->reply;
  }

  job_id make(log_number log, std::string group = {}, std::string kind = "noop",
              timestamp run_at = {}, std::vector<std::string> tags = {}) {
    now += milliseconds{1};
    job_spec spec;
    spec.id = make_job_id(log, now, random * 0x9e3779b97f4a7c15ULL);
    spec.kind = std::move(kind);
    spec.queue = log == first_log ? "first" : "second";
    spec.group = std::move(group);
    spec.params = "{}";
    spec.run_at = run_at;
    spec.tags = std::move(tags);
    does(log, submit{spec});
    return spec.id;
  }

  lease lease_next(log_number log) {
    claim wish{claim_id{make_random_uuid(random, 7)},
               "node-1",
               boot_id{make_random_uuid(1, 1)},
               {{"noop", 1}}};
    auto reply = std::get<granted>(does(log, wish));
    EXPECT_EQ(reply.grants.size(), 1U);
    return reply.grants.at(0).of;
  }

  std::vector<job_id> walk(const queries::job_filter& filter, queries::job_order order,
                           std::size_t limit) {
    std::vector<job_id> seen;
    std::optional<queries::list_position> after;
    for (int pages = 0; pages < 1'000; ++pages) {
      auto page = queries::list_jobs(state, filter, order, after, limit);
      EXPECT_TRUE(page);
      for (const auto& j : page->jobs)
        seen.push_back(j.spec.id);
      if (!page->next)
        return seen;
      after = page->next;
    }
    ADD_FAILURE() << "the walk does not end";
    return seen;
  }
};

TEST_F(queries_of, lists_show_every_job_once_in_order_whatever_the_page_size) {
  std::vector<job_id> made;
  for (int i = 0; i < 40; ++i)
    made.push_back(make(i % 3 == 0 ? second_log : first_log, i % 2 == 0 ? "set" : ""));
  for (int i = 0; i < 5; ++i)
    does(first_log, complete{lease_next(first_log), {"{}", {}, {}}, {}, 0});
  queries::job_filter all;
  all.logs = {first_log, second_log};
  for (std::size_t limit : {1, 3, 7, 500}) {
    EXPECT_EQ(walk(all, queries::job_order::created, limit), made);
    auto backwards = made;
    std::reverse(backwards.begin(), backwards.end());
    EXPECT_EQ(walk(all, queries::job_order::created_descending, limit), backwards);
    for (auto order : {queries::job_order::status, queries::job_order::status_descending}) {
      auto seen = walk(all, order, limit);
      std::sort(seen.begin(), seen.end());
      EXPECT_EQ(seen, made);
    }
  }
}

TEST_F(queries_of, filters_agree_with_counters) {
  for (int i = 0; i < 12; ++i)
    make(first_log, i % 3 == 0 ? "set" : "", i % 2 == 0 ? "noop" : "sleep");
  does(first_log, complete{lease_next(first_log), {"{}", {}, {}}, {}, 0});
  for (auto s : {job_state::pending, job_state::completed, job_state::running})
    for (const auto* kind : {"", "noop"})
      for (const auto* group : {"", "set"}) {
        queries::job_filter filter;
        filter.logs = {first_log};
        filter.states = {s};
        filter.kind = kind;
        filter.group = group;
        auto counted = queries::count_jobs(state, filter);
        ASSERT_TRUE(counted);
        if (*kind != '\0' && *group != '\0')
          EXPECT_FALSE(*counted);
        else
          EXPECT_EQ(**counted, walk(filter, queries::job_order::created, 2).size());
      }
}

TEST_F(queries_of, a_created_range_cuts_exactly) {
  std::vector<timestamp> times;
  for (int i = 0; i < 10; ++i) {
    make(first_log);
    times.push_back(now);
  }
  queries::job_filter middle;
  middle.logs = {first_log};
  middle.created_after = times[2];
  middle.created_before = times[6];
  EXPECT_EQ(walk(middle, queries::job_order::created, 2).size(), 3U);
}

TEST_F(queries_of, conditions_on_the_row_are_told_job_by_job_and_not_counted) {
  const auto tagged = make(first_log, "", "noop", {}, {"red", "blue"});
  make(first_log, "", "noop", {}, {"green"});
  const auto plain = make(first_log);
  queries::job_filter by_tag;
  by_tag.logs = {first_log};
  by_tag.tag = "blue";
  EXPECT_EQ(walk(by_tag, queries::job_order::created, 5), std::vector{tagged});
  EXPECT_FALSE(*queries::count_jobs(state, by_tag));
  queries::job_filter own;
  own.logs = {first_log};
  own.also = [&plain](const job& j) { return j.spec.id == plain; };
  EXPECT_EQ(walk(own, queries::job_order::status, 5), std::vector{plain});
  EXPECT_FALSE(*queries::count_jobs(state, own));
}

TEST_F(queries_of, jobs_that_started_are_told_from_those_that_never_did) {
  const auto started = make(first_log);
  const auto fresh = make(first_log);
  does(first_log, release{lease_next(first_log)});
  queries::job_filter filter;
  filter.logs = {first_log};
  filter.states = {job_state::pending};
  EXPECT_EQ(walk(filter, queries::job_order::created, 5), (std::vector{started, fresh}));
  filter.fresh_only = {job_state::pending};
  EXPECT_EQ(walk(filter, queries::job_order::created, 5), std::vector{fresh});
  filter.fresh_only.clear();
  filter.started_only = {job_state::pending};
  EXPECT_EQ(walk(filter, queries::job_order::created, 5), std::vector{started});
}

TEST_F(queries_of, a_kind_that_a_log_does_not_have_costs_no_row_of_it) {
  make(second_log, "", "sleep");
  for (std::size_t i = 0; i < limits::list_rows_looked_at_max + 1; ++i)
    make(first_log);
  queries::job_filter filter;
  filter.logs = {first_log, second_log};
  filter.kind = "sleep";
  auto page = queries::list_jobs(state, filter, queries::job_order::created, {}, 5);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->jobs.size(), 1U);
  EXPECT_FALSE(page->next);
}

/// Lets something happen before the n-th scan.
struct moving_state final : state_reader {
  moving_state(const state_reader& at_rest, int before, std::function<void()> what)
      : state{at_rest}, scans_left{before}, happens{std::move(what)} {}

  result<std::optional<std::string>> get(family f, std::string_view key) const override {
    return state.get(f, key);
  }

  result<void> scan(family f, const key_range& range, scan_order order,
                    const row_visitor& visit) const override {
    if (--scans_left == 0)
      happens();
    return state.scan(f, range, order, visit);
  }

  const state_reader& state;
  mutable int scans_left;
  std::function<void()> happens;
};

TEST_F(queries_of, a_job_that_moves_on_while_it_is_listed_is_shown_once) {
  for (int before = 1; before <= 6; ++before)
    for (auto order : {queries::job_order::created, queries::job_order::created_descending}) {
      const auto group = "g" + std::to_string(before) + std::to_string(static_cast<int>(order));
      const auto id = make(first_log, group);
      queries::job_filter filter;
      filter.logs = {first_log};
      filter.group = group;
      const moving_state moving{state, before, [this] { lease_next(first_log); }};
      auto page = queries::list_jobs(moving, filter, order, {}, 5);
      ASSERT_TRUE(page);
      ASSERT_EQ(page->jobs.size(), 1U) << before;
      EXPECT_EQ(page->jobs[0].spec.id, id);
    }
}

TEST_F(queries_of, every_waiting_job_says_why) {
  const auto later = make(first_log, "", "noop", now + std::chrono::hours{1});
  const auto next = make(first_log);
  const auto after_it = make(first_log);
  const auto why = [&](const job_id& id) {
    auto found = queries::find_job(state, id);
    EXPECT_TRUE(found);
    auto reason = queries::why_waiting(state, *found, now);
    EXPECT_TRUE(reason && *reason);
    return **reason;
  };
  EXPECT_EQ(why(later).reason, queries::wait_reason::scheduled);
  EXPECT_TRUE(why(later).until);
  EXPECT_EQ(why(next).position, 1U);
  EXPECT_EQ(why(after_it).position, 2U);
  does(first_log, configure_queue{{1, true, "maintenance", {}, {}}});
  EXPECT_EQ(why(next).reason, queries::wait_reason::paused);
  EXPECT_EQ(why(next).detail, "maintenance");
  does(first_log, configure_queue{{2, false, "", 1, {}}});
  lease_next(first_log);
  EXPECT_EQ(why(after_it).reason, queries::wait_reason::concurrency);
}

TEST_F(queries_of, the_longest_wait_begins_when_a_job_could_have_been_started) {
  using std::chrono::hours;
  const auto longest = [this] { return *queries::longest_wait_since(state, first_log); };
  EXPECT_EQ(longest(), std::nullopt);
  const auto later = make(first_log, {}, "noop", now + hours{2});
  EXPECT_EQ(longest(), std::nullopt) << "its time has not come";
  now += hours{2};
  does(first_log, make_ready{later});
  EXPECT_EQ(longest(), start + hours{2});
  now += hours{1};
  make(first_log);
  EXPECT_EQ(longest(), start + hours{2});
  lease_next(first_log);
  EXPECT_EQ(longest(), now) << "the younger one is left";
}

TEST_F(queries_of, a_removed_job_is_gone_and_an_unknown_one_not_found) {
  const auto id = make(first_log);
  does(first_log, cancel{id});
  does(first_log, remove{id});
  EXPECT_EQ(queries::find_job(state, id).error().code, errc::gone);
  EXPECT_EQ(queries::find_job(state, make_job_id(first_log, now, 99)).error().code,
            errc::not_found);
}

} // namespace
} // namespace dure
