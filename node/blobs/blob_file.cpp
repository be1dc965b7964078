#include "node/blobs/blob_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace dure::node {
namespace {

bool write_all(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

error file_error(const std::string& what) {
  return error{errc::io_failed, "cannot " + what + " the blob's file: " + std::strerror(errno)};
}

} // namespace

result<void> write_blob_file(blob_reader& from, const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return file_error("make");
  result<void> outcome;
  while (outcome) {
    const auto piece = from.next();
    if (!piece)
      outcome = piece.error();
    else if (piece->empty())
      break;
    else if (!write_all(fd, std::as_bytes(std::span{*piece})))
      outcome = file_error("write");
  }
  if (::close(fd) != 0 && outcome)
    outcome = file_error("close");
  if (!outcome)
    ::unlink(path.c_str());
  return outcome;
}

} // namespace dure::node
