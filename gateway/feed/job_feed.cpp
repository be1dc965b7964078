#include "gateway/feed/job_feed.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>

namespace dure::gateway {

namespace asio = boost::asio;

/// What the node's callbacks hold. They may come at any time, even when the feed is gone already,
/// so they reach it only through here, on its own thread.
struct job_feed::door {
  std::shared_ptr<asio::io_context> io;
  job_feed* feed; ///< Null when it is gone; read and written on its thread only.

  /// Does `act` with the feed on its thread, if it is there then.
  template <class Act> static void pass(const std::weak_ptr<door>& way, Act act) {
    auto here = way.lock();
    if (!here)
      return;
    asio::post(*here->io, [way, act = std::move(act)]() mutable {
      if (auto there = way.lock(); there && there->feed)
        act(*there->feed);
    });
  }
};

namespace {

std::vector<job_change> ended(const std::vector<job_change>& changes) {
  std::vector<job_change> ends;
  std::copy_if(changes.begin(), changes.end(), std::back_inserter(ends),
               [](const job_change& change) { return is_end(change.state); });
  return ends;
}

/// Notes runs of one log and time at once: a record may complete thousands.
void note_completed(throughput& completed, const std::vector<job_change>& ends) {
  for (std::size_t from = 0, to = 0; from < ends.size(); from = to) {
    const auto log = log_of(ends[from].id);
    std::uint64_t jobs = 0;
    for (; to < ends.size() && ends[to].at == ends[from].at && log_of(ends[to].id) == log; ++to)
      jobs += ends[to].state == job_state::completed ? 1 : 0;
    if (jobs > 0)
      completed.note(log, ends[from].at, jobs);
  }
}

} // namespace

job_feed::waiter::waiter(job_feed& feed, const job_id& id)
    : feed_{feed}, id_{id}, woken_{feed.stopped_}, alarm_{*feed.door_->io} {
  feed_.waiters_.emplace(id_, this);
}

job_feed::waiter::~waiter() {
  auto [from, until] = feed_.waiters_.equal_range(id_);
  for (; from != until; ++from) {
    if (from->second != this)
      continue;
    feed_.waiters_.erase(from);
    break;
  }
}

asio::awaitable<void> job_feed::waiter::wait(std::chrono::steady_clock::time_point deadline) {
  if (woken_)
    co_return;
  alarm_.expires_at(deadline);
  co_await alarm_.async_wait(asio::as_tuple(asio::use_awaitable));
}

job_feed::job_feed(std::shared_ptr<asio::io_context> io)
    : door_{std::make_shared<door>(door{std::move(io), this})} {}

job_feed::~job_feed() {
  subscription_.reset();
  line_subscription_.reset();
  door_->feed = nullptr;
}

void job_feed::listen_to(backend& node) {
  hear_lines(node);
  std::weak_ptr<door> way = door_;
  auto on_changes = [way](std::vector<job_change> changes) {
    auto ends = ended(changes);
    if (!ends.empty())
      door::pass(way, [ends = std::move(ends)](job_feed& feed) { feed.on_ends(ends); });
  };
  auto on_renewed = [way](log_number log) {
    door::pass(way, [log](job_feed& feed) { feed.on_renewed(log); });
  };
  node.watch(std::move(on_changes), std::move(on_renewed));
  subscription_ = node.progress().subscribe([way](job_progress p) {
    door::pass(way, [p = std::move(p)](job_feed& feed) mutable { feed.board_.put(std::move(p)); });
  });
}

void job_feed::hear_lines(backend& node) {
  std::weak_ptr<door> way = door_;
  line_subscription_ = node.lines().subscribe([way](job_log_line line) {
    door::pass(way, [line = std::move(line)](job_feed& feed) mutable {
      feed.lines_.put(std::move(line));
    });
  });
}

void job_feed::stop() {
  stopped_ = true;
  for (auto& [id, one] : waiters_) {
    one->woken_ = true;
    one->alarm_.cancel();
  }
}

void job_feed::on_ends(const std::vector<job_change>& ends) {
  note_completed(completed_, ends);
  for (const auto& end : ends) {
    board_.forget(end.id);
    lines_.forget(end.id);
    auto [from, until] = waiters_.equal_range(end.id);
    for (; from != until; ++from) {
      from->second->woken_ = true;
      from->second->alarm_.cancel();
    }
  }
}

/// Their ends may be among what was not told. O(waiters): it is rare.
void job_feed::on_renewed(log_number log) {
  for (auto& [id, one] : waiters_)
    if (log_of(id) == log)
      one->alarm_.cancel();
}

} // namespace dure::gateway
