#include "node/sandbox/process_sandbox.hpp"

#include "node/sandbox/process_pool.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <mutex>
#include <sys/eventfd.h>
#include <thread>
#include <variant>

namespace dure::node {

namespace {

// Numbers in the poller that are no process's.
constexpr std::uint64_t wake_number = 0;
constexpr std::uint64_t spawner_number = 1;
constexpr std::size_t read_bytes = std::size_t{256} << 10;
constexpr milliseconds spawner_backoff_first{100};
constexpr milliseconds spawner_backoff_max{5'000};
/// A spawner that lived as long did not fail to start.
constexpr milliseconds spawner_settled{10'000};

monotonic steady_now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return monotonic{std::chrono::duration_cast<milliseconds>(since)};
}

int timeout_until(monotonic deadline, monotonic now) {
  if (deadline == monotonic::max())
    return -1;
  const auto wait = std::clamp<milliseconds::rep>((deadline - now).count(), 0, 60'000);
  return static_cast<int>(wait);
}

using request = std::variant<handler_task, lease>;

} // namespace

/// The I/O thread and all that lives on it. Requests come in through a list behind a mutex; the
/// rest is touched by the thread only.
class process_sandbox::loop {
public:
  explicit loop(std::vector<std::string> spawner_argv)
      : around_{{}, spawner_client{std::move(spawner_argv)}, std::vector<char>(read_bytes), {}, {},
                0},
        wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {}

  ~loop() {
    stopping_ = true;
    wake();
    if (thread_.joinable())
      thread_.join();
  }

  void add_pool(pool_settings settings) {
    pools_.push_back(std::make_unique<process_pool>(std::move(settings), around_));
  }

  result<void> start() {
    around_.now = steady_now();
    around_.polls.add(wake_.get(), wake_number);
    if (auto started = start_spawner(); !started)
      return started;
    thread_ = std::thread{[this] { work(); }};
    return {};
  }

  void listen(listener on_messages) {
    const std::lock_guard lock{listener_mutex_};
    listener_ = std::move(on_messages);
  }

  template <class Requests> void push(Requests requests) {
    {
      const std::lock_guard lock{mutex_};
      inbox_.insert(inbox_.end(), std::make_move_iterator(requests.begin()),
                    std::make_move_iterator(requests.end()));
    }
    wake();
  }

  std::vector<handler_capacity> capacities() const {
    std::vector<handler_capacity> all;
    for (const auto& pool : pools_)
      all.push_back(pool->capacity());
    return all;
  }

  int spawner_pid() const { return spawner_pid_; }

private:
  void wake() const { ::eventfd_write(wake_.get(), 1); }

  void work() {
    block_signals();
    std::array<epoll_event, 64> events;
    pump();
    while (!stopping_) {
      const auto came = around_.polls.wait(events, timeout_until(next_deadline_, around_.now));
      around_.now = steady_now();
      for (const epoll_event& event : came)
        carry(event);
      if (around_.now >= next_deadline_)
        expire();
      pump();
      deliver();
    }
    around_.spawner.stop();
  }

  /// Signals are for the node's main thread.
  static void block_signals() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  }

  void carry(const epoll_event& event) {
    if (event.data.u64 == wake_number)
      return take_requests();
    if (event.data.u64 == spawner_number)
      return hear_spawner();
    const std::uint64_t process = event.data.u64 / 2;
    for (const auto& pool : pools_) {
      if (!pool->owns(process))
        continue;
      if (event.data.u64 == stdio_number(process))
        pool->on_stdio(process, event.events);
      else
        pool->on_stderr(process);
    }
  }

  void take_requests() {
    eventfd_t count = 0;
    ::eventfd_read(wake_.get(), &count);
    std::vector<request> requests;
    {
      const std::lock_guard lock{mutex_};
      requests.swap(inbox_);
    }
    for (request& asked : requests) {
      if (auto* task = std::get_if<handler_task>(&asked))
        run(std::move(*task));
      else
        cancel(std::get<lease>(asked));
    }
  }

  void run(handler_task task) {
    for (const auto& pool : pools_)
      if (pool->settings().kind == task.kind)
        return pool->run(std::move(task));
    const attempt_ending ending = endings::unavailable(task.kind, "");
    handler_end outcome;
    outcome.of = std::move(task.of);
    outcome.end = ending.end;
    outcome.failure = ending.failure;
    around_.out.emplace_back(std::move(outcome));
  }

  void cancel(const lease& of) {
    for (const auto& pool : pools_)
      if (pool->cancel(of))
        return;
  }

  void hear_spawner() {
    std::vector<spawn_report> reports;
    const bool alive = around_.spawner.receive(reports);
    for (const spawn_report& report : reports)
      for (const auto& pool : pools_)
        pool->on_report(report);
    if (!alive)
      lose_spawner();
  }

  void lose_spawner() {
    around_.polls.remove(around_.spawner.fd());
    spawner_pid_ = -1;
    around_.spawner.stop();
    for (const auto& pool : pools_)
      pool->on_spawner_lost();
    if (around_.now - spawner_started_ >= spawner_settled)
      spawner_failures_ = 0;
    const auto backoff = spawner_backoff_first * (1U << std::min(spawner_failures_++, 10U));
    spawner_from_ = around_.now + std::min(backoff, spawner_backoff_max);
  }

  result<void> start_spawner() {
    if (auto started = around_.spawner.start(); !started)
      return started;
    around_.polls.add(around_.spawner.fd(), spawner_number);
    watches_spawner_writes_ = false;
    spawner_started_ = around_.now;
    spawner_from_ = monotonic::max();
    spawner_pid_ = around_.spawner.pid();
    return {};
  }

  void expire() {
    if (around_.now >= spawner_from_ && !start_spawner()) {
      spawner_from_ = around_.now + spawner_backoff_max;
      for (const auto& pool : pools_)
        pool->on_start_failed();
    }
    for (const auto& pool : pools_)
      pool->expire();
  }

  void pump() {
    for (const auto& pool : pools_)
      pool->pump();
    if (around_.spawner.running() && !around_.spawner.flush())
      lose_spawner();
    watch_spawner_writes();
    next_deadline_ = spawner_from_;
    for (const auto& pool : pools_)
      next_deadline_ = std::min(next_deadline_, pool->next_deadline());
  }

  void watch_spawner_writes() {
    const bool wanted = around_.spawner.wants_to_write();
    if (!around_.spawner.running() || wanted == watches_spawner_writes_)
      return;
    watches_spawner_writes_ = wanted;
    around_.polls.watch_writes(around_.spawner.fd(), spawner_number, wanted);
  }

  void deliver() {
    if (around_.out.empty())
      return;
    handler_messages messages;
    messages.swap(around_.out);
    const std::lock_guard lock{listener_mutex_};
    if (listener_)
      listener_(std::move(messages));
  }

  pool_surroundings around_;
  std::vector<std::unique_ptr<process_pool>> pools_;
  owned_fd wake_;
  monotonic next_deadline_ = monotonic::max();
  monotonic spawner_from_ = monotonic::max(); ///< When a lost spawner is started again.
  monotonic spawner_started_{};
  std::uint32_t spawner_failures_ = 0;
  bool watches_spawner_writes_ = false;
  std::atomic<int> spawner_pid_{-1};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::vector<request> inbox_; ///< Guarded by `mutex_`; bounded by what the worker claims.
  std::mutex listener_mutex_;
  listener listener_; ///< Guarded by `listener_mutex_`, which is held while it is called.
  std::thread thread_;
};

result<std::unique_ptr<process_sandbox>> process_sandbox::open(sandbox_settings settings) {
  auto runs = std::make_unique<loop>(std::move(settings.spawner_argv));
  std::vector<std::string> kinds;
  for (pool_settings& pool : settings.pools) {
    if (pool.argv.empty() || std::find(kinds.begin(), kinds.end(), pool.kind) != kinds.end())
      return error{errc::invalid, "the handler of kind " + pool.kind};
    kinds.push_back(pool.kind);
    runs->add_pool(std::move(pool));
  }
  if (auto started = runs->start(); !started)
    return started.error();
  return std::unique_ptr<process_sandbox>{new process_sandbox{std::move(runs)}};
}

process_sandbox::process_sandbox(std::unique_ptr<loop> runs) : loop_{std::move(runs)} {}

process_sandbox::~process_sandbox() = default;

void process_sandbox::listen(listener on_messages) {
  loop_->listen(std::move(on_messages));
}

std::vector<handler_capacity> process_sandbox::capacities() const {
  return loop_->capacities();
}

void process_sandbox::run(std::vector<handler_task> tasks) {
  loop_->push(std::move(tasks));
}

void process_sandbox::cancel(const lease& of) {
  loop_->push(std::vector<lease>{of});
}

int process_sandbox::spawner_pid() const {
  return loop_->spawner_pid();
}

} // namespace dure::node
