#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// How names of clusters and queues ([a-z0-9][a-z0-9.-]{0,31}) become names that NATS takes.
namespace dure::node::nats_names {

/// Returns `name` as one token of a subject: '.' becomes '_', which no name contains, so two names
/// never meet. "v1.docs" -> "v1_docs".
std::string subject_token(std::string_view name);

/// Returns DURE_<CLUSTER>_<QUEUE>_<SHARD>. Upper case; '-' stays; '.', which a stream's name must
/// not have, becomes a lower-case "dot", which cannot come from anything else. '_' separates and
/// is in no name, so two logs never meet. ("a.b", "q-1", 0) -> "DURE_AdotB_Q-1_0".
std::string stream(std::string_view cluster, std::string_view queue, std::uint16_t shard);

/// Returns the one subject of that stream: dure.<cluster>.journal.<queue>.<shard>.
std::string journal_subject(std::string_view cluster, std::string_view queue, std::uint16_t shard);

/// Returns dure.<cluster>.beat.<queue>.<shard>: where the replicas of a log tell how they stand.
std::string beat_subject(std::string_view cluster, std::string_view queue, std::uint16_t shard);

/// Returns dure.<cluster>.shard.<queue>.<shard>: where the leader of a log is asked.
std::string request_subject(std::string_view cluster, std::string_view queue, std::uint16_t shard);

/// Returns dure.<cluster>.progress.<queue>.<shard>.<job>; `job` may be a wildcard.
std::string progress_subject(std::string_view cluster, std::string_view queue, std::uint16_t shard,
                             std::string_view job);

/// Returns the subject of all progress of a cluster.
std::string all_progress(std::string_view cluster);

/// Returns dure.<cluster>.log.<queue>.<shard>.<job>.
std::string log_subject(std::string_view cluster, std::string_view queue, std::uint16_t shard,
                        std::string_view job);

/// Returns dure.<cluster>.drain.<node>: where a node is asked to end.
std::string drain_subject(std::string_view cluster, std::string_view node);

/// Returns dure.<cluster>.mend: where all nodes hear an operator's word on a log.
std::string mend_subject(std::string_view cluster);

/// Returns the subject of all log lines of a cluster.
std::string all_logs(std::string_view cluster);

/// Returns the cluster's bucket of files, "dure-<cluster>" with '.' as '_'.
std::string bucket(std::string_view cluster);

} // namespace dure::node::nats_names
