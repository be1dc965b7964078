#include "gateway/api/fingerprint.hpp"

#include "actors/core/error.hpp"

#include <openssl/evp.h>

namespace dure::gateway {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

std::string_view without_weakness(std::string_view tag) {
  if (tag.starts_with("W/"))
    tag.remove_prefix(2);
  return tag;
}

} // namespace

struct fingerprint::state {
  state() : context{EVP_MD_CTX_new()} {
    DURE_CHECK(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1);
  }

  ~state() { EVP_MD_CTX_free(context); }

  state(const state&) = delete;
  state& operator=(const state&) = delete;

  EVP_MD_CTX* context;
};

fingerprint::fingerprint() : state_{std::make_unique<state>()} {}

fingerprint::~fingerprint() = default;
fingerprint::fingerprint(fingerprint&&) noexcept = default;
fingerprint& fingerprint::operator=(fingerprint&&) noexcept = default;

void fingerprint::add(std::string_view bytes) {
  DURE_CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

void fingerprint::add_field(std::string_view bytes) {
  add(std::to_string(bytes.size()));
  add(":");
  add(bytes);
}

digest fingerprint::take() {
  digest d;
  DURE_CHECK(EVP_DigestFinal_ex(state_->context, d.data(), nullptr) == 1);
  return d;
}

digest sha256(std::string_view bytes) {
  fingerprint f;
  f.add(bytes);
  return f.take();
}

std::string to_hex(const digest& d) {
  std::string text;
  text.reserve(2 * d.size());
  for (auto byte : d) {
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
  }
  return text;
}

std::string entity_tag(std::string_view body) {
  // FNV-1a: a tag must notice change, not resist attack, and is made for every status read.
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (auto c : body)
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
  std::string tag = "W/\"";
  for (int shift = 60; shift >= 0; shift -= 4)
    tag += hex_digits[(hash >> shift) & 15];
  return tag + '"';
}

bool names_tag(std::string_view if_none_match, std::string_view tag) {
  if (trimmed(if_none_match) == "*")
    return true;
  while (!if_none_match.empty()) {
    auto comma = if_none_match.find(',');
    auto candidate = trimmed(if_none_match.substr(0, comma));
    if (without_weakness(candidate) == without_weakness(tag))
      return true;
    if (comma == std::string_view::npos)
      break;
    if_none_match.remove_prefix(comma + 1);
  }
  return false;
}

} // namespace dure::gateway
