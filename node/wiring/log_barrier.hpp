#pragma once

#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/state.hpp"
#include "actors/core/time.hpp"
#include "actors/ports/journal.hpp"

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>

namespace dure::node {

/// Waits until a view shows everything that the journal had taken when the barrier was made. One
/// owner.
class log_barrier {
public:
  /// Asks the leader of the log's stream how far it goes.
  log_barrier(journal_source& journals, const std::string& queue, std::uint16_t shard);

  /// Blocks until `view` has come as far in `log`. errc::unavailable after `patience`, when
  /// `goes_on` has become false, or when the journal cannot be asked.
  result<void> pass(const state_reader& view, log_number log, milliseconds patience,
                    const std::function<bool()>& goes_on);

private:
  std::shared_ptr<std::promise<stream_seen>> told_;
  std::future<stream_seen> seen_;
  std::unique_ptr<journal> asked_;
};

} // namespace dure::node
