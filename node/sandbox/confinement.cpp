#include "node/sandbox/confinement.hpp"

#include "node/sandbox/owned_fd.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <linux/landlock.h>
#include <memory>
#include <seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dure::node {

namespace {

struct filter_deleter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

/// Refuses sockets of every family but the local one, and io_uring, which could make them too.
bool forbid_network() {
  const std::unique_ptr<void, filter_deleter> filter{seccomp_init(SCMP_ACT_ALLOW)};
  if (!filter)
    return false;
  const auto other_family = SCMP_A0(SCMP_CMP_NE, AF_UNIX);
  return seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 1,
                          other_family) == 0 &&
         seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(io_uring_setup), 0) == 0 &&
         seccomp_load(filter.get()) == 0;
}

/// Of Landlock's third version; the headers of Debian 12 know two.
constexpr std::uint64_t truncate_right = std::uint64_t{1} << 14;

constexpr std::uint64_t writing_rights =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
    LANDLOCK_ACCESS_FS_MAKE_SYM;

bool allow_below(int rules, const char* path, std::uint64_t rights) {
  const owned_fd place{::open(path, O_PATH | O_CLOEXEC)};
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights;
  rule.parent_fd = place.get();
  return place.get() >= 0 &&
         ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

bool forbid_writes_outside(const std::string& folder) {
  const auto version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, //
                                 LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1)
    return false;
  landlock_ruleset_attr handled{};
  handled.handled_access_fs = writing_rights;
  if (version >= 2)
    handled.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3)
    handled.handled_access_fs |= truncate_right;
  const owned_fd rules{
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0))};
  const auto of_file = handled.handled_access_fs & (LANDLOCK_ACCESS_FS_WRITE_FILE | truncate_right);
  return rules.get() >= 0 && allow_below(rules.get(), folder.c_str(), handled.handled_access_fs) &&
         allow_below(rules.get(), "/dev/null", of_file) &&
         ::syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0;
}

} // namespace

const char* confine(const confinement& how) {
  if (!how.writable.empty() && !forbid_writes_outside(how.writable) && !how.best_effort)
    return "this kernel cannot keep a handler from writing elsewhere (Landlock)\n";
  if (how.no_network && !forbid_network() && !how.best_effort)
    return "this kernel cannot keep a handler from the network (seccomp)\n";
  return nullptr;
}

} // namespace dure::node
