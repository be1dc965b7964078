#pragma once

#include "actors/core/replica.hpp"

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dure {

/// What the other replicas of a log have last told. One owner.
class peer_table {
public:
  static constexpr std::size_t nodes_max = 4'096;     ///< Further ones are not listened to.
  static constexpr std::size_t boots_remembered = 16; ///< Older lives of a node, told apart.

  /// Which life of a node has been heard.
  enum class life {
    same,
    begun, ///< A new one, or the first.
    ended, ///< An earlier one: the beat came late and is dropped.
  };

  /// `now`: by this node's clock.
  life hear(const replica_input::peer& p, timestamp now);

  /// Returns the peer whose applied index is the highest above `index`, or null.
  const replica_input::peer* ahead_of(journal_index index) const;

  /// The same among those that were heard within `silence`.
  const replica_input::peer* ahead_within(journal_index index, milliseconds silence) const;

  /// Returns whether `node` has told where it stands after it saw the stream created at `created`.
  bool has_reported(std::string_view node, timestamp created) const;

  /// Something else than a beat has come from a node.
  void note_sign_of(std::string_view node);

  /// Time has passed in which beats could be heard.
  void pass(milliseconds time);

  /// Beats may be waiting to be heard: all silence is counted anew.
  void forgive();

  /// Returns how long nothing has come from `node`; since this table began when nothing ever did.
  milliseconds silence_of(std::string_view node) const;

  /// What was heard until now says nothing about the stream's present life.
  void forget_reports();

  /// Calls `visit(peer, ahead)` for each node that was heard within `silence`: what it last told,
  /// and how far its clock was ahead of this node's.
  template <class Visit> void for_each_heard_within(milliseconds silence, Visit&& visit) const {
    for (const auto& [node, heard] : nodes_)
      if (heard.silent < silence)
        visit(heard.last, heard.ahead);
  }

  /// Calls `visit(node, boot)` for each node heard of.
  template <class Visit> void for_each_life(Visit&& visit) const {
    for (const auto& [node, heard] : nodes_)
      visit(node, heard.last.boot);
  }

private:
  struct heard_node {
    replica_input::peer last;
    milliseconds ahead{}; ///< Its clock, of this node's, when it was last heard.
    bool reported = false;
    milliseconds silent{};
    std::deque<boot_id> ended; ///< Boots that a newer one has followed.
  };

  std::map<std::string, heard_node, std::less<>> nodes_;
  milliseconds listening_{};
};

} // namespace dure
