#include "gateway/api/document_files.hpp"

#include "gateway/api/percent.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

namespace dure::gateway::document_files {

namespace {

/// Takes `word` off the front; false when the text begins otherwise.
bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word))
    return false;
  text.remove_prefix(word.size());
  return true;
}

/// Takes a number from 1 on off the front.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::uint32_t number = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || text[0] == '0')
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

struct two_numbers {
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  auto operator<=>(const two_numbers&) const = default;
};

/// Returns a and b of `<word>a-b.<any of the endings>`.
std::optional<two_numbers> parse_pair(std::string_view name, std::string_view word,
                                      std::initializer_list<std::string_view> endings) {
  if (!take(name, word))
    return std::nullopt;
  auto first = take_number(name);
  if (!first || !take(name, "-"))
    return std::nullopt;
  auto second = take_number(name);
  if (!second || std::find(endings.begin(), endings.end(), name) == endings.end())
    return std::nullopt;
  return two_numbers{*first, *second};
}

} // namespace

std::optional<std::uint32_t> parse_page_number(std::string_view text) {
  auto number = take_number(text);
  return text.empty() ? number : std::nullopt;
}

std::string thumbnail_name(std::uint32_t page) {
  return "thumbnail-" + std::to_string(page) + ".png";
}

const artifact* pages_with(const files& all, std::uint32_t page) {
  auto found = std::find_if(all.begin(), all.end(), [page](const artifact& one) {
    auto span = parse_pair(one.name, pages_beginning, {".json"});
    return span && span->first <= page && page <= span->second;
  });
  return found == all.end() ? nullptr : &*found;
}

nlohmann::json images(const files& all, const job_id& id) {
  std::map<two_numbers, const artifact*> sorted;
  for (const auto& one : all)
    if (auto place = parse_pair(one.name, images_beginning, {".png", ".jpg"}))
      sorted[*place] = &one;
  auto list = nlohmann::json::array();
  for (const auto& [place, one] : sorted)
    list.push_back(
        {{"page", place.first},
         {"index", place.second},
         {"name", one->name},
         {"media_type", one->blob.media_type},
         {"bytes", one->blob.bytes},
         {"url", "/api/v1/jobs/" + to_string(id) + "/artifacts/" + percent_encoded(one->name)}});
  return list;
}

} // namespace dure::gateway::document_files
