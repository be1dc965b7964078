/// Any bytes as JSON that a member is looked for in. However they are cut into pieces, the same is
/// found, in no more memory than allowed; and of an object it is what a parser finds.
#include "actors/core/error.hpp"
#include "gateway/api/json_member.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

using namespace dure;
using namespace dure::gateway;

namespace {

constexpr std::string_view name = "wanted";
constexpr std::size_t bytes_max = 64;

/// Feeds `text` in pieces of `step` bytes.
json_member& feed(json_member& member, std::string_view text, std::size_t step) {
  while (!text.empty() && member.feed(text.substr(0, step)))
    text.remove_prefix(std::min(step, text.size()));
  return member;
}

std::string elements_of(std::string_view text, std::size_t step) {
  std::string all;
  json_member member{name, bytes_max, [&all](std::string_view one) {
                       DURE_CHECK(one.size() <= bytes_max);
                       all.append(one).push_back('\n');
                       return true;
                     }};
  feed(member, text, step);
  return all;
}

std::string text_of(std::string_view text, std::size_t step) {
  json_member member{name, bytes_max};
  auto found = feed(member, text, step).take_text();
  DURE_CHECK(!found || found->size() <= bytes_max);
  return found.value_or("-") + (member.too_long() ? "!" : "");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto whole = text_of(text, size + 1);
  DURE_CHECK(text_of(text, 1) == whole && text_of(text, 7) == whole);
  DURE_CHECK(elements_of(text, 1) == elements_of(text, size + 1));
  // A name that is there twice or written with escapes is nobody's: handlers' results have none.
  if (text.find(name) != text.rfind(name) || text.find("\\u") != std::string_view::npos)
    return 0;
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (parsed.is_object() && parsed.contains(name) && whole.back() != '!')
    DURE_CHECK(nlohmann::json::parse(whole, nullptr, false) == parsed[std::string{name}]);
  return 0;
}
