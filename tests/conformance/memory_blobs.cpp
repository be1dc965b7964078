#include "tests/conformance/memory_blobs.hpp"

#include "node/blobs/blob_file.hpp"
#include "node/blobs/sha256.hpp"

#include <utility>

namespace dure::test {
namespace {

constexpr std::size_t piece_bytes = 64 * 1024;

std::string hash_of(const std::string& content) {
  node::sha256 hash;
  hash.add(std::as_bytes(std::span{content}));
  return node::to_hex(hash.finish());
}

} // namespace

class memory_blobs::writer final : public blob_writer {
public:
  writer(memory_blobs& to, std::string name, std::string media_type)
      : to_{to}, blob_{"", 0, std::move(name), std::move(media_type)} {}

  result<void> write(std::span<const std::byte> bytes) override {
    std::lock_guard lock{to_.mutex_};
    if (to_.away_)
      return error{errc::unavailable, "the blobs are away"};
    content_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }

  result<blob_ref> finish() override {
    blob_.sha256 = hash_of(content_);
    blob_.bytes = content_.size();
    std::lock_guard lock{to_.mutex_};
    if (to_.away_)
      return error{errc::unavailable, "the blobs are away"};
    to_.contents_[blob_.sha256] = std::move(content_);
    to_.latest_puts_[blob_.sha256] = {blob_.sha256, blob_.bytes, to_.now_, ++to_.last_revision_};
    return blob_;
  }

private:
  memory_blobs& to_;
  blob_ref blob_;
  std::string content_;
};

std::unique_ptr<blob_writer> memory_blobs::put(std::string name, std::string media_type) {
  return std::make_unique<writer>(*this, std::move(name), std::move(media_type));
}

class memory_blobs::reader final : public blob_reader {
public:
  reader(memory_blobs& from, std::string sha256, std::uint64_t offset)
      : from_{from}, sha256_{std::move(sha256)}, at_{offset} {}

  result<std::string> next() override {
    std::lock_guard lock{from_.mutex_};
    if (from_.away_)
      return error{errc::unavailable, "the blobs are away"};
    const auto found = from_.contents_.find(sha256_);
    if (found == from_.contents_.end())
      return error{errc::not_found, "there is no blob " + sha256_};
    const auto& content = found->second;
    if (at_ < content.size()) {
      auto piece = content.substr(static_cast<std::size_t>(at_), piece_bytes);
      at_ += piece.size();
      return piece;
    }
    if (hash_of(content) != sha256_)
      return error{errc::corrupt, "blob " + sha256_ + " is damaged"};
    return std::string{};
  }

private:
  memory_blobs& from_;
  const std::string sha256_;
  std::uint64_t at_;
};

std::unique_ptr<blob_reader> memory_blobs::open(const blob_ref& blob, std::uint64_t offset) {
  return std::make_unique<reader>(*this, blob.sha256, offset);
}

result<void> memory_blobs::fetch(const blob_ref& blob, const std::filesystem::path& path) {
  return node::write_blob_file(*open(blob, 0), path);
}

result<std::optional<stored_blob>> memory_blobs::next(std::uint64_t after) {
  std::lock_guard lock{mutex_};
  if (away_)
    return error{errc::unavailable, "the blobs are away"};
  std::optional<stored_blob> nearest;
  for (const auto& [sha256, one] : latest_puts_)
    if (one.revision > after && (!nearest || one.revision < nearest->revision))
      nearest = one;
  return nearest;
}

result<void> memory_blobs::remove(const stored_blob& seen) {
  std::lock_guard lock{mutex_};
  if (away_)
    return error{errc::unavailable, "the blobs are away"};
  const auto found = latest_puts_.find(seen.sha256);
  if (found == latest_puts_.end())
    return {};
  if (found->second.revision != seen.revision)
    return error{errc::version_mismatch, "blob " + seen.sha256 + " was put again"};
  contents_.erase(seen.sha256);
  latest_puts_.erase(found);
  return {};
}

void memory_blobs::set_time(timestamp now) {
  std::lock_guard lock{mutex_};
  now_ = now;
}

void memory_blobs::set_away(bool away) {
  std::lock_guard lock{mutex_};
  away_ = away;
}

void memory_blobs::damage(const std::string& sha256) {
  std::lock_guard lock{mutex_};
  contents_.at(sha256).at(0) ^= 1;
}

} // namespace dure::test
