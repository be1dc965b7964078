#include "gateway/api/file_name.hpp"
#include "gateway/api/file_type.hpp"
#include "gateway/api/job_view.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/keyed.hpp"
#include "gateway/http/multipart.hpp"
#include "gateway/http/submission.hpp"

#include <vector>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

constexpr std::string_view file_field = "file";
constexpr std::string_view upload_kind = "document.parse";

/// Read from the socket at a time; two of these are all the memory that an upload takes.
constexpr std::size_t chunk_bytes = 256 * 1024;

problem bad_upload(std::string code, std::string detail) {
  return bad_field("/" + std::string{file_field}, std::move(code), std::move(detail));
}

/// A file as it arrives: its first bytes are held until its type is known, everything goes to the
/// blob store. When it is dropped before `finish`, nothing is left there. One owner.
class incoming_file {
public:
  incoming_file(service& use, std::string_view name) : use_{use}, name_{clean_file_name(name)} {}

  asio::awaitable<std::optional<problem>> take(std::string_view bytes) {
    if (writer_)
      co_return co_await write(bytes);
    auto missing = file_head_bytes - head_.size();
    head_ += bytes.substr(0, missing);
    if (head_.size() < file_head_bytes)
      co_return std::nullopt;
    auto failed = co_await open();
    if (failed)
      co_return failed;
    bytes.remove_prefix(std::min(missing, bytes.size()));
    if (bytes.empty())
      co_return std::nullopt;
    co_return co_await write(bytes);
  }

  asio::awaitable<checked<blob_ref>> finish() {
    if (!writer_ && head_.empty())
      co_return bad_upload("empty_file", "The file is empty.");
    if (!writer_) {
      auto failed = co_await open();
      if (failed)
        co_return *failed;
    }
    auto stored = co_await run_blocking(use_.pool, [this] {
      auto outcome = writer_->finish();
      writer_.reset();
      return outcome;
    });
    if (!stored)
      co_return to_problem(stored.error());
    co_return std::move(*stored);
  }

  /// Lets go of what was written so far; call it when the upload fails. Deleting may block.
  asio::awaitable<void> abandon() {
    if (writer_)
      co_await run_blocking(use_.pool, [this] {
        writer_.reset();
        return true;
      });
  }

  file_type type() const { return type_; }

  const std::string& name() const { return name_; }

private:
  asio::awaitable<std::optional<problem>> open() {
    type_ = detect_file_type(head_);
    co_await run_blocking(use_.pool, [this] {
      writer_ = use_.node.files().put(name_, std::string{type_.media_type});
      return true;
    });
    co_return co_await write(head_);
  }

  asio::awaitable<std::optional<problem>> write(std::string_view bytes) {
    auto written = co_await run_blocking(
        use_.pool, [this, bytes] { return writer_->write(std::as_bytes(std::span{bytes})); });
    if (!written)
      co_return to_problem(written.error());
    co_return std::nullopt;
  }

  service& use_;
  std::string name_;
  std::string head_;
  file_type type_{};
  std::unique_ptr<blob_writer> writer_;
};

/// Follows the events of a multipart body; the form has one field, a file.
class upload_form {
public:
  explicit upload_form(service& use) : use_{use} {}

  asio::awaitable<std::optional<problem>> on(const multipart_parser::event& event) {
    if (auto* part = std::get_if<multipart_event::part_begins>(&event))
      co_return on_part(*part);
    if (auto* piece = std::get_if<multipart_event::part_bytes>(&event))
      co_return co_await file_->take(piece->bytes);
    co_return std::nullopt;
  }

  std::optional<incoming_file>& file() { return file_; }

private:
  std::optional<problem> on_part(const multipart_event::part_begins& part) {
    if (part.name != file_field)
      return bad_field("/" + pointer_token(part.name), "unknown_field", "No such field.");
    if (file_)
      return bad_upload("too_many_files", "One upload has one file.");
    if (part.file_name.value_or("").empty())
      return bad_upload("missing_file", "The field must be a file with a name.");
    file_.emplace(use_, *part.file_name);
    return std::nullopt;
  }

  service& use_;
  std::optional<incoming_file> file_;
};

/// Feeds what the parser has found to the form, until it needs more. Returns whether the body has
/// ended.
asio::awaitable<checked<bool>> drain(multipart_parser& parser, upload_form& form) {
  for (;;) {
    auto event = parser.next();
    if (!event)
      co_return event.error();
    if (std::holds_alternative<multipart_event::need_more>(*event))
      co_return checked<bool>{boost::system::in_place_value, false};
    if (std::holds_alternative<multipart_event::body_ends>(*event))
      co_return checked<bool>{boost::system::in_place_value, true};
    auto failed = co_await form.on(*event);
    if (failed)
      co_return *failed;
  }
}

asio::awaitable<std::optional<problem>> read_form(exchange& e, upload_form& form) {
  auto boundary = parse_boundary(e.head.content_type);
  if (!boundary)
    co_return boundary.error();
  multipart_parser parser{*boundary};
  std::vector<char> chunk(chunk_bytes);
  for (;;) {
    auto got = co_await e.body.read(chunk);
    if (!got)
      co_return got.error();
    if (*got > 0)
      parser.feed({chunk.data(), *got});
    else
      parser.finish();
    auto ended = co_await drain(parser, form);
    if (!ended)
      co_return ended.error();
    if (*ended)
      break;
  }
  if (!form.file())
    co_return bad_upload("missing_file", "The body must have a file in the field `file`.");
  co_return std::nullopt;
}

/// Two uploads are the same when their fields and contents are.
digest digest_of(const blob_ref& file) {
  fingerprint f;
  f.add_field(file_field);
  f.add_field(file.name);
  f.add_field(file.sha256);
  return f.take();
}

handlers::outcome submit_file(exchange& e, const blob_ref& file, std::string_view extension,
                              id_maker& ids) {
  job_spec spec;
  spec.kind = upload_kind;
  spec.params = "{}";
  spec.input_file = file;
  std::vector<checked<job_spec>> one;
  one.push_back(std::move(spec));
  auto outcomes = co_await submit_all(e.use.node, std::move(one), ids);
  if (!outcomes.front())
    co_return outcomes.front().error();
  co_return to_upload_response(*outcomes.front(), file, extension, e.head.speaks);
}

} // namespace

handlers::outcome handlers::upload_file(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  upload_form form{e.use};
  auto failed = co_await read_form(e, form);
  if (failed) {
    if (form.file())
      co_await form.file()->abandon();
    co_return *failed;
  }
  auto stored = co_await form.file()->finish();
  if (!stored)
    co_return stored.error();
  auto file = std::move(*stored);
  auto extension = form.file()->type().extension;
  keyed_work work = [&e, &file, extension](id_maker& ids) -> outcome {
    co_return co_await submit_file(e, file, extension, ids);
  };
  co_return co_await once(e, digest_of(file), std::move(work));
}

} // namespace dure::gateway
