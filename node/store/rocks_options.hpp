#pragma once

#include "actors/core/state.hpp"

#include <memory>
#include <rocksdb/db.h>
#include <vector>

namespace dure::node {

/// How the database is set up; what each number is for stands beside it in the source.
struct rocks_setup {
  rocksdb::DBOptions database;
  std::vector<rocksdb::ColumnFamilyDescriptor> families; ///< By `family`, then RocksDB's "default".
};

/// Returns the setup of a database that reports failures of its background work to `listener`.
rocks_setup make_rocks_setup(std::shared_ptr<rocksdb::EventListener> listener);

} // namespace dure::node
