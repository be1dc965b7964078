/// Any bytes as a journal record: as they are, and with a hash that fits, so that the parser behind
/// the checksum is reached. What is accepted must have one spelling only.
#include "actors/core/record_codec.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <xxhash.h>

using namespace dure;

namespace {

constexpr std::size_t hash_bytes = 16;

std::string with_fitting_hash(std::string_view bytes) {
  std::string content{bytes.substr(0, bytes.size() < hash_bytes ? 0 : bytes.size() - hash_bytes)};
  XXH128_canonical_t hash;
  XXH128_canonicalFromHash(&hash, XXH3_128bits(content.data(), content.size()));
  content.append(reinterpret_cast<const char*>(hash.digest), sizeof hash.digest);
  return content;
}

void check(const std::string& bytes) {
  auto decoded = decode_record(bytes);
  if (decoded)
    DURE_CHECK(encode(*decoded).bytes == bytes);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view input{reinterpret_cast<const char*>(bytes), size};
  check(std::string{input});
  check(with_fitting_hash(input));
  return 0;
}
