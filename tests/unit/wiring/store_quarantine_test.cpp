#include "node/wiring/store_quarantine.hpp"
#include "tests/conformance/temporary_folder.hpp"
#include "tests/unit/actors/fakes.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace dure::node {
namespace {

namespace fs = std::filesystem;

/// A node's folder whose database holds one row.
class store_quarantine : public testing::Test {
protected:
  test::temporary_folder folder;
  std::unique_ptr<data_folder> data;
  test::hand_log log;

  void SetUp() override {
    auto opened = data_folder::open(folder.path());
    ASSERT_TRUE(opened);
    data = std::make_unique<data_folder>(std::move(*opened));
    fill();
  }

  void fill() {
    auto rows = open_store(*data, store_trust::trusted, log);
    ASSERT_TRUE(rows);
    state_delta delta;
    delta.of(family::jobs)["1"] = std::string(10'000, 'x');
    ASSERT_TRUE((*rows)->write(delta));
  }

  /// Changes the first bytes of the files whose names have `part` in them.
  void damage(const std::string& part, std::size_t count = 100'000) const {
    for (const auto& entry : fs::directory_iterator{data->store()}) {
      if (entry.path().filename().string().find(part) == std::string::npos)
        continue;
      std::ifstream in{entry.path(), std::ios::binary};
      std::string bytes{std::istreambuf_iterator<char>{in}, {}};
      for (std::size_t i = 0; i < std::min(count, bytes.size()); ++i)
        bytes[i] = static_cast<char>(bytes[i] ^ 0x55);
      std::ofstream{entry.path(), std::ios::binary} << bytes;
    }
  }

  fs::path set_aside(int n) const {
    return data->store().string() + ".damaged-" + std::to_string(n);
  }

  static bool has_row(const store& rows) {
    auto row = rows.get(family::jobs, "1");
    EXPECT_TRUE(row);
    return row && row->has_value();
  }
};

TEST_F(store_quarantine, leaves_a_sound_database_alone) {
  auto rows = open_store(*data, store_trust::trusted, log);
  ASSERT_TRUE(rows);
  EXPECT_TRUE(has_row(**rows));
  EXPECT_FALSE(fs::exists(set_aside(1)));
}

TEST_F(store_quarantine, sets_a_database_aside_that_cannot_be_opened) {
  damage("MANIFEST");
  auto rows = open_store(*data, store_trust::trusted, log);
  ASSERT_TRUE(rows) << rows.error().context;
  EXPECT_FALSE(has_row(**rows));
  EXPECT_TRUE(fs::exists(set_aside(1)));
  EXPECT_EQ(log.of("store-quarantined")["folder"], set_aside(1).string());
}

TEST_F(store_quarantine, sets_a_database_aside_that_lacks_a_file) {
  for (const auto& entry : fs::directory_iterator{data->store()})
    if (entry.path().extension() == ".sst")
      fs::remove(entry.path());
  auto rows = open_store(*data, store_trust::trusted, log);
  ASSERT_TRUE(rows) << rows.error().context;
  EXPECT_FALSE(has_row(**rows));
  EXPECT_TRUE(fs::exists(set_aside(1)));
}

TEST_F(store_quarantine, hears_of_damage_that_only_reading_meets) {
  damage(".sst", 20);
  {
    auto rows = open_store(*data, store_trust::trusted, log);
    ASSERT_TRUE(rows);
    EXPECT_FALSE((*rows)->get(family::jobs, "1"));
    EXPECT_TRUE((*rows)->damaged());
    EXPECT_FALSE((*rows)->get(family::jobs, "2")) << "nothing of it is believed any more";
  }
  auto rows = open_store(*data, store_trust::damaged, log);
  ASSERT_TRUE(rows);
  EXPECT_FALSE((*rows)->damaged());
  EXPECT_FALSE(has_row(**rows));
}

TEST_F(store_quarantine, gives_up_when_it_happens_again_and_again) {
  for (int n = 1; n <= quarantined_stores_max; ++n)
    ASSERT_TRUE(open_store(*data, store_trust::damaged, log));
  auto again = open_store(*data, store_trust::damaged, log);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, errc::corrupt);
  EXPECT_NE(again.error().context.find("remove the folders"), std::string::npos);
}

} // namespace
} // namespace dure::node
