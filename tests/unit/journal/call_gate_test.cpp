#include "node/journal/call_gate.hpp"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>

namespace dure::node {
namespace {

TEST(call_gate, lets_nothing_through_once_it_is_closed) {
  call_gate gate;
  int calls = 0;
  gate.pass([&] { ++calls; });
  gate.close();
  gate.pass([&] { ++calls; });
  EXPECT_EQ(calls, 1);
}

TEST(call_gate, waits_for_a_call_that_is_inside) {
  call_gate gate;
  std::atomic<bool> inside = false;
  std::atomic<bool> over = false;
  std::thread caller{[&] {
    gate.pass([&] {
      inside = true;
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
      over = true;
    });
  }};
  while (!inside)
    std::this_thread::yield();
  gate.close();
  EXPECT_TRUE(over);
  caller.join();
}

} // namespace
} // namespace dure::node
