#include "node/snapshots/set_aside.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/replica_rows.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace dure::node {

namespace {

constexpr int files_of_a_name_max = 1'000; ///< The same records, set aside again.

error io_error(const std::string& what, int code) {
  return {errc::io_failed,
          "records cannot be set aside: " + what + ": " + std::generic_category().message(code)};
}

/// A file that is open for writing, or none. One owner.
class new_file {
public:
  explicit new_file(const std::filesystem::path& path)
      : fd_{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)} {}

  ~new_file() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  new_file(const new_file&) = delete;
  new_file& operator=(const new_file&) = delete;

  bool is_open() const { return fd_ >= 0; }

  result<void> write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return io_error("write", errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  result<void> sync() const {
    return ::fsync(fd_) == 0 ? result<void>{} : result<void>{io_error("sync", errno)};
  }

private:
  int fd_;
};

/// The new name must not be lost with the power either.
result<void> sync_folder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return io_error(folder.filename(), errno);
  const int failure = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  return failure == 0 ? result<void>{} : result<void>{io_error(folder.filename(), failure)};
}

std::string length_of(std::string_view record) {
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8)
    bytes += static_cast<char>((record.size() >> shift) & 0xff);
  return bytes;
}

result<std::optional<journal_index>> last_raw_record(const state_reader& rows, log_number log) {
  std::optional<journal_index> found;
  auto scanned = rows.scan(family::tail, keys::all_of(log), scan_order::descending,
                           [&found](std::string_view key, std::string_view) {
                             found = keys::index_in_tail(key);
                             return false;
                           });
  if (!scanned)
    return scanned.error();
  return found;
}

result<void> write_records(const state_reader& rows, log_number log, const new_file& to) {
  result<void> written{};
  auto scanned = rows.scan(family::tail, keys::all_of(log), scan_order::ascending,
                           [&](std::string_view, std::string_view record) {
                             written = to.write(length_of(record));
                             if (written)
                               written = to.write(record);
                             return bool{written};
                           });
  return scanned ? written : scanned;
}

} // namespace

result<std::optional<set_aside_file>> set_records_aside(const state_reader& rows, log_number log,
                                                        const std::filesystem::path& folder) {
  auto first = first_raw_record(rows, log);
  auto last = last_raw_record(rows, log);
  if (!first)
    return first.error();
  if (!last)
    return last.error();
  if (!*first || !*last)
    return std::optional<set_aside_file>{};
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure)
    return io_error(folder.filename(), failure.value());
  const auto name = "log-" + std::to_string(number(log)) + "-records-" +
                    std::to_string(number(**first)) + "-" + std::to_string(number(**last));
  for (int n = 1; n <= files_of_a_name_max; ++n) {
    const auto path = folder / (name + (n == 1 ? "" : "-" + std::to_string(n)));
    const new_file file{path};
    if (!file.is_open() && errno == EEXIST)
      continue;
    if (!file.is_open())
      return io_error(path.filename(), errno);
    auto done = write_records(rows, log, file);
    if (done)
      done = file.sync();
    if (done)
      done = sync_folder(folder);
    if (!done) {
      std::filesystem::remove(path, failure); // Half a file must not look like a whole one.
      return done.error();
    }
    return std::optional{set_aside_file{path, **first, **last}};
  }
  return error{errc::io_failed, "these records were set aside very often: remove " + name + "-*"};
}

} // namespace dure::node
