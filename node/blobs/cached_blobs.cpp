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
  const auto copy = cache_.open_for_job(blob.sha256);
  auto written = copy ? write_blob_file(*copy, path) : stored_.fetch(blob, path);
  if (!written && written.error().code == errc::corrupt && copy)
    written = stored_.fetch(blob, path);
  if (!written && written.error().code == errc::io_failed)
    cache_.shrink();
  return written;
}

namespace {

/// Returns the copy's reader when it is to be put into the store again, else null.
result<std::unique_ptr<blob_reader>> lost_copy(blob_cache& cache, const std::string& sha256,
                                               const restoring& rules) {
  if (!rules.is_needed(sha256))
    return std::unique_ptr<blob_reader>{};
  const auto there = rules.is_stored(sha256);
  if (!there)
    return there.error();
  return *there ? std::unique_ptr<blob_reader>{} : cache.open(sha256);
}

/// Returns false when it was told to stop.
result<bool> put_whole(blobs& stored, blob_reader& from, const restoring& rules) {
  const auto writer = stored.put({}, {});
  while (rules.goes_on()) {
    const auto piece = from.next();
    if (!piece)
      return piece.error();
    if (piece->empty()) {
      const auto finished = writer->finish();
      return finished ? result<bool>{true} : result<bool>{finished.error()};
    }
    if (auto written = writer->write(std::as_bytes(std::span{*piece})); !written)
      return written.error();
  }
  return false;
}

} // namespace

restored put_back(blob_cache& cache, blobs& stored, const restoring& rules) {
  restored outcome;
  for (const auto& sha256 : cache.contents()) {
    if (!rules.goes_on())
      break;
    auto copy = lost_copy(cache, sha256, rules);
    if (!copy)
      outcome.failure = copy.error();
    if (!copy || !*copy)
      continue;
    const auto put = put_whole(stored, **copy, rules);
    if (put)
      outcome.files += *put ? 1 : 0;
    else if (put.error().code == errc::corrupt)
      ++outcome.damaged;
    else
      outcome.failure = put.error();
  }
  return outcome;
}

} // namespace dure::node
