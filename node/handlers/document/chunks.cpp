#include "node/handlers/document/chunks.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

namespace dure::node {

namespace {

/// What is looked at beyond a cut, so that the cut is not within the character that follows.
constexpr std::size_t look_ahead_bytes = 256;

/// All pages one after the other, and where each begins.
struct joined_text {
  std::string text;
  std::vector<std::size_t> begins;
  std::vector<int> numbers;
};

joined_text join(const std::vector<page_text>& pages) {
  joined_text all;
  for (const page_text& page : pages) {
    all.begins.push_back(all.text.size());
    all.numbers.push_back(page.number);
    all.text += page.text;
    all.text += '\n';
  }
  return all;
}

bool is_trail(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

/// Returns the character that begins at `at`. Requires: valid UTF-8.
UChar32 character_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  UChar32 character = lead < 0x80   ? lead
                      : lead < 0xe0 ? lead & 0x1f
                                    : lead & (lead < 0xf0 ? 0xf : 7);
  while (++at < text.size() && is_trail(text[at]))
    character = (character << 6) | (text[at] & 0x3f);
  return character;
}

struct close_break {
  void operator()(UBreakIterator* found) const { ubrk_close(found); }
};

struct close_text {
  void operator()(UText* text) const { utext_close(text); }
};

/// Returns the last boundary of `kind` in `piece` that is at most at `most`; 0 when there is none.
std::size_t last_boundary(std::string_view piece, std::size_t most, UBreakIteratorType kind) {
  UErrorCode failed = U_ZERO_ERROR;
  const std::unique_ptr<UText, close_text> text{
      utext_openUTF8(nullptr, piece.data(), static_cast<std::int64_t>(piece.size()), &failed)};
  const std::unique_ptr<UBreakIterator, close_break> breaks{
      ubrk_open(kind, "", nullptr, 0, &failed)};
  if (U_FAILURE(failed))
    return 0;
  ubrk_setUText(breaks.get(), text.get(), &failed);
  const auto at = static_cast<std::int32_t>(most);
  if (ubrk_isBoundary(breaks.get(), at))
    return most;
  const auto before = ubrk_preceding(breaks.get(), at);
  return before > 0 ? static_cast<std::size_t>(before) : 0;
}

/// Walks over a text and says where pieces begin and end.
class cutter {
public:
  cutter(std::string_view text, std::size_t size, std::size_t overlap)
      : text_{text}, size_{size}, overlap_{overlap} {}

  /// Returns the first beginning of a word at or after `from`.
  std::size_t word_from(std::size_t from) const {
    while (from < text_.size() && is_space(from))
      from = next(from);
    return from;
  }

  /// Returns where a piece that begins at `begin` ends.
  std::size_t end_of(std::size_t begin) const {
    std::size_t at = begin;
    std::size_t word_end = begin;
    std::size_t count = 0;
    for (bool in_word = false; at < text_.size() && count < size_; ++count) {
      const bool space = is_space(at);
      if (in_word && space)
        word_end = at;
      in_word = !space;
      at = next(at);
    }
    if (at == text_.size() || is_space(at))
      return at;
    return word_end > begin ? word_end : cut_word(begin, at);
  }

  /// Returns where the piece after [begin, end) begins.
  std::size_t begin_after(std::size_t begin, std::size_t end) const {
    std::size_t back = end;
    for (std::size_t n = 0; n < overlap_ && back > begin; ++n)
      back = previous(back);
    if (back == begin || back == end)
      return word_from(end);
    std::size_t word = back;
    while (word < end && !is_space(previous(word)))
      word = next(word);
    word = word_from(word);
    if (word < end)
      return word;
    // The word that was cut goes on; there the overlap is within it.
    return is_space(end) ? word_from(end) : cut_word(begin, back);
  }

private:
  bool is_space(std::size_t at) const {
    const char byte = text_[at];
    if (static_cast<unsigned char>(byte) < 0x80)
      return byte == ' ' || (byte >= '\t' && byte <= '\r');
    return u_isUWhiteSpace(character_at(text_, at)) != 0;
  }

  std::size_t next(std::size_t at) const {
    do
      ++at;
    while (at < text_.size() && is_trail(text_[at]));
    return at;
  }

  std::size_t previous(std::size_t at) const {
    do
      --at;
    while (at > 0 && is_trail(text_[at]));
    return at;
  }

  std::size_t cut_word(std::size_t begin, std::size_t most) const {
    const auto piece = text_.substr(begin, most - begin + look_ahead_bytes);
    const std::size_t length = most - begin;
    const std::size_t word = last_boundary(piece, length, UBRK_WORD);
    if (word > length / 2)
      return begin + word;
    const std::size_t character = last_boundary(piece, length, UBRK_CHARACTER);
    return begin + (character > 0 ? character : length);
  }

  std::string_view text_;
  std::size_t size_;
  std::size_t overlap_;
};

text_chunk chunk_of(const joined_text& all, std::size_t begin, std::size_t end) {
  const auto page_at = [&all](std::size_t position) {
    const auto after = std::upper_bound(all.begins.begin(), all.begins.end(), position);
    return all.numbers[static_cast<std::size_t>(after - all.begins.begin()) - 1];
  };
  return {all.text.substr(begin, end - begin), page_at(begin), page_at(end - 1)};
}

} // namespace

std::vector<text_chunk> make_chunks(const std::vector<page_text>& pages, std::size_t size,
                                    std::size_t overlap) {
  const joined_text all = join(pages);
  const cutter cut{all.text, size, overlap};
  std::vector<text_chunk> chunks;
  std::size_t ended = 0;
  for (std::size_t begin = cut.word_from(0); begin < all.text.size();) {
    std::size_t end = cut.end_of(begin);
    if (end <= ended) { // The overlap alone would make a piece.
      begin = cut.word_from(ended);
      if (begin == all.text.size())
        break;
      end = cut.end_of(begin);
    }
    ended = end;
    std::size_t shown = end;
    while (static_cast<unsigned char>(all.text[shown - 1]) <= ' ')
      --shown;
    chunks.push_back(chunk_of(all, begin, shown));
    begin = cut.word_from(end) == all.text.size() ? all.text.size() : cut.begin_after(begin, end);
  }
  return chunks;
}

} // namespace dure::node
