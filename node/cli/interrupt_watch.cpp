#include "node/cli/interrupt_watch.hpp"

#include <csignal>
#include <ctime>

namespace dure::node {

namespace {

sigset_t interrupt_only() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  return set;
}

} // namespace

interrupt_watch::interrupt_watch() {
  const auto set = interrupt_only();
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
}

interrupt_watch::~interrupt_watch() {
  const auto set = interrupt_only();
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

bool interrupt_watch::came_within(int milliseconds) {
  const auto set = interrupt_only();
  const timespec patience{milliseconds / 1'000, milliseconds % 1'000 * 1'000'000L};
  came_ = came_ || ::sigtimedwait(&set, nullptr, &patience) == SIGINT;
  return came_;
}

} // namespace dure::node
