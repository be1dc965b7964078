#include "gateway/http/file_form.hpp"

#include "gateway/http/incoming_file.hpp"
#include "gateway/http/multipart.hpp"

#include <algorithm>
#include <vector>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

constexpr std::string_view file_field = "file";

/// Read from the socket at a time; two of these are all the memory that a file takes.
constexpr std::size_t chunk_bytes = 256 * 1024;

problem bad_file(std::string code, std::string detail) {
  return bad_field("/" + std::string{file_field}, std::move(code), std::move(detail));
}

/// Follows the events of a multipart body.
class form_reading {
public:
  form_reading(service& use, std::span<const form_field> fields) : use_{use}, known_{fields} {}

  asio::awaitable<std::optional<problem>> on(const multipart_parser::event& event) {
    if (auto* part = std::get_if<multipart_event::part_begins>(&event))
      co_return on_part(*part);
    auto* piece = std::get_if<multipart_event::part_bytes>(&event);
    if (piece == nullptr)
      co_return std::nullopt;
    if (field_ != nullptr)
      co_return on_field_bytes(piece->bytes);
    co_return co_await file_->take(piece->bytes);
  }

  std::optional<incoming_file>& file() { return file_; }

  const query& fields() const { return fields_; }

  query take_fields() { return std::move(fields_); }

private:
  std::optional<problem> on_part(const multipart_event::part_begins& part) {
    if (part.name == file_field)
      return on_file(part);
    auto pointer = "/" + pointer_token(part.name);
    auto named = [&part](const form_field& f) { return f.name == part.name; };
    auto found = std::find_if(known_.begin(), known_.end(), named);
    if (found == known_.end())
      return bad_field(pointer, "unknown_field", "No such field." + known_fields());
    field_ = &*found;
    if (part.file_name)
      return bad_field(pointer, "invalid_field", "Must be plain text, not a file.");
    for (const auto& [name, value] : fields_)
      if (name == part.name)
        return bad_field(pointer, "invalid_field", "Given twice.");
    fields_.emplace_back(part.name, "");
    return std::nullopt;
  }

  std::string known_fields() const {
    std::string list = " There are: " + std::string{file_field};
    for (const auto& field : known_)
      list += ", " + std::string{field.name};
    return list + ".";
  }

  std::optional<problem> on_file(const multipart_event::part_begins& part) {
    field_ = nullptr;
    if (file_)
      return bad_file("too_many_files", "One upload has one file.");
    if (part.file_name.value_or("").empty())
      return bad_file("missing_file", "The field must be a file with a name.");
    file_.emplace(use_, file_field, *part.file_name);
    return std::nullopt;
  }

  std::optional<problem> on_field_bytes(std::string_view bytes) {
    auto& [name, value] = fields_.back();
    value += bytes;
    if (value.size() <= field_->bytes_max)
      return std::nullopt;
    return bad_field("/" + name, "invalid_field",
                     "Must be at most " + std::to_string(field_->bytes_max) + " bytes.");
  }

  service& use_;
  std::span<const form_field> known_;
  const form_field* field_ = nullptr; ///< That is being read; null: the file is.
  std::optional<incoming_file> file_;
  query fields_;
};

/// Feeds what the parser has found to the form, until it needs more. Returns whether the body has
/// ended.
asio::awaitable<checked<bool>> drain(multipart_parser& parser, form_reading& form) {
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

asio::awaitable<std::optional<problem>> read_body(exchange& e, form_reading& form) {
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
    co_return bad_file("missing_file", "The body must have a file in the field `file`.");
  co_return std::nullopt;
}

} // namespace

asio::awaitable<checked<file_form>> read_file_form(exchange& e, std::span<const form_field> fields,
                                                   const fields_check& check) {
  form_reading form{e.use, fields};
  auto failed = co_await read_body(e, form);
  if (!failed)
    failed = co_await check(form.fields());
  if (failed) {
    if (form.file())
      co_await form.file()->abandon();
    co_return *failed;
  }
  auto stored = co_await form.file()->finish();
  if (!stored)
    co_return stored.error();
  auto extension = form.file()->type().extension;
  file_form whole{std::move(*stored), extension, form.take_fields()};
  co_return checked<file_form>{boost::system::in_place_value, std::move(whole)};
}

digest digest_of(const file_form& form) {
  fingerprint f;
  f.add_field("file");
  f.add_field(form.file.name);
  f.add_field(form.file.sha256);
  auto fields = form.fields;
  std::sort(fields.begin(), fields.end());
  for (const auto& [name, value] : fields) {
    f.add_field(name);
    f.add_field(value);
  }
  return f.take();
}

} // namespace dure::gateway
