#include "node/handlers/document/page_batches.hpp"

namespace dure::node {

namespace {

constexpr page_batches::duration worth_a_look{300};
constexpr page_batches::duration gap_min{100};
constexpr std::size_t batches_of_first_size = 8;

} // namespace

bool page_batches::due(int read, duration elapsed) const {
  if (read <= shown_ || read >= page_count_ || batches_ == batches_max)
    return false;
  if (batches_ == 0)
    return elapsed * page_count_ / read >= worth_a_look;
  const auto passed = elapsed - shown_at_;
  return passed >= interval_ || (read - shown_ >= pages_ && passed >= gap_min);
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
