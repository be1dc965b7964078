#pragma once

#include "actors/core/error.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dure {

/// Kinds of rows. Every key begins with the two big-endian bytes of its log's number; layouts are
/// in keys.hpp. `tail` and `meta` belong to the replica, all others to the ledger.
enum class family : std::uint8_t {
  jobs,
  ready,
  timers,
  by_state,
  by_group,
  unique,
  leases,
  commands,
  groups,
  records,
  logs,
  files,
  blob_uses,
  tail,
  meta,
  questions,
};
inline constexpr std::size_t family_count = 16;

std::string_view to_string(family f);

enum class scan_order : std::uint8_t { ascending, descending };

/// Keys in [from, until), in byte order.
struct key_range {
  std::string from;
  std::string until;
};

/// Called for each row; returns whether to go on.
using row_visitor = std::function<bool(std::string_view key, std::string_view value)>;

/// How the rules look at state: rows by key and ranges of rows. Implementations: memory_state,
/// overlay, head_window, the RocksDB store. A failed read is errc::store_failed or errc::corrupt
/// and halts the replica that met it.
class state_reader {
public:
  virtual ~state_reader() = default;

  /// Returns the row's bytes, or nothing when there is none.
  virtual result<std::optional<std::string>> get(family f, std::string_view key) const = 0;

  /// Visits rows of `range` in `order` until the visitor returns false.
  /// Costs O(rows visited), plus a seek. The visitor must not change the state that is read.
  virtual result<void> scan(family f, const key_range& range, scan_order order,
                            const row_visitor& visit) const = 0;
};

/// Rows to put (a value) and to delete (nothing), by family and key. A value.
struct state_delta {
  using rows = std::map<std::string, std::optional<std::string>, std::less<>>;
  std::array<rows, family_count> families;

  rows& of(family f) { return families[static_cast<std::size_t>(f)]; }

  const rows& of(family f) const { return families[static_cast<std::size_t>(f)]; }

  bool empty() const;
  void clear();
};

/// A state seen through changes that are not in it yet. One owner; `base` outlives it and may
/// itself be an overlay.
class overlay final : public state_reader {
public:
  explicit overlay(const state_reader& base) : base_{base} {}

  overlay(const overlay&) = delete;
  overlay& operator=(const overlay&) = delete;

  result<std::optional<std::string>> get(family f, std::string_view key) const override;
  result<void> scan(family f, const key_range& range, scan_order order,
                    const row_visitor& visit) const override;

  void put(family f, std::string key, std::string value);
  void erase(family f, std::string key);

  const state_delta& delta() const { return delta_; }

  /// Returns what was gathered and is empty afterwards.
  state_delta take();

  /// Takes over changes that were gathered elsewhere.
  /// Requires: delta().empty().
  void adopt(state_delta delta) { delta_ = std::move(delta); }

private:
  const state_reader& base_;
  state_delta delta_;
};

/// A whole state in memory, for tests and the simulation. One owner. get O(log n).
class memory_state final : public state_reader {
public:
  result<std::optional<std::string>> get(family f, std::string_view key) const override;
  result<void> scan(family f, const key_range& range, scan_order order,
                    const row_visitor& visit) const override;

  /// Carries out a delta: what the store's write does.
  void write(const state_delta& delta);

  void erase(family f, const key_range& range);

  bool operator==(const memory_state& other) const { return families_ == other.families_; }

private:
  std::array<std::map<std::string, std::string, std::less<>>, family_count> families_;
};

} // namespace dure
