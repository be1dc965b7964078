#include "actors/core/blob_uses.hpp"
#include "actors/core/ledger_snapshot.hpp"
#include "tests/unit/core/ledger_fixture.hpp"

namespace dure {
namespace {

snapshot made_at(std::uint64_t index) {
  snapshot s;
  s.index = journal_index{index};
  s.digest.bytes[0] = static_cast<std::uint8_t>(index);
  s.blob = {std::string(64, 'a'), 1'000 + index, "s", "application/octet-stream"};
  return s;
}

class ledger_snapshots : public ledger_test {
protected:
  std::vector<kept_snapshot> kept() {
    auto row = snapshots_of(state, log);
    EXPECT_TRUE(row);
    return row->kept;
  }

  std::optional<journal_index> trims_to() { return trim_point({kept()}); }

  void confirm(std::uint64_t index) {
    does<accepted>(confirm_snapshot{journal_index{index}, made_at(index).digest});
  }
};

TEST_F(ledger_snapshots, trims_behind_the_older_of_two_that_were_read_back) {
  does<accepted>(offer_snapshot{made_at(10)});
  confirm(10);
  EXPECT_EQ(trims_to(), std::nullopt) << "one alone may turn out to be damaged";
  does<accepted>(offer_snapshot{made_at(20)});
  EXPECT_EQ(trims_to(), std::nullopt);
  confirm(20);
  EXPECT_EQ(trims_to(), journal_index{10});
  does<accepted>(offer_snapshot{made_at(30)});
  EXPECT_EQ(kept().size(), 3U);
  confirm(30);
  EXPECT_EQ(trims_to(), journal_index{20});
  EXPECT_EQ(kept().size(), 2U);
}

TEST_F(ledger_snapshots, keeps_only_the_newest_that_nobody_has_read_back) {
  does<accepted>(offer_snapshot{made_at(10)});
  does<accepted>(offer_snapshot{made_at(20)});
  EXPECT_EQ(kept(), (std::vector<kept_snapshot>{{made_at(20), false}}));
  confirm(10);
  EXPECT_TRUE(latest.empty()) << "it is not kept any more";
}

TEST_F(ledger_snapshots, takes_no_older_one_and_none_twice) {
  does<accepted>(offer_snapshot{made_at(20)});
  does<accepted>(offer_snapshot{made_at(20)});
  EXPECT_TRUE(latest.empty());
  does<accepted>(offer_snapshot{made_at(10)});
  EXPECT_TRUE(latest.empty());
}

TEST_F(ledger_snapshots, does_not_trust_one_that_reads_otherwise) {
  does<accepted>(offer_snapshot{made_at(10)});
  does<accepted>(confirm_snapshot{journal_index{10}, made_at(11).digest});
  EXPECT_TRUE(latest.empty());
  confirm(10);
  confirm(10);
  EXPECT_TRUE(latest.empty()) << "it is known already";
}

TEST_F(ledger_snapshots, use_their_blobs_until_they_are_followed) {
  const auto used = [this](char letter) {
    auto found = queries::is_blob_used(state, log, std::string(64, letter));
    EXPECT_TRUE(found);
    return *found;
  };
  auto first = made_at(10);
  auto second = made_at(20);
  second.blob.sha256 = std::string(64, 'b');
  does<accepted>(offer_snapshot{first});
  EXPECT_TRUE(used('a'));
  does<accepted>(offer_snapshot{second});
  EXPECT_TRUE(used('b'));
  EXPECT_FALSE(used('a'));
}

TEST_F(ledger_snapshots, refuses_one_that_names_no_blob) {
  auto nameless = made_at(10);
  nameless.blob.sha256 = "../etc";
  EXPECT_EQ(refusal(offer_snapshot{nameless}).code, errc::invalid);
}

} // namespace
} // namespace dure
