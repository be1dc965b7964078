#include "tests/simulation/reached.hpp"

namespace dure::simulation {

std::string_view to_string(situation s) {
  static constexpr std::array<std::string_view, situation_count> names{
      "took over mid-append",
      "lost ack found taken",
      "lost ack found absent",
      "late append refused",
      "claim race lost",
      "deposed leader stopped",
      "stale report refused",
      "repeat answered from what is kept",
      "claim repeated",
      "fed by the submit's record",
      "waiting claim expired",
      "own leases freed at restart",
      "tail appended again",
      "tail of a peer awaited",
      "in flight survived a loss",
      "fork halted",
      "stream gone",
      "stream cut",
      "crashed between effects",
      "power lost with unsynced writes",
      "process stopped for long",
      "journal unreachable for long",
      "leader drained",
      "handed over early",
      "cancelled while running",
      "lost jobs given to another",
      "unique key answered with the existing job",
      "limit reached",
      "catch-up from afar",
      "worker restarted in its node",
      "files left",
      "leases of a silent node ended",
      "handed over to the log's choice",
      "answered when asked again",
      "found behind a barrier",
      "not found behind a barrier",
      "one-way partition met",
      "reordered beat heard",
      "duplicate beat heard",
      "duplicate request heard",
      "duplicate append recognised",
      "store lost and caught up",
      "skewed clock kept from claiming",
      "snapshot installed",
      "snapshot unreadable",
      "rows left unfinished by a death",
      "log trimmed behind a snapshot",
      "lost log moved to where tails begin",
  };
  return names[static_cast<std::size_t>(s)];
}

void reached::add(const reached& other) {
  for (std::size_t i = 0; i < situation_count; ++i)
    counts_[i] += other.counts_[i];
}

} // namespace dure::simulation
