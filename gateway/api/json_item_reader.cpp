#include "gateway/api/json_item_reader.hpp"

#include "gateway/api/json_text.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

using outcome = checked<std::optional<nlohmann::json>>;

outcome nothing_yet() {
  return outcome{boost::system::in_place_value, std::nullopt};
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

} // namespace

outcome json_item_reader::next() {
  for (waits_ = false; !waits_ && used_ < text_.size();) {
    if (is_blank(text_[used_])) {
      ++used_;
      continue;
    }
    auto found = step(text_[used_]);
    if (!found || *found)
      return found;
  }
  if (finished_ && at_ != place::end)
    return not_json();
  return nothing_yet();
}

outcome json_item_reader::step(char c) {
  switch (at_) {
  case place::beginning:
    if (!finished_ && text_.size() < byte_order_mark.size()) {
      waits_ = true;
      return nothing_yet();
    }
    if (text_.starts_with(byte_order_mark) && used_ == 0) {
      used_ = byte_order_mark.size();
      return nothing_yet();
    }
    return pass(c, '{', place::name);
  case place::name:
    return read_name();
  case place::colon:
    return pass(c, ':', place::array);
  case place::array:
    return pass(c, '[', place::first_item);
  case place::first_item:
    if (c == ']')
      return pass(c, ']', place::closing);
    return read_item();
  case place::item:
    return read_item();
  case place::behind_item:
    if (c == ']')
      return pass(c, ']', place::closing);
    return pass(c, ',', place::item);
  case place::closing:
    return pass(c, '}', place::end);
  case place::end:
    return not_json();
  }
  return not_json();
}

outcome json_item_reader::pass(char c, char wanted, place then) {
  if (c != wanted && (at_ == place::behind_item || (at_ == place::closing && c != ',')))
    return not_json();
  if (c != wanted)
    return wrong_shape();
  ++used_;
  at_ = then;
  return nothing_yet();
}

outcome json_item_reader::read_name() {
  const auto expected = '"' + name_ + '"';
  const auto there = std::string_view{text_}.substr(used_, expected.size());
  if (!std::string_view{expected}.starts_with(there))
    return wrong_shape();
  if (there.size() < expected.size()) {
    waits_ = true;
    return nothing_yet();
  }
  used_ += expected.size();
  at_ = place::colon;
  return nothing_yet();
}

outcome json_item_reader::read_item() {
  const auto text = whole_item();
  if (scanned_ > json_item_bytes_max)
    return problem{413,
                   "too_large",
                   "/" + name_ + "/" + std::to_string(items_) + " is larger than 1 MiB.",
                   {},
                   {}};
  if (!text) {
    waits_ = true;
    return nothing_yet();
  }
  auto value = parse_json(*text);
  if (!value) {
    const auto pointer = "/" + name_ + "/" + std::to_string(items_);
    auto wrong = value.error();
    wrong.detail = pointer + ": " + wrong.detail;
    for (auto& e : wrong.errors)
      e.pointer.insert(0, pointer);
    return wrong;
  }
  ++items_;
  used_ += std::exchange(scanned_, 0);
  at_ = place::behind_item;
  return outcome{boost::system::in_place_value, std::move(*value)};
}

/// Returns the text up to the comma or bracket behind the item, once that is there. Whether the
/// text is an item is for the parser to say.
std::optional<std::string_view> json_item_reader::whole_item() {
  for (; used_ + scanned_ < text_.size(); ++scanned_) {
    const char c = text_[used_ + scanned_];
    if (std::exchange(escaped_, false))
      continue;
    if (quoted_) {
      escaped_ = c == '\\';
      quoted_ = c != '"';
      continue;
    }
    const bool closes = c == ']' || c == '}';
    if (depth_ == 0 && (closes || c == ','))
      return std::string_view{text_}.substr(used_, scanned_);
    quoted_ = c == '"';
    if (c == '[' || c == '{')
      ++depth_;
    else if (closes)
      --depth_;
  }
  return std::nullopt;
}

problem json_item_reader::wrong_shape() const {
  return bad_field("/" + name_, "invalid_field", "The body is {" + name_ + ": […]}.");
}

problem json_item_reader::not_json() const {
  return {400,
          "invalid_json",
          "The text is not JSON, behind the first " + std::to_string(items_) + " of " + name_ + ".",
          {},
          {}};
}

} // namespace dure::gateway
