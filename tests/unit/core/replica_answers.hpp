#pragma once

#include "tests/unit/core/replica_story.hpp"

#include <gtest/gtest.h>

namespace dure {

/// Returns the events of a record, whoever wished for them.
inline std::vector<event> events_of(const record& r) {
  std::vector<event> all;
  for (const auto& entry : r.entries)
    all.insert(all.end(), entry.events.begin(), entry.events.end());
  return all;
}

template <class Event> std::size_t count(const record& r) {
  std::size_t n = 0;
  for (const auto& e : events_of(r))
    n += std::holds_alternative<Event>(e) ? 1 : 0;
  return n;
}

inline replica_story lone_leader() {
  replica_story s;
  s.start();
  s.run();
  EXPECT_TRUE(s.leads());
  s.effects.clear();
  return s;
}

inline errc code_of(const std::optional<result<answer>>& outcome) {
  return outcome && !*outcome ? outcome->error().code : errc{};
}

inline bool is_ok(const std::optional<result<answer>>& outcome) {
  return outcome && outcome->has_value();
}

inline std::size_t grants_in(const std::optional<result<answer>>& outcome) {
  return is_ok(outcome) ? std::get<granted>(**outcome).grants.size() : 999;
}

} // namespace dure
