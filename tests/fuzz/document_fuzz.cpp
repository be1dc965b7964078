/// Any bytes as a text document. Whatever they are taken for, the text is UTF-8, chunks keep their
/// size and stay within the text, and all of it ends.
#include "actors/core/error.hpp"
#include "actors/core/file_type.hpp"
#include "actors/core/utf8.hpp"
#include "node/handlers/document/chunks.hpp"
#include "node/handlers/document/text/csv_text.hpp"
#include "node/handlers/document/text/decoded_text.hpp"
#include "node/handlers/document/text/html_text.hpp"
#include "node/handlers/document/text/markdown_text.hpp"

#include <cstdint>

using namespace dure;
using namespace dure::node;

namespace {

std::size_t characters_of(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    const std::size_t size = utf8_character_bytes(text);
    DURE_CHECK(size > 0);
    text.remove_prefix(size);
  }
  return count;
}

void check(const text_findings& found) {
  characters_of(found.text);
  const std::vector<page_text> pages{{1, {}, found.text}, {2, {}, found.text}};
  for (const text_chunk& chunk : make_chunks(pages, 16, 5)) {
    const std::size_t characters = characters_of(chunk.text);
    DURE_CHECK(characters > 0 && characters <= 16);
    DURE_CHECK(chunk.from_page <= chunk.to_page && chunk.to_page <= 2);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string input{reinterpret_cast<const char*>(bytes), size};
  DURE_CHECK(!detect_file_type(input).extension.empty());
  const decoded_text text = decode_text(input, detect_text_encoding(input));
  text_findings plain;
  plain.text = text.utf8;
  check(plain);
  check(html_text(text.utf8));
  check(markdown_text(text.utf8));
  check(csv_text(text.utf8));
  return 0;
}
