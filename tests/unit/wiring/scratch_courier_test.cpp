#include "actors/core/limits.hpp"
#include "node/wiring/scratch_courier.hpp"
#include "tests/conformance/memory_blobs.hpp"
#include "tests/conformance/temporary_folder.hpp"

#include <atomic>
#include <condition_variable>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <sstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace dure::node {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A courier with one thread, so that everything happens in the order of the calls.
class scratch_files : public testing::Test {
protected:
  scratch_files() {
    courier.listen([this](courier_message told) {
      const std::scoped_lock lock{mutex};
      messages.push_back(std::move(told));
      changed.notify_all();
    });
  }

  ~scratch_files() override { courier.listen({}); }

  static lease attempt(std::uint8_t number) {
    lease of;
    of.job = job_id{make_random_uuid(number, number)};
    of.attempt = 1;
    return of;
  }

  template <class Told> Told next() {
    std::unique_lock lock{mutex};
    changed.wait(lock, [this] { return !messages.empty(); });
    auto told = std::get<Told>(std::move(messages.front()));
    messages.erase(messages.begin());
    return told;
  }

  fs::path stage(std::uint8_t number, std::optional<blob_ref> input = {},
                 std::string kind = "document.parse") {
    courier.stage({attempt(number), std::move(kind), std::move(input)});
    return *next<staged_files>().scratch;
  }

  std::string stored_text(const blob_ref& blob) {
    std::string text;
    EXPECT_TRUE(outputs.read(blob, 0, [&text](std::span<const std::byte> bytes) {
      text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return true;
    }));
    return text;
  }

  blob_ref put_input(const std::string& content) {
    const auto writer = inputs.put("name", "text/plain");
    EXPECT_TRUE(writer->write(std::as_bytes(std::span{content})));
    return *writer->finish();
  }

  test::temporary_folder folder;
  test::memory_blobs inputs;
  test::memory_blobs outputs;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<courier_message> messages;
  scratch_courier courier{folder.path() / "scratch", inputs, outputs, 1,
                          [](std::string_view kind) { return kind == "document.parse"; }};
};

TEST_F(scratch_files, stages_the_input_in_a_folder_of_its_own) {
  const auto scratch = stage(1, put_input("content"));
  EXPECT_EQ(read_file(scratch / "in" / "0"), "content");
  EXPECT_TRUE(fs::is_empty(scratch / "out"));
  EXPECT_NE(stage(2), scratch);
}

TEST_F(scratch_files, says_why_an_input_cannot_be_staged) {
  courier.stage(
      {attempt(1), "document.parse", blob_ref{std::string(64, '0'), 1, "lost", "text/plain"}});
  EXPECT_EQ(next<staged_files>().scratch.error().code, errc::not_found);
}

TEST_F(scratch_files, gives_the_next_attempt_nothing_of_the_last) {
  const auto first = stage(1, put_input("secret"));
  std::ofstream{first / "out" / "left.txt"} << "left";
  fs::create_symlink("/etc/passwd", first / "out" / "link");
  courier.discard(attempt(1));
  const auto second = stage(2);
  EXPECT_FALSE(fs::exists(first));
  EXPECT_TRUE(fs::is_empty(second / "in"));
  EXPECT_TRUE(fs::is_empty(second / "out"));
  EXPECT_TRUE(fs::exists("/etc/passwd"));
}

ino_t inode_of(const fs::path& path) {
  struct stat found {};

  EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
  return found.st_ino;
}

TEST_F(scratch_files, uses_the_folders_of_ended_attempts_again) {
  const auto inode = inode_of(stage(1, put_input("content")));
  courier.discard(attempt(1));
  EXPECT_EQ(inode_of(stage(2)), inode);
}

TEST_F(scratch_files, uses_no_folder_again_that_a_users_command_had) {
  const auto held = ::open(stage(1, {}, "my.kind").c_str(), O_PATH | O_DIRECTORY);
  courier.discard(attempt(1));

  struct stat before {};

  ASSERT_EQ(::fstat(held, &before), 0);
  EXPECT_NE(inode_of(stage(2)), before.st_ino);
  ::close(held);
}

/// Returns what lies in a fresh scratch folder, with modes.
std::map<std::string, fs::perms> listing(const fs::path& scratch) {
  std::map<std::string, fs::perms> all{{".", fs::status(scratch).permissions()}};
  for (const auto& entry : fs::recursive_directory_iterator{scratch})
    all.emplace(entry.path().lexically_relative(scratch), entry.symlink_status().permissions());
  return all;
}

