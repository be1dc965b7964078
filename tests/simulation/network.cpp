#include "tests/simulation/network.hpp"

#include <algorithm>

namespace dure::simulation {

void network::cut(party from, party to, milliseconds until) {
  auto& way = cut_until_[from * parties_ + to];
  way = std::max(way, until);
}

void network::heal() {
  std::fill(cut_until_.begin(), cut_until_.end(), milliseconds{0});
}

bool network::is_open(party from, party to, milliseconds now) const {
  return now >= cut_until_[from * parties_ + to];
}

bool network::is_cut_this_way_only(party from, party to, milliseconds now) const {
  return !is_open(from, to, now) && is_open(to, from, now);
}

bool network::is_whole(milliseconds now) const {
  return std::all_of(cut_until_.begin(), cut_until_.end(),
                     [now](milliseconds until) { return now >= until; });
}

} // namespace dure::simulation
