#pragma once

#include "node/sandbox/owned_fd.hpp"

#include <cstdint>
#include <span>
#include <sys/epoll.h>

namespace dure::node {

/// epoll, level-triggered; each descriptor has a number by which its events are known. One owner.
class poller {
public:
  poller() : epoll_{::epoll_create1(EPOLL_CLOEXEC)} {}

  void add(int fd, std::uint64_t number) { change(EPOLL_CTL_ADD, fd, number, EPOLLIN); }

  void watch_writes(int fd, std::uint64_t number, bool writes) {
    change(EPOLL_CTL_MOD, fd, number, writes ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }

  void remove(int fd) { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

  /// Returns the events that came within `timeout_ms` (-1: for ever), none when interrupted.
  std::span<const epoll_event> wait(std::span<epoll_event> events, int timeout_ms) {
    const int got =
        ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms);
    return events.first(got > 0 ? static_cast<std::size_t>(got) : 0);
  }

private:
  void change(int operation, int fd, std::uint64_t number, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = number;
    ::epoll_ctl(epoll_.get(), operation, fd, &event);
  }

  owned_fd epoll_;
};

} // namespace dure::node
