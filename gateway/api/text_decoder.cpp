#include "gateway/api/text_decoder.hpp"

#include <algorithm>
#include <array>
#include <iconv.h>

namespace dure::gateway {

namespace {

constexpr std::string_view utf8_mark = "\xef\xbb\xbf";
constexpr std::string_view utf16le_mark = "\xff\xfe";
constexpr std::string_view utf16be_mark = "\xfe\xff";
constexpr std::size_t undecided_bytes_max = 64 * 1024;
constexpr std::size_t character_bytes_max = 4;

problem not_text(const char* encoding) {
  return {400,
          "bad_encoding",
          std::string{"The file is not valid "} + encoding +
              "; UTF-8, UTF-16 and CP949 are understood.",
          {},
          {}};
}

bool is_ascii(std::string_view bytes) {
  return std::none_of(bytes.begin(), bytes.end(),
                      [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

} // namespace

struct text_decoder::state {
  iconv_t converter = iconv_t(-1);
  const char* encoding = nullptr; ///< Nothing: not decided.
  std::string held;               ///< Not decided yet, or the beginning of a character.

  ~state() { close(); }

  void close() {
    if (converter != iconv_t(-1))
      ::iconv_close(converter);
    converter = iconv_t(-1);
  }

  bool open(const char* name) {
    close();
    converter = ::iconv_open("UTF-8", name);
    encoding = name;
    return converter != iconv_t(-1);
  }

  /// Converts as much of `held` as is whole; false: it is not of this encoding.
  bool convert(std::string& out) {
    char* in = held.data();
    std::size_t left = held.size();
    std::array<char, 16 * 1024> buffer;
    while (left > 0) {
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const auto done = ::iconv(converter, &in, &left, &to, &room);
      out.append(buffer.data(), buffer.size() - room);
      if (done != static_cast<std::size_t>(-1) || errno == E2BIG)
        continue;
      if (errno != EINVAL || left >= 2 * character_bytes_max)
        return false;
      break; // The rest of a character is still to come.
    }
    held.erase(0, held.size() - left);
    return true;
  }

  /// Looks for a mark at the very beginning. Returns false while too little is there.
  bool decide(bool at_end) {
    if (held.starts_with(utf16le_mark) || held.starts_with(utf16be_mark)) {
      open(held.starts_with(utf16le_mark) ? "UTF-16LE" : "UTF-16BE");
      held.erase(0, 2);
      return true;
    }
    if (held.starts_with(utf8_mark)) {
      held.erase(0, utf8_mark.size());
      return open("UTF-8");
    }
    if (!at_end && (held.size() < character_bytes_max ||
                    (is_ascii(held) && held.size() < undecided_bytes_max)))
      return false;
    std::string tried;
    const auto kept = held;
    const bool is_utf8 = open("UTF-8") && convert(tried) && (!at_end || held.empty());
    held = kept;
    return open(is_utf8 ? "UTF-8" : "CP949");
  }
};

text_decoder::text_decoder() : state_{std::make_unique<state>()} {}

text_decoder::~text_decoder() = default;
text_decoder::text_decoder(text_decoder&&) noexcept = default;
text_decoder& text_decoder::operator=(text_decoder&&) noexcept = default;

std::optional<problem> text_decoder::feed(std::string_view bytes, std::string& out) {
  state_->held += bytes;
  if (!state_->encoding && !state_->decide(false))
    return std::nullopt;
  if (!state_->convert(out))
    return not_text(state_->encoding);
  return std::nullopt;
}

std::optional<problem> text_decoder::finish(std::string& out) {
  if (!state_->encoding)
    state_->decide(true);
  if (!state_->convert(out) || !state_->held.empty())
    return not_text(state_->encoding);
  return std::nullopt;
}

} // namespace dure::gateway
