#include "tests/conformance/blobs_world.hpp"

#include "node/blobs/nats_blobs.hpp"
#include "tests/conformance/memory_blobs.hpp"
#include "tests/conformance/nats_call.hpp"
#include "tests/conformance/nats_test_server.hpp"
#include "tests/conformance/wall_clock.hpp"

#include <gtest/gtest.h>
#include <random>

namespace dure::test {
namespace {

class blobs_in_memory final : public blobs_world {
public:
  blobs& store() override { return store_; }

  blob_stock& stock() override { return store_; }

  void go_away() override { store_.set_away(true); }

  void come_back() override { store_.set_away(false); }

  void damage(const blob_ref& blob) override { store_.damage(blob.sha256); }

private:
  memory_blobs store_;
};

class blobs_on_nats final : public blobs_world {
public:
  blobs_on_nats()
      : connection_{server_.connect()}, store_{*connection_, server_.log(), time_, "files"} {}

  blobs& store() override { return store_; }

  blob_stock& stock() override { return store_; }

  void go_away() override { server_.kill_hard(); }

  void come_back() override {
    server_.start();
    EXPECT_TRUE(eventually([&] { return connection_->connected(); }));
  }

  /// Puts another content and gives its meta the name of the blob.
  void damage(const blob_ref& blob) override {
    const auto other = put_all(store_, make_content(blob.bytes, 77));
    const node::nats_bucket bucket{*connection_, server_.log(), time_, "files", 1};
    auto wrong = (*bucket.find(other.sha256))->meta;
    wrong.name = blob.sha256;
    const auto right = bucket.find(blob.sha256);
    EXPECT_TRUE(bucket.put_meta(wrong, (*right)->sequence));
  }

private:
  nats_test_server server_;
  wall_clock time_;
  std::unique_ptr<node::nats_connection> connection_;
  node::nats_blobs store_;
};

} // namespace

std::unique_ptr<blobs_world> make_memory_blobs() {
  return std::make_unique<blobs_in_memory>();
}

std::unique_ptr<blobs_world> make_nats_blobs() {
  return std::make_unique<blobs_on_nats>();
}

std::string make_content(std::size_t bytes, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::string content(bytes, '\0');
  for (char& c : content)
    c = static_cast<char>(random());
  return content;
}

blob_ref put_all(blobs& store, const std::string& content, const std::string& name) {
  const auto writer = store.put(name, "application/pdf");
  // In pieces that do not fit the chunks.
  for (std::size_t at = 0; at < content.size(); at += 50'000) {
    const auto piece =
        std::span{content}.subspan(at, std::min<std::size_t>(50'000, content.size() - at));
    const auto written = writer->write(std::as_bytes(piece));
    EXPECT_TRUE(written) << written.error().context;
  }
  const auto blob = writer->finish();
  EXPECT_TRUE(blob) << blob.error().context;
  return blob ? *blob : blob_ref{};
}

std::string read_all(blobs& store, const blob_ref& blob, std::uint64_t offset) {
  std::string content;
  const auto done = store.read(blob, offset, [&](std::span<const std::byte> bytes) {
    content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return true;
  });
  EXPECT_TRUE(done) << done.error().context;
  return content;
}

} // namespace dure::test
