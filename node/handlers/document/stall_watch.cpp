#include "node/handlers/document/stall_watch.hpp"

#include <cstdio>
#include <pthread.h>
#include <unistd.h>

namespace dure::node {

namespace {

constexpr std::chrono::milliseconds look_interval{50};

std::chrono::nanoseconds cpu_time(clockid_t clock) {
  std::timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

std::size_t resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr)
    return 0;
  unsigned long long size = 0;
  unsigned long long resident = 0;
  const int read = std::fscanf(file, "%llu %llu", &size, &resident);
  std::fclose(file);
  return read == 2 ? static_cast<std::size_t>(resident) *
                         static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))
                   : 0;
}

} // namespace

job_error failure_of(stall why) {
  if (why == stall::too_slow)
    return {"too_slow", "The document takes more computing than it may.", false};
  return {"too_much_memory", "The document needs more memory than it may have.", false};
}

stall_watch::stall_watch(std::size_t memory_max, stall_action on_stall)
    : memory_max_{memory_max}, on_stall_{std::move(on_stall)} {
  ::pthread_getcpuclockid(::pthread_self(), &clock_);
  thread_ = std::thread{[this] { run(); }};
}

stall_watch::~stall_watch() {
  {
    const std::lock_guard lock{held_};
    stopping_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

void stall_watch::begin(std::chrono::milliseconds cpu_max) {
  const std::lock_guard lock{held_};
  cpu_limit_ = cpu_time(clock_) + cpu_max;
  working_ = true;
}

void stall_watch::end() {
  const std::lock_guard lock{held_};
  working_ = false;
}

void stall_watch::run() {
  std::unique_lock lock{held_};
  while (!stopped_.wait_for(lock, look_interval, [this] { return stopping_; })) {
    if (!working_)
      continue;
    if (cpu_time(clock_) > cpu_limit_)
      on_stall_(stall::too_slow);
    else if (resident_bytes() > memory_max_)
      on_stall_(stall::too_much_memory);
  }
}

std::chrono::nanoseconds own_cpu_time() {
  return cpu_time(CLOCK_THREAD_CPUTIME_ID);
}

} // namespace dure::node
