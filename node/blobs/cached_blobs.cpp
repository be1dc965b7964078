#include "node/blobs/cached_blobs.hpp"

#include "node/blobs/blob_file.hpp"

#include <utility>

namespace dure::node {

namespace {

/// Writes to the store and into a draft beside it.
class doubling_writer final : public blob_writer {
public:
  doubling_writer(std::unique_ptr<blob_writer> to, blob_cache& cache)
      : to_{std::move(to)}, cache_{cache}, copy_{cache.begin()} {}

  result<void> write(std::span<const std::byte> bytes) override {
    if (auto written = to_->write(bytes); !written)
      return tell(written.error());
    if (copy_)
      copy_->write(bytes);
    return {};
  }

  result<blob_ref> finish() override {
    auto blob = to_->finish();
    if (!blob)
      return tell(blob.error());
    if (copy_)
      copy_->keep(*blob);
    return blob;
  }

private:
  /// The store may stand on the disk that the copies fill.
  error tell(const error& why) {
    copy_.reset();
    if (why.code == errc::io_failed)
      cache_.shrink();
    return why;
  }

  std::unique_ptr<blob_writer> to_;
  blob_cache& cache_;
  std::unique_ptr<blob_cache::draft> copy_;
};

} // namespace

std::unique_ptr<blob_writer> cached_blobs::put(std::string name, std::string media_type) {
  return std::make_unique<doubling_writer>(stored_.put(std::move(name), std::move(media_type)),
                                           cache_);
}

std::unique_ptr<blob_reader> cached_blobs::open(const blob_ref& blob, std::uint64_t offset) {
  return stored_.open(blob, offset);
}

result<void> cached_blobs::fetch(const blob_ref& blob, const std::filesystem::path& path) {
  const auto copy = cache_.open(blob.sha256);
  if (!copy)
    return stored_.fetch(blob, path);
  auto written = write_blob_file(*copy, path);
  if (!written && written.error().code == errc::corrupt)
    return stored_.fetch(blob, path);
  return written;
}

result<std::size_t> put_back(blob_cache& cache, blobs& stored,
                             const std::function<bool(const std::string& sha256)>& is_needed) {
  std::size_t count = 0;
  for (const auto& sha256 : cache.contents()) {
    const auto copy = is_needed(sha256) ? cache.open(sha256) : nullptr;
    if (!copy)
      continue;
    const auto writer = stored.put({}, {});
    auto piece = copy->next();
    for (; piece && !piece->empty(); piece = copy->next())
      if (auto written = writer->write(std::as_bytes(std::span{*piece})); !written)
        return written.error();
    if (!piece)
      continue; // It is damaged, and gone.
    if (auto finished = writer->finish(); !finished)
      return finished.error();
    ++count;
  }
  return count;
}

} // namespace dure::node
