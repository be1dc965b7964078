#include "node/handlers/document/page_batches.hpp"

namespace dure::node {

namespace {

constexpr int short_document_pages = 8;
constexpr page_batches::duration slow_first_page{200};
constexpr std::size_t batches_of_first_size = 8;

} // namespace

bool page_batches::due(int read, duration elapsed) const {
  if (read <= shown_ || read >= page_count_ || batches_ == batches_max)
    return false;
  if (batches_ == 0)
    return page_count_ > short_document_pages || elapsed >= slow_first_page;
  return read - shown_ >= pages_ || elapsed - shown_at_ >= interval_;
}

void page_batches::shown(int read, duration elapsed) {
  shown_ = read;
  shown_at_ = elapsed;
  if (++batches_ >= batches_of_first_size) {
    pages_ += pages_ / 2;
    interval_ += interval_ / 2;
  }
}

} // namespace dure::node
