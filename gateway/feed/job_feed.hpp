#pragma once

#include "actors/core/ids.hpp"
#include "gateway/api/throughput.hpp"
#include "gateway/bridge/backend.hpp"
#include "gateway/feed/log_board.hpp"
#include "gateway/feed/progress_board.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <unordered_map>

namespace dure::gateway {

/// What happens to jobs, brought from the node's threads to the one thread that serves HTTP: ends
/// of jobs wake those who wait for them, progress goes to the board.
///
/// Only ends cross over, a batch at a time, so a node that runs twenty thousand jobs a second for
/// nobody in particular costs this thread a few hash look-ups a batch. Everything but the callbacks
/// belongs to the thread of `io`. One owner.
class job_feed {
public:
  /// Somebody who waits for a job. Make it first, look at the job then: an end in between is not
  /// missed. Lives on the feed's thread, and not longer than the feed.
  class waiter {
  public:
    waiter(job_feed& feed, const job_id& id);
    ~waiter();
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    /// Comes back when the job has ended since this waiter was made, at `deadline`, when the feed
    /// stops, or when the view of its log was begun anew: then it is worth another look.
    boost::asio::awaitable<void> wait(std::chrono::steady_clock::time_point deadline);

    /// Returns whether there is nothing more to wait for: the job has ended, or the feed stops.
    bool is_over() const { return woken_; }

  private:
    friend class job_feed;

    job_feed& feed_;
    job_id id_;
    bool woken_;
    boost::asio::steady_timer alarm_;
  };

  explicit job_feed(std::shared_ptr<boost::asio::io_context> io);
  ~job_feed();
  job_feed(const job_feed&) = delete;
  job_feed& operator=(const job_feed&) = delete;

  /// Begins to listen to `node`. Call once.
  void listen_to(backend& node);

  const progress_board& progress() const { return board_; }

  const log_board& lines() const { return lines_; }

  const throughput& completed() const { return completed_; }

  /// Wakes everyone who waits, now and from now on.
  void stop();

private:
  struct door;

  void hear_lines(backend& node);
  void on_ends(const std::vector<job_change>& ends);
  void on_renewed(log_number log);

  std::shared_ptr<door> door_;
  progress_board board_;
  log_board lines_;
  throughput completed_;
  std::unordered_multimap<job_id, waiter*> waiters_;
  std::unique_ptr<progress_channel::subscription> subscription_;
  std::unique_ptr<log_channel::subscription> line_subscription_;
  bool stopped_ = false;
};

} // namespace dure::gateway