TEST_F(scratch_files, gives_nobody_a_folder_that_was_tampered_with) {
  const auto elsewhere = folder.path() / "elsewhere";
  fs::create_directories(elsewhere);
  std::ofstream{elsewhere / "precious"} << "stays";
  const std::vector<std::function<void(const fs::path&)>> deeds{
      [&](const fs::path& scratch) {
        fs::remove(scratch / "out");
        fs::create_directory_symlink(elsewhere, scratch / "out");
      },
      [](const fs::path& scratch) { fs::create_directory(scratch / "out" / "below"); },
      [](const fs::path& scratch) { fs::create_directory(scratch / "more"); },
      [](const fs::path& scratch) { std::ofstream{scratch / "more"} << "more"; },
      [](const fs::path& scratch) { fs::remove(scratch / "in"); },
      [](const fs::path& scratch) { fs::permissions(scratch / "out", fs::perms::owner_read); },
      [](const fs::path& scratch) { fs::permissions(scratch / "in", fs::perms::all); },
      [](const fs::path& scratch) {
        fs::permissions(scratch, fs::perms::owner_read | fs::perms::owner_exec);
      }};
  const auto fresh = listing(stage(200));
  ASSERT_EQ(fresh.size(), 3U);
  std::uint8_t number = 0;
  for (const auto& deed : deeds) {
    const auto scratch = stage(++number);
    deed(scratch);
    courier.discard(attempt(number));
    EXPECT_EQ(listing(stage(++number)), fresh) << int{number};
  }
  EXPECT_EQ(read_file(elsewhere / "precious"), "stays");
}

TEST_F(scratch_files, keeps_attempts_apart_that_begin_and_end_at_once) {
  const auto input = put_input("content");
  scratch_courier busy{folder.path() / "busy", inputs, outputs, 4,
                       [](std::string_view) { return true; }};
  std::atomic<int> staged = 0;
  std::atomic<int> wrong = 0;
  constexpr int rounds = 300;
  busy.listen([&](courier_message told) {
    const auto& one = std::get<staged_files>(told);
    // Some are told after they were discarded: those have no folder any more.
    if (one.scratch && one.of.attempt == 1 && read_file(*one.scratch / "in" / "0") != "content")
      ++wrong;
    busy.discard(one.of);
    busy.discard(one.of);
    ++staged;
  });
  for (int i = 0; i < rounds; ++i) {
    auto of = attempt(static_cast<std::uint8_t>(i));
    of.job = job_id{make_random_uuid(static_cast<std::uint64_t>(i), 7)};
    of.attempt = i % 3 == 0 ? 2 : 1;
    busy.stage({of, "document.parse", input});
    if (of.attempt == 2)
      busy.discard(of);
  }
  while (staged < rounds)
    std::this_thread::yield();
  busy.listen({});
  EXPECT_EQ(wrong, 0);
}

TEST_F(scratch_files, keeps_large_results_as_files_and_small_ones_inline) {
  courier.keep({attempt(1), R"({"a":1})", {}});
  EXPECT_EQ(next<kept_files>().outcome->json, R"({"a":1})");
  const std::string large = '"' + std::string(limits::inline_json_bytes_max, 'x') + '"';
  courier.keep({attempt(1), large, {}});
  const auto kept = next<kept_files>();
  ASSERT_TRUE(kept.outcome->blob);
  EXPECT_EQ(stored_text(*kept.outcome->blob), large);
  EXPECT_FALSE(kept.log);
}

TEST_F(scratch_files, keeps_what_the_attempt_said) {
  const job_log_line said{attempt(1).job, 1, 1'000'001, timestamp{}, "info", "half way"};
  courier.keep({attempt(1), "{}", {said}});
  const auto kept = next<kept_files>();
  ASSERT_TRUE(kept.log && *kept.log);
  EXPECT_NE(stored_text(**kept.log).find(R"("message":"half way")"), std::string::npos);
}

TEST_F(scratch_files, keeps_artifacts_and_refuses_what_lies_elsewhere) {
  const auto scratch = stage(1);
  std::ofstream{scratch / "out" / "a.txt"} << "made";
  courier.keep_artifact({attempt(1), "a", "out/a.txt", "text/plain"});
  EXPECT_EQ(stored_text(*next<kept_artifact>().kept), "made");
  fs::create_symlink("/etc/passwd", scratch / "out" / "b.txt");
  for (const auto* path : {"out/b.txt", "../../../etc/passwd", "/etc/passwd", "out"}) {
    courier.keep_artifact({attempt(1), "b", path, "text/plain"});
    EXPECT_EQ(next<kept_artifact>().kept.error().code, errc::invalid) << path;
  }
}

TEST_F(scratch_files, removes_what_an_earlier_life_has_left) {
  fs::create_directories(folder.path() / "old" / "folder" / "in");
  const scratch_courier fresh{folder.path() / "old", inputs, outputs, 1, {}};
  EXPECT_TRUE(fs::is_empty(folder.path() / "old"));
}

} // namespace
} // namespace dure::node
