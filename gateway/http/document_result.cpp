#include "gateway/http/document_result.hpp"

#include "gateway/api/json_member.hpp"
#include "gateway/http/blocking.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

using nlohmann::json;

/// More than any handler may leave; a user's own handler is not told to be modest.
constexpr std::size_t part_bytes_max = std::size_t{64} << 20;

problem lost_problem(const error& e) {
  if (e.code == errc::not_found || e.code == errc::gone)
    return {410, "blob_lost", "The file is not there any more.", {}, {}};
  return to_problem(e);
}

std::string_view to_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Feeds the job's result to `wanted`, as far as it is needed.
std::optional<problem> search(blobs& files, const job& j, json_member& wanted) {
  if (!j.outcome.blob) {
    wanted.feed(j.outcome.json);
  } else {
    auto read = files.read(*j.outcome.blob, 0, [&wanted](std::span<const std::byte> bytes) {
      return wanted.feed(to_text(bytes));
    });
    if (!read)
      return lost_problem(read.error());
  }
  if (wanted.too_long())
    return problem{413, "too_large", "This part of the result is too large to be told.", {}, {}};
  return std::nullopt;
}

/// Returns the element when it is the page.
std::optional<json> as_page(const json& element, std::uint32_t page) {
  if (!element.is_object() || element.value("page", json{}) != page)
    return std::nullopt;
  return element;
}

checked<std::optional<json>> found(std::optional<json> page) {
  return checked<std::optional<json>>{boost::system::in_place_value, std::move(page)};
}

checked<std::optional<json>> find_page(blobs& files, const job& j, std::uint32_t page) {
  std::optional<json> match;
  json_member pages{"pages", part_bytes_max, [&match, page](std::string_view element) {
                      match = as_page(json::parse(element, nullptr, false), page);
                      return !match;
                    }};
  if (auto failed = search(files, j, pages))
    return *failed;
  return found(std::move(match));
}

checked<std::optional<json>> find_page(blobs& files, const blob_ref& file, std::uint32_t page) {
  if (file.bytes > part_bytes_max)
    return problem{413, "too_large", "The file of this page is too large.", {}, {}};
  std::string text;
  auto read = files.read(file, 0, [&text](std::span<const std::byte> bytes) {
    text += to_text(bytes);
    return text.size() <= part_bytes_max;
  });
  if (!read)
    return lost_problem(read.error());
  auto pages = json::parse(text, nullptr, false);
  for (const auto& element : pages)
    if (auto match = as_page(element, page))
      return found(std::move(match));
  return found({});
}

checked<std::string> join_pages(blobs& files, const job& j) {
  std::string text;
  bool first = true;
  json_member pages{"pages", part_bytes_max, [&text, &first](std::string_view element) {
                      auto page = json::parse(element, nullptr, false);
                      text += first ? "" : "\f";
                      first = false;
                      if (page.is_object() && page.value("text", json{}).is_string())
                        text += page["text"].get_ref<const std::string&>();
                      return text.size() <= part_bytes_max;
                    }};
  if (auto failed = search(files, j, pages))
    return *failed;
  return text;
}

} // namespace

asio::awaitable<checked<std::optional<std::string>>> read_result_member(service& use, const job& j,
                                                                        std::string_view name) {
  using answer = checked<std::optional<std::string>>;
  co_return co_await run_blocking(use.pool, [&]() -> answer {
    json_member wanted{name, part_bytes_max};
    if (auto failed = search(use.node.files(), j, wanted))
      return *failed;
    return answer{boost::system::in_place_value, wanted.take_text()};
  });
}

asio::awaitable<checked<std::optional<json>>> read_result_page(service& use, const job& j,
                                                               std::uint32_t page) {
  co_return co_await run_blocking(use.pool, [&] { return find_page(use.node.files(), j, page); });
}

asio::awaitable<checked<std::optional<json>>> read_page_of_file(service& use, const blob_ref& file,
                                                                std::uint32_t page) {
  co_return co_await run_blocking(use.pool,
                                  [&] { return find_page(use.node.files(), file, page); });
}

asio::awaitable<checked<std::string>> read_result_text(service& use, const job& j) {
  co_return co_await run_blocking(use.pool, [&] { return join_pages(use.node.files(), j); });
}

} // namespace dure::gateway
