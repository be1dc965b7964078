#include "node/journal/event_loop.hpp"

#include <future>
#include <gtest/gtest.h>
#include <memory>
#include <string>

namespace dure::node {
namespace {

using namespace std::chrono_literals;

TEST(event_loop, runs_what_is_posted_in_order) {
  event_loop loop;
  std::string order;
  std::promise<void> done;
  loop.post_after(30ms, [&] {
    order += "c";
    done.set_value();
  });
  loop.post([&] { order += "a"; });
  loop.post([&] { order += "b"; });
  done.get_future().get();
  EXPECT_EQ(order, "abc");
}

TEST(event_loop, takes_posts_from_its_own_functions) {
  event_loop loop;
  std::promise<void> done;
  loop.post([&] { loop.post([&] { done.set_value(); }); });
  EXPECT_EQ(done.get_future().wait_for(10s), std::future_status::ready);
}

TEST(event_loop, drops_what_is_not_due_when_it_stops) {
  const auto held = std::make_shared<int>(0);
  {
    event_loop loop;
    loop.post_after(1h, [held] { ++*held; });
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(*held, 0);
}

} // namespace
} // namespace dure::node
