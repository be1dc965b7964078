#include "node/blobs/sha256.hpp"

#include <gtest/gtest.h>

namespace dure::node {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span{text});
}

TEST(sha256, knows_the_examples_of_fips_180) {
  EXPECT_EQ(to_hex(sha256{}.finish()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  sha256 hash;
  hash.add(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"));
  EXPECT_EQ(to_hex(hash.finish()),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(sha256, does_not_see_how_the_bytes_were_cut) {
  const std::string text(1000, 'x');
  sha256 whole, pieces;
  whole.add(bytes_of(text));
  for (std::size_t at = 0; at < text.size(); at += 7)
    pieces.add(bytes_of(text).subspan(at, std::min<std::size_t>(7, text.size() - at)));
  EXPECT_EQ(whole.finish(), pieces.finish());
}

} // namespace
} // namespace dure::node
