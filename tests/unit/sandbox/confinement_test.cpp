#include "tests/unit/sandbox/sandbox_fixture.hpp"

#include <fstream>

namespace dure::node {
namespace {

/// A handler that answers with what happened when it tried the network and two folders.
const std::string trying = R"(
import json, socket, sys
def tried(what):
    try:
        what()
        return "done"
    except OSError as refused:
        return type(refused).__name__
print(json.dumps({"hello": {"protocol": 1, "kinds": ["test"], "concurrency": 1}}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    job = job[0] if isinstance(job, list) else job
    inside, outside = job["params"]["inside"], job["params"]["outside"]
    seen = {
        "inet": tried(lambda: socket.socket(socket.AF_INET)),
        "inet6": tried(lambda: socket.socket(socket.AF_INET6)),
        "local": tried(lambda: socket.socket(socket.AF_UNIX)),
        "inside": tried(lambda: open(inside + "/new", "w").close()),
        "outside": tried(lambda: open(outside + "/new", "w").close()),
        "over": tried(lambda: open(outside + "/kept", "w").close()),
        "null": tried(lambda: open("/dev/null", "w").close()),
        "read": tried(lambda: open(outside + "/kept").close()),
    }
    print(json.dumps({"job": job["job"], "attempt": job["attempt"], "result": seen}), flush=True)
)";

class confinement_of : public sandbox_fixture {
protected:
  /// Returns what the handler says happened.
  std::string tried(bool no_network, bool writes_inside_only) {
    const auto inside = scratch() / "inside";
    const auto outside = scratch() / "outside";
    std::filesystem::create_directories(inside);
    std::filesystem::create_directories(outside);
    std::ofstream{outside / "kept"} << "kept";
    auto pool = python_pool(trying);
    pool.shut_in = {no_network, writes_inside_only ? inside.string() : ""};
    open(std::move(pool));
    run(task_of(1, R"({"inside":")" + inside.string() + R"(","outside":")" + outside.string() +
                       "\"}"));
    return end_of(1).result;
  }
};

TEST_F(confinement_of, nothing_lets_everything_pass) {
  const auto seen = tried(false, false);
  EXPECT_EQ(seen.find("PermissionError"), std::string::npos) << seen;
}

TEST_F(confinement_of, the_network_leaves_local_sockets_and_files) {
  const auto seen = tried(true, false);
  EXPECT_NE(seen.find(R"("inet":"PermissionError","inet6":"PermissionError")"), std::string::npos)
      << seen;
  EXPECT_NE(seen.find(R"("local":"done")"), std::string::npos) << seen;
  EXPECT_NE(seen.find(R"("outside":"done")"), std::string::npos) << seen;
}

TEST_F(confinement_of, writing_leaves_one_folder_and_all_reading) {
  const auto seen = tried(true, true);
  EXPECT_NE(seen.find(R"("inside":"done")"), std::string::npos) << seen;
  EXPECT_NE(seen.find(R"("outside":"PermissionError")"), std::string::npos) << seen;
  EXPECT_NE(seen.find(R"("over":"PermissionError")"), std::string::npos) << seen;
  EXPECT_NE(seen.find(R"("null":"done")"), std::string::npos) << seen;
  EXPECT_NE(seen.find(R"("read":"done")"), std::string::npos) << seen;
  EXPECT_EQ(std::filesystem::file_size(scratch() / "outside" / "kept"), 4U);
}

TEST_F(confinement_of, a_folder_that_is_not_there_starts_no_handler) {
  auto pool = python_pool(trying);
  pool.shut_in = {true, (scratch() / "missing").string()};
  open(std::move(pool));
  run(task_of(1, "{}"));
  const auto end = end_of(1);
  ASSERT_TRUE(end.failure);
  EXPECT_EQ(end.failure->code, "handler_unavailable");
}

} // namespace
} // namespace dure::node
