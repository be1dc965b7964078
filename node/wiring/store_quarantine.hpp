#pragma once

#include "actors/core/error.hpp"
#include "actors/ports/log.hpp"
#include "node/store/rocks_store.hpp"
#include "node/wiring/data_folder.hpp"

#include <cstdint>
#include <memory>

namespace dure::node {

/// Whether the files of the node's database are to be used as they are.
enum class store_trust : std::uint8_t { trusted, damaged };

/// Damaged databases that are kept; with so many the disk is to be looked at first.
inline constexpr int quarantined_stores_max = 3;

/// Opens the node's database. One that is damaged, or cannot be opened for damage, is set aside as
/// rocksdb.damaged-<n>, for a person to look at and remove, and a new one is made: it fills from
/// snapshots and logs. errc::corrupt when too many were set aside already.
result<std::unique_ptr<rocks_store>> open_store(const data_folder& folder, store_trust trust,
                                                log_sink& log);

} // namespace dure::node
