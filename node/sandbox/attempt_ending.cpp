#include "node/sandbox/attempt_ending.hpp"

#include "node/sandbox/handler_protocol.hpp"

#include <array>
#include <cstring>
#include <sys/wait.h>

namespace dure::node::endings {

namespace {

attempt_ending died(std::string code, std::string message) {
  return {attempt_end::died, {std::move(code), std::move(message), true}};
}

attempt_ending timed_out(std::string code, std::string message) {
  return {attempt_end::timed_out, {std::move(code), std::move(message), true}};
}

std::string signal_name(int signal) {
  const char* abbreviation = ::sigabbrev_np(signal);
  return abbreviation == nullptr ? "signal " + std::to_string(signal)
                                 : "SIG" + std::string{abbreviation};
}

/// What C, C++, Python and poppler print when an allocation fails.
bool speaks_of_memory(std::string_view text) {
  constexpr std::array<std::string_view, 4> phrases{"std::bad_alloc", "Out of memory",
                                                    "MemoryError", "Cannot allocate memory"};
  for (const std::string_view phrase : phrases)
    if (text.find(phrase) != std::string_view::npos)
      return true;
  return false;
}

attempt_ending out_of_memory() {
  return died("out_of_memory", "The handler needed more memory than it may have.");
}

attempt_ending by_signal(int signal) {
  switch (signal) {
  case SIGXCPU:
    return died("cpu_limit", "The handler used more CPU time than it may.");
  case SIGXFSZ:
    return died("file_size_limit", "The handler wrote a larger file than it may.");
  case SIGKILL:
    return died("handler_killed", "The handler was killed from outside, "
                                  "by an operator or for want of memory on the machine.");
  default:
    return died("handler_crashed", "The handler crashed with " + signal_name(signal) + ".");
  }
}

} // namespace

attempt_ending soft_timeout() {
  return timed_out("soft_timeout", "The job took longer than its soft time limit.");
}

attempt_ending hard_timeout() {
  return timed_out("hard_timeout", "The job took longer than its hard time limit.");
}

attempt_ending silent(milliseconds silence) {
  return timed_out("silent", "The handler said nothing for " + std::to_string(silence.count()) +
                                 " ms and was stopped.");
}

attempt_ending protocol_error(std::string_view what) {
  return died("protocol_error", "The handler broke the protocol: " + std::string{what} + ".");
}

attempt_ending output_too_large() {
  return died("output_too_large", "The handler gave out more than it may.");
}

attempt_ending bad_artifact() {
  return {attempt_end::failed,
          {"bad_artifact", "The handler named a file that is not a regular file in its own folder.",
           false}};
}

attempt_ending neighbour(std::string_view code) {
  return {
      attempt_end::released,
      {"handler_stopped",
       "The handler process was ended because of another job in it (" + std::string{code} + ").",
       true}};
}

attempt_ending spawner_died() {
  return {attempt_end::released,
          {"handler_killed", "The process that runs the handlers ended.", true}};
}

attempt_ending unavailable(std::string_view kind, std::string_view last_line) {
  std::string what = "The handler of kind " + std::string{kind} + " does not start on this node";
  what += last_line.empty() ? "." : ": " + std::string{last_line};
  return {attempt_end::failed, {"handler_unavailable", std::move(what), true}};
}

attempt_ending process_death(int wait_status, std::string_view stderr_tail) {
  const bool by_us = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == exit_out_of_memory;
  const bool killed = WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL;
  const bool clean = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
  if (by_us || (!killed && !clean && speaks_of_memory(stderr_tail)))
    return out_of_memory();
  if (WIFSIGNALED(wait_status))
    return by_signal(WTERMSIG(wait_status));
  return died("handler_exited", "The handler ended with status " +
                                    std::to_string(WEXITSTATUS(wait_status)) +
                                    " before it answered.");
}

} // namespace dure::node::endings
