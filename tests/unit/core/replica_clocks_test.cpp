#include "tests/unit/core/replica_answers.hpp"

#include <gtest/gtest.h>
#include <map>

namespace dure {
namespace {

using namespace std::chrono_literals;

using clocks = std::map<std::string, milliseconds>;

/// Lets time pass while the others beat, their clocks so far ahead of this node's, and it hears its
/// own beats too.
void hear_for(replica_story& s, milliseconds time, const clocks& ahead) {
  replica_input::peer own;
  own.node = "a";
  own.boot = s.boot;
  for (milliseconds heard{0}; heard < time; heard += 500ms) {
    s.hear(own);
    for (const auto& [node, of_it] : ahead)
      s.beat(node, false, s.stands.index, s.stands.hash, s.stands.epoch, of_it);
    s.wait(500ms);
    s.run();
  }
}

replica_story follower_among(const clocks& ahead) {
  replica_story s{{"a", "b", "c", "d"}};
  s.start();
  s.run();
  hear_for(s, 10s, ahead);
  return s;
}

TEST(replica, leaves_leading_to_others_while_its_clock_is_off) {
  for (auto ahead : {-2'500ms, 2'500ms, 1'000'000ms}) {
    auto s = follower_among({{"b", ahead}, {"c", ahead}});
    EXPECT_FALSE(s.leads()) << ahead.count();
    EXPECT_NE(s.stands.why_not.find("clock"), std::string::npos) << s.stands.why_not;
  }
}

TEST(replica, claims_with_a_clock_that_is_nearly_right) {
  EXPECT_TRUE(follower_among({{"b", 1'500ms}, {"c", 1'500ms}}).leads());
}

TEST(replica, claims_when_it_is_the_clock_of_another_that_is_off) {
  EXPECT_TRUE(follower_among({{"b", 0ms}, {"c", 60s}}).leads());
}

TEST(replica, claims_when_of_two_clocks_one_is_off) {
  EXPECT_TRUE(follower_among({{"b", 60s}}).leads());
}

TEST(replica, takes_the_earlier_clocks_for_right_when_half_of_them_are_ahead) {
  EXPECT_TRUE(follower_among({{"b", 0s}, {"c", 60s}, {"d", 60s}}).leads());
  EXPECT_FALSE(follower_among({{"b", 0s}, {"c", -60s}, {"d", -60s}}).leads());
}

TEST(replica, claims_with_a_wrong_clock_when_no_better_one_could_lead) {
  auto s = follower_among({{"b", 60s}, {"c", 60s}});
  ASSERT_FALSE(s.leads());
  hear_for(s, 3s, {}); // Nobody else beats any more.
  EXPECT_TRUE(s.leads());
  // Those that only follow know the time as well, but cannot lead.
  EXPECT_TRUE(follower_among({{"gateway-1", 60s}, {"gateway-2", 60s}}).leads());
}

TEST(replica, claims_once_its_clock_was_set_right) {
  auto s = follower_among({{"b", 60s}, {"c", 60s}});
  ASSERT_FALSE(s.leads());
  hear_for(s, 3s, {{"b", 0s}, {"c", 0s}});
  EXPECT_TRUE(s.leads());
}

TEST(replica, hands_over_when_its_clock_has_gone_wrong_while_it_led) {
  auto s = follower_among({{"b", 0s}});
  ASSERT_TRUE(s.leads());
  hear_for(s, 5s, {{"b", 60s}, {"c", 60s}});
  EXPECT_TRUE(s.leads());
  hear_for(s, 10s, {{"b", 60s}, {"c", 60s}});
  EXPECT_FALSE(s.leads());
}

} // namespace
} // namespace dure
