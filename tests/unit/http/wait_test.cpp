#include "tests/unit/http/served_node.hpp"

#include <thread>

namespace dure::gateway::test {

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

class waiting_over_http : public served_node {
protected:
  /// Does `act` while a client of its own waits for `get`; returns the answer and how long it took.
  std::pair<reply, steady_clock::duration>
  while_waiting(const std::string& target, header_list headers, const std::function<void()>& act) {
    reply got;
    steady_clock::duration took{};
    std::thread waiter{[&] {
      http_client own{served.port()};
      auto begun = steady_clock::now();
      got = own.get(target, std::move(headers));
      took = steady_clock::now() - begun;
    }};
    std::this_thread::sleep_for(100ms);
    act();
    waiter.join();
    return {got, took};
  }
};

TEST_F(waiting_over_http, answers_when_the_job_ends) {
  auto id = submit_one();
  auto [r, took] = while_waiting(path_of(id, "?wait=30s"), {}, [&] {
    node.start(id);
    node.complete_job(id, {"{}", {}, {}});
  });
  EXPECT_EQ(r.json()["status"], "completed");
  EXPECT_LT(took, 5s);
  EXPECT_GE(took, 90ms);
}

TEST_F(waiting_over_http, hears_of_an_end_that_a_renewed_view_shows) {
  const auto id = submit_one();
  auto [r, took] = while_waiting(path_of(id, "?wait=30s"), {}, [&] {
    node.renew_view(log_of(id), [] {}); // Not over yet: it goes on waiting.
    node.renew_view(log_of(id), [&] {
      node.start(id);
      node.complete_job(id, {"{}", {}, {}});
    });
  });
  EXPECT_EQ(r.json()["status"], "completed");
  EXPECT_LT(took, 5s);
}

TEST_F(waiting_over_http, is_not_woken_by_other_jobs) {
  auto id = submit_one();
  auto [r, took] = while_waiting(path_of(id, "?wait=400ms"), {}, [&] {
    auto other = submit_one(R"({"kind":"sleep"})");
    node.start(other);
    node.complete_job(other, {"{}", {}, {}});
  });
  EXPECT_EQ(r.json()["status"], "pending");
  EXPECT_GE(took, 400ms);
}

TEST_F(waiting_over_http, answers_at_once_when_it_has_ended_already) {
  auto id = submit_one();
  client.post(path_of(id, "/cancel"), "");
  auto begun = steady_clock::now();
  EXPECT_EQ(client.get(path_of(id, "?wait=30s")).json()["status"], "cancelled");
  EXPECT_LT(steady_clock::now() - begun, 5s);
}

TEST_F(waiting_over_http, hears_a_preference) {
  auto id = submit_one();
  auto [r, took] = while_waiting(path_of(id), {{"Prefer", "respond-async, wait=30"}},
                                 [&] { client.post(path_of(id, "/cancel"), ""); });
  EXPECT_EQ(r.json()["status"], "cancelled");
  EXPECT_EQ(r.header("Preference-Applied"), "wait");
  EXPECT_LT(took, 5s);
}

TEST_F(waiting_over_http, refuses_a_wait_that_is_no_time) {
  auto id = submit_one();
  EXPECT_EQ(client.get(path_of(id, "?wait=soon")).status, 400);
  EXPECT_EQ(client.get(path_of(id, "?wait=")).status, 400);
}

TEST_F(waiting_over_http, wakes_all_who_wait_for_one_job) {
  auto id = submit_one();
  std::vector<std::thread> waiters;
  std::array<std::string, 20> states;
  for (auto& state : states)
    waiters.emplace_back([&state, this, id] {
      http_client own{served.port()};
      state = own.get(path_of(id, "?wait=30s")).json()["status"].get<std::string>();
    });
  std::this_thread::sleep_for(200ms);
  client.post(path_of(id, "/cancel"), "");
  for (auto& one : waiters)
    one.join();
  for (const auto& state : states)
    EXPECT_EQ(state, "cancelled");
}

TEST_F(waiting_over_http, answers_who_waits_when_the_server_stops) {
  auto id = submit_one();
  auto [r, took] = while_waiting(path_of(id, "?wait=30s"), {}, [&] { served.stop(5s); });
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.json()["status"], "pending");
  EXPECT_LT(took, 5s);
}

} // namespace
} // namespace dure::gateway::test
