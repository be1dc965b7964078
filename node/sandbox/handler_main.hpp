#pragma once

#include "actors/ports/sandbox.hpp"
#include "node/sandbox/line_buffer.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The handler's side of the protocol: what a built-in handler is written against.
namespace dure::node {

/// One attempt, as the handler sees it.
struct handler_job {
  std::string id;
  std::uint16_t attempt = 0;
  std::string kind;
  nlohmann::json params = nlohmann::json::object();
  nlohmann::json input;
  std::filesystem::path scratch; ///< Where paths like in/0 begin; empty: no files.
  milliseconds deadline{};       ///< It is asked to stop after this.
};

/// The lines to and from the node. One owner, one thread; blocks on stdout while the node is slow.
class handler_session {
public:
  handler_session(int in, int out);

  void hello(const std::vector<std::string>& kinds, std::uint32_t concurrency);
  void progress(const handler_job& job, std::uint64_t done, std::uint64_t total,
                std::string_view step, std::string_view message);
  void log(const handler_job& job, std::string_view level, std::string_view message);

  /// `path` is relative to job.scratch.
  void artifact(const handler_job& job, std::string_view name, std::string_view path,
                std::string_view media_type);

  /// Ends the attempt. `json_text` is one line of valid JSON. `charge`: what it cost, for those who
  /// ask somebody outside. Not `reusable`: made otherwise than the job says.
  void result(const handler_job& job, std::string_view json_text, const attempt_charge& charge = {},
              bool reusable = true);
  void error(const handler_job& job, const job_error& failure, const attempt_charge& charge = {},
             std::optional<milliseconds> retry_after = std::nullopt);

  /// Sends what was said so far; done by itself whenever there is nothing more to read.
  void flush();

  /// Returns whether the job shall stop; for handlers that work through a job in one go, which
  /// hear nothing meanwhile.
  bool cancelled(const handler_job& job);

  /// Returns the next message, waiting at most `wait` (nothing: for ever); nothing when the time
  /// is over, `also` (a descriptor, or -1) can be read, or the input is closed.
  std::optional<nlohmann::json> next(std::optional<milliseconds> wait, int also = -1);

  /// Returns whether the input is closed and all of it was handled.
  bool closed() const { return closed_ && messages_.empty(); }

private:
  void say(const handler_job& job, std::string_view what, std::string_view json_text,
           std::string_view beside_it = {});
  void say(const nlohmann::json& message);
  void append(std::string_view message);
  void read_some(std::optional<milliseconds> wait, int also = -1);
  void take(std::string_view line);

  int in_;
  int out_;
  line_buffer lines_;
  std::deque<nlohmann::json> messages_; ///< Read, not handled; bounded by our concurrency.
  std::string said_;                    ///< Messages of the line being made, joined by commas.
  std::size_t said_messages_ = 0;
  bool closed_ = false;
};

/// What a built-in handler does. Runs on one thread; may throw, which ends the attempt.
class handler {
public:
  using clock = std::chrono::steady_clock;

  virtual ~handler() = default;

  /// Begins an attempt. It ends when `session.result` or `session.error` was called for it, here or
  /// in a later call.
  virtual void start(handler_job job, handler_session& session) = 0;

  /// The attempt at job `id` shall stop; a handler that ends each attempt in `start` need not care.
  virtual void cancel(std::string_view id, handler_session& session);

  /// Returns when `wake` shall be called.
  virtual std::optional<clock::time_point> next_wake() const;

  /// Returns a descriptor, the same for life, that makes `wake` be called when it can be read; -1:
  /// none. Of several an epoll descriptor makes one.
  virtual int wakes_on() const;
  virtual void wake(clock::time_point now, handler_session& session);
};

/// Says hello on stdout and serves stdin until it is closed. Returns the exit status.
int handler_main(handler& works, const std::vector<std::string>& kinds, std::uint32_t concurrency);

} // namespace dure::node
