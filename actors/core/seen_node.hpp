#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <map>
#include <string>

namespace dure {

/// One node of the cluster as this one sees it now.
struct seen_node {
  static constexpr milliseconds dead_after{4'000}; ///< Its leases are ended then.

  std::string name;
  boot_id boot;
  bool leaving = false;  ///< It has begun to end.
  milliseconds silent{}; ///< Since its last beat; 0 for this node itself.

  /// What it last told of its replica of each log.
  struct replica {
    journal_index index{};
    bool leads = false;
  };

  std::map<log_number, replica> replicas;

  bool is_alive() const { return silent < dead_after; }
};

} // namespace dure
