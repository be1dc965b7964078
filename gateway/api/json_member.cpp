#include "gateway/api/json_member.hpp"

#include <algorithm>

namespace dure::gateway {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

} // namespace

json_member::json_member(std::string_view name, std::size_t bytes_max)
    : quoted_name_{'"' + std::string{name} + '"'}, bytes_max_{bytes_max}, value_depth_{1} {}

json_member::json_member(std::string_view name, std::size_t bytes_max, on_element take)
    : quoted_name_{'"' + std::string{name} + '"'}, bytes_max_{bytes_max}, take_{std::move(take)},
      value_depth_{2} {}

bool json_member::feed(std::string_view bytes) {
  while (!bytes.empty() && !done_) {
    // Most of a document is text: what cannot end it is taken at once.
    auto run = in_text_ && !escaped_ ? std::min(bytes.find_first_of("\"\\"), bytes.size()) : 0;
    if (run > 0) {
      keep(bytes.substr(0, run));
      bytes.remove_prefix(run);
      continue;
    }
    step(bytes.front());
    bytes.remove_prefix(1);
  }
  return !done_;
}

std::optional<std::string> json_member::take_text() {
  if (!found_)
    return std::nullopt;
  return std::move(kept_);
}

void json_member::step(char c) {
  if (in_text_) {
    keep({&c, 1});
    in_text_ = escaped_ || c != '"';
    escaped_ = !escaped_ && c == '\\';
  } else if (c == '"') {
    in_text_ = true;
    keep({&c, 1});
  } else if (c == '{' || c == '[') {
    open(c);
  } else if (c == '}' || c == ']') {
    close(c);
  } else if (c == ',' && depth_ <= value_depth_) {
    separate();
  } else if (c == ':' && depth_ == 1) {
    in_name_ = false;
    wanted_ = seen_name_ == quoted_name_;
    seen_name_.clear();
  } else if (!is_space(c)) {
    keep({&c, 1});
  }
}

void json_member::open(char c) {
  keep({&c, 1});
  ++depth_;
  in_name_ = depth_ == 1;
}

void json_member::close(char c) {
  if (depth_ == value_depth_)
    end_value();
  if (depth_ > 0)
    --depth_;
  // The member ends with its object, its elements end with their array.
  if (depth_ == 0 || (wanted_ && depth_ < value_depth_))
    done_ = true;
  keep({&c, 1});
}

void json_member::separate() {
  if (depth_ == value_depth_)
    end_value();
  if (depth_ != 1)
    return;
  in_name_ = true;
  wanted_ = false;
}

void json_member::keep(std::string_view bytes) {
  if (done_)
    return;
  if (in_name_ && depth_ == 1) {
    // What is longer than the name is another one, whatever else it says.
    if (seen_name_.size() <= quoted_name_.size())
      seen_name_ += bytes.substr(0, quoted_name_.size() + 1);
    return;
  }
  if (!wanted_ || depth_ < value_depth_)
    return;
  too_long_ = kept_.size() + bytes.size() > bytes_max_;
  done_ = too_long_;
  if (!too_long_)
    kept_ += bytes;
}

void json_member::end_value() {
  if (!wanted_ || kept_.empty())
    return;
  found_ = true;
  if (!take_) {
    done_ = true;
    return;
  }
  done_ = !take_(kept_);
  kept_.clear();
}

} // namespace dure::gateway
