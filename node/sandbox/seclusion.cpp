#include "node/sandbox/seclusion.hpp"

#include "node/sandbox/owned_fd.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <linux/landlock.h>
#include <memory>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dure::node {

namespace {

/// Libraries are in it because the C library loads those that find names when it needs them, and
/// /proc/self because sanitizers look at their own process. What is not there is left out.
constexpr std::array<const char*, 17> readable{"/etc/ssl",
                                               "/etc/pki",
                                               "/etc/ca-certificates",
                                               "/usr/share/ca-certificates",
                                               "/usr/local/share/ca-certificates",
                                               "/etc/resolv.conf",
                                               "/etc/hosts",
                                               "/etc/host.conf",
                                               "/etc/nsswitch.conf",
                                               "/etc/gai.conf",
                                               "/etc/services",
                                               "/etc/ld.so.cache",
                                               "/run/systemd/resolve",
                                               "/usr/lib",
                                               "/lib",
                                               "/proc/self",
                                               "/dev"};

struct filter_deleter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

bool forbid_programs() {
  const std::unique_ptr<void, filter_deleter> filter{seccomp_init(SCMP_ACT_ALLOW)};
  if (!filter)
    return false;
  for (const int call : {SCMP_SYS(execve), SCMP_SYS(execveat)})
    if (seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EACCES), call, 0) != 0)
      return false;
  return seccomp_load(filter.get()) == 0;
}

bool forbid_other_files() {
  landlock_ruleset_attr handled{};
  handled.handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  const owned_fd rules{
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0))};
  if (rules.get() < 0)
    return false;
  for (const char* path : readable) {
    const owned_fd place{::open(path, O_PATH | O_CLOEXEC)};

    struct stat kind {};

    if (place.get() < 0 || ::fstat(place.get(), &kind) != 0)
      continue;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = S_ISDIR(kind.st_mode) ? handled.handled_access_fs
                                                : std::uint64_t{LANDLOCK_ACCESS_FS_READ_FILE};
    rule.parent_fd = place.get();
    if (::syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
      return false;
  }
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0;
}

} // namespace

bool seclude() {
  const bool alone = forbid_programs();
  return forbid_other_files() && alone;
}

} // namespace dure::node
