#pragma once

#include "node/cli/gateway_talk.hpp"

#include <string>

namespace dure::node {

/// Uploads a CSV or JSON file of questions into a set, says which rows were refused, and with
/// `wait` shows a bar until every question has an explanation or failed. Prints the set, or the
/// upload's answer as JSON.
exit_code upload_questions(const gateway_options& to, const std::string& file,
                           const std::string& set, bool wait);

/// Prints how many questions of the set are where, why some failed, and what it cost.
exit_code show_questions(const gateway_options& to, const std::string& set);

/// Prints the set as csv or jsonl.
exit_code export_questions(const gateway_options& to, const std::string& set,
                           const std::string& format);

/// Asks for failed questions again.
exit_code retry_questions(const gateway_options& to, const std::string& set);

} // namespace dure::node
