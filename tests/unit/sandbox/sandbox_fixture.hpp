#pragma once

#include "node/sandbox/process_sandbox.hpp"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <string>

namespace dure::node {

inline const std::string test_program = SANDBOX_TEST_PROGRAM;

/// Returns settings of a pool of the test handler.
inline pool_settings test_pool(std::uint32_t concurrency = 1) {
  pool_settings settings;
  settings.kind = "test";
  settings.argv = {test_program, "handler", std::to_string(concurrency)};
  settings.concurrency_max = concurrency;
  settings.cancel_grace = milliseconds{200};
  return settings;
}

/// Returns the settings of a pool whose handler is a Python script.
inline pool_settings python_pool(const std::string& script) {
  pool_settings settings = test_pool();
  settings.argv = {"python3", "-c", script};
  return settings;
}

/// Returns a task with a number of its own.
inline handler_task task_of(std::uint8_t number, std::string params) {
  handler_task task;
  task.of.job.value.bytes[15] = number;
  task.of.attempt = 1;
  task.kind = "test";
  task.params = std::move(params);
  task.soft_timeout = std::chrono::hours{1};
  task.hard_timeout = std::chrono::hours{1};
  return task;
}

/// A sandbox of real processes whose messages are kept, and waited for.
class sandbox_fixture : public testing::Test {
protected:
  void open(pool_settings pool) { open_with({test_program, "spawner"}, std::move(pool)); }

  void open_with(std::vector<std::string> spawner_argv, pool_settings pool) {
    auto opened = process_sandbox::open({std::move(spawner_argv), {std::move(pool)}});
    ASSERT_TRUE(opened);
    sandbox_ = std::move(*opened);
    sandbox_->listen([this](std::vector<handler_message> messages) { keep(std::move(messages)); });
  }

  void TearDown() override {
    sandbox_.reset();
    std::error_code ignored;
    if (!scratch_.empty())
      std::filesystem::remove_all(scratch_, ignored);
  }

  /// Returns a fresh folder that lives as long as the test.
  const std::filesystem::path& scratch() {
    std::string name = testing::TempDir() + "sandbox_XXXXXX";
    if (scratch_.empty() && ::mkdtemp(name.data()) != nullptr)
      scratch_ = name;
    return scratch_;
  }

  void run(handler_task task) { sandbox_->run({std::move(task)}); }

  /// Waits until `done` holds; it is asked under the lock that guards what was kept.
  bool wait_until(const std::function<bool()>& done,
                  std::chrono::seconds patience = std::chrono::seconds{20}) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, done);
  }

  /// Waits for the end of the task with this number.
  handler_end end_of(std::uint8_t number) {
    if (!wait_until([&] { return ends_.contains(number); })) {
      ADD_FAILURE() << "task " << int{number} << " did not end";
      return {};
    }
    const std::lock_guard lock{mutex_};
    return ends_.at(number);
  }

  std::string code_of(std::uint8_t number) {
    const handler_end outcome = end_of(number);
    return outcome.failure ? outcome.failure->code : "";
  }

  std::unique_ptr<process_sandbox> sandbox_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint8_t, handler_end> ends_;
  std::vector<handler_progress> progress_;
  std::vector<handler_log> logs_;
  std::vector<handler_artifact> artifacts_;
  std::size_t deliveries_ = 0;
  std::size_t ended_ = 0;

private:
  void keep(std::vector<handler_message> messages) {
    const std::lock_guard lock{mutex_};
    ++deliveries_;
    for (handler_message& message : messages) {
      if (auto* outcome = std::get_if<handler_end>(&message)) {
        ++ended_;
        ends_[outcome->of.job.value.bytes[15]] = std::move(*outcome);
      } else if (auto* progress = std::get_if<handler_progress>(&message)) {
        progress_.push_back(std::move(*progress));
      } else if (auto* made = std::get_if<handler_artifact>(&message)) {
        artifacts_.push_back(std::move(*made));
      } else {
        logs_.push_back(std::get<handler_log>(std::move(message)));
      }
    }
    changed_.notify_all();
  }

  std::filesystem::path scratch_;
};

} // namespace dure::node
