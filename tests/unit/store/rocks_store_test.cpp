#include "node/store/rocks_store.hpp"
#include "tests/conformance/temporary_folder.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace dure::node {
namespace {

state_delta one_row(std::string key, std::string value) {
  state_delta delta;
  delta.of(family::jobs)[std::move(key)] = std::move(value);
  return delta;
}

TEST(rocks_store, shows_what_an_earlier_life_wrote) {
  test::temporary_folder folder;
  {
    auto rows = rocks_store::open(folder.path());
    ASSERT_TRUE(rows);
    ASSERT_TRUE((*rows)->write(one_row("1", "one")));
  }
  auto rows = rocks_store::open(folder.path());
  ASSERT_TRUE(rows);
  auto row = (*rows)->get(family::jobs, "1");
  ASSERT_TRUE(row);
  EXPECT_EQ(*row, "one");
}

TEST(rocks_store, keeps_what_a_killed_process_wrote) {
  test::temporary_folder folder;
  auto child = ::fork();
  if (child == 0) {
    auto rows = rocks_store::open(folder.path());
    auto written = rows && (*rows)->write(one_row("1", "one"));
    ::kill(::getpid(), written ? SIGKILL : SIGTERM);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WTERMSIG(status), SIGKILL);
  auto rows = rocks_store::open(folder.path());
  ASSERT_TRUE(rows);
  auto row = (*rows)->get(family::jobs, "1");
  ASSERT_TRUE(row);
  EXPECT_EQ(*row, "one");
}

/// A small file system in memory, where the test may make one.
class small_disk {
public:
  small_disk() { made_ = ::mount("none", path().c_str(), "tmpfs", 0, "size=80m") == 0; }

  ~small_disk() {
    if (made_)
      ::umount2(path().c_str(), MNT_DETACH);
  }

  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  bool made() const { return made_; }

  std::filesystem::path path() const { return folder_.path(); }

private:
  test::temporary_folder folder_;
  bool made_ = false;
};

TEST(rocks_store, goes_on_when_a_full_disk_has_room_again) {
  const small_disk disk;
  if (!disk.made())
    GTEST_SKIP() << "not allowed to mount a file system";
  const auto ballast = disk.path() / "ballast";
  std::ofstream{ballast} << std::string(std::size_t{78} << 20, 'x');
  auto rows = rocks_store::open(disk.path() / "rows");
  ASSERT_TRUE(rows);
  int taken = 0;
  result<void> written;
  while (written && taken < 1'000) {
    written = (*rows)->write(one_row(std::to_string(taken), std::string(16'384, 'r')));
    taken += written ? 1 : 0;
  }
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, errc::store_failed);
  EXPECT_FALSE((*rows)->write(one_row("refused", "")));
  std::filesystem::remove(ballast);
  for (int tries = 0; tries < 300 && !(*rows)->health(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  ASSERT_TRUE((*rows)->health());
  EXPECT_TRUE((*rows)->write(one_row("after", "")));
  for (int i = 0; i < taken; ++i)
    EXPECT_TRUE(*(*rows)->get(family::jobs, std::to_string(i))) << i;
  EXPECT_FALSE(*(*rows)->get(family::jobs, std::to_string(taken)));
}

TEST(rocks_store, is_refused_clearly_while_another_has_it_open) {
  test::temporary_folder folder;
  auto first = rocks_store::open(folder.path());
  ASSERT_TRUE(first);
  auto second = rocks_store::open(folder.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::store_failed);
  EXPECT_EQ(second.error().context, "the database is open in another process");
}

TEST(rocks_store, drops_a_torn_write_at_the_end_of_its_log_and_keeps_the_rest) {
  test::temporary_folder folder;
  auto child = ::fork();
  if (child == 0) {
    auto rows = rocks_store::open(folder.path());
    auto written = rows && (*rows)->write(one_row("1", "one")) &&
                   (*rows)->write(one_row("2", std::string(5'000, 'x')));
    ::kill(::getpid(), written ? SIGKILL : SIGTERM);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WTERMSIG(status), SIGKILL);
  for (const auto& file : std::filesystem::directory_iterator{folder.path()})
    if (file.path().extension() == ".log" && file.file_size() > 100)
      std::filesystem::resize_file(file.path(), file.file_size() - 100);

  auto rows = rocks_store::open(folder.path());
  ASSERT_TRUE(rows);
  auto whole = (*rows)->get(family::jobs, "1");
  auto torn = (*rows)->get(family::jobs, "2");
  ASSERT_TRUE(whole && torn);
  EXPECT_EQ(*whole, "one");
  EXPECT_EQ(*torn, std::nullopt);
}

TEST(rocks_store, says_so_when_its_files_are_damaged) {
  test::temporary_folder folder;
  { ASSERT_TRUE(rocks_store::open(folder.path())); }
  std::ofstream{folder.path() / "CURRENT"} << "nonsense\n";
  auto rows = rocks_store::open(folder.path());
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, errc::corrupt);
}

} // namespace
} // namespace dure::node
