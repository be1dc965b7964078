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

class memory_files::reader final : public blob_reader {
public:
  reader(memory_files& files, std::string sha256, std::uint64_t offset)
      : files_{files}, sha256_{std::move(sha256)}, at_{offset} {
    std::lock_guard lock{files_.mutex_};
    ++files_.opened_;
    ++files_.unfinished_;
  }

  ~reader() override {
    std::lock_guard lock{files_.mutex_};
    --files_.unfinished_;
  }

  result<std::string> next() override {
    constexpr std::size_t piece_bytes = 128 * 1024;
    std::lock_guard lock{files_.mutex_};
    const auto found = files_.by_sha256_.find(sha256_);
    if (found == files_.by_sha256_.end())
      return error{errc::not_found, "No such blob."};
    const auto& bytes = found->second;
    if (at_ < bytes.size()) {
      auto piece = bytes.substr(at_, piece_bytes);
      at_ += piece.size();
      return piece;
    }
    if (to_hex(sha256(bytes)) != sha256_)
      return error{errc::corrupt, "This blob was damaged."};
    return std::string{};
  }

private:
  memory_files& files_;
  const std::string sha256_;
  std::uint64_t at_;
};

std::unique_ptr<blob_reader> memory_files::open(const blob_ref& blob, std::uint64_t offset) {
  return std::make_unique<reader>(*this, blob.sha256, offset);
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

std::size_t memory_files::opened() const {
  std::lock_guard lock{mutex_};
  return opened_;
}

std::string memory_files::bytes_of(const std::string& sha256) const {
  std::lock_guard lock{mutex_};
  auto found = by_sha256_.find(sha256);
  return found == by_sha256_.end() ? std::string{} : found->second;
}

} // namespace dure::gateway::test
