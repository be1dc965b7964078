#pragma once

#include "actors/core/error.hpp"
#include "actors/core/journal_message.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace dure {

/// The replicated log of one shard: appends fenced by the expected last sequence, tailing, single
/// reads.
///
/// Every call returns at once; what comes of it is told to the listener as a `journal_message`, on
/// a thread of the adapter. The listener must only pass it on. Calls may come from any thread, but
/// from one owner at a time. The caller has at most one append in flight. An adapter never repeats
/// an append by itself.
class journal {
public:
  using listener = std::function<void(journal_message)>;

  virtual ~journal() = default;

  /// Appends `bytes` if the last sequence is `expected`. Answered by append_taken, append_refused
  /// or append_unknown.
  virtual void append(append_record request) = 0;

  /// Reads one record from the leader of the stream, never from a lagging replica. Answered by
  /// record_read.
  virtual void read(journal_index index) = 0;

  /// Asks for first, last and creation of the stream. Answered by stream_seen.
  virtual void look() = 0;

  /// Makes `first` the first index: what lies below goes, and a log that ends below goes on there.
  /// Not answered; the next look shows it.
  virtual void start_at(journal_index first) = 0;

  /// Deletes the log with all its records and makes it again. Answered by stream_seen, like a look;
  /// one that failed leaves open whether it was done, or will be.
  virtual void remove() = 0;

  /// Delivers every record from `from` on as record_tailed, in order and without a gap, until
  /// stop_tail. Survives reconnects. A second call moves the tail.
  virtual void tail(journal_index from) = 0;
  virtual void stop_tail() = 0;
};

/// Opens logs. Making a stream that is missing is part of opening it.
class journal_source {
public:
  virtual ~journal_source() = default;

  /// Returns the journal of stream DURE_<CLUSTER>_<QUEUE>_<SHARD>. `on_message` lives as long as
  /// the journal does.
  virtual std::unique_ptr<journal> open(const std::string& queue, std::uint16_t shard,
                                        journal::listener on_message) = 0;
};

} // namespace dure
