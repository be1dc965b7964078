#include "gateway/http/ask.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

/// Counts the answers that are still out; lives on the callers' executor.
template <class Handler> struct gathering {
  gathering(Handler h, std::size_t logs)
      : handler{std::move(h)}, executor{asio::get_associated_executor(handler)},
        work{asio::make_work_guard(executor)}, left{logs} {}

  Handler handler;
  asio::associated_executor_t<Handler> executor;
  asio::executor_work_guard<asio::associated_executor_t<Handler>> work;
  std::size_t left;
  outcomes_by_log outcomes;

  void put(log_number log, backend::outcomes answers) {
    outcomes.emplace(log, std::move(answers));
    if (--left > 0)
      return;
    work.reset();
    std::move(handler)(std::move(outcomes));
  }
};

std::optional<error> first_failure(const outcomes_by_log& outcomes) {
  for (const auto& [log, answers] : outcomes)
    for (const auto& one : answers)
      if (!one)
        return one.error();
  return std::nullopt;
}

} // namespace

asio::awaitable<outcomes_by_log> ask_all(backend& node, wishes_by_log wishes) {
  if (wishes.empty())
    co_return outcomes_by_log{};
  auto begin = [&node, &wishes](auto handler) {
    auto all = std::make_shared<gathering<decltype(handler)>>(std::move(handler), wishes.size());
    for (auto& [log, commands] : wishes)
      node.ask(log, std::move(commands), [all, log = log](backend::outcomes answers) {
        asio::post(all->executor, [all, log, answers = std::move(answers)]() mutable {
          all->put(log, std::move(answers));
        });
      });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(outcomes_by_log)>(
      begin, asio::use_awaitable);
}

asio::awaitable<std::optional<error>> tell_all(backend& node, wishes_by_log wishes) {
  auto outcomes = co_await ask_all(node, std::move(wishes));
  co_return first_failure(outcomes);
}

asio::awaitable<std::optional<error>> catch_up_all(backend& node, std::set<log_number> logs) {
  if (logs.empty())
    co_return std::nullopt;
  auto begin = [&node, &logs](auto handler) {
    auto all = std::make_shared<gathering<decltype(handler)>>(std::move(handler), logs.size());
    for (auto log : logs)
      node.catch_up(log, [all, log](const result<void>& proof) {
        auto outcome = proof ? result<answer>{answer{accepted{}}} : result<answer>{proof.error()};
        asio::post(all->executor, [all, log, outcome = std::move(outcome)]() mutable {
          all->put(log, {std::move(outcome)});
        });
      });
  };
  auto outcomes =
      co_await asio::async_initiate<const asio::use_awaitable_t<>, void(outcomes_by_log)>(
          begin, asio::use_awaitable);
  co_return first_failure(outcomes);
}

asio::awaitable<backend::outcomes> ask(backend& node, log_number log, std::vector<command> wishes) {
  wishes_by_log one;
  one.emplace(log, std::move(wishes));
  auto outcomes = co_await ask_all(node, std::move(one));
  co_return std::move(outcomes.at(log));
}

asio::awaitable<result<answer>> ask_one(backend& node, log_number log, command wish) {
  std::vector<command> one;
  one.push_back(std::move(wish));
  auto outcomes = co_await ask(node, log, std::move(one));
  DURE_CHECK(outcomes.size() == 1);
  co_return std::move(outcomes.front());
}

} // namespace dure::gateway
