#include "tests/conformance/journal_world.hpp"

#include "node/journal/nats_journal.hpp"
#include "node/journal/nats_names.hpp"
#include "node/journal/nats_requests.hpp"
#include "tests/conformance/memory_journal.hpp"
#include "tests/conformance/nats_test_server.hpp"

#include <algorithm>
#include <filesystem>
#include <future>
#include <thread>
#include <vector>

namespace dure::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class memory_journals final : public journal_world {
public:
  journal_source& source() override { return source_; }

  void go_away() override { source_.set_away(true); }

  void come_back() override { source_.set_away(false); }

  void lose_stream(const std::string& queue, std::uint16_t shard) override {
    source_.lose(queue, shard);
  }

  void lose_last_record(const std::string& queue, std::uint16_t shard) override {
    source_.truncate(queue, shard, 1);
  }

private:
  memory_journal_source source_;
};

class nats_journals final : public journal_world {
public:
  nats_journals() : connection_{server_.connect()}, source_{*connection_, server_.log(), "c"} {}

  journal_source& source() override { return source_; }

  void go_away() override { server_.kill_hard(); }

  void come_back() override { server_.start(); }

  void lose_stream(const std::string& queue, std::uint16_t shard) override {
    std::promise<bool> done;
    connection_->requests().send(
        {"$JS.API.STREAM.DELETE." + node::nats_names::stream("c", queue, shard), "", {}}, 5s,
        [&](const node::nats_reply& r) {
          done.set_value(r.outcome == node::reply_outcome::answered);
        });
    DURE_CHECK(done.get_future().get());
  }

  /// Cuts the newest message block short, so that its last record is damaged and dropped.
  void lose_last_record(const std::string& queue, std::uint16_t shard) override {
    server_.kill_hard();
    const auto folder = server_.blocks_of(node::nats_names::stream("c", queue, shard));
    std::vector<fs::path> blocks;
    for (const auto& entry : fs::directory_iterator{folder})
      if (entry.path().extension() == ".blk")
        blocks.push_back(entry.path());
    const auto newest = *std::max_element(blocks.begin(), blocks.end());
    fs::resize_file(newest, fs::file_size(newest) - 1);
    server_.start();
  }

private:
  nats_test_server server_;
  std::unique_ptr<node::nats_connection> connection_;
  node::nats_journal_source source_;
};

} // namespace

std::unique_ptr<journal_world> make_memory_journals() {
  return std::make_unique<memory_journals>();
}

std::unique_ptr<journal_world> make_nats_journals() {
  return std::make_unique<nats_journals>();
}

std::optional<stream_seen> look_surely(journal& log, heard& ear) {
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (std::chrono::steady_clock::now() < until) {
    log.look();
    if (auto seen = ear.take<stream_seen>(); seen && !seen->failure)
      return seen;
    std::this_thread::sleep_for(10ms);
  }
  return std::nullopt;
}

append_record make_append(std::uint64_t expected, std::string bytes) {
  append_record request{journal_index{expected}, {}, std::move(bytes)};
  const std::uint64_t digest = std::hash<std::string>{}(request.bytes);
  for (std::size_t i = 0; i < 8; ++i) {
    request.hash.bytes[i] = static_cast<std::uint8_t>(digest >> (8 * i));
    request.hash.bytes[8 + i] = static_cast<std::uint8_t>(expected >> (8 * i));
  }
  return request;
}

} // namespace dure::test
