#pragma once

#include "node/handlers/handlers.hpp"
#include "tests/unit/sandbox/sandbox_fixture.hpp"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

namespace dure::node {

inline const std::filesystem::path source_folder = DURE_SOURCE_DIR;
inline const std::filesystem::path sample = source_folder / "deploy/sample/zlib.3.pdf";

/// Returns where the corpora are; they need not be there.
inline std::filesystem::path corpora() {
  const char* named = std::getenv("DURE_CORPORA");
  return named != nullptr ? std::filesystem::path{named} : source_folder / "../shared/corpora";
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// A sandbox with one built-in kind, set up as on a node.
class handlers_fixture : public sandbox_fixture {
protected:
  void open_kind(const std::string& kind, std::uint32_t slots = 2) {
    for (pool_settings& pool : built_in_pools(slots, scratch(), {})) {
      if (pool.kind != kind)
        continue;
      pool.argv.front() = test_program;
      kind_ = kind;
      open(std::move(pool));
    }
    ASSERT_TRUE(sandbox_) << "no built-in handler of kind " << kind;
  }

  handler_task task(std::uint8_t number, std::string params) {
    handler_task made = task_of(number, std::move(params));
    made.kind = kind_;
    return made;
  }

  /// Starts a task with an input file, in a folder of its own.
  void run_file(std::uint8_t number, const std::string& bytes, std::string params = "{}",
                milliseconds hard_timeout = std::chrono::minutes{1}) {
    handler_task made = task(number, std::move(params));
    made.scratch = folder_of(number);
    made.input_file = blob_ref{"", bytes.size(), "a.pdf", "application/pdf"};
    made.hard_timeout = hard_timeout;
    std::filesystem::create_directories(made.scratch / "in");
    std::ofstream{made.scratch / "in/0", std::ios::binary} << bytes;
    run(std::move(made));
  }

  std::filesystem::path folder_of(std::uint8_t number) {
    return scratch() / std::to_string(number);
  }

  nlohmann::json result_of(std::uint8_t number) {
    const handler_end outcome = end_of(number);
    EXPECT_EQ(outcome.end, attempt_end::completed) << code_of(number);
    return nlohmann::json::parse(outcome.result, nullptr, false);
  }

private:
  std::string kind_;
};

} // namespace dure::node
