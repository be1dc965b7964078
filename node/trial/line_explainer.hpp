#pragma once

#include "node/sandbox/handler_protocol.hpp"
#include "node/sandbox/pool_settings.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dure::node {

/// Returns what is wrong with a line that `parse_line` does not take: where its JSON breaks, or
/// what the message lacks. A sentence without a full stop.
std::string explain_line(std::string_view line);

/// Returns why a node does not go on with a process whose line is well formed and says this.
/// `given` are the attempts that it was ever given.
std::string explain_reports(const std::vector<handler_report>& reports,
                            const pool_settings& settings, const std::vector<attempt_key>& given);

/// Returns what is wrong with files that a handler named, a line each; empty when nothing is.
std::string explain_artifacts(const std::vector<artifact_line>& artifacts,
                              const std::filesystem::path& scratch);

/// Returns the last lines of what a handler wrote on stderr, each begun by a line end; empty when
/// there is nothing.
std::string complaint_lines(std::string_view complaints);

/// Returns e.g. "1 job" and "2 jobs".
std::string counted(std::size_t n, const std::string& what);

/// Returns the words with `between` between them.
std::string join(const std::vector<std::string>& words, std::string_view between);

/// Returns `text` for people: without control characters, and cut to some words around byte `at`.
std::string excerpt(std::string_view text, std::size_t at = 0);

} // namespace dure::node
