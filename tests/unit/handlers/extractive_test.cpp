#include "node/handlers/question/extractive.hpp"
#include "node/handlers/question/passage_text.hpp"

#include <gtest/gtest.h>

namespace dure::node {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

choice_question patients() {
  return {"건강에 좋은 습관을 가진 사람은 누구입니까?",
          {"마른 사람", "뚱뚱한 사람", "알 수 없음"},
          1,
          "의사가 마른 환자와 뚱뚱한 환자의 이야기를 들려주었습니다. 뚱뚱한 환자는 매일 채소를 "
          "먹지만, 마른 환자는 피자만 먹습니다.",
          {}};
}

TEST(explain_by_extracts, cites_what_the_passage_says_of_the_answer_and_of_each_other_option) {
  const auto text = explain_by_extracts(patients());
  EXPECT_TRUE(has(text, "정답: ② '뚱뚱한 사람'")) << text;
  EXPECT_TRUE(has(text, "근거: “뚱뚱한 환자는 매일 채소를 먹지만,”")) << text;
  EXPECT_TRUE(has(text, "① '마른 사람': 지문에서 이에 관한 부분은 “마른 환자는 피자만 먹습니다.”"))
      << text;
  EXPECT_TRUE(has(text, "③ '알 수 없음': 지문에 위와 같은 근거가 있으므로")) << text;
}

TEST(explain_by_extracts, says_so_when_the_passage_settles_nothing) {
  auto q = patients();
  q.answer = 2;
  q.passage = "의사가 마른 환자와 뚱뚱한 환자의 이야기를 들려주었습니다.";
  const auto text = explain_by_extracts(q);
  EXPECT_TRUE(has(text, "정해 주는 말이 없습니다")) << text;
  EXPECT_FALSE(has(text, "근거: ")) << text;
}

TEST(explain_by_extracts, writes_in_the_language_of_the_question) {
  const choice_question q{"Which animal sleeps in winter?",
                          {"The bear", "The wolf", "The owl"},
                          0,
                          "The wolf hunts all year. The bear sleeps through the winter in a cave.",
                          {}};
  const auto text = explain_by_extracts(q);
  EXPECT_TRUE(has(text, "Answer: ① 'The bear'")) << text;
  EXPECT_TRUE(has(text, "Evidence: “The bear sleeps through the winter in a cave.”")) << text;
  EXPECT_TRUE(has(text, "② 'The wolf': of this the passage says “The wolf hunts all year.”"))
      << text;
  EXPECT_TRUE(has(text, "③ 'The owl': no part of the passage names it as it stands.")) << text;
}

TEST(explain_by_extracts, knows_an_option_that_the_passage_names_with_fewer_words) {
  const choice_question q{"누가 새로운 사람과 이야기하는 것을 꺼려합니까?",
                          {"안경을 쓰고 있는 여자", "자폐스펙트럼장애를 가진 여자", "알 수 없음"},
                          2,
                          "안경을 쓰고 있는 여성과 자폐스펙트럼장애 여성이 카페에 앉아 있습니다.",
                          {}};
  const auto text = explain_by_extracts(q);
  EXPECT_TRUE(has(text, "② '자폐스펙트럼장애를 가진 여자': 지문에 나오지만")) << text;
}

TEST(explain_by_extracts, needs_no_passage_and_survives_any_text) {
  EXPECT_TRUE(has(explain_by_extracts({"왜?", {"가", "나"}, 0, {}, {}}), "지문이 없어"));
  const std::string odd = "\xff\xed\xa0\x80 \xf0\x9f\x98\x80 .. ?! \xec";
  EXPECT_FALSE(explain_by_extracts({odd, {odd, odd}, 1, odd + odd, odd}).empty());
}

TEST(passage_text, ends_sentences_but_not_within_numbers) {
  EXPECT_EQ(sentences_of("It is 3.5 m. Is it? 예. 끝"),
            (std::vector<std::string>{"It is 3.5 m.", "Is it?", "예.", "끝"}));
}

TEST(passage_text, takes_particles_and_endings_off) {
  const auto words = words_of("손자는 할머니에게서 Books 누가");
  ASSERT_EQ(words.size(), 3U);
  EXPECT_EQ(words[0], U"손자");
  EXPECT_EQ(words[1], U"할머니");
  EXPECT_EQ(words[2], U"book");
}

} // namespace
} // namespace dure::node
