#pragma once

#include "actors/core/question.hpp"
#include "gateway/api/words.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace dure::gateway {

/// Returns the record of an explanation that somebody wrote: by hand, or in the imported file.
std::string to_answer_text(std::string_view explanation, std::string_view provider);

/// Returns the body of GET /admin/questions/{id}: the question with everything about its
/// explanation. One that is not there yet shows a placeholder.
nlohmann::json to_json(const question& q, std::string_view text, language in);

/// Returns {id, questionNumber, status, generatedAt, error}.
nlohmann::json to_status_json(const question& q);

/// Returns {total, completed, generating, pending, failed}.
nlohmann::json to_summary_json(const question_counts& counts);

/// Returns why questions failed: [{code, questions, message}], the most frequent reason first.
nlohmann::json to_failures_json(const question_counts& counts, language in);

/// Returns {tokens_in, tokens_out, money, possibly_charged} of all that was asked.
nlohmann::json to_cost_json(const job_cost& cost, std::uint64_t possibly_charged);

/// Returns the header line of the CSV export, with the byte order mark that Excel wants.
std::string csv_export_header();

/// Returns the question as a line of CSV. A cell that a spreadsheet would take for a formula begins
/// with an apostrophe, so that it stays text.
std::string to_csv_line(const question& q, std::string_view text, language in);

} // namespace dure::gateway
