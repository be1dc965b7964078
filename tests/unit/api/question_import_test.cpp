#include "gateway/api/csv_reader.hpp"
#include "gateway/api/question_request.hpp"
#include "gateway/api/question_view.hpp"
#include "gateway/api/text_decoder.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace dure::gateway {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Decodes the bytes in pieces of every small size: the text must always be the same.
std::string decoded(const std::string& bytes) {
  std::string first;
  for (std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{1'000'000}}) {
    text_decoder decoder;
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += step)
      if (auto wrong = decoder.feed(std::string_view{bytes}.substr(at, step), text))
        return "refused: " + wrong->code;
    if (auto wrong = decoder.finish(text))
      return "refused: " + wrong->code;
    if (step > 1) {
      EXPECT_EQ(text, first) << "in pieces of " << step;
    }
    first = text;
  }
  return first;
}

std::vector<csv_row> rows_of(const std::string& text, std::size_t step = 1, char delimiter = ',') {
  csv_reader reader{delimiter};
  std::vector<csv_row> rows;
  const auto drain = [&] {
    for (;;) {
      auto row = reader.next();
      EXPECT_TRUE(row);
      if (!row || !*row)
        return;
      rows.push_back(**row);
    }
  };
  for (std::size_t at = 0; at < text.size(); at += step) {
    reader.feed(std::string_view{text}.substr(at, step));
    drain();
  }
  reader.finish();
  drain();
  return rows;
}

TEST(text_decoder, understands_what_korean_spreadsheets_write) {
  EXPECT_EQ(decoded("문제,정답"), "문제,정답");
  EXPECT_EQ(decoded("\xef\xbb\xbf문제"), "문제");
  EXPECT_EQ(decoded("\xb9\xae\xc1\xa6,\xc1\xa4\xb4\xe4"), "문제,정답") << "CP949";
  EXPECT_EQ(decoded(std::string{"\xff\xfe\x38\xbb\x1c\xc8", 6}), "문제") << "UTF-16LE";
  EXPECT_EQ(decoded(std::string{"\xfe\xff\xbb\x38\xc8\x1c", 6}), "문제") << "UTF-16BE";
  EXPECT_EQ(decoded(""), "");
  EXPECT_EQ(decoded("plain"), "plain");
}

TEST(text_decoder, refuses_what_is_no_text) {
  EXPECT_EQ(decoded("\xff\x80\x80\x80\x80\x80"), "refused: bad_encoding");
  EXPECT_EQ(decoded("\xef\xbb\xbf\xec"), "refused: bad_encoding") << "cut off within a character";
}

TEST(csv_reader, keeps_line_ends_delimiters_and_quotes_within_quotes) {
  const std::string text = "a,b\r\n\"1\r\n2\",\"say \"\"hi\"\"\"\n\n\"x,y\",\r\nlast";
  for (std::size_t step : {1UL, 2UL, 1'000UL}) {
    const auto rows = rows_of(text, step);
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[1].fields, (std::vector<std::string>{"1\r\n2", "say \"hi\""}));
    EXPECT_EQ(rows[1].line, 2U);
    EXPECT_EQ(rows[2], (csv_row{5, {"x,y", ""}}));
    EXPECT_EQ(rows[3], (csv_row{6, {"last"}}));
  }
}

TEST(csv_reader, names_the_line_of_a_quote_that_is_never_closed) {
  csv_reader reader;
  reader.feed("a\n\"b\nc");
  ASSERT_TRUE(*reader.next());
  reader.finish();
  auto row = reader.next();
  ASSERT_FALSE(row);
  EXPECT_EQ(row.error().code, "unclosed_quote");
  EXPECT_NE(row.error().detail.find("Line 2"), std::string::npos);
}

TEST(csv_reader, refuses_a_row_that_is_too_large) {
  csv_reader reader;
  reader.feed(std::string(csv_row_bytes_max + 1, 'x'));
  ASSERT_FALSE(reader.next());
}

fs::path corpora() {
  const char* given = std::getenv("DURE_CORPORA");
  return given ? fs::path{given} : fs::path{DURE_SOURCE_DIR}.parent_path() / "shared" / "corpora";
}

std::string content_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

json without_telephone(json row) {
  row.erase("Contact Phone Number");
  return row;
}

TEST(csv_reader, keeps_line_ends_within_quotes) {
  const auto rows = rows_of("a,b\r\n\"1\r\n2\",3\r\n\"4\n5\",6\n", 1);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].fields.at(0), "1\r\n2");
  EXPECT_EQ(rows[2].fields.at(0), "4\n5");
  EXPECT_EQ(rows[2].line, 4U);
}

