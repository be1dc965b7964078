#pragma once

#include "gateway/api/problem.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::gateway {

inline constexpr std::size_t csv_row_bytes_max = 1 << 20;

/// One row of a CSV file.
struct csv_row {
  std::uint64_t line = 0; ///< Where it begins, from 1.
  std::vector<std::string> fields;

  bool operator==(const csv_row&) const = default;
};

/// Takes CSV (RFC 4180) apart as it comes: quoted fields hold delimiters, line ends and doubled
/// quotes; lines end in LF, CRLF or CR; empty lines are no rows. One owner; no I/O.
///
///     feed(text); while (auto row = next()) …; finish(); while (auto row = next()) …
class csv_reader {
public:
  explicit csv_reader(char delimiter = ',') : delimiter_{delimiter} {}

  void feed(std::string_view text) { text_.erase(0, std::exchange(used_, 0)), text_ += text; }

  void finish() { finished_ = true; }

  /// Returns the next row, or nothing before more is fed. A row over csv_row_bytes_max or a quote
  /// that is never closed is a 400 that names its line.
  checked<std::optional<csv_row>> next();

private:
  bool step(char c);
  void end_field();

  char delimiter_;
  std::string text_;
  std::size_t used_ = 0;
  bool finished_ = false;

  csv_row row_;
  std::string field_;
  std::size_t row_bytes_ = 0;
  std::uint64_t line_ = 1;
  bool begun_ = false;      ///< Something of the row was seen.
  bool quoted_ = false;     ///< Inside quotes.
  bool quote_seen_ = false; ///< Inside quotes, after a quote: it ends them or doubles.
  bool after_cr_ = false;
};

/// Returns the delimiter that the first line of a file uses: tab, semicolon or comma.
char guess_delimiter(std::string_view beginning);

} // namespace dure::gateway
