#include "gateway/api/csv_reader.hpp"
#include "gateway/api/json_item_reader.hpp"
#include "gateway/api/text_decoder.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/media_type.hpp"
#include "gateway/http/multipart.hpp"
#include "gateway/http/question_intake.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

constexpr std::size_t chunk_bytes = 256 * 1024;
constexpr std::size_t columns_bytes_max = 1'000;

/// What the query asks of an upload.
struct upload_request {
  question_intake::options how;
  std::string columns;
};

checked<upload_request> parse_query(const exchange& e) {
  query_reader q{e.head.parameters};
  upload_request asked;
  asked.how.atomic = q.flag("atomic");
  asked.how.dry_run = q.flag("dry_run");
  asked.columns = q.text("columns", columns_bytes_max).value_or("");
  if (auto wrong = q.finish())
    return *wrong;
  return checked<upload_request>{boost::system::in_place_value, std::move(asked)};
}

/// So many rows are looked at before others on this thread have their turn.
constexpr std::size_t rows_at_once = 500;

asio::awaitable<void> let_others_run() {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
}

/// A CSV file as it comes: bytes, text, rows, drafts.
class csv_intake {
public:
  csv_intake(question_intake& into, std::string columns)
      : into_{into}, mapping_{std::move(columns)} {}

  asio::awaitable<std::optional<problem>> feed(std::string_view bytes) {
    std::string text;
    auto wrong = decoder_.feed(bytes, text);
    if (!wrong)
      wrong = co_await read(text);
    co_return wrong;
  }

  asio::awaitable<std::optional<problem>> finish() {
    std::string text;
    auto wrong = decoder_.finish(text);
    if (wrong)
      co_return wrong;
    finished_ = true;
    co_return co_await read(text);
  }

private:
  asio::awaitable<std::optional<problem>> read(const std::string& text) {
    if (!rows_) {
      beginning_ += text;
      if (beginning_.find('\n') == std::string::npos && !finished_)
        co_return std::nullopt;
      rows_.emplace(guess_delimiter(beginning_));
      rows_->feed(beginning_);
    } else {
      rows_->feed(text);
    }
    if (finished_)
      rows_->finish();
    for (std::size_t taken = 1;; ++taken) {
      auto row = rows_->next();
      if (!row)
        co_return row.error();
      if (!*row)
        break;
      auto wrong = take(**row);
      if (wrong)
        co_return wrong;
      if (taken % rows_at_once == 0)
        co_await let_others_run();
    }
    co_return co_await into_.take_some();
  }

  std::optional<problem> take(const csv_row& row) {
    if (columns_) {
      into_.add(columns_->draft(row.fields, row.line), {});
      return std::nullopt;
    }
    auto columns = question_columns::read(row.fields, mapping_);
    if (!columns)
      return columns.error();
    columns_ = std::move(*columns);
    return std::nullopt;
  }

  question_intake& into_;
  std::string mapping_;
  text_decoder decoder_;
  std::string beginning_; ///< Until the first line is whole.
  std::optional<csv_reader> rows_;
  std::optional<question_columns> columns_;
  bool finished_ = false;
};

asio::awaitable<std::optional<problem>> read_plain(exchange& e, csv_intake& csv) {
  std::vector<char> chunk(chunk_bytes);
  for (;;) {
    auto got = co_await e.body.read(chunk);
    if (!got)
      co_return got.error();
    if (*got == 0)
      co_return co_await csv.finish();
    std::string_view bytes{chunk.data(), *got};
    auto wrong = co_await csv.feed(bytes);
    if (wrong)
      co_return wrong;
  }
}

/// Passes the bytes of the form's one file on. Returns whether the body has ended.
asio::awaitable<checked<bool>> drain(multipart_parser& parser, csv_intake& csv, bool& seen) {
  for (;;) {
    auto event = parser.next();
    if (!event)
      co_return event.error();
    if (std::holds_alternative<multipart_event::need_more>(*event))
      co_return checked<bool>{boost::system::in_place_value, false};
    if (std::holds_alternative<multipart_event::body_ends>(*event))
      co_return checked<bool>{boost::system::in_place_value, true};
    if (const auto* part = std::get_if<multipart_event::part_begins>(&*event)) {
      if (part->name != "file" || seen)
        co_return bad_field("/" + pointer_token(part->name), "unknown_field",
                            "The form has one field, `file`.");
      seen = true;
    }
    if (const auto* piece = std::get_if<multipart_event::part_bytes>(&*event)) {
      auto wrong = co_await csv.feed(piece->bytes);
      if (wrong)
        co_return *wrong;
    }
  }
}

