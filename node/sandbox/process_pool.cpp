#include "node/sandbox/process_pool.hpp"

#include "node/sandbox/handler_start.hpp"

#include <algorithm>

namespace dure::node {

namespace {

constexpr milliseconds start_backoff_first{100};
constexpr milliseconds start_backoff_max{30'000};
/// After this many failed starts in a row the kind counts as unavailable here.
constexpr std::uint32_t failed_starts_max = 3;

pool_settings checked(pool_settings settings) {
  settings.processes_max = std::max(1U, settings.processes_max);
  settings.processes_min = std::min(settings.processes_min, settings.processes_max);
  settings.concurrency_max = std::max(1U, settings.concurrency_max);
  return settings;
}

} // namespace

process_pool::process_pool(pool_settings settings, pool_surroundings& around)
    : settings_{checked(std::move(settings))}, around_{around}, concurrency_{
                                                                    settings_.concurrency_max} {}

handler_capacity process_pool::capacity() const {
  return {settings_.kind, settings_.processes_max * concurrency_.load(), settings_.needs_files};
}

void process_pool::run(handler_task task) {
  task.soft_timeout = std::min(task.soft_timeout, settings_.soft_timeout);
  task.hard_timeout = std::min(task.hard_timeout, settings_.hard_timeout);
  waiting_.push_back(std::move(task));
}

bool process_pool::cancel(const lease& of) {
  const auto waits = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&of](const handler_task& task) { return task.of == of; });
  if (waits != waiting_.end()) {
    handler_end outcome;
    outcome.of = of;
    outcome.end = attempt_end::cancelled;
    around_.out.emplace_back(std::move(outcome));
    waiting_.erase(waits);
    return true;
  }
  for (auto& [id, process] : processes_) {
    if (process.holds(key_of(of))) {
      process.cancel(key_of(of), around_.now);
      return true;
    }
  }
  return false;
}

void process_pool::pump() {
  for (auto& [id, process] : processes_)
    if (process.take_kill())
      around_.spawner.kill(id);
  hand_out();
  start_missing();
  retire_surplus();
}

void process_pool::hand_out() {
  std::size_t with_room = count(&handler_process::has_room);
  for (auto& [id, process] : processes_) {
    if (waiting_.empty())
      return;
    if (!process.has_room())
      continue;
    // An even share, so that a few jobs spread over the processes.
    const std::size_t share = (waiting_.size() + with_room - 1) / with_room;
    --with_room;
    const auto taken = std::min<std::size_t>(process.free_slots(), share);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(taken);
    std::vector<handler_task> tasks{std::make_move_iterator(waiting_.begin()),
                                    std::make_move_iterator(end)};
    waiting_.erase(waiting_.begin(), end);
    process.give(std::move(tasks), around_.now);
    failed_starts_ = 0;
  }
}

void process_pool::start_missing() {
  const std::size_t alive = count(&handler_process::alive);
  const std::size_t starting = count(&handler_process::starting);
  const std::size_t each = concurrency_.load();
  const std::size_t for_waiting = (waiting_.size() + each - 1) / each;
  std::size_t missing = for_waiting > starting ? for_waiting - starting : 0;
  missing =
      std::max(missing, settings_.processes_min > alive ? settings_.processes_min - alive : 0);
  missing = std::min(missing, settings_.processes_max -
                                  std::min<std::size_t>(alive, settings_.processes_max));
  if (around_.now < start_from_ || !around_.spawner.running())
    return;
  for (; missing > 0; --missing)
    if (!start_one())
      return on_start_failed();
}

result<void> process_pool::start_one() {
  auto made = make_handler_channels();
  if (!made)
    return made.error();
  const std::uint64_t id = ++around_.last_process;
  auto asked = around_.spawner.spawn(
      {id, settings_.argv, handler_environment(settings_), settings_.limits, settings_.shut_in},
      std::move(made->theirs), std::move(made->complaints_write));
  if (!asked)
    return asked;
  processes_.try_emplace(id, id, settings_, around_.polls, std::move(made->ours),
                         std::move(made->complaints_read), around_.now);
  return {};
}

void process_pool::retire_surplus() {
  std::size_t alive = count(&handler_process::alive);
  for (auto& [id, process] : processes_) {
    if (alive <= settings_.processes_min)
      return;
    if (process.ready() && process.idle_since() != monotonic::max() &&
        around_.now - process.idle_since() >= settings_.idle_kept) {
      process.retire(around_.now);
      --alive;
    }
  }
}

void process_pool::on_stdio(std::uint64_t process, std::uint32_t events) {
  const auto it = processes_.find(process);
  if (it == processes_.end())
    return;
  it->second.on_stdio(events, around_.buffer, around_.now, around_.out);
  if (it->second.greeted())
    concurrency_ = it->second.concurrency();
}

void process_pool::on_stderr(std::uint64_t process) {
  if (const auto it = processes_.find(process); it != processes_.end())
    it->second.on_stderr(around_.buffer);
}

void process_pool::on_report(const spawn_report& report) {
  const auto it = processes_.find(report.id);
  if (it == processes_.end())
    return;
  if (report.what == spawn_report::happening::started)
    return it->second.started(report.pid, around_.now);
  it->second.exited(report, around_.buffer, around_.now, around_.out);
  const bool failed = it->second.failed_to_start();
  if (failed)
    last_failure_ = it->second.last_line();
  processes_.erase(it);
  if (failed)
    on_start_failed();
}

void process_pool::on_spawner_lost() {
  const bool failed = count(&handler_process::starting) > 0;
  for (auto& [id, process] : processes_)
    process.lost(around_.now, around_.out);
  processes_.clear();
  if (failed)
    on_start_failed();
}

void process_pool::on_start_failed() {
  const auto backoff = start_backoff_first * (1U << std::min(failed_starts_, 10U));
  start_from_ = around_.now + std::min(backoff, start_backoff_max);
  if (++failed_starts_ >= failed_starts_max && count(&handler_process::ready) == 0)
    end_waiting(endings::unavailable(settings_.kind, last_failure_));
}

void process_pool::end_waiting(const attempt_ending& ending) {
  for (handler_task& task : waiting_) {
    handler_end outcome;
    outcome.of = std::move(task.of);
    outcome.end = ending.end;
    outcome.failure = ending.failure;
    around_.out.emplace_back(std::move(outcome));
  }
  waiting_.clear();
}

void process_pool::expire() {
  for (auto& [id, process] : processes_)
    process.expire(around_.now, around_.out);
}

monotonic process_pool::next_deadline() const {
  monotonic next = start_from_ > around_.now ? start_from_ : monotonic::max();
  const bool surplus = count(&handler_process::alive) > settings_.processes_min;
  for (const auto& [id, process] : processes_) {
    next = std::min(next, process.next_deadline());
    if (surplus && process.ready() && process.idle_since() != monotonic::max())
      next = std::min(next, process.idle_since() + settings_.idle_kept);
  }
  return next;
}

std::size_t process_pool::count(bool (handler_process::*what)() const) const {
  return static_cast<std::size_t>(
      std::count_if(processes_.begin(), processes_.end(),
                    [what](const auto& entry) { return (entry.second.*what)(); }));
}

} // namespace dure::node
