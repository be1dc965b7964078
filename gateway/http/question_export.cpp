#include "actors/core/limits.hpp"
#include "gateway/api/question_view.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/question_sets.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

/// Writes a question.
using question_writer = std::string (*)(const question&, const std::string& text, language);

std::string to_json_line(const question& q, const std::string& text, language in) {
  return to_json(q, text, in).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string to_table_line(const question& q, const std::string& text, language in) {
  return to_csv_line(q, text, in);
}

/// The lines of a set, page by page: a set of any size costs the memory of one page. The pages are
/// of different moments; each question is written as it was when its page was read.
class question_lines {
public:
  question_lines(const state_reader& view, question_set set, question_writer write, language in)
      : view_{view}, set_{std::move(set)}, write_{write}, in_{in} {}

  result<std::string> next_page() {
    auto page =
        queries::list_questions(view_, set_.log, set_.name, after_, limits::questions_page_max);
    if (!page)
      return page.error();
    std::string lines;
    auto visited = visit_texts(view_, *page, [&](const question& q, const std::string& text) {
      lines += write_(q, text, in_);
    });
    if (!visited)
      return visited.error();
    after_ = page->next;
    return lines;
  }

  /// Returns whether `next_page` gave the last one.
  bool ended() const { return !after_; }

private:
  const state_reader& view_;
  question_set set_;
  question_writer write_;
  language in_;
  std::optional<question_id> after_;
};

/// What follows the first page.
class exported_set final : public live_body {
public:
  exported_set(service& use, question_lines lines) : use_{use}, lines_{std::move(lines)} {}

  asio::awaitable<std::optional<std::string>> next() override {
    while (!lines_.ended()) {
      auto page = co_await run_blocking(use_.pool, [this] { return lines_.next_page(); });
      failed_ = !page;
      if (failed_)
        break;
      // An empty piece would end the body; all questions of a page may have gone.
      if (!page->empty())
        co_return std::move(*page);
    }
    co_return std::nullopt;
  }

  /// Goes on: half a set must not look like a set, and the server gives up after its grace.
  void end() override {}

  bool broke_off() const override { return failed_; }

private:
  service& use_;
  question_lines lines_;
  bool failed_ = false;
};

handlers::outcome export_set(exchange& e, response r, question_writer write) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto set = seen_set_in_path(e);
  if (!set)
    co_return set.error();
  question_lines lines{e.use.node.view(), std::move(*set), write, e.head.speaks};
  auto first = co_await run_blocking(e.use.pool, [&lines] { return lines.next_page(); });
  if (!first)
    co_return to_problem(first.error());
  r.body += *first;
  if (!lines.ended())
    e.live = std::make_unique<exported_set>(e.use, std::move(lines));
  co_return checked<response>{boost::system::in_place_value, std::move(r)};
}

} // namespace

handlers::outcome handlers::export_questions_csv(exchange& e) {
  response r;
  r.content_type = "text/csv; charset=utf-8";
  r.body = csv_export_header();
  co_return co_await export_set(e, std::move(r), to_table_line);
}

handlers::outcome handlers::export_questions_lines(exchange& e) {
  response r;
  r.content_type = "application/x-ndjson";
  co_return co_await export_set(e, std::move(r), to_json_line);
}

} // namespace dure::gateway
