#include "gateway/http/incoming_file.hpp"

#include "gateway/api/file_name.hpp"
#include "gateway/http/blocking.hpp"

#include <span>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

problem to_storage_problem(const error& e) {
  if (e.code == errc::io_failed)
    return {507, "insufficient_storage", "There is no room for the file; try again later.", {}, {}};
  return to_problem(e);
}

} // namespace

incoming_file::incoming_file(service& use, std::string_view field, std::string_view name)
    : use_{use}, field_{field}, name_{clean_file_name(name)} {}

asio::awaitable<std::optional<problem>> incoming_file::take(std::string_view bytes) {
  if (writer_)
    co_return co_await write(bytes);
  auto missing = file_head_bytes - head_.size();
  head_ += bytes.substr(0, missing);
  if (head_.size() < file_head_bytes)
    co_return std::nullopt;
  auto failed = co_await open();
  if (failed)
    co_return failed;
  bytes.remove_prefix(std::min(missing, bytes.size()));
  if (bytes.empty())
    co_return std::nullopt;
  co_return co_await write(bytes);
}

asio::awaitable<checked<blob_ref>> incoming_file::finish() {
  if (!writer_ && head_.empty())
    co_return bad_field("/" + field_, "empty_file", "The file is empty.");
  if (!writer_) {
    auto failed = co_await open();
    if (failed)
      co_return *failed;
  }
  auto stored = co_await run_blocking(use_.pool, [this] {
    auto outcome = writer_->finish();
    writer_.reset();
    return outcome;
  });
  if (!stored)
    co_return to_storage_problem(stored.error());
  co_return std::move(*stored);
}

asio::awaitable<void> incoming_file::abandon() {
  if (writer_)
    co_await run_blocking(use_.pool, [this] {
      writer_.reset();
      return true;
    });
}

asio::awaitable<std::optional<problem>> incoming_file::open() {
  type_ = detect_file_type(head_);
  co_await run_blocking(use_.pool, [this] {
    writer_ = use_.node.files().put(name_, std::string{type_.media_type});
    return true;
  });
  co_return co_await write(head_);
}

asio::awaitable<std::optional<problem>> incoming_file::write(std::string_view bytes) {
  auto written = co_await run_blocking(
      use_.pool, [this, bytes] { return writer_->write(std::as_bytes(std::span{bytes})); });
  if (!written)
    co_return to_storage_problem(written.error());
  co_return std::nullopt;
}

} // namespace dure::gateway
