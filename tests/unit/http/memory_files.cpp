#include "tests/unit/http/memory_files.hpp"

#include "gateway/api/fingerprint.hpp"

namespace dure::gateway::test {

class memory_files::writer final : public blob_writer {
public:
  writer(memory_files& files, std::string name, std::string media_type)
      : files_{files}, ref_{{}, 0, std::move(name), std::move(media_type)} {
    std::lock_guard lock{files_.mutex_};
    ++files_.unfinished_;
  }

  ~writer() override {
    std::lock_guard lock{files_.mutex_};
    --files_.unfinished_;
  }

  result<void> write(std::span<const std::byte> bytes) override {
    std::lock_guard lock{files_.mutex_};
    if (files_.writes_fail_)
      return error{*files_.writes_fail_, "The disk of this test is full."};
    std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    hash_.add(text);
    ref_.bytes += text.size();
    if (files_.keeps_bytes_)
      bytes_ += text;
    return {};
  }

  result<blob_ref> finish() override {
    ref_.sha256 = to_hex(hash_.take());
    std::lock_guard lock{files_.mutex_};
    files_.by_sha256_[ref_.sha256] = std::move(bytes_);
    return ref_;
  }

private:
  memory_files& files_;
  blob_ref ref_;
  fingerprint hash_;
  std::string bytes_;
};

std::unique_ptr<blob_writer> memory_files::put(std::string name, std::string media_type) {
  return std::make_unique<writer>(*this, std::move(name), std::move(media_type));
}

result<void> memory_files::read(const blob_ref& blob, std::uint64_t offset,
                                const std::function<bool(std::span<const std::byte>)>& sink) {
  constexpr std::size_t piece_bytes = 128 * 1024;
  std::string bytes;
  {
    std::lock_guard lock{mutex_};
    auto found = by_sha256_.find(blob.sha256);
    if (found == by_sha256_.end())
      return error{errc::not_found, "No such blob."};
    bytes = found->second;
  }
  for (; offset < bytes.size(); offset += piece_bytes) {
    auto piece = std::span{bytes}.subspan(offset);
    piece = piece.first(std::min(piece.size(), piece_bytes));
    if (!sink(std::as_bytes(piece)))
      break;
  }
  return {};
}

result<void> memory_files::fetch(const blob_ref&, const std::filesystem::path&) {
  return error{errc::io_failed, "The gateway never writes files."};
}

blob_ref memory_files::add(std::string bytes, std::string media_type) {
  blob_ref ref{to_hex(sha256(bytes)), bytes.size(), "result", std::move(media_type)};
  std::lock_guard lock{mutex_};
  by_sha256_[ref.sha256] = std::move(bytes);
  return ref;
}

void memory_files::forget_bytes() {
  std::lock_guard lock{mutex_};
  keeps_bytes_ = false;
}

void memory_files::damage(const blob_ref& blob) {
  std::lock_guard lock{mutex_};
  by_sha256_.at(blob.sha256).back() ^= 1;
}

void memory_files::lose(const blob_ref& blob) {
  std::lock_guard lock{mutex_};
  by_sha256_.erase(blob.sha256);
}

void memory_files::fail_writes(errc code) {
  std::lock_guard lock{mutex_};
  writes_fail_ = code;
}

std::size_t memory_files::stored() const {
  std::lock_guard lock{mutex_};
  return by_sha256_.size();
}

std::size_t memory_files::unfinished() const {
  std::lock_guard lock{mutex_};
  return unfinished_;
}

std::string memory_files::bytes_of(const std::string& sha256) const {
  std::lock_guard lock{mutex_};
  auto found = by_sha256_.find(sha256);
  return found == by_sha256_.end() ? std::string{} : found->second;
}

} // namespace dure::gateway::test
