#pragma once

#include "node/sandbox/handler_process.hpp"
#include "node/sandbox/spawner_client.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::node {

/// One handler process, run and judged by the sandbox's own classes, whose lines are seen on their
/// way. One owner, one thread; `settings` outlives it. Destroying it kills the handler and all that
/// it started.
class tapped_process {
public:
  /// What was seen of it so far.
  struct sight {
    pid_t pid = -1;
    std::size_t lines = 0;                ///< Whole lines that it has said.
    std::optional<hello_line> hello;      ///< The first one.
    handler_messages messages;            ///< What the node makes of it.
    std::vector<artifact_line> artifacts; ///< As they were named, good or not.
    std::string complaints;               ///< The newest bytes of its stderr.
    std::string unfinished;               ///< What it left without a line end when it ended.
    std::string guilty_line;         ///< The line for which the node kills it, if it was a line.
    bool killed = false;             ///< The node kills it.
    std::optional<spawn_report> end; ///< It has ended.
  };

  /// Without a kind in `settings` it is the first one that the hello names.
  explicit tapped_process(pool_settings& settings);
  ~tapped_process();
  tapped_process(const tapped_process&) = delete;
  tapped_process& operator=(const tapped_process&) = delete;

  /// Asks for the process.
  result<void> start();

  /// Carries what comes until `done`, the handler's end or the end of `patience`. Returns whether
  /// it is done.
  bool run_until(const std::function<bool()>& done, milliseconds patience);

  handler_process& process() { return *process_; }

  const sight& seen() const { return seen_; }

  static monotonic now();

private:
  void carry(std::uint64_t number, std::uint32_t events);
  void hear_handler();
  void take_lines();
  void note(std::string_view line);
  void pass_on(std::string_view bytes);
  void hear_complaints();
  void hear_spawner();
  void collect_for_handler();
  void send_to_handler();
  void settle();

  pool_settings& settings_;
  std::vector<char> buffer_;
  poller polls_;
  spawner_client spawner_;
  owned_fd handler_;         ///< The handler's stdin and stdout.
  owned_fd handler_stderr_;  ///< Read end.
  owned_fd node_;            ///< Our end of what the node's side reads and writes.
  owned_fd node_complaints_; ///< Our end of what the node's side takes for stderr.
  std::optional<handler_process> process_;
  line_buffer lines_;
  std::string for_handler_; ///< Not written yet.
  bool input_ends_ = false; ///< The node has closed the handler's input.
  sight seen_;
};

} // namespace dure::node
