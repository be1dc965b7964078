#pragma once

#include "actors/core/command.hpp"
#include "actors/core/error.hpp"
#include "actors/core/job.hpp"
#include "actors/core/provider.hpp"
#include "actors/core/question.hpp"
#include "actors/core/queue.hpp"
#include "actors/core/snapshot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dure {

// The values of rows. Each begins with its schema's number; a row of an unknown schema is
// errc::newer_node_needed, anything malformed is errc::corrupt. The key says what a row is about.

/// Family `leases`, next to what its key says.
struct lease_row {
  std::uint16_t attempt = 0;
  epoch_number epoch{};

  bool operator==(const lease_row&) const = default;
};

/// Family `commands`: the answer that a repeat of the command gets until `forget_at`.
struct answer_row {
  answer reply;
  timestamp forget_at{};

  bool operator==(const answer_row&) const = default;
};

/// Family `groups`: how many jobs are in each state.
struct count_row {
  job_counts counts;
  std::optional<timestamp> expires_at; ///< Of a group: the latest of its ended jobs. The group may
                                       ///< go then, if all of its jobs have ended.

  bool operator==(const count_row&) const = default;
};

/// Family `records`.
struct record_row {
  std::string value; ///< JSON text.
  std::uint64_t version = 0;
  std::optional<timestamp> expires_at;

  bool operator==(const record_row&) const = default;
};

/// Family `logs`: what holds for a whole log.
struct log_row {
  queue_settings settings;
  std::uint64_t record_version = 0; ///< The newest version given to a record of this log.

  bool operator==(const log_row&) const = default;
};

/// Family `files`, one for each job that has artifacts.
struct artifact_count_row {
  std::uint32_t artifacts = 0;

  bool operator==(const artifact_count_row&) const = default;
};

/// Family `files`: an artifact, or what an attempt said.
struct file_row {
  blob_ref blob;

  bool operator==(const file_row&) const = default;
};

/// Family `questions`: who pays for a running job that no question follows any more.
struct debtor_row {
  question_id id;
  std::string set; ///< Pays when the question is gone. Empty in older rows: the job's group.

  bool operator==(const debtor_row&) const = default;
};

std::string encode(const job& row);
std::string encode(const lease_row& row);
std::string encode(const answer_row& row);
std::string encode(const count_row& row);
std::string encode(const record_row& row);
std::string encode(const log_row& row);
std::string encode(const artifact_count_row& row);
std::string encode(const file_row& row);
std::string encode(const question& row);
std::string encode(const question_counts& row);
std::string encode(const provider_row& row);
std::string encode(const snapshot_row& row);
std::string encode(const debtor_row& row);
std::string encode(const job_id& row); ///< Family `unique`: 16 bytes, without a schema.

/// Row is one of the types above.
template <class Row> result<Row> decode_row(std::string_view bytes);

template <> result<job> decode_row(std::string_view bytes);
template <> result<lease_row> decode_row(std::string_view bytes);
template <> result<answer_row> decode_row(std::string_view bytes);
template <> result<count_row> decode_row(std::string_view bytes);
template <> result<record_row> decode_row(std::string_view bytes);
template <> result<log_row> decode_row(std::string_view bytes);
template <> result<artifact_count_row> decode_row(std::string_view bytes);
template <> result<file_row> decode_row(std::string_view bytes);
template <> result<question> decode_row(std::string_view bytes);
template <> result<question_counts> decode_row(std::string_view bytes);
template <> result<provider_row> decode_row(std::string_view bytes);
template <> result<snapshot_row> decode_row(std::string_view bytes);
template <> result<debtor_row> decode_row(std::string_view bytes);
template <> result<job_id> decode_row(std::string_view bytes);

} // namespace dure
