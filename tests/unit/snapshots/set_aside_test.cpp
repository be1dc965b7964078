#include "actors/core/keys.hpp"
#include "actors/core/replica_rows.hpp"
#include "node/snapshots/stored_snapshots.hpp"
#include "tests/conformance/memory_blobs.hpp"
#include "tests/conformance/memory_store.hpp"
#include "tests/conformance/temporary_folder.hpp"

#include <fstream>
#include <future>
#include <gtest/gtest.h>
#include <iterator>
#include <set>

namespace dure::node {
namespace {

constexpr log_number the_log{7};

class quiet_log final : public log_sink {
public:
  using log_sink::write;

  void write(log_level, std::string_view, std::string_view,
             std::initializer_list<log_field>) override {}
};

/// A log that a node gives up.
class set_aside : public testing::Test {
protected:
  void add_record(log_number of, std::uint64_t index, const std::string& bytes) {
    state_delta delta;
    delta.of(family::tail)[keys::tail(of, journal_index{index})] = bytes;
    EXPECT_TRUE(rows.write(delta));
  }

  bool give_up(const std::filesystem::path& to) {
    std::promise<snapshot_message> told;
    stored_snapshots subject{rows, files, log, to};
    subject.install(the_log, std::nullopt,
                    [&told](snapshot_message message) { told.set_value(std::move(message)); });
    return std::get<snapshot_installed>(told.get_future().get()).done;
  }

  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator{folder.path()})
      found.insert(entry.path().filename());
    return found;
  }

  std::string content_of(const std::string& name) const {
    std::ifstream file{folder.path() / name, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  test::temporary_folder folder;
  test::memory_store rows;
  test::memory_blobs files;
  quiet_log log;
};

TEST_F(set_aside, keeps_the_records_of_that_log_in_a_file_before_they_go) {
  add_record(the_log, 9, std::string(300, 'x'));
  add_record(the_log, 10, "last");
  add_record(log_number{8}, 1, "of another log");
  ASSERT_TRUE(give_up(folder.path()));
  ASSERT_EQ(names(), std::set<std::string>{"log-7-records-9-10"});
  EXPECT_EQ(content_of("log-7-records-9-10"), std::string("\x2c\x01\0\0", 4) +
                                                  std::string(300, 'x') +
                                                  std::string("\x04\0\0\0", 4) + "last");
  EXPECT_FALSE(*first_raw_record(rows, the_log));
  EXPECT_TRUE(*first_raw_record(rows, log_number{8}));
}

TEST_F(set_aside, never_writes_over_an_earlier_file) {
  add_record(the_log, 1, "first");
  ASSERT_TRUE(give_up(folder.path()));
  add_record(the_log, 1, "second");
  ASSERT_TRUE(give_up(folder.path()));
  EXPECT_EQ(names(), (std::set<std::string>{"log-7-records-1-1", "log-7-records-1-1-2"}));
}

TEST_F(set_aside, makes_no_file_of_nothing) {
  ASSERT_TRUE(give_up(folder.path()));
  EXPECT_TRUE(names().empty());
}

TEST_F(set_aside, leaves_the_rows_where_the_file_cannot_be_written) {
  add_record(the_log, 1, "first");
  std::ofstream{folder.path() / "in-the-way"}.put('x');
  EXPECT_FALSE(give_up(folder.path() / "in-the-way"));
  EXPECT_TRUE(*first_raw_record(rows, the_log));
}

} // namespace
} // namespace dure::node