TEST(csv_reader, reads_the_conformance_files_as_their_authors_meant) {
  const auto folder = corpora() / "conformance" / "csv-spectrum-bsd2";
  if (!fs::exists(folder))
    GTEST_SKIP() << "the corpora are absent";
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator{folder / "csvs"}) {
    const auto name = entry.path().stem().string();
    const auto rows = rows_of(content_of(entry.path()), 7);
    ASSERT_FALSE(rows.empty()) << name;
    auto table = json::array();
    for (std::size_t i = 1; i < rows.size(); ++i) {
      auto object = json::object();
      for (std::size_t c = 0; c < rows[0].fields.size(); ++c)
        object[rows[0].fields[c]] = c < rows[i].fields.size() ? rows[i].fields[c] : "";
      table.push_back(std::move(object));
    }
    // Two of the pairs differ in themselves: one CSV has lost its CRs on the way into the corpus,
    // and one JSON is an object with another telephone number.
    if (name == "newlines_crlf")
      table.at(1)["a"] = "Once upon \r\na time";
    if (name == "location_coordinates")
      table = without_telephone(table.at(0));
    auto meant = json::parse(content_of(folder / "json" / (name + ".json")));
    if (name == "location_coordinates")
      meant = without_telephone(meant);
    EXPECT_EQ(table, meant) << name;
    ++files;
  }
  EXPECT_GE(files, 12U);
}

question_draft draft_of(const std::vector<std::string>& header, const std::vector<std::string>& row,
                        std::string_view mapping = "") {
  auto columns = question_columns::read(header, mapping);
  EXPECT_TRUE(columns);
  return columns ? columns->draft(row, 2) : question_draft{};
}

TEST(question_columns, takes_names_in_any_order_english_or_korean) {
  const auto english = draft_of({"correctAnswer", "Question Text", "option2", "option_1", "other"},
                                {"2", "Why?", "no", "yes", "x"});
  EXPECT_EQ(english.question_text, "Why?");
  EXPECT_EQ(english.options[0], "yes");
  const auto korean = draft_of({"번호", "정답", "보기1", "보기 2", "문제", "지문"},
                               {"7", "②", "예", "아니오", "왜?", "글"});
  EXPECT_EQ(korean.question_number, "7");
  EXPECT_EQ(korean.options[1], "아니오");
  EXPECT_EQ(korean.passage_content, "글");
  EXPECT_FALSE(question_columns::read({"a", "b"}, ""));
  EXPECT_FALSE(question_columns::read({"a"}, "a:nonsense"));
}

TEST(question_columns, reads_kobbq_with_a_mapping) {
  const auto file = corpora() / "questions" / "kobbq-mit" / "data" / "KoBBQ_test_samples.tsv";
  if (!fs::exists(file))
    GTEST_SKIP() << "the corpora are absent";
  const auto text = content_of(file);
  ASSERT_EQ(guess_delimiter(text), '\t');
  const auto rows = rows_of(text, 4'096, '\t');
  auto columns = question_columns::read(
      rows.at(0).fields, "sample_id:questionNumber,context:passageContent,question:questionText,"
                         "choices:options,answer:correctAnswer");
  ASSERT_TRUE(columns);
  std::size_t taken = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    auto draft = columns->draft(rows[i].fields, rows[i].line);
    EXPECT_EQ(check_question(draft), std::vector<import_error>{}) << rows[i].line;
    ++taken;
  }
  EXPECT_EQ(taken, 2'280U);
}

TEST(question_request, an_answer_is_an_option_or_its_number) {
  for (const std::string answer : {"b", "2", "②", "2번"}) {
    question_draft draft;
    draft.question_text = "?";
    draft.options = {"a", "b", "", "", ""};
    draft.correct_answer = answer;
    EXPECT_TRUE(check_question(draft).empty()) << answer;
    EXPECT_EQ(draft.correct_answer, "2") << answer;
  }
}

TEST(question_request, says_everything_that_is_wrong_with_a_row) {
  question_draft draft;
  draft.line = 9;
  draft.options[0] = "a";
  draft.correct_answer = "3";
  const auto errors = check_question(draft);
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors[0], (import_error{9, "questionText", "is missing"}));
  EXPECT_EQ(errors[2].field, "correctAnswer");
  const auto unknown = parse_question(json{{"questionText", "?"}, {"colour", "red"}}, 4);
  ASSERT_EQ(unknown.errors.size(), 1U);
  EXPECT_EQ(unknown.errors[0], (import_error{4, "colour", "is unknown"}));
}

TEST(question_view, a_formula_stays_a_text_in_a_spreadsheet) {
  question q;
  q.state = question_state::completed;
  q.answer = to_answer_text("=cmd|'/c calc'!A1", "manual");
  const auto line = to_csv_line(q, R"({"questionText":"a,\"b\"\nc"})", language::english);
  EXPECT_NE(line.find(",'=cmd"), std::string::npos) << line;
  EXPECT_NE(line.find("\"a,\"\"b\"\"\nc\""), std::string::npos) << line;
  EXPECT_TRUE(csv_export_header().starts_with("\xef\xbb\xbf"));
}

} // namespace
} // namespace dure::gateway
