#include "node/blobs/nats_blobs.hpp"
#include "tests/conformance/blobs_world.hpp"
#include "tests/conformance/nats_call.hpp"
#include "tests/conformance/nats_test_server.hpp"
#include "tests/conformance/wall_clock.hpp"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace dure::test {
namespace {

using node::nats_blobs;
using node::nats_bucket;

/// What only an object store on JetStream has.
class nats_object_store : public testing::Test {
protected:
  std::uint64_t messages() {
    const auto text = nats_call(*connection, "$JS.API.STREAM.INFO.OBJ_files");
    const auto at = text.find("\"messages\":");
    return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + 11, nullptr, 10);
  }

  nats_test_server server;
  wall_clock time;
  std::unique_ptr<node::nats_connection> connection = server.connect();
  nats_blobs store{*connection, server.log(), time, "files"};
  nats_bucket bucket{*connection, server.log(), time, "files", 1};
};

TEST_F(nats_object_store, keeps_one_copy_and_touches_its_meta) {
  const auto content = make_content(600'000); // Five chunks.
  const auto blob = put_all(store, content);
  const auto before = bucket.find(blob.sha256);
  put_all(store, content);
  EXPECT_TRUE(eventually([&] { return messages() == 6; })) << messages();
  const auto after = bucket.find(blob.sha256);
  EXPECT_EQ((*after)->meta.nuid, (*before)->meta.nuid);
  EXPECT_GT((*after)->sequence, (*before)->sequence);
}

TEST_F(nats_object_store, shows_its_own_blobs_behind_what_others_put_there) {
  put_all(store, "first");
  nats_call(*connection, "$O.files.M.Zm9yZWlnbg==", "not a meta");
  nats_call(*connection,
            "$O.files.M.b3RoZXI=", R"({"name":"other","nuid":"n","size":0,"chunks":0})");
  const auto last = put_all(store, "last");
  const auto first_seen = store.next(0);
  const auto last_seen = store.next((*first_seen)->revision);
  EXPECT_EQ((*last_seen)->sha256, last.sha256);
  EXPECT_FALSE(store.next((*last_seen)->revision)->has_value());
}

TEST_F(nats_object_store, leaves_nothing_of_an_abandoned_upload) {
  const auto content = make_content(3'000'000);
  {
    const auto writer = store.put("a", "b");
    ASSERT_TRUE(writer->write(std::as_bytes(std::span{content})));
    EXPECT_GT(messages(), 0U);
  }
  EXPECT_TRUE(eventually([&] { return messages() == 0; })) << messages();
}

TEST_F(nats_object_store, puts_back_what_the_bucket_has_lost) {
  const auto content = make_content(600'000);
  const auto blob = put_all(store, content);
  const auto subject =
      node::object_layout::chunk_subject("files", (*bucket.find(blob.sha256))->meta.nuid);
  nats_call(*connection, "$JS.API.STREAM.PURGE.OBJ_files", "{\"filter\":\"" + subject + "\"}");
  put_all(store, content);
  EXPECT_TRUE(read_all(store, blob) == content);
  EXPECT_TRUE(eventually([&] { return messages() == 6; })) << messages();

  nats_call(*connection, "$JS.API.STREAM.DELETE.OBJ_files");
  EXPECT_EQ(store.read(blob, 0, [](auto) { return true; }).error().code, errc::not_found);
  put_all(store, content);
  EXPECT_TRUE(read_all(store, blob) == content);
}

/// The JavaScript client of NATS, as a second opinion on the layout.
class other_client {
public:
  /// Installs the client into a folder of its own; false when npm cannot.
  bool install() const {
    return run("npm install --silent --no-audit --no-fund --prefix . nats@2 >npm.log 2>&1") == 0;
  }

  /// Runs the program of the test; `put` or `get` of the object `name` from or into `file`.
  bool run_program(const std::string& verb, std::uint16_t port, const std::string& name,
                   const std::string& file) const {
    std::ofstream{folder_.path() / "program.mjs"} << program;
    return run("node program.mjs " + verb + " " + std::to_string(port) + " " + name + " " + file) ==
           0;
  }

  std::filesystem::path file(const std::string& name) const { return folder_.path() / name; }

private:
  static constexpr std::string_view program = R"js(
import { connect } from "nats";
import { readFileSync, writeFileSync } from "node:fs";

const [verb, port, name, file] = process.argv.slice(2);
const connection = await connect({ servers: `127.0.0.1:${port}`, user: "dure", pass: "secret" });
const store = await connection.jetstream().views.os("files");
if (verb === "put") {
  await store.putBlob({ name, options: { max_chunk_size: 50000 } }, readFileSync(file));
} else {
  const bytes = await store.getBlob(name);
  if (bytes === null) process.exit(2);
  writeFileSync(file, bytes);
}
await connection.close();
)js";

  int run(const std::string& command) const {
    return std::system(("cd '" + folder_.path().string() + "' && " + command).c_str());
  }

  temporary_folder folder_;
};

TEST_F(nats_object_store, is_read_and_written_by_another_client_of_nats) {
  const other_client other;
  if (!other.install())
    GTEST_SKIP() << "npm cannot install the JavaScript client `nats` here; the layout was not "
                    "compared with another client";
  const auto ours = make_content(1'000'000, 5);
  const auto blob = put_all(store, ours);
  ASSERT_TRUE(other.run_program("get", server.config().port, blob.sha256, "got"));
  std::ostringstream got;
  got << std::ifstream{other.file("got"), std::ios::binary}.rdbuf();
  EXPECT_TRUE(got.str() == ours);

  const auto theirs = make_content(777'777, 6);
  std::ofstream{other.file("give"), std::ios::binary} << theirs;
  const auto known = put_all(store, theirs); // Tells the hash that is to be the name.
  nats_call(*connection, "$JS.API.STREAM.PURGE.OBJ_files");
  ASSERT_TRUE(other.run_program("put", server.config().port, known.sha256, "give"));
  EXPECT_TRUE(read_all(store, known) == theirs);
}

} // namespace
} // namespace dure::test
