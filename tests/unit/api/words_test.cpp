#include "gateway/api/words.hpp"

#include <gtest/gtest.h>

namespace dure::gateway {

namespace {

using states = std::vector<job_state>;

TEST(words, speaks_korean_unless_english_is_ranked_higher) {
  EXPECT_EQ(parse_language(""), language::korean);
  EXPECT_EQ(parse_language("en"), language::english);
  EXPECT_EQ(parse_language("en-US,en;q=0.9"), language::english);
  EXPECT_EQ(parse_language("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7"), language::korean);
  EXPECT_EQ(parse_language("ko;q=0.5, en;q=0.8"), language::english);
  EXPECT_EQ(parse_language("en;q=0"), language::korean);
  EXPECT_EQ(parse_language("fr"), language::korean);
  EXPECT_EQ(parse_language("en;q=0.5, *;q=0.9"), language::korean);
  EXPECT_EQ(parse_language(",;=q;;,en;q=x"), language::korean);
}

TEST(words, tells_never_started_from_waiting_for_another_try) {
  job j;
  j.state = job_state::pending;
  EXPECT_EQ(legacy_word(j), "uploaded");
  j.attempts_made = 1;
  EXPECT_EQ(legacy_word(j), "processing");
  j.state = job_state::scheduled;
  EXPECT_EQ(legacy_word(j), "processing");
  j.state = job_state::failed;
  EXPECT_EQ(legacy_word(j), "failed");
}

TEST(words, tells_known_failures_in_the_language_that_was_asked_for) {
  job j;
  j.state = job_state::failed;
  j.failure = job_error{"encrypted", "The file is encrypted.", false};
  EXPECT_EQ(message_of(j, language::korean),
            "처리하지 못했습니다: 암호로 보호된 파일입니다. 암호를 함께 보내 주세요.");
  EXPECT_EQ(message_of(j, language::english), "Failed: The file is encrypted.");
  j.failure->code = "of_a_users_handler";
  EXPECT_EQ(message_of(j, language::korean), "처리하지 못했습니다: The file is encrypted.");
  j.failure.reset();
  EXPECT_EQ(message_of(j, language::english), "Failed.");
}

TEST(words, filters_by_native_words) {
  EXPECT_EQ(parse_status_filter("pending"), (status_filter{{job_state::pending}, {}, {}}));
  EXPECT_EQ(parse_status_filter("failed, cancelled"),
            (status_filter{{job_state::failed, job_state::cancelled}, {}, {}}));
  EXPECT_FALSE(parse_status_filter("done").has_value());
  EXPECT_FALSE(parse_status_filter("pending,").has_value());
  EXPECT_FALSE(parse_status_filter("").has_value());
}

TEST(words, filters_by_legacy_words) {
  const std::vector waiting{job_state::scheduled, job_state::pending};
  const std::vector unfinished{job_state::scheduled, job_state::pending, job_state::running};
  EXPECT_EQ(parse_status_filter("uploaded"), (status_filter{waiting, waiting, {}}));
  EXPECT_EQ(parse_status_filter("processing"), (status_filter{unfinished, {}, waiting}));
  EXPECT_EQ(parse_status_filter("uploaded,processing"), (status_filter{unfinished, {}, {}}));
  EXPECT_EQ(parse_status_filter("generating"), (status_filter{{job_state::running}, {}, {}}));
  EXPECT_EQ(parse_status_filter("in_progress"), (status_filter{{job_state::running}, {}, {}}));
}

TEST(words, filters_by_any_mixture_of_words) {
  const std::vector waiting{job_state::scheduled, job_state::pending};
  EXPECT_EQ(
      parse_status_filter("uploaded,failed"),
      (status_filter{{job_state::scheduled, job_state::pending, job_state::failed}, waiting, {}}));
  EXPECT_EQ(parse_status_filter("processing,pending"),
            (status_filter{{job_state::scheduled, job_state::pending, job_state::running},
                           {},
                           {job_state::scheduled}}));
}

} // namespace
} // namespace dure::gateway
