#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every fixed limit of the core, in one place.
namespace dure::limits {

inline constexpr std::size_t name_bytes_max = 32;   ///< Clusters, queues, nodes, kinds.
inline constexpr std::size_t group_bytes_max = 128; ///< Group names.
inline constexpr std::size_t unique_key_bytes_max = 256;
inline constexpr std::size_t tag_bytes_max = 64;
inline constexpr std::size_t tags_max = 16;
inline constexpr std::size_t owner_bytes_max = 128;
inline constexpr std::size_t traceparent_bytes_max = 64; ///< W3C's is 55.
inline constexpr std::size_t media_type_bytes_max = 128;
inline constexpr std::size_t pause_reason_bytes_max = 256;
inline constexpr std::size_t inline_json_bytes_max = 16 * 1024; ///< params, input, result.
inline constexpr std::size_t file_name_bytes_max = 255;
inline constexpr std::size_t work_bytes_max = 128;
inline constexpr std::size_t question_label_bytes_max = 64;
inline constexpr std::size_t error_message_characters_max = 500;
inline constexpr std::size_t error_code_bytes_max = 64;
inline constexpr std::size_t artifacts_inline_max = 64; ///< That come with a result.
inline constexpr std::size_t artifacts_max = 4'096;     ///< Of one job.
inline constexpr std::size_t artifacts_batch_max = 256; ///< In one command.
inline constexpr std::size_t attempt_log_bytes_max = 1024 * 1024;
inline constexpr std::size_t record_bytes_max = 900 * 1024; ///< NATS' payload limit is 1 MiB.
inline constexpr std::size_t record_events_max =
    50'000; ///< Bounds what decoding a record allocates.
inline constexpr std::size_t wishes_waiting_max = 20'000; ///< At a leader, for room in a record.
inline constexpr std::size_t wishes_waiting_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t claims_waiting_max = 1'024; ///< At a leader, for a job.
inline constexpr std::size_t record_value_bytes_max = 256 * 1024;
inline constexpr std::size_t record_key_bytes_max = 512;
inline constexpr std::size_t batch_jobs_max = 10'000;
inline constexpr std::size_t claim_jobs_max = 1'024;
inline constexpr std::size_t claim_kinds_max = 64;
inline constexpr std::size_t claim_bytes_max = 512 * 1024; ///< params and inputs in one answer.
inline constexpr std::size_t lost_leases_max =
    4'096; ///< That one lose_node ends; what is over it waits for the next, or for its timeout.
inline constexpr std::size_t list_rows_max = 500;
inline constexpr std::size_t questions_page_max = 1'000;
inline constexpr std::size_t list_rows_looked_at_max = 10'000;
inline constexpr std::size_t position_max =
    10'000; ///< A waiting job further back has no exact position.

inline constexpr std::uint16_t attempts_default = 3;
inline constexpr std::uint16_t attempts_max = 100;
inline constexpr std::uint16_t losses_max =
    20; ///< Lost nodes a job survives before it fails with code `lost`.
inline constexpr std::uint16_t deaths_max =
    3; ///< Handler deaths before a job fails with code `poison`.
inline constexpr std::uint16_t charges_spared_max =
    3; ///< Attempts that may have been paid for and are not counted against a job, in its life.
inline constexpr std::uint16_t attempts_ever_max =
    1'000; ///< Counted or not, over all retries: a worker that gives back what it gets must end.
inline constexpr std::size_t attempt_history_max = 32; ///< The first and the newest are kept.
inline constexpr int priority_min = -100;
inline constexpr int priority_max = 100;

inline constexpr std::chrono::seconds soft_timeout_default{6'600};
inline constexpr std::chrono::seconds hard_timeout_default{7'200};
inline constexpr std::chrono::seconds hard_timeout_max{7 * 86'400};
inline constexpr std::chrono::seconds timeout_grace{
    30}; ///< After the hard timeout a lease ends whatever its node says.
inline constexpr std::chrono::seconds backoff_first{5};
inline constexpr std::chrono::seconds backoff_max{3'600};
inline constexpr std::chrono::days retry_after_max{1}; ///< The longest Retry-After we follow.
inline constexpr std::chrono::days run_at_ahead_max{3'660};
inline constexpr std::chrono::minutes answers_kept{10};
inline constexpr std::chrono::days finished_jobs_kept{7};

} // namespace dure::limits
