#include "actors/core/record_hash.hpp"

#include <algorithm>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace dure {

namespace {

record_hash to_record_hash(XXH128_hash_t hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  record_hash made;
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), made.bytes.begin());
  return made;
}

} // namespace

std::string to_string(const record_hash& h) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * h.bytes.size());
  for (auto byte : h.bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

record_hash hash_bytes(std::string_view bytes) {
  return to_record_hash(XXH3_128bits(bytes.data(), bytes.size()));
}

struct running_hash::state {
  XXH3_state_t of;
};

running_hash::running_hash() : state_{std::make_unique<state>()} {
  XXH3_128bits_reset(&state_->of);
}

running_hash::~running_hash() = default;

void running_hash::add(std::string_view bytes) {
  XXH3_128bits_update(&state_->of, bytes.data(), bytes.size());
}

record_hash running_hash::value() const {
  return to_record_hash(XXH3_128bits_digest(&state_->of));
}

} // namespace dure
