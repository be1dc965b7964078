#pragma once

#include "actors/core/command.hpp"
#include "actors/core/job.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace dure {

/// One attempt to run in a handler process.
struct handler_task {
  lease of;
  std::string kind;
  std::string params; ///< JSON text.
  std::string input;  ///< JSON text, or empty.
  std::optional<blob_ref> input_file;
  std::filesystem::path scratch; ///< The attempt's own folder, holding in/0 when there is an input
                                 ///< file. Empty: the job needs no files.
  milliseconds soft_timeout{};
  milliseconds hard_timeout{};
};

struct handler_progress {
  lease of;
  std::uint64_t done = 0;
  std::uint64_t total = 0; ///< 0: unknown.
  std::string step;
  std::string message;
};

struct handler_log {
  lease of;
  std::string level;
  std::string message;
};

/// A file the handler has made in its scratch folder, told when it is made. It was a regular file
/// below the folder then; whoever opens it must look again.
struct handler_artifact {
  lease of;
  std::string name;
  std::string path; ///< Below the scratch folder.
  std::string media_type;
};

/// What an attempt that asked an outside provider knows of the bill.
struct attempt_charge {
  job_cost cost;
  quota_report quota;
  bool possibly_charged = false; ///< Its request's answer was lost, or did not say what it cost.

  bool operator==(const attempt_charge&) const = default;
};

/// How an attempt ended. Exactly one for every task that was taken.
struct handler_end {
  lease of;
  attempt_end end = attempt_end::completed;
  std::string result; ///< JSON text when completed; may be far larger than what is kept inline.
  std::optional<job_error> failure; ///< When failed, died or timed_out.
  std::optional<milliseconds> retry_after;
  attempt_charge charge;
  std::uint64_t peak_memory_bytes = 0;
  bool reusable = true; ///< False: made otherwise than the job says, so not for equal work.
  bool unheard = false; ///< Its process was ended before it said what the attempt has cost.
};

using handler_message = std::variant<handler_progress, handler_log, handler_artifact, handler_end>;

/// What one kind can take on this node.
struct handler_capacity {
  std::string kind;
  std::uint32_t jobs = 0;   ///< At a time: processes × concurrency.
  bool needs_files = false; ///< A scratch folder is made for each attempt.
};

/// Runs attempts in handler processes, within their limits, and never lets one hurt the node.
/// Thread-safe. The listener is called on the sandbox's own thread with all messages of one read,
/// and must only pass them on.
class sandbox {
public:
  using listener = std::function<void(std::vector<handler_message>)>;

  virtual ~sandbox() = default;

  /// Takes the place of the listener before, which is not called any more when this returns. An
  /// empty one hears nothing. Must not be called by a listener.
  virtual void listen(listener on_messages) = 0;
  virtual std::vector<handler_capacity> capacities() const = 0;

  /// Starts attempts; those over the kind's capacity wait inside, in order. Every one is answered
  /// by a handler_end.
  virtual void run(std::vector<handler_task> tasks) = 0;

  /// Tells the handler to stop, kills it when the grace is over. A task that had not started ends
  /// as cancelled at once.
  virtual void cancel(const lease& of) = 0;
};

} // namespace dure
