#include "tests/unit/handlers/handlers_fixture.hpp"

#include <algorithm>

namespace dure::node {

class built_in_handlers : public handlers_fixture {};

TEST_F(built_in_handlers, do_nothing_very_often) {
  open_kind("noop");
  std::vector<handler_task> tasks;
  for (int n = 0; n < 5'000; ++n) {
    tasks.push_back(task(static_cast<std::uint8_t>(n), "{}"));
    tasks.back().of.job.value.bytes[14] = static_cast<std::uint8_t>(n >> 8);
  }
  sandbox_->run(std::move(tasks));
  EXPECT_TRUE(wait_until([this] { return ended_ == 5'000; }));
  EXPECT_EQ(result_of(7), nlohmann::json::object());
  EXPECT_EQ(sandbox_->capacities().at(0).jobs, 256U);
}

TEST_F(built_in_handlers, sleep_side_by_side_and_wake_when_cancelled) {
  open_kind("sleep");
  for (std::uint8_t n = 0; n < 100; ++n)
    run(task(n, R"({"ms":50})"));
  run(task(200, R"({"ms":60000})"));
  for (std::uint8_t n = 0; n < 100; ++n)
    EXPECT_EQ(result_of(n)["slept_ms"], 50);
  sandbox_->cancel(task(200, "").of);
  EXPECT_EQ(end_of(200).end, attempt_end::cancelled);
}

TEST_F(built_in_handlers, say_each_second_how_long_they_have_slept) {
  open_kind("sleep");
  run(task(1, R"({"ms":1200})"));
  EXPECT_EQ(end_of(1).end, attempt_end::completed);
  ASSERT_EQ(progress_.size(), 1U);
  EXPECT_EQ(progress_[0].total, 1'200U);
  EXPECT_EQ(progress_[0].message, "1/2초 대기 중...");
}

TEST_F(built_in_handlers, refuse_to_sleep_by_anything_but_a_whole_number) {
  open_kind("sleep");
  std::uint8_t number = 0;
  for (const char* params : {R"({"ms":-1})", R"({"ms":"x"})", R"({"ms":1e99})", "[]"}) {
    run(task(++number, params));
    EXPECT_EQ(code_of(number), "invalid_params") << params;
  }
}

TEST(built_in_pools, are_one_for_each_kind_with_a_process_per_slot_for_documents) {
  const auto pools = built_in_pools(5, "/scratch", {});
  ASSERT_EQ(pools.size(), 4U);
  for (const pool_settings& pool : pools) {
    EXPECT_EQ(pool.processes_min, 1U);
    EXPECT_EQ(pool.shut_in.writable, "/scratch");
    EXPECT_TRUE(pool.shut_in.no_network);
    EXPECT_EQ(pool.needs_files, pool.kind == "document.parse");
    EXPECT_EQ(pool.processes_max, pool.kind == "document.parse" ? 5U : 1U);
  }
}

TEST(built_in_pools, let_the_explainer_ask_only_where_a_provider_is_configured) {
  ::setenv("DURE_QUESTIONS_KEY", "sk-secret", 1);
  question_options questions;
  questions.provider = provider_openai;
  questions.in_flight = 100;
  questions.timeout = std::chrono::seconds{200};
  questions.prices[questions.model] = {2'500'000, 10'000'000};
  for (const pool_settings& pool : built_in_pools(2, "/scratch", questions)) {
    const bool asks = pool.kind == "question.explain";
    const auto told = [&pool](const char* variable) {
      return std::find(pool.env.begin(), pool.env.end(), variable) != pool.env.end();
    };
    EXPECT_EQ(pool.shut_in.no_network, !asks) << pool.kind;
    EXPECT_EQ(told("DURE_QUESTIONS_KEY=sk-secret"), asks) << pool.kind;
    EXPECT_EQ(told("DURE_QUESTIONS_TEMPERATURE=0.7"), asks) << pool.kind;
    EXPECT_EQ(told("DURE_QUESTIONS_INPUT_MICROS=2500000"), asks) << pool.kind;
    if (asks) {
      EXPECT_EQ(pool.concurrency_max, 100U);
      EXPECT_GT(pool.silence, questions.timeout);
    }
  }
  for (const pool_settings& pool : built_in_pools(2, "/scratch", {}))
    EXPECT_TRUE(pool.kind == "document.parse" || pool.env.empty()) << "no key for who asks nobody";
  ::unsetenv("DURE_QUESTIONS_KEY");
}

TEST(run_handler, knows_its_kinds_only) {
  EXPECT_EQ(run_handler("nobody"), 2);
}

} // namespace dure::node
