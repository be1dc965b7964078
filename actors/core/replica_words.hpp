#pragma once

#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/replica.hpp"

#include <string>

namespace dure {

// What a replica tells the operator when it does not go on by itself, with the command that helps.

/// The journal has another record at `index` than this node has applied.
error fork_at(const replica_config& config, journal_index index);

/// The journal's record at `index` follows another one than this node has applied.
error fork_before(const replica_config& config, journal_index index);

/// The journal lost a record of which this node and `other` have different ones.
error tails_differ(const replica_config& config, journal_index index, const std::string& other);

/// What this node made of the records until `index` is not what the leader made of them.
error states_differ(const replica_config& config, journal_index index);

/// The journal lost records, and not everybody who may have them was heard.
std::string waits_for_tails(const replica_config& config);

/// `other` has told of records that the journal does not have.
std::string waits_for_records_of(const replica_config& config, const std::string& other);

} // namespace dure
