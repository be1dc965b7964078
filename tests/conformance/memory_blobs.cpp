#include "tests/conformance/memory_blobs.hpp"

#include "node/blobs/blob_file.hpp"
#include "node/blobs/sha256.hpp"

#include <algorithm>
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

result<void> memory_blobs::read(const blob_ref& blob, std::uint64_t offset,
                                const std::function<bool(std::span<const std::byte>)>& sink) {
  std::string content;
  {
    std::lock_guard lock{mutex_};
    if (away_)
      return error{errc::unavailable, "the blobs are away"};
    const auto found = contents_.find(blob.sha256);
    if (found == contents_.end())
      return error{errc::not_found, "there is no blob " + blob.sha256};
    content = found->second;
  }
  auto rest = std::as_bytes(std::span{content});
  rest = rest.subspan(static_cast<std::size_t>(std::min<std::uint64_t>(offset, rest.size())));
  while (!rest.empty()) {
    const auto piece = rest.first(std::min(rest.size(), piece_bytes));
    if (!sink(piece))
      return {};
    rest = rest.subspan(piece.size());
  }
  if (hash_of(content) != blob.sha256)
    return error{errc::corrupt, "blob " + blob.sha256 + " is damaged"};
  return {};
}

result<void> memory_blobs::fetch(const blob_ref& blob, const std::filesystem::path& path) {
  return node::write_blob_file(*this, blob, path);
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
