#include "actors/core/limits.hpp"
#include "tests/unit/core/ledger_fixture.hpp"

namespace dure {
namespace {

using std::chrono::seconds;

class ledger_records : public ledger_test {
protected:
  std::optional<record_row> record(const std::string& key) {
    auto row = find_row<record_row>(state, family::records, keys::record(log, key));
    EXPECT_TRUE(row);
    return *row;
  }
};

TEST_F(ledger_records, puts_and_deletes_by_expected_version) {
  EXPECT_EQ(does<record_changed>(put_record{"a", "1", 0, {}}).version, 1U);
  EXPECT_EQ(refusal(put_record{"a", "2", 0, {}}).code, errc::version_mismatch);
  EXPECT_EQ(does<record_changed>(put_record{"a", "2", 1, {}}).version, 2U);
  EXPECT_EQ(does<record_changed>(put_record{"a", "3", {}, {}}).version, 3U);
  EXPECT_EQ(refusal(delete_record{"a", 2}).code, errc::version_mismatch);
  EXPECT_EQ(record("a"), (record_row{"3", 3, {}}));
  does<accepted>(delete_record{"a", 3});
  EXPECT_FALSE(record("a"));
  EXPECT_EQ(refusal(delete_record{"a", {}}).code, errc::not_found);
}

TEST_F(ledger_records, never_gives_a_version_twice) {
  does<record_changed>(put_record{"a", "1", 0, {}});
  does<accepted>(delete_record{"a", 1});
  EXPECT_EQ(does<record_changed>(put_record{"a", "2", 0, {}}).version, 2U);
  EXPECT_EQ(does<record_changed>(put_record{"b", "1", 0, {}}).version, 3U);
}

TEST_F(ledger_records, answers_a_repeated_put_as_before) {
  auto name = some_command();
  does<record_changed>(put_record{"a", "1", 0, {}}, name);
  EXPECT_EQ(does<record_changed>(put_record{"a", "1", 0, {}}, name).version, 1U);
}

TEST_F(ledger_records, forgets_a_record_when_its_time_is_over) {
  does<record_changed>(put_record{"a", "1", {}, now + seconds{10}});
  does<record_changed>(put_record{"b", "1", {}, now + seconds{10}});
  does<record_changed>(put_record{"b", "2", {}, now + seconds{30}});
  does<record_changed>(put_record{"c", "1", {}, now + seconds{10}});
  does<record_changed>(put_record{"c", "2", {}, {}});
  EXPECT_EQ(pass(seconds{10}), 1U);
  EXPECT_FALSE(record("a"));
  EXPECT_TRUE(record("b") && record("c"));
  EXPECT_EQ(pass(seconds{20}), 1U);
  EXPECT_FALSE(record("b"));
}

TEST_F(ledger_records, refuses_records_out_of_bounds) {
  EXPECT_EQ(refusal(put_record{"", "1", {}, {}}).code, errc::invalid);
  EXPECT_EQ(refusal(put_records{}).code, errc::invalid);
  EXPECT_EQ(refusal(put_records{{{"a", "1", {}, {}}, {"a", "2", {}, {}}}}).code, errc::invalid);
  EXPECT_EQ(refusal(put_record{std::string(513, 'k'), "1", {}, {}}).code, errc::too_large);
  EXPECT_EQ(refusal(put_record{"a", std::string(256 * 1024 + 1, ' '), {}, {}}).code,
            errc::too_large);
}

TEST_F(ledger_records, halts_on_events_that_it_does_not_know_yet) {
  const std::vector<event> future{events::job_split{}, events::parts_joined{},
                                  events::input_poisoned{}};
  for (const auto& e : future) {
    overlay changes{state};
    auto applied = ledger::apply(changes, e, at());
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, errc::newer_node_needed);
  }
}

TEST_F(ledger_records, halts_on_an_event_of_a_lease_that_is_not_live) {
  submitted();
  auto of = leased();
  of.attempt = 2;
  overlay changes{state};
  auto applied = ledger::apply(changes, events::job_completed{of, {}, {}, 0, {}}, at());
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, errc::corrupt);
}

TEST_F(ledger_records, records_are_put_together_or_not_at_all) {
  does<record_changed>(put_record{"b", "1", 0, {}});
  EXPECT_EQ(refusal(put_records{{{"a", "1", 0, {}}, {"b", "2", 0, {}}}}).code,
            errc::version_mismatch);
  EXPECT_EQ(refusal(delete_record{"a", {}}).code, errc::not_found);
  EXPECT_EQ(does<record_changed>(put_records{{{"a", "1", 0, {}}, {"b", "2", 1, {}}}}).version, 2U);
  does<record_changed>(put_record{"b", "3", 3, {}});
}

} // namespace
} // namespace dure
