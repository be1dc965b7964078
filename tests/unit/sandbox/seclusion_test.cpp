#include "node/sandbox/seclusion.hpp"

#include <cerrno>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dure::node {

namespace {

bool is_refused(const char* path) {
  return ::open(path, O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES;
}

/// Ends the process with which of its promises `seclude` broke, as bits.
[[noreturn]] void end_by_what_is_left() {
  int broken = seclude() ? 0 : 1;
  ::execl("/bin/true", "true", nullptr);
  broken |= errno == EACCES ? 0 : 2;
  broken |= is_refused("/etc/passwd") && is_refused("/etc") && is_refused("/tmp") ? 0 : 4;
  addrinfo* found = nullptr;
  broken |= ::getaddrinfo("localhost", "80", nullptr, &found) == 0 ? 0 : 8;
  broken |= ::socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : 16;
  ::_exit(broken);
}

} // namespace

TEST(seclusion, leaves_names_and_sockets_but_no_programs_and_no_other_files) {
  EXPECT_EXIT(end_by_what_is_left(), testing::ExitedWithCode(0), "");
}

} // namespace dure::node
