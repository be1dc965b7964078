#include "actors/core/keys.hpp"
#include "node/store/rocks_store.hpp"
#include "tests/conformance/memory_store.hpp"
#include "tests/conformance/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace dure {
namespace {

struct memory_backed {
  test::memory_store rows;

  store& subject() { return rows; }
};

struct rocks_backed {
  test::temporary_folder folder;
  std::unique_ptr<node::rocks_store> rows;

  rocks_backed() {
    auto opened = node::rocks_store::open(folder.path());
    DURE_CHECK(opened.has_value());
    rows = std::move(*opened);
  }

  store& subject() { return *rows; }
};

/// What every implementation of the store port must do.
template <class Backing> class store_conformance : public testing::Test {
protected:
  Backing backing;
  store& rows = backing.subject();

  void write(const std::function<void(state_delta&)>& fill) {
    state_delta delta;
    fill(delta);
    ASSERT_TRUE(rows.write(delta));
  }

  std::optional<std::string> get(family f, std::string_view key) {
    auto row = rows.get(f, key);
    EXPECT_TRUE(row);
    return row ? *row : std::nullopt;
  }

  /// Returns the keys of [from, until), joined by blanks.
  std::string keys(family f, std::string from, std::string until, scan_order order,
                   std::size_t limit = 100) {
    std::string found;
    auto visited = rows.scan(f, {std::move(from), std::move(until)}, order,
                             [&](std::string_view key, std::string_view) {
                               found.append(found.empty() ? "" : " ").append(key);
                               return --limit > 0;
                             });
    EXPECT_TRUE(visited);
    return found;
  }

  void write_letters() {
    write([](state_delta& delta) {
      for (const char* key : {"a", "b", "c", "d", "e"})
        delta.of(family::ready)[key] = "x";
    });
  }
};

using backings = testing::Types<memory_backed, rocks_backed>;
TYPED_TEST_SUITE(store_conformance, backings);

TYPED_TEST(store_conformance, has_no_row_at_first) {
  EXPECT_EQ(this->get(family::jobs, "1"), std::nullopt);
}

TYPED_TEST(store_conformance, shows_what_was_written) {
  this->write([](state_delta& delta) { delta.of(family::jobs)["1"] = "one"; });
  EXPECT_EQ(this->get(family::jobs, "1"), "one");
}

TYPED_TEST(store_conformance, keeps_families_apart) {
  this->write([](state_delta& delta) {
    delta.of(family::jobs)["1"] = "job";
    delta.of(family::timers)["1"] = "timer";
  });
  EXPECT_EQ(this->get(family::jobs, "1"), "job");
  EXPECT_EQ(this->get(family::timers, "1"), "timer");
  EXPECT_EQ(this->get(family::meta, "1"), std::nullopt);
}

TYPED_TEST(store_conformance, deletes_and_overwrites_in_one_delta) {
  this->write_letters();
  this->write([](state_delta& delta) {
    delta.of(family::ready)["b"] = std::nullopt;
    delta.of(family::ready)["c"] = "y";
  });
  EXPECT_EQ(this->get(family::ready, "b"), std::nullopt);
  EXPECT_EQ(this->get(family::ready, "c"), "y");
  EXPECT_EQ(this->keys(family::ready, "a", "z", scan_order::ascending), "a c d e");
}

TYPED_TEST(store_conformance, deletes_what_is_not_there_without_complaint) {
  this->write([](state_delta& delta) { delta.of(family::jobs)["none"] = std::nullopt; });
  EXPECT_EQ(this->get(family::jobs, "none"), std::nullopt);
}

TYPED_TEST(store_conformance, scans_from_the_first_key_up_to_but_not_with_the_last) {
  this->write_letters();
  EXPECT_EQ(this->keys(family::ready, "b", "d", scan_order::ascending), "b c");
  EXPECT_EQ(this->keys(family::ready, "", "b", scan_order::ascending), "a");
  EXPECT_EQ(this->keys(family::ready, "bb", "dd", scan_order::ascending), "c d");
}

TYPED_TEST(store_conformance, scans_backwards_over_the_same_rows) {
  this->write_letters();
  EXPECT_EQ(this->keys(family::ready, "b", "d", scan_order::descending), "c b");
  EXPECT_EQ(this->keys(family::ready, "bb", "zz", scan_order::descending), "e d c");
}

TYPED_TEST(store_conformance, stops_when_the_visitor_has_seen_enough) {
  this->write_letters();
  EXPECT_EQ(this->keys(family::ready, "a", "z", scan_order::ascending, 2), "a b");
  EXPECT_EQ(this->keys(family::ready, "a", "z", scan_order::descending, 2), "e d");
}

TYPED_TEST(store_conformance, finds_nothing_in_an_empty_or_reversed_range) {
  this->write_letters();
  EXPECT_EQ(this->keys(family::ready, "c", "c", scan_order::ascending), "");
  EXPECT_EQ(this->keys(family::ready, "d", "b", scan_order::ascending), "");
  EXPECT_EQ(this->keys(family::ready, "d", "b", scan_order::descending), "");
}

TYPED_TEST(store_conformance, orders_keys_by_unsigned_bytes) {
  std::string low{"\x00\x01", 2};
  std::string middle{"\x7f", 1};
  std::string high{"\x80\x00", 2};
  this->write([&](state_delta& delta) {
    for (const auto& key : {high, low, middle})
      delta.of(family::by_state)[key] = "";
  });
  auto found = this->keys(family::by_state, std::string{"\x00", 1}, "\xff", scan_order::ascending);
  EXPECT_EQ(found, low + " " + middle + " " + high);
}

TYPED_TEST(store_conformance, keeps_bytes_of_any_value_and_size) {
  std::string large(1'000'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i)
    large[i] = static_cast<char>(i * 31);
  this->write([&](state_delta& delta) {
    delta.of(family::tail)["large"] = large;
    delta.of(family::tail)["empty"] = "";
  });
  EXPECT_EQ(this->get(family::tail, "large"), large);
  EXPECT_EQ(this->get(family::tail, "empty"), "");
}

TYPED_TEST(store_conformance, a_visitor_may_read_other_rows) {
  this->write_letters();
  std::size_t seen = 0;
  auto visited = this->rows.scan(family::ready, {"a", "z"}, scan_order::ascending,
                                 [&](std::string_view key, std::string_view) {
                                   seen += this->get(family::ready, key).has_value();
                                   return true;
                                 });
  EXPECT_TRUE(visited);
  EXPECT_EQ(seen, 5U);
}

TYPED_TEST(store_conformance, erases_a_range_and_no_more) {
  this->write_letters();
  this->write([](state_delta& delta) { delta.of(family::jobs)["c"] = "x"; });
  ASSERT_TRUE(this->rows.erase(family::ready, {"b", "d"}));
  EXPECT_EQ(this->keys(family::ready, "a", "z", scan_order::ascending), "a d e");
  EXPECT_EQ(this->keys(family::ready, "a", "z", scan_order::descending), "e d a");
  EXPECT_EQ(this->get(family::jobs, "c"), "x");
  this->write([](state_delta& delta) { delta.of(family::ready)["b"] = "again"; });
  EXPECT_EQ(this->keys(family::ready, "a", "z", scan_order::ascending), "a b d e");
}

TYPED_TEST(store_conformance, keeps_nothing_of_a_log_that_is_replaced_but_a_mark) {
  const auto key = [](std::uint16_t log, const char* rest) {
    return keys::log(log_number{log}) + rest;
  };
  this->write([&](state_delta& delta) {
    for (auto f : {family::jobs, family::tail, family::meta, family::questions}) {
      delta.of(f)[key(1, "a")] = "x";
      delta.of(f)[key(2, "a")] = "x";
    }
  });
  ASSERT_TRUE(this->rows.begin_replacing(log_number{1}));
  for (auto f : {family::jobs, family::tail, family::meta, family::questions}) {
    EXPECT_FALSE(this->get(f, key(1, "a")));
    EXPECT_EQ(this->get(f, key(2, "a")), "x");
  }
  EXPECT_TRUE(this->get(family::meta, keys::unfinished(log_number{1})));
  this->write([&](state_delta& delta) {
    delta.of(family::jobs)[key(1, "a")] = "new";
    delta.of(family::meta)[keys::unfinished(log_number{1})] = std::nullopt;
  });
  EXPECT_EQ(this->get(family::jobs, key(1, "a")), "new");
  EXPECT_FALSE(this->get(family::meta, keys::unfinished(log_number{1})));
}

TYPED_TEST(store_conformance, frozen_rows_do_not_change) {
  this->write_letters();
  const auto kept = this->rows.freeze();
  this->write([](state_delta& delta) {
    delta.of(family::ready)["a"] = std::nullopt;
    delta.of(family::ready)["b"] = "other";
    delta.of(family::ready)["f"] = "x";
  });
  ASSERT_TRUE(this->rows.erase(family::ready, {"d", "e"}));
  std::string found;
  for (auto order : {scan_order::ascending, scan_order::descending})
    ASSERT_TRUE(
        kept->scan(family::ready, {"a", "z"}, order, [&](std::string_view k, std::string_view v) {
          found.append(k).append(v).append(" ");
          return true;
        }));
  EXPECT_EQ(found, "ax bx cx dx ex ex dx cx bx ax ");
  EXPECT_EQ(*kept->get(family::ready, "b"), "x");
  EXPECT_FALSE(*kept->get(family::ready, "f"));
}

TYPED_TEST(store_conformance, other_readers_see_a_delta_whole) {
  constexpr int rounds = 300;
  std::thread writer{[&] {
    for (int i = 0; i < rounds; ++i)
      this->write([&](state_delta& delta) {
        delta.of(family::groups)["pair"] = std::to_string(i);
        delta.of(family::groups)["pair-again"] = std::to_string(i);
      });
  }};
  std::size_t torn = 0;
  for (int i = 0; i < rounds; ++i) {
    std::vector<std::string> pair;
    auto visited = this->rows.scan(family::groups, {"pair", "pair~"}, scan_order::ascending,
                                   [&](std::string_view, std::string_view value) {
                                     pair.emplace_back(value);
                                     return true;
                                   });
    EXPECT_TRUE(visited);
    torn += pair.size() == 1 || (pair.size() == 2 && pair[0] != pair[1]);
  }
  writer.join();
  EXPECT_EQ(torn, 0U);
}

} // namespace
} // namespace dure
