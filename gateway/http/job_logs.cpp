#include "actors/core/blob_uses.hpp"
#include "actors/core/queries.hpp"
#include "gateway/api/time_text.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/job_path.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

/// More than this is asked for with the next `after`, which a Link header names.
constexpr std::size_t page_bytes = 8 * 1024 * 1024;

constexpr std::chrono::milliseconds look_every{200};

/// A line end, which readers of JSON lines skip, tells whether the client is still there.
constexpr std::chrono::seconds heartbeat{15};

/// Lines as they go out, and where the next ones begin.
struct log_page {
  std::string lines;
  std::uint64_t last = 0;
  bool more = false;
};

std::string to_line(const job_log_line& line) {
  const nlohmann::ordered_json body{{"n", line.n},
                                    {"time", to_text(line.at)},
                                    {"attempt", line.attempt},
                                    {"level", line.level},
                                    {"message", line.message}};
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

/// Returns the number that a kept line begins with, or 0.
std::uint64_t number_of(std::string_view line) {
  constexpr std::string_view begin = R"({"n":)";
  std::uint64_t n = 0;
  if (line.starts_with(begin))
    std::from_chars(line.data() + begin.size(), line.data() + line.size(), n);
  return n;
}

void add_newer(log_page& page, std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    if (const auto n = number_of(text.substr(0, end)); n > page.last) {
      page.lines += text.substr(0, end);
      page.last = n;
    }
    text.remove_prefix(end);
  }
}

result<std::string> read_kept(blobs& files, const blob_ref& log) {
  std::string text;
  auto outcome = files.read(log, 0, [&text](std::span<const std::byte> bytes) {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return true;
  });
  if (!outcome)
    return outcome.error();
  return text;
}

/// Adds what ended attempts said; an attempt whose file is lost is left out, like one that said
/// nothing. Returns the last attempt that has a file.
result<std::uint16_t> add_kept(log_page& page, backend& node, const job_id& id) {
  auto logs = queries::logs_of(node.view(), id);
  if (!logs)
    return logs.error();
  for (const auto& [attempt, log] : *logs) {
    if (log_number_of(attempt, log_lines_max) <= page.last)
      continue;
    page.more = page.lines.size() > page_bytes;
    if (page.more)
      break;
    auto text = read_kept(node.files(), log);
    if (text)
      add_newer(page, *text);
    else if (text.error().code != errc::not_found && text.error().code != errc::corrupt)
      return text.error();
  }
  return logs->empty() ? std::uint16_t{0} : logs->back().attempt;
}

/// Returns the lines after `after`: those of ended attempts from their files, those of a running
/// one as far as they were heard here.
asio::awaitable<result<log_page>> read_page(service& use, job_id id, std::uint64_t after) {
  // Heard lines first: an attempt that ends in between is then in both, never in none.
  auto heard = use.feed.lines().lines_of(id, after);
  log_page page{{}, after, false};
  auto last_kept = co_await run_blocking(use.pool, [&] { return add_kept(page, use.node, id); });
  if (!last_kept)
    co_return last_kept.error();
  for (const auto& line : heard) {
    if (page.more || line.attempt <= *last_kept || line.n <= page.last)
      continue;
    page.lines += to_line(line);
    page.last = line.n;
  }
  co_return page;
}

/// Lines as they are said, until the job has ended.
class followed_log final : public live_body {
public:
  followed_log(service& use, const job_id& id, std::uint64_t after)
      : use_{use}, id_{id}, last_{after} {}

  asio::awaitable<std::optional<std::string>> next() override {
    const auto silent_until = std::chrono::steady_clock::now() + heartbeat;
    while (!ended_ && !left_) {
      // Looked at before the lines: what was said until the end is in the last page.
      ended_ = has_ended();
      auto page = co_await look();
      if (!page)
        co_return std::nullopt;
      if (!page->empty())
        co_return page;
      if (ended_)
        break;
      if (std::chrono::steady_clock::now() >= silent_until)
        co_return std::string{"\n"};
      co_await pause();
    }
    co_return std::nullopt;
  }

  void end() override { left_ = true; }

private:
  bool has_ended() const {
    auto found = queries::find_job(use_.node.view(), id_);
    return !found || is_end(found->state);
  }

  /// Files are looked into only when there may be a new one: at the end, or with a new attempt.
  asio::awaitable<std::optional<std::string>> look() {
    auto heard = use_.feed.lines().lines_of(id_, last_);
    const auto attempt = last_ / log_lines_max;
    const bool goes_on = !heard.empty() && heard.front().n == last_ + 1;
    const bool begins = !heard.empty() && attempt == 0 && heard.front().n % log_lines_max == 1;
    if (!ended_ && (heard.empty() || goes_on || begins)) {
      std::string lines;
      for (const auto& line : heard) {
        lines += to_line(line);
        last_ = line.n;
      }
      co_return lines;
    }
    auto page = co_await read_page(use_, id_, last_);
    if (!page)
      co_return std::nullopt;
    last_ = page->last;
    ended_ = ended_ && !page->more;
    co_return std::move(page->lines);
  }

  static asio::awaitable<void> pause() {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer{executor};
    timer.expires_after(look_every);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  service& use_;
  job_id id_;
  std::uint64_t last_;
  bool ended_ = false;
  bool left_ = false; ///< The server stops, whatever the job does.
};

std::string next_link(const exchange& e, std::uint64_t last) {
  return "<" + e.head.path + "?after=" + std::to_string(last) + ">; rel=\"next\"";
}

} // namespace

handlers::outcome handlers::read_logs(exchange& e) {
  query_reader q{e.head.parameters};
  const auto after = q.integer("after", 0, std::numeric_limits<std::uint64_t>::max()).value_or(0);
  const auto follow = q.flag("follow");
  if (auto wrong = q.finish())
    co_return *wrong;
  auto found = find_job_in_path(e);
  if (!found)
    co_return found.error();
  auto page = co_await read_page(e.use, found->spec.id, after);
  if (!page)
    co_return to_problem(page.error());
  response r;
  r.content_type = "application/x-ndjson";
  r.body = std::move(page->lines);
  if (follow && (page->more || !is_end(found->state)))
    e.live = std::make_unique<followed_log>(e.use, found->spec.id, page->last);
  else if (page->more)
    r.headers.emplace_back("Link", next_link(e, page->last));
  co_return r;
}

} // namespace dure::gateway
