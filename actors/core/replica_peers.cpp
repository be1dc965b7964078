#include "actors/core/replica_peers.hpp"

#include <algorithm>

namespace dure {

peer_table::life peer_table::hear(const replica_input::peer& p, timestamp now) {
  auto known = nodes_.find(p.node);
  if (known == nodes_.end()) {
    if (nodes_.size() >= nodes_max)
      return life::same;
    nodes_.emplace(p.node, heard_node{p, p.now - now, true, {}, {}});
    return life::begun;
  }
  auto& [last, ahead, reported, silent, ended] = known->second;
  if (std::find(ended.begin(), ended.end(), p.boot) != ended.end())
    return life::ended;
  auto reborn = last.boot != p.boot;
  if (reborn) {
    ended.push_back(last.boot);
    if (ended.size() > boots_remembered)
      ended.pop_front();
  }
  last = p;
  ahead = p.now - now;
  reported = true;
  silent = milliseconds{0};
  return reborn ? life::begun : life::same;
}

const replica_input::peer* peer_table::ahead_of(journal_index index) const {
  return ahead_within(index, milliseconds::max());
}

const replica_input::peer* peer_table::ahead_within(journal_index index,
                                                    milliseconds silence) const {
  const replica_input::peer* furthest = nullptr;
  for_each_heard_within(silence, [&](const replica_input::peer& p, milliseconds) {
    if (p.index > index && (!furthest || p.index > furthest->index))
      furthest = &p;
  });
  return furthest;
}

bool peer_table::has_reported(std::string_view node, timestamp created) const {
  auto known = nodes_.find(node);
  return known != nodes_.end() && known->second.reported && known->second.last.created == created;
}

void peer_table::note_sign_of(std::string_view node) {
  if (auto known = nodes_.find(node); known != nodes_.end())
    known->second.silent = milliseconds{0};
}

void peer_table::pass(milliseconds time) {
  listening_ += time;
  for (auto& [node, heard] : nodes_)
    heard.silent += time;
}

void peer_table::forgive() {
  listening_ = milliseconds{0};
  for (auto& [node, heard] : nodes_)
    heard.silent = milliseconds{0};
}

milliseconds peer_table::silence_of(std::string_view node) const {
  auto known = nodes_.find(node);
  return known == nodes_.end() ? listening_ : known->second.silent;
}

void peer_table::forget_reports() {
  for (auto& [node, heard] : nodes_)
    heard.reported = false;
}

} // namespace dure
