#include "gateway/api/json_text.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace dure::gateway {

namespace {

using nlohmann::json;

/// Builds the value while it watches the limits; nlohmann calls it for each token and stops at the
/// first `false`.
class limited_builder final : public nlohmann::json_sax<json> {
public:
  explicit limited_builder(const json_limits& limits) : limits_{limits} {}

  bool null() override { return place(nullptr) != nullptr; }

  bool boolean(bool value) override { return place(value) != nullptr; }

  bool number_integer(number_integer_t value) override { return place(value) != nullptr; }

  bool number_unsigned(number_unsigned_t value) override { return place(value) != nullptr; }

  bool number_float(number_float_t value, const string_t&) override {
    return place(value) != nullptr;
  }

  bool string(string_t& value) override { return place(std::move(value)) != nullptr; }

  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(json::object()); }

  bool start_array(std::size_t) override { return open(json::array()); }

  bool end_object() override { return close(); }

  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    auto [slot, fresh] = open_.back()->get_ref<json::object_t&>().try_emplace(name);
    key_ = &*slot;
    if (!fresh)
      problem_ = bad_field(pointer(), "duplicate_field", "This name is given twice.");
    return fresh;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& e) override {
    // 406: a number that no double can hold. Everything else is text that is not JSON.
    auto what = e.id == 406 ? "A number is out of range" : "The text is not JSON";
    problem_ = problem{400,
                       "invalid_json",
                       std::string{what} + ", at byte " + std::to_string(position) + ".",
                       {},
                       {}};
    return false;
  }

  checked<json> take(bool parsed) {
    if (!parsed)
      return problem_.value_or(problem{400, "invalid_json", "The text is not JSON.", {}, {}});
    return checked<json>{boost::system::in_place_value, std::move(root_)};
  }

private:
  template <class Value> json* place(Value&& value) {
    if (++values_ > limits_.values) {
      problem_ = problem{413, "too_large", "The body holds too many JSON values.", {}, {}};
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::forward<Value>(value);
      return &root_;
    }
    if (open_.back()->is_array())
      return &open_.back()->get_ref<json::array_t&>().emplace_back(std::forward<Value>(value));
    key_->second = std::forward<Value>(value);
    return &key_->second;
  }

  bool open(json container) {
    if (open_.size() >= limits_.depth) {
      problem_ = bad_field(pointer(), "too_deep",
                           "Values are nested deeper than " + std::to_string(limits_.depth) + ".");
      return false;
    }
    auto* placed = place(std::move(container));
    if (placed == nullptr)
      return false;
    path_.push_back(key_);
    open_.push_back(placed);
    return true;
  }

  bool close() {
    key_ = path_.back();
    path_.pop_back();
    open_.pop_back();
    return true;
  }

  /// Returns where the value that is being read will stand.
  std::string pointer() const {
    std::string out;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      auto* child_key = i + 1 < path_.size() ? path_[i + 1] : key_;
      if (open_[i]->is_object())
        out += "/" + pointer_token(child_key->first);
      else
        out += "/" + std::to_string(index_in(i));
    }
    return out;
  }

  /// The element being read is the last one of an open array, or, in the innermost, the next.
  std::size_t index_in(std::size_t level) const {
    auto size = open_[level]->size();
    return level + 1 < open_.size() ? size - 1 : size;
  }

  using member = json::object_t::value_type;

  json_limits limits_;
  json root_;
  std::vector<json*> open_;   ///< Containers begun and not ended, outermost first.
  std::vector<member*> path_; ///< For each of them, the member that was being read around it.
  member* key_ = nullptr;     ///< The member being read in the innermost object.
  std::size_t values_ = 0;
  std::optional<problem> problem_;
};

} // namespace

checked<nlohmann::json> parse_json(std::string_view text, const json_limits& limits) {
  // The parser takes a NUL for the end of the text, whatever follows.
  if (auto nul = text.find('\0'); nul != std::string_view::npos)
    return problem{400,
                   "invalid_json",
                   "The text is not JSON, at byte " + std::to_string(nul + 1) + ".",
                   {},
                   {}};
  limited_builder builder{limits};
  auto parsed = json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take(parsed);
}

} // namespace dure::gateway
