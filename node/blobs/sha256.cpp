#include "node/blobs/sha256.hpp"

#include "actors/core/error.hpp"

#include <openssl/evp.h>

namespace dure::node {

struct sha256::context {
  EVP_MD_CTX* handle = EVP_MD_CTX_new();

  context() { DURE_CHECK(EVP_DigestInit_ex(handle, EVP_sha256(), nullptr) == 1); }

  ~context() { EVP_MD_CTX_free(handle); }

  context(const context&) = delete;
  context& operator=(const context&) = delete;
};

sha256::sha256() : context_{std::make_unique<context>()} {}

sha256::~sha256() = default;
sha256::sha256(sha256&&) noexcept = default;
sha256& sha256::operator=(sha256&&) noexcept = default;

void sha256::add(std::span<const std::byte> bytes) {
  DURE_CHECK(EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size()) == 1);
}

std::string sha256::finish() {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  DURE_CHECK(EVP_DigestFinal_ex(context_->handle, reinterpret_cast<unsigned char*>(digest.data()),
                                &size) == 1);
  digest.resize(size);
  return digest;
}

std::string to_hex(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

} // namespace dure::node
