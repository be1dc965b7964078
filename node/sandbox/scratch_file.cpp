#include "node/sandbox/scratch_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace dure::node {

result<regular_file> open_beneath(const std::filesystem::path& folder,
                                  const std::string& relative) {
  const owned_fd base{::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!base)
    return error{errc::not_found, "the scratch folder"};
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK; // A FIFO must not hold us up.
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  regular_file file;
  file.fd = owned_fd{
      static_cast<int>(::syscall(SYS_openat2, base.get(), relative.c_str(), &how, sizeof how))};
  if (!file.fd)
    return error{errno == ENOENT ? errc::not_found : errc::invalid, "a file named by a handler"};

  struct stat found {};

  if (::fstat(file.fd.get(), &found) != 0 || !S_ISREG(found.st_mode))
    return error{errc::invalid, "a file named by a handler is not a regular file"};
  file.bytes = static_cast<std::uint64_t>(found.st_size);
  return file;
}

} // namespace dure::node
