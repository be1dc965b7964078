#pragma once

#include "gateway/api/problem.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::gateway {

inline constexpr std::size_t question_options_max = 5;

/// What is wrong with one question of a file.
struct import_error {
  std::uint64_t line = 0; ///< Of a CSV file; of JSON its place, from 1.
  std::string field;
  std::string reason;

  bool operator==(const import_error&) const = default;
};

/// A multiple-choice question as a client sends it; empty texts are absent.
struct question_draft {
  std::uint64_t line = 0;
  std::string question_text;
  std::array<std::string, question_options_max> options;
  std::string correct_answer; ///< The option's text, or 1-5, or a circled digit.
  std::string explanation;
  std::string passage_content;
  std::string passage_comment;
  std::string question_number;
  std::string subject;
  std::string level;

  bool operator==(const question_draft&) const = default;
};

/// Returns the draft that one element of `questions` holds, or everything that is wrong with it.
struct read_draft {
  question_draft draft;
  std::vector<import_error> errors;
};

read_draft parse_question(const nlohmann::json& value, std::uint64_t place);

/// Returns what is wrong with a draft; its correct answer becomes the option's number, "1" to "5".
std::vector<import_error> check_question(question_draft& draft);

/// Returns the question's text as it is kept: JSON with the contract's field names, without the
/// explanation.
std::string to_question_text(const question_draft& draft);

/// Which field a column holds, by the header's names in any order, English or Korean.
class question_columns {
public:
  /// `mapping` names further columns: "context:passageContent,choices:options". A field `options`
  /// takes a list of options (JSON, or as Python prints it).
  static checked<question_columns> read(const std::vector<std::string>& header,
                                        std::string_view mapping);

  /// Returns the draft that a row holds.
  question_draft draft(const std::vector<std::string>& fields, std::uint64_t line) const;

private:
  std::vector<std::string> fields_; ///< Of each column; empty: not ours.
};

} // namespace dure::gateway
