#pragma once

#include "actors/core/time.hpp"

#include <cstddef>
#include <vector>

namespace dure::simulation {

/// The ways between nodes, and between each node and the journal, where each direction may be cut
/// by itself for a while. A node's way to itself is its way to the bus: who has lost it does not
/// hear its own beats. One owner, the world.
class network {
public:
  using party = std::size_t; ///< A node's number, or `journal()`.

  explicit network(std::size_t nodes) : parties_{nodes + 1}, cut_until_(parties_ * parties_) {}

  party journal() const { return parties_ - 1; }

  void cut(party from, party to, milliseconds until);

  /// Opens every way.
  void heal();

  bool is_open(party from, party to, milliseconds now) const;

  /// Returns whether nothing goes this way, but the other way back.
  bool is_cut_this_way_only(party from, party to, milliseconds now) const;

  /// Returns whether no way is cut.
  bool is_whole(milliseconds now) const;

private:
  std::size_t parties_;
  std::vector<milliseconds> cut_until_; ///< By from * parties + to.
};

} // namespace dure::simulation
