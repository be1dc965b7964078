#pragma once

#include "actors/core/job.hpp"
#include "actors/core/state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Keys of rows and the ranges that are scanned. Every key begins with its log's number (two
/// bytes); all integers are big-endian, so that byte order is the order we want. `\0` ends a text
/// that something follows: names, groups and scopes hold no control characters.
///
///     jobs      log id                             -> job
///     ready     log kind \0 inverted-priority id   -> (empty)
///     timers    log due-ms type subject            -> (empty)
///     by_state  log state id                       -> (empty)
///     by_group  log group \0 state id              -> (empty)
///     unique    log scope \0 key                   -> job id     scope: 'q', or 'g' and the group
///     leases    log node \0 boot claim id          -> lease_row
///     commands  log command-id                     -> answer_row; also under a removed job's id
///     groups    log 'q' | 'k' kind | 'g' group     -> count_row
///     records   log key                            -> record_row
///     logs      log                                -> log_row
///     files     log id 'n'                         -> artifact_count_row
///               log id 'a' name | 'l' attempt      -> file_row
///     blob_uses log sha256 id use detail           -> (empty)
///     tail      log index                          -> the record's bytes
///     meta      log                                -> the replica's
namespace dure::keys {

std::string job(const job_id& id);

/// Jobs of one kind in the order in which they are claimed: highest priority first, then oldest.
std::string ready(log_number log, std::string_view kind, std::int16_t priority, const job_id& id);
key_range ready_of(log_number log, std::string_view kind);

std::string by_state(job_state state, const job_id& id);
key_range by_state_of(log_number log, job_state state);

std::string by_group(std::string_view group, job_state state, const job_id& id);
key_range by_group_of(log_number log, std::string_view group);
key_range by_group_of(log_number log, std::string_view group, job_state state);

/// Unique keys are scoped to the group, or to the queue when `group` is empty.
std::string unique(log_number log, std::string_view group, std::string_view key);

std::string lease_of(const lease& of, const claim_id& claim);
key_range leases_of(log_number log, std::string_view node);
key_range leases_of(log_number log, std::string_view node, const boot_id& boot,
                    const claim_id& claim);

/// Returns the node that a key of family `leases` names.
std::string_view node_of_lease(std::string_view key);

/// Returns the boot that a key of family `leases` names, or nothing when it is too short.
std::optional<boot_id> boot_of_lease(std::string_view key);

std::string command(log_number log, const command_id& id);

std::string counts_of_log(log_number log);
std::string counts_of_kind(log_number log, std::string_view kind);
std::string counts_of_group(log_number log, std::string_view group);

std::string record(log_number log, std::string_view key);

/// Records whose keys begin with `prefix`.
key_range records_of(log_number log, std::string_view prefix);

/// What a job has made: the number of its artifacts, each of them, and what each attempt said.
std::string artifact_count(const job_id& id);
std::string artifact(const job_id& id, std::string_view name);
key_range artifacts_of(const job_id& id);
key_range artifacts_after(const job_id& id, std::string_view name);
std::string attempt_log(const job_id& id, std::uint16_t attempt);
key_range attempt_logs_of(const job_id& id);
key_range files_of(const job_id& id);

/// As what a job uses a blob. Letters are part of keys.
enum class use : char { input = 'i', result = 'r', artifact = 'a', log = 'l' };

/// What a key of family `files` says.
struct file {
  job_id of;
  std::optional<use> as; ///< Nothing: the number of artifacts.
  std::string detail;    ///< An artifact's name, or an attempt in decimal.
};

/// Returns nothing when the key is malformed.
std::optional<file> parse_file(std::string_view key);

/// `detail` tells uses of one kind apart.
/// Requires: `sha256` is 64 hex digits.
std::string blob_use(std::string_view sha256, const job_id& id, use as, std::string_view detail);
key_range blob_uses_of(log_number log, std::string_view sha256);

/// Returns the job in a key of family `blob_uses`, or nothing when it is too short.
std::optional<job_id> user_of_blob(std::string_view key);

/// The key of families `logs` and `meta`.
std::string log(log_number log);

/// In family `logs`, beside the row of the log.
std::string snapshots(log_number log);

/// In family `meta`: the rows of the log are being replaced, and what is there is no state.
std::string unfinished(log_number log);

std::string tail(log_number log, journal_index index);

/// The raw records below `index`.
key_range tail_below(log_number log, journal_index index);

/// Returns the index in a key of family `tail`, or nothing when it is malformed.
std::optional<journal_index> index_in_tail(std::string_view key);

/// Every row of a log in one family.
key_range all_of(log_number log);

/// Returns what is left of `key` after the log's number.
std::string_view after_log(std::string_view key);

/// Returns the job that the last 16 bytes of `key` name, or nothing when it is too short.
std::optional<job_id> job_at_end(std::string_view key);

/// Returns the smallest key above every key that begins with `prefix`.
std::string after_prefix(std::string prefix);

} // namespace dure::keys
