#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace dure::gateway {

/// Runs `work` on a thread that may wait and comes back with what it returned. What `work` refers
/// to stays alive: the caller's coroutine waits. `work` must not throw.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> run_blocking(boost::asio::thread_pool& pool,
                                                                 Work work) {
  namespace asio = boost::asio;
  using value = std::invoke_result_t<Work&>;
  auto begin = [&pool, &work](auto waiting) {
    auto executor = asio::get_associated_executor(waiting);
    auto guard = asio::make_work_guard(executor);
    asio::post(pool,
               [&work, executor, guard = std::move(guard), waiting = std::move(waiting)]() mutable {
                 auto done = std::make_unique<value>(work());
                 asio::post(executor, [done = std::move(done), guard = std::move(guard),
                                       waiting = std::move(waiting)]() mutable {
                   guard.reset();
                   std::move(waiting)(std::move(*done));
                 });
               });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(value)>(
      begin, asio::use_awaitable);
}

/// What reads so many bytes takes about a millisecond where it is called; more would hold up
/// everyone else.
inline constexpr std::size_t worked_at_once_bytes_max = 512 * 1024;

/// Runs `work` here when it is about few bytes, else on a thread that may take its time.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> run_by_size(boost::asio::thread_pool& pool,
                                                                std::size_t bytes, Work work) {
  if (bytes <= worked_at_once_bytes_max)
    co_return work();
  co_return co_await run_blocking(pool, std::move(work));
}

} // namespace dure::gateway
