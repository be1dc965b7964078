#pragma once

#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/state.hpp"

#include <filesystem>
#include <optional>

namespace dure::node {

/// Records that a log is to forget here, kept for a person.
struct set_aside_file {
  std::filesystem::path path;
  journal_index first{};
  journal_index last{};
};

/// Writes the raw records of `log` to a new file in `folder`, which is made when it is missing, and
/// syncs it. Each record stands behind its length: four bytes, the least first. Nothing is written
/// when there are none. errc::io_failed when the disk does not take it.
result<std::optional<set_aside_file>> set_records_aside(const state_reader& rows, log_number log,
                                                        const std::filesystem::path& folder);

} // namespace dure::node
