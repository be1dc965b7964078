#include "node/blobs/blob_sweep.hpp"
#include "tests/conformance/memory_blobs.hpp"
#include "tests/unit/actors/fakes.hpp"
#include "tests/unit/core/ledger_fixture.hpp"

#include <span>

namespace dure::node {
namespace {

using std::chrono::hours;

/// A log in memory, files in memory, and a clock in hand.
class blob_sweep : public ledger_test {
protected:
  test::memory_blobs files;
  test::hand_clock time;
  int caught_up = 0;
  std::function<void()> while_catching_up = [] {};
  bool leads = true;

  blob_ref put(const std::string& content) {
    files.set_time(time.now());
    auto writer = files.put("name", "text/plain");
    EXPECT_TRUE(writer->write(std::as_bytes(std::span{content})));
    auto blob = writer->finish();
    EXPECT_TRUE(blob);
    return blob ? *blob : blob_ref{};
  }

  void use(const blob_ref& blob, std::chrono::seconds hard = std::chrono::seconds{60}) {
    submitted([&](job_spec& s) {
      s.input_file = blob;
      s.timeout = {std::chrono::seconds{5}, hard};
    });
  }

  sweep_outcome swept() {
    auto outcome = sweep_blobs({state,
                                files,
                                time,
                                {log},
                                [this](log_number) -> result<void> {
                                  ++caught_up;
                                  while_catching_up();
                                  return {};
                                },
                                [this] { return leads; }});
    EXPECT_TRUE(outcome);
    return outcome ? *outcome : sweep_outcome{};
  }

  std::size_t count() {
    std::size_t there = 0;
    for (auto one = files.next(0); one && *one; one = files.next((*one)->revision))
      ++there;
    return there;
  }
};

TEST_F(blob_sweep, removes_what_nobody_uses_when_it_is_old_enough) {
  put("old");
  time.advance(hours{23});
  EXPECT_EQ(swept().removed, 0U);
  time.advance(hours{1});
  EXPECT_EQ(swept(), (sweep_outcome{1, 1, 3}));
  EXPECT_EQ(count(), 0U);
}

TEST_F(blob_sweep, keeps_what_a_job_uses_however_old_it_is) {
  auto blob = put("used");
  use(blob);
  time.advance(hours{10'000});
  EXPECT_EQ(swept(), (sweep_outcome{1, 0, 0}));
  EXPECT_EQ(caught_up, 0) << "nothing to be sure of";
}

TEST_F(blob_sweep, removes_what_a_removed_job_used) {
  auto id = submitted([blob = put("used")](job_spec& s) { s.input_file = blob; });
  does<job_changed>(cancel{id});
  does<accepted>(remove{id});
  time.advance(hours{24});
  EXPECT_EQ(swept().removed, 1U);
}

TEST_F(blob_sweep, keeps_what_was_put_again_lately) {
  put("same");
  time.advance(hours{30});
  put("same");
  EXPECT_EQ(swept().removed, 0U);
}

TEST_F(blob_sweep, keeps_what_its_log_tells_of_only_when_caught_up) {
  auto blob = put("late");
  time.advance(hours{24});
  while_catching_up = [&] { use(blob); };
  EXPECT_EQ(swept().removed, 0U);
  EXPECT_EQ(caught_up, 1);
  EXPECT_EQ(count(), 1U);
}

TEST_F(blob_sweep, keeps_what_is_put_again_while_it_looks) {
  put("again");
  time.advance(hours{24});
  while_catching_up = [&] { put("again"); };
  EXPECT_EQ(swept().removed, 0U);
  EXPECT_EQ(count(), 1U);
}

TEST_F(blob_sweep, waits_twice_as_long_as_the_longest_attempt_may_run) {
  put("in somebody's hands");
  submitted([](job_spec& s) { s.timeout = {std::chrono::seconds{5}, hours{20}}; });
  auto of = leased();
  time.advance(hours{39});
  EXPECT_EQ(swept().removed, 0U);
  does<accepted>(complete{of, {"{}", {}, {}}, {}, 0});
  EXPECT_EQ(swept().removed, 1U) << "the attempt is over";
}

TEST_F(blob_sweep, stops_when_another_node_leads) {
  put("old");
  time.advance(hours{24});
  while_catching_up = [&] { leads = false; };
  EXPECT_EQ(swept().removed, 0U);
}

TEST_F(blob_sweep, ends_with_the_first_failure) {
  put("old");
  time.advance(hours{24});
  auto outcome = sweep_blobs({state,
                              files,
                              time,
                              {log},
                              [](log_number) -> result<void> {
                                return error{errc::unavailable, "nobody leads"};
                              },
                              [] { return true; }});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, errc::unavailable);
  EXPECT_EQ(count(), 1U);
}

} // namespace
} // namespace dure::node
