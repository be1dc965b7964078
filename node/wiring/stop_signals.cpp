#include "node/wiring/stop_signals.hpp"

#include "actors/core/error.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace dure::node {

stop_signals::stop_signals() {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGHUP); // A terminal that is closed; nats-server would be left running.
  DURE_CHECK(::pthread_sigmask(SIG_BLOCK, &stops, nullptr) == 0);
  DURE_CHECK(std::signal(SIGPIPE, SIG_IGN) != SIG_ERR);
  signals_ = ::signalfd(-1, &stops, SFD_CLOEXEC);
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  DURE_CHECK(signals_ >= 0 && wake_ >= 0);
}

stop_signals::~stop_signals() {
  ::close(signals_);
  ::close(wake_);
}

stop_signals::reason stop_signals::wait(std::optional<std::chrono::milliseconds> patience) {
  std::array<pollfd, 2> both{{{signals_, POLLIN, 0}, {wake_, POLLIN, 0}}};
  int ready = -1;
  do
    ready = ::poll(both.data(), both.size(), patience ? static_cast<int>(patience->count()) : -1);
  while (ready < 0 && errno == EINTR);
  if (both[0].revents != 0) {
    signalfd_siginfo told{};
    DURE_CHECK(::read(signals_, &told, sizeof told) == static_cast<ssize_t>(sizeof told));
    return reason::signal;
  }
  if (both[1].revents == 0)
    return reason::timeout;
  std::uint64_t count = 0;
  DURE_CHECK(::read(wake_, &count, sizeof count) == static_cast<ssize_t>(sizeof count));
  return reason::woken;
}

void stop_signals::wake() {
  const std::uint64_t one = 1;
  DURE_CHECK(::write(wake_, &one, sizeof one) == static_cast<ssize_t>(sizeof one));
}

} // namespace dure::node
