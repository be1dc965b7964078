#include "node/blobs/nats_blobs.hpp"
#include "node/journal/nats_stream.hpp"
#include "tests/conformance/nats_call.hpp"
#include "tests/conformance/nats_test_server.hpp"
#include "tests/conformance/wall_clock.hpp"

#include <chrono>
#include <future>
#include <gtest/gtest.h>
#include <mutex>
#include <span>
#include <vector>

namespace dure::test {
namespace {

using namespace std::chrono_literals;
using node::nats_connection;
using node::nats_stream;
using node::jetstream::stream_state;

/// Keeps what is said, to be counted. Thread-safe.
class counting_log final : public log_sink {
public:
  using log_sink::write;

  void write(log_level, std::string_view event, std::string_view text,
             std::initializer_list<log_field>) override {
    const std::lock_guard lock{mutex_};
    said_.push_back(std::string{event} + ": " + std::string{text});
  }

  std::vector<std::string> said_of(std::string_view event) {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> found;
    for (const auto& line : said_)
      if (line.starts_with(event))
        found.push_back(line);
    return found;
  }

private:
  std::mutex mutex_;
  std::vector<std::string> said_;
};

std::vector<std::unique_ptr<nats_test_server>> make_cluster(int size) {
  std::vector<std::string> addresses;
  std::string routes;
  for (int i = 0; i < size; ++i) {
    addresses.push_back("127.0.0.1:" + std::to_string(free_port()));
    routes += " \"nats://" + addresses.back() + "\",";
  }
  std::vector<std::unique_ptr<nats_test_server>> servers;
  for (const auto& address : addresses)
    servers.push_back(std::make_unique<nats_test_server>(
        "s" + std::to_string(servers.size()),
        "cluster {\n  name: c\n  listen: \"" + address + "\"\n  routes: [" + routes + " ]\n}\n"));
  return servers;
}

/// Returns whether one of the servers soon leads JetStream.
bool gets_leader(nats_connection& connection) {
  return eventually([&] {
    return nats_call(connection, "$JS.API.INFO", "", 300ms).find("\"api\"") != std::string::npos;
  });
}

/// Returns whether the servers soon keep three copies of a stream.
bool keeps_three_copies(nats_connection& connection) {
  const auto body = R"({"name":"P","subjects":["p"],"num_replicas":3})";
  const auto made = [&] {
    return nats_call(connection, "$JS.API.STREAM.CREATE.P", body, 2s).find("\"num_replicas\":3") !=
           std::string::npos;
  };
  return eventually(made, 8);
}

/// A nats-server (2.10.27) that stands for election while another one wins may never learn who did,
/// and takes no copies then: two to five in 100 clusters begin so, and are made anew.
std::vector<std::unique_ptr<nats_test_server>> make_cluster_of_three() {
  for (int tries = 0; tries < 3; ++tries) {
    auto cluster = make_cluster(3);
    const auto connection = cluster[1]->connect();
    if (gets_leader(*connection) && keeps_three_copies(*connection))
      return cluster;
  }
  ADD_FAILURE() << "no three nats-servers have come together";
  return {};
}

nats_stream make_stream(nats_connection& connection, log_sink& log, int replicas) {
  node::jetstream::stream_settings wanted;
  wanted.name = "T";
  wanted.subjects = {"t"};
  wanted.replicas = replicas;
  return {connection, log, wanted};
}

result<stream_state> ensure(const nats_stream& stream) {
  std::promise<result<stream_state>> done;
  stream.ensure([&](const auto& found) { done.set_value(found); });
  return done.get_future().get();
}

TEST(stream_replicas, are_one_where_the_server_is_alone) {
  nats_test_server server;
  const auto connection = server.connect();
  counting_log log;
  const auto stream = make_stream(*connection, log, 3);
  for (int i = 0; i < 2; ++i) {
    const auto found = ensure(stream);
    ASSERT_TRUE(found) << found.error().context;
    EXPECT_EQ(found->replicas, 1);
    EXPECT_FALSE(found->in_cluster);
  }
  EXPECT_EQ(log.said_of("stream-made").size(), 1U);
  EXPECT_TRUE(log.said_of("stream-thin").empty());
}

TEST(stream_replicas, are_as_many_as_wanted_in_a_cluster_of_three) {
  const auto cluster = make_cluster_of_three();
  ASSERT_EQ(cluster.size(), 3U);
  const auto connection = cluster[1]->connect();
  counting_log log;
  const auto stream = make_stream(*connection, log, 3);
  const auto found = ensure(stream);
  ASSERT_TRUE(found) << found.error().context;
  EXPECT_EQ(found->replicas, 3);
  EXPECT_TRUE(found->in_cluster);

  wall_clock time;
  node::nats_blobs files{*connection, log, time, "files", 3};
  auto file = files.put("a.txt", "text/plain");
  ASSERT_TRUE(file->write(std::as_bytes(std::span{"content", 7})));
  ASSERT_TRUE(file->finish());
  const auto bucket = nats_call(*connection, "$JS.API.STREAM.INFO.OBJ_files");
  EXPECT_NE(bucket.find("\"num_replicas\":3"), std::string::npos) << bucket;
  EXPECT_TRUE(log.said_of("stream-thin").empty());
}

TEST(stream_replicas, are_none_in_a_cluster_that_is_too_small) {
  const auto cluster = make_cluster(2);
  const auto connection = cluster[0]->connect();
  ASSERT_TRUE(gets_leader(*connection));
  ASSERT_TRUE(eventually([&] { return connection->known_addresses() == 2; }));
  counting_log log;
  const auto stream = make_stream(*connection, log, 3);
  for (int i = 0; i < 2; ++i) {
    const auto found = ensure(stream);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, errc::unavailable);
    EXPECT_NE(found.error().context.find("needs 3 nats-servers to keep 3 copies; 2 are there"),
              std::string::npos)
        << found.error().context;
  }
  EXPECT_EQ(log.said_of("stream-cluster-small").size(), 1U);
  EXPECT_NE(nats_call(*connection, "$JS.API.STREAM.INFO.T").find("10059"), std::string::npos);
}

TEST(stream_replicas, that_are_fewer_are_used_with_one_warning_how_to_mend_it) {
  const auto cluster = make_cluster(2);
  const auto connection = cluster[0]->connect();
  ASSERT_TRUE(gets_leader(*connection));
  counting_log log;
  const auto thin = ensure(make_stream(*connection, log, 1));
  ASSERT_TRUE(thin) << thin.error().context;
  const auto stream = make_stream(*connection, log, 3);
  for (int i = 0; i < 2; ++i)
    EXPECT_TRUE(ensure(stream));
  const auto warnings = log.said_of("stream-thin");
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("nats stream edit T --replicas 3"), std::string::npos);
}

} // namespace
} // namespace dure::test
