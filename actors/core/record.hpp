#pragma once

#include "actors/core/event.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/record_hash.hpp"

#include <string>
#include <vector>

namespace dure {

/// One taken command and what it led to.
struct record_entry {
  command_id id; ///< All zero for what the leader itself wished (claim, barrier, due).
  std::string by;
  std::vector<event> events;

  bool operator==(const record_entry&) const = default;
};

/// One message of a log's stream: what a leader decided in one go.
struct record {
  log_number log{};
  epoch_number epoch{};
  std::string node; ///< The leader that wrote it, and the life it wrote it in.
  boot_id boot;
  journal_index index{};
  timestamp time{};     ///< Never earlier than the record before.
  record_hash previous; ///< All zero for index 1.
  std::vector<record_entry> entries;

  bool operator==(const record&) const = default;
};

/// A record's bytes and what identifies them.
struct encoded_record {
  std::string bytes;
  record_hash hash;
};

} // namespace dure
