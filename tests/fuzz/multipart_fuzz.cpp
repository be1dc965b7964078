/// Any bytes as a multipart body with the boundary XX. However they are cut into pieces, the parser
/// must find the same in them, hold no more than it was fed, and end.
#include "actors/core/error.hpp"
#include "gateway/http/multipart.hpp"

#include <cstdint>
#include <string>
#include <string_view>

using namespace dure;
using namespace dure::gateway;

namespace {

/// Writes down what an event says; returns whether the parser goes on without more bytes.
bool note(const checked<multipart_parser::event>& event, std::string& story) {
  if (!event) {
    story += "!" + event.error().code;
    return false;
  }
  if (auto* part = std::get_if<multipart_event::part_begins>(&*event))
    story += "<" + part->name + "|" + part->file_name.value_or("-") + ">";
  else if (auto* piece = std::get_if<multipart_event::part_bytes>(&*event))
    story += piece->bytes;
  else if (std::holds_alternative<multipart_event::part_ends>(*event))
    story += "</>";
  else
    return false;
  return true;
}

/// Returns what the parser says of `body` fed in pieces of `step` bytes, all pieces' bytes joined.
std::string story_of(std::string_view body, std::size_t step) {
  multipart_parser parser{"XX"};
  std::string story;
  auto drain = [&] {
    while (note(parser.next(), story)) {
    }
    return story.find('!') == std::string::npos;
  };
  for (; !body.empty(); body.remove_prefix(std::min(step, body.size()))) {
    parser.feed(body.substr(0, step));
    if (!drain())
      return story;
  }
  parser.finish();
  drain();
  return story;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view body{reinterpret_cast<const char*>(bytes), size};
  // A '!' of the body itself would be taken for the end of a story.
  if (body.find('!') != std::string_view::npos)
    return 0;
  auto whole = story_of(body, size + 1);
  DURE_CHECK(story_of(body, 1) == whole);
  DURE_CHECK(story_of(body, 7) == whole);
  return 0;
}
