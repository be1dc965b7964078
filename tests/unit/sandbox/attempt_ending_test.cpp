#include "node/sandbox/attempt_ending.hpp"

#include <csignal>
#include <gtest/gtest.h>

namespace dure::node {

namespace {

std::string code_of(int wait_status, std::string_view stderr_tail = "") {
  return endings::process_death(wait_status, stderr_tail).failure.code;
}

constexpr int exited(int status) {
  return status << 8;
}

} // namespace

TEST(process_death, is_named_by_its_cause) {
  EXPECT_EQ(code_of(SIGSEGV), "handler_crashed");
  EXPECT_EQ(code_of(SIGKILL), "handler_killed");
  EXPECT_EQ(code_of(SIGXCPU), "cpu_limit");
  EXPECT_EQ(code_of(SIGXFSZ), "file_size_limit");
  EXPECT_EQ(code_of(exited(0)), "handler_exited");
  EXPECT_EQ(code_of(exited(12)), "out_of_memory");
}

TEST(process_death, is_want_of_memory_when_its_last_words_say_so) {
  EXPECT_EQ(code_of(SIGABRT, "terminate called after throwing 'std::bad_alloc'"), "out_of_memory");
  EXPECT_EQ(code_of(SIGABRT, "Out of memory\n"), "out_of_memory");
  EXPECT_EQ(code_of(exited(1), "MemoryError"), "out_of_memory");
  EXPECT_EQ(code_of(SIGABRT, "some other thing"), "handler_crashed");
}

} // namespace dure::node
