#include "node/metrics/measured_sandbox.hpp"
#include "node/sandbox/attempt_ending.hpp"
#include "tests/unit/metrics/scraped.hpp"

#include <csignal>
#include <gtest/gtest.h>

namespace dure::node {
namespace {

handler_end ended(attempt_ending ending) {
  handler_end end;
  end.end = ending.end;
  end.failure = std::move(ending.failure);
  return end;
}

constexpr int status_of_exit(int code) {
  return code << 8;
}

TEST(handler_end_causes, have_a_word_for_every_way_the_sandbox_ends_an_attempt) {
  using namespace endings;
  for (const auto& ending :
       {soft_timeout(), hard_timeout(), silent(milliseconds{1}), protocol_error("x"),
        output_too_large(), bad_artifact(), neighbour("x"), spawner_died(), unavailable("x", ""),
        process_death(status_of_exit(3), ""), process_death(status_of_exit(12), ""),
        process_death(SIGSEGV, ""), process_death(SIGKILL, ""), process_death(SIGXCPU, ""),
        process_death(SIGXFSZ, "")})
    EXPECT_EQ(cause_of(ended(ending)), ending.failure.code);
}

TEST(handler_end_causes, never_repeat_what_a_handler_makes_up) {
  EXPECT_EQ(cause_of(ended({attempt_end::failed, {"my_own_code", "", false}})), "failed");
  EXPECT_EQ(cause_of(ended({attempt_end::died, {"new_to_us", "", false}})), "other");
  handler_end without_words;
  without_words.end = attempt_end::cancelled;
  EXPECT_EQ(cause_of(without_words), "cancelled");
}

class hand_sandbox final : public sandbox {
public:
  void listen(listener on_messages) override { tell = std::move(on_messages); }

  std::vector<handler_capacity> capacities() const override { return {}; }

  void run(std::vector<handler_task>) override {}

  void cancel(const lease&) override {}

  listener tell;
};

TEST(measured_sandbox, counts_ends_and_passes_everything_on) {
  metrics figures{"1", nothing_to_read};
  hand_sandbox below;
  std::size_t heard = 0;
  measured_sandbox measured{below, figures};
  measured.listen([&heard](const auto& messages) { heard += messages.size(); });
  below.tell({handler_progress{}, handler_end{}, ended(endings::soft_timeout())});
  EXPECT_EQ(heard, 3U);
  EXPECT_EQ(value_of(figures, R"(dure_handler_ends_total{cause="completed"})"), "1");
  EXPECT_EQ(value_of(figures, R"(dure_handler_ends_total{cause="soft_timeout"})"), "1");
  EXPECT_EQ(value_of(figures, R"(dure_handler_ends_total{cause="silent"})"), "0");
}

} // namespace
} // namespace dure::node
