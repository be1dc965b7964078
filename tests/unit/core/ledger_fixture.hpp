#pragma once

#include "actors/core/keys.hpp"
#include "actors/core/ledger.hpp"
#include "actors/core/lookup.hpp"
#include "tests/simulation/invariants.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

namespace dure {

/// One log in memory with a clock in hand. After every command the rows are held against the jobs;
/// at the end of a test its events are applied again to nothing and must lead to the same rows.
class ledger_test : public testing::Test {
protected:
  static constexpr log_number log{1};
  static constexpr timestamp start{milliseconds{1'700'000'000'000}};

  memory_state state;
  timestamp now = start;
  epoch_number epoch{1};
  std::vector<event> latest; ///< What the last command led to.

  ledger::context at() const { return {log, epoch, now}; }

  result<answer> wish(command_body body, command_id id = {}) {
    auto decided = ledger::decide(state, {id, "test", std::move(body)}, at());
    latest.clear();
    if (!decided)
      return decided.error();
    latest = decided->events;
    overlay changes{state};
    for (const auto& e : decided->events) {
      auto applied = ledger::apply(changes, e, at());
      EXPECT_TRUE(applied) << applied.error().context;
      history_.emplace_back(at(), e);
    }
    state.write(changes.take());
    EXPECT_EQ(broken_invariants(state, log), std::vector<std::string>{});
    return std::move(decided->reply);
  }

  /// Returns the answer to a command that must be taken.
  template <class Answer> Answer does(command_body body, command_id id = {}) {
    auto told = wish(std::move(body), id);
    EXPECT_TRUE(told) << told.error().context;
    const auto* reply = told ? std::get_if<Answer>(&*told) : nullptr;
    EXPECT_NE(reply, nullptr);
    return reply ? *reply : Answer{};
  }

  /// Returns why a command that must be refused was refused.
  error refusal(command_body body, command_id id = {}) {
    auto told = wish(std::move(body), id);
    EXPECT_FALSE(told) << "was taken";
    return told ? error{} : told.error();
  }

  command_id some_command() { return command_id{make_random_uuid(9, ++random_)}; }

  job_spec spec() {
    job_spec s;
    s.id = make_job_id(log, now, ++random_);
    s.kind = "noop";
    s.queue = "default";
    s.params = "{}";
    return s;
  }

  job_id submitted(const std::function<void(job_spec&)>& change = [](job_spec&) {}) {
    auto s = spec();
    change(s);
    return does<job_taken>(submit{s}).id;
  }

  claim claim_of(std::uint32_t jobs, std::string kind = "noop", std::string node = "node-1") {
    return {claim_id{make_random_uuid(8, ++random_)},
            std::move(node),
            boot(1),
            {{std::move(kind), jobs}}};
  }

  static boot_id boot(std::uint64_t n) { return boot_id{make_random_uuid(7, n)}; }

  lease leased(std::string node = "node-1") {
    auto reply = does<granted>(claim_of(1, "noop", std::move(node)));
    EXPECT_EQ(reply.grants.size(), 1U);
    return reply.grants.empty() ? lease{} : reply.grants[0].of;
  }

  job row(const job_id& id) {
    auto j = promised_job(state, id);
    EXPECT_TRUE(j) << j.error().context;
    return j ? *j : job{};
  }

  job_counts counts(const std::string& key) {
    auto row = row_or_empty<count_row>(state, family::groups, key);
    EXPECT_TRUE(row);
    return row->counts;
  }

  /// Lets time pass and does what it makes necessary; returns how much that was.
  std::size_t pass(milliseconds time) {
    now += time;
    std::size_t done = 0;
    for (;;) {
      auto commands = ledger::due(state, at(), 3);
      EXPECT_TRUE(commands);
      if (!commands || commands->empty())
        return done;
      for (auto& body : *commands) {
        EXPECT_TRUE(wish(body));
        // What is due must do something, or it would be due for ever.
        EXPECT_FALSE(latest.empty());
        if (latest.empty())
          return done;
        ++done;
      }
    }
  }

  void configure(const std::function<void(queue_settings&)>& change) {
    queue_settings s;
    s.version = ++settings_version_;
    change(s);
    does<accepted>(configure_queue{s});
  }

  void TearDown() override {
    memory_state again;
    for (const auto& [where, e] : history_) {
      overlay changes{again};
      EXPECT_TRUE(ledger::apply(changes, e, where));
      again.write(changes.take());
    }
    EXPECT_EQ(again, state);
  }

private:
  std::uint64_t random_ = 0;
  std::uint64_t settings_version_ = 0;
  std::vector<std::pair<ledger::context, event>> history_;
};

} // namespace dure
