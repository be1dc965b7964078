#include "node/handlers/document/text/decoded_text.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <unicode/ucnv.h>

namespace dure::node {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

struct close_converter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

using converter = std::unique_ptr<UConverter, close_converter>;

/// ICU's name of an encoding and ours.
struct encoding_name {
  const char* icu;
  const char* shown;
};

encoding_name name_of(text_encoding encoding) {
  switch (encoding) {
  case text_encoding::utf_16le:
    return {"UTF-16LE", "UTF-16LE"};
  case text_encoding::utf_16be:
    return {"UTF-16BE", "UTF-16BE"};
  case text_encoding::cp949:
    return {"windows-949-2000", "CP949"};
  case text_encoding::utf_8:
  case text_encoding::none:
    break;
  }
  return {"UTF-8", "UTF-8"};
}

converter open(const char* name) {
  UErrorCode failed = U_ZERO_ERROR;
  return converter{ucnv_open(name, &failed)};
}

/// Converts piece by piece, so that memory holds the text twice and not four times.
std::string convert(const std::string& bytes, const char* from_name) {
  const converter from = open(from_name);
  const converter to = open("UTF-8");
  std::string text;
  if (!from || !to)
    return text;
  std::array<UChar, 8'192> between;
  UChar* between_source = between.data();
  UChar* between_target = between.data();
  std::array<char, 32'768> buffer;
  const char* source = bytes.data();
  bool reset = true;
  for (;;) {
    UErrorCode state = U_ZERO_ERROR;
    char* target = buffer.data();
    ucnv_convertEx(to.get(), from.get(), &target, buffer.data() + buffer.size(), &source,
                   bytes.data() + bytes.size(), between.data(), &between_source, &between_target,
                   between.data() + between.size(), reset, true, &state);
    reset = false;
    text.append(buffer.data(), target);
    if (state != U_BUFFER_OVERFLOW_ERROR)
      return text;
  }
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 3))
    ++count;
  return count;
}

/// Windows and old Mac line ends become \n.
void unify_lines(std::string& text) {
  if (text.find('\r') == std::string::npos)
    return;
  std::size_t to = 0;
  for (std::size_t from = 0; from < text.size(); ++from) {
    const bool first_of_two = text[from] == '\r' && text.substr(from + 1, 1) == "\n";
    if (!first_of_two)
      text[to++] = text[from] == '\r' ? '\n' : text[from];
  }
  text.resize(to);
}

decoded_text decode_as(const std::string& bytes, text_encoding encoding) {
  const auto name = name_of(encoding);
  decoded_text made{convert(bytes, name.icu), name.shown, 0};
  if (made.utf8.starts_with("\xef\xbb\xbf"))
    made.utf8.erase(0, 3);
  made.replaced = count_of(made.utf8, replacement);
  if (encoding == text_encoding::utf_8) // It may have had some of its own.
    made.replaced -= std::min(made.replaced, count_of(bytes, replacement));
  return made;
}

} // namespace

decoded_text decode_text(const std::string& bytes, text_encoding encoding) {
  decoded_text made = decode_as(bytes, encoding);
  if (encoding == text_encoding::utf_8 && made.replaced > 0)
    if (decoded_text other = decode_as(bytes, text_encoding::cp949); other.replaced == 0)
      made = std::move(other);
  unify_lines(made.utf8);
  return made;
}

} // namespace dure::node
