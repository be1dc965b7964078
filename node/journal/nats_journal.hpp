#pragma once

#include "actors/ports/journal.hpp"
#include "actors/ports/log.hpp"

#include <memory>
#include <string>

namespace dure::node {

class nats_connection;

/// Logs as JetStream streams, one stream and one subject each (see nats_names.hpp).
///
/// A stream has no limits, refuses what is new when the disk is full, and is made when it is
/// missing: on opening and by every `look`, so that a lost stream is seen empty, with a new time of
/// creation. One with another configuration is not used: calls fail and the log says why.
///
/// Nothing here waits for the server. While it is away, appends are answered by append_unknown,
/// reads and looks by `failed`, each after at least 100 ms. The listener is called on three
/// threads: one for answers, one for failures, and one for tailed records alone. On that one it may
/// take its time; the server then waits. It must not destroy its journal.
class nats_journal_source final : public journal_source {
public:
  /// `replicas`: of streams that are made; a server without a cluster keeps one.
  nats_journal_source(nats_connection& connection, log_sink& log, std::string cluster,
                      int replicas = 1);

  std::unique_ptr<journal> open(const std::string& queue, std::uint16_t shard,
                                journal::listener on_message) override;

private:
  nats_connection& connection_;
  log_sink& log_;
  std::string cluster_;
  int replicas_;
};

} // namespace dure::node
