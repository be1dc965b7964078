#pragma once

#include <chrono>
#include <cstddef>

namespace dure::node {

/// Decides when pages are shown while later ones are still read. A value; pure.
///
/// A batch is due after 16 pages or a second; each one stays among the job's artifacts, so from the
/// eighth on both grow by half, which lets 24 batches last for the largest document. The first page
/// is shown as soon as the document promises to take 300 ms: what is over sooner nobody could look
/// at, and each batch costs as much as reading several pages. For the same reason no two batches
/// come within 100 ms.
class page_batches {
public:
  using duration = std::chrono::milliseconds;

  explicit page_batches(int page_count) : page_count_{page_count} {}

  /// Returns whether the pages read since the last batch shall be shown now. `read` counts all
  /// pages read; the last page is never worth a batch, as the result follows. `elapsed` is since
  /// the beginning.
  bool due(int read, duration elapsed) const;

  /// Notes that all pages up to `read` were shown.
  void shown(int read, duration elapsed);

  /// Returns the number of the first page that was not shown yet.
  int first() const { return shown_ + 1; }

  static constexpr std::size_t batches_max = 24;

private:
  int page_count_;
  int shown_ = 0;
  std::size_t batches_ = 0;
  duration shown_at_{};
  duration interval_{1'000};
  int pages_ = 16;
};

} // namespace dure::node