asio::awaitable<std::optional<problem>> read_form(exchange& e, csv_intake& csv) {
  auto boundary = parse_boundary(e.head.content_type);
  if (!boundary)
    co_return boundary.error();
  multipart_parser parser{*boundary};
  std::vector<char> chunk(chunk_bytes);
  bool seen = false;
  for (;;) {
    auto got = co_await e.body.read(chunk);
    if (!got)
      co_return got.error();
    if (*got > 0)
      parser.feed({chunk.data(), *got});
    else
      parser.finish();
    auto ended = co_await drain(parser, csv, seen);
    if (!ended)
      co_return ended.error();
    if (*ended)
      break;
  }
  if (!seen)
    co_return bad_field("/file", "missing_file", "The form must have the field `file`.");
  co_return co_await csv.finish();
}

asio::awaitable<std::optional<problem>> read_questions(exchange& e, question_intake& into) {
  if (auto refused = refuse_unless_json(e))
    co_return refused;
  json_item_reader items{"questions"};
  std::vector<char> chunk(chunk_bytes);
  std::uint64_t place = 0;
  for (bool ended = false; !ended;) {
    auto got = co_await e.body.read(chunk);
    if (!got)
      co_return got.error();
    ended = *got == 0;
    if (ended)
      items.finish();
    else
      items.feed({chunk.data(), *got});
    for (;;) {
      auto item = items.next();
      if (!item)
        co_return item.error();
      if (!*item)
        break;
      auto read = parse_question(**item, ++place);
      into.add(std::move(read.draft), std::move(read.errors));
      if (place % rows_at_once == 0)
        co_await let_others_run();
    }
    auto failed = co_await into.take_some();
    if (failed)
      co_return failed;
  }
  co_return std::nullopt;
}

bool is_csv(std::string_view content_type) {
  return content_type.starts_with("text/csv") ||
         content_type.starts_with("text/tab-separated-values");
}

asio::awaitable<std::optional<problem>> read_upload(exchange& e, question_intake& into,
                                                    const std::string& columns) {
  csv_intake csv{into, columns};
  if (is_csv(e.head.content_type))
    co_return co_await read_plain(e, csv);
  if (e.head.content_type.starts_with("multipart/"))
    co_return co_await read_form(e, csv);
  co_return co_await read_questions(e, into);
}

/// A body that was read whole before.
class held_body final : public body_source {
public:
  explicit held_body(std::string bytes) : bytes_{std::move(bytes)} {}

  asio::awaitable<checked<std::size_t>> read(std::span<char> into) override {
    const auto size = std::min(into.size(), bytes_.size() - used_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), size, into.begin());
    used_ += size;
    co_return checked<std::size_t>{boost::system::in_place_value, size};
  }

private:
  std::string bytes_;
  std::size_t used_ = 0;
};

handlers::outcome take_upload(exchange& e, const upload_request& asked, const question_set& set,
                              id_maker& ids) {
  auto by = co_await active_explainer(e);
  if (!by)
    co_return by.error();
  question_intake into{e.use, set, std::move(*by), ids, asked.how};
  auto failed = co_await read_upload(e, into, asked.columns);
  if (failed)
    co_return into.broken_off(std::move(*failed));
  co_return co_await into.finish(e.head.speaks);
}

} // namespace

handlers::outcome handlers::upload_questions(exchange& e) {
  auto asked = parse_query(e);
  if (!asked)
    co_return asked.error();
  auto set = set_in_path(e);
  if (!set)
    co_return set.error();
  // The key's record names the whole body, so a keyed upload is read whole before anything is
  // taken.
  held_body held{{}};
  exchange source{e.head, e.body, e.use};
  digest body_digest{};
  if (e.head.idempotency_key) {
    auto body = co_await read_whole(e, e.use.limits.json_bytes);
    if (!body)
      co_return body.error();
    body_digest = co_await digest_of_body(e, *body);
    held = held_body{std::move(*body)};
  }
  exchange replayed{e.head, held, e.use};
  auto& from = e.head.idempotency_key ? replayed : source;
  keyed_work work = [&from, &asked, &set](id_maker& ids) -> outcome {
    co_return co_await take_upload(from, *asked, *set, ids);
  };
  co_return co_await once(e, body_digest, std::move(work));
}

} // namespace dure::gateway
