#include "node/sandbox/handler_main.hpp"
#include "node/sandbox/spawner.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <unistd.h>

// Run as `spawner`, or as `handler CONCURRENCY`: a handler of kind `test` that does what
// params.do says, good or bad.

namespace {

using namespace dure::node;

void write_raw(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (sent <= 0)
      return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

class test_handler final : public handler {
public:
  void start(handler_job job, handler_session& session) override {
    const std::string act = job.params.value("do", "echo");
    if (act == "echo")
      session.result(job, job.params.dump());
    else if (act == "wait")
      waiting_.push_back(std::move(job));
    else if (act == "file")
      leave_file(job, session);
    else if (act == "fail")
      session.error(job, {"no_good", "It is no good.", false});
    else if (act == "pay")
      session.result(job, "{}", {{10, 3, 55}, {9, 800}, false});
    else if (act == "lose")
      session.error(job, {"lost", "Nobody answered.", true}, {{}, {}, true},
                    dure::milliseconds{1'500});
    else
      misbehave(act, job, session);
  }

  void cancel(std::string_view id, handler_session& session) override {
    std::erase_if(waiting_, [&](const handler_job& job) {
      if (job.id != id)
        return false;
      session.error(job, {"cancelled", "stopped", false});
      return true;
    });
  }

private:
  static void leave_file(const handler_job& job, handler_session& session) {
    std::ofstream{job.scratch / "found.txt"} << "found";
    session.progress(job, 1, 2, "half", "half way");
    session.log(job, "info", "a file was made");
    session.artifact(job, "text", job.params.value("path", "found.txt"), "text/plain");
    session.result(job, R"({"done":true})");
  }

  static void misbehave(const std::string& act, const handler_job& job, handler_session& session) {
    if (act == "garbage") {
      write_raw("this is no JSON\n");
    } else if (act == "stranger") {
      handler_job other = job;
      other.attempt = 999;
      session.result(other, "{}");
    } else if (act == "huge_line") {
      write_raw(std::string(4 << 20, 'x'));
    } else if (act == "huge_result") {
      session.result(job, "\"" + std::string(300'000, 'x') + "\"");
    } else if (act == "exit") {
      ::_exit(job.params.value("status", 0));
    } else if (act == "crash") {
      std::cerr << "about to crash" << std::endl;
      ::signal(SIGSEGV, SIG_DFL);
      ::raise(SIGSEGV);
    } else if (act == "answer_and_exit") {
      session.result(job, "{}");
      session.flush();
      ::_exit(0);
    } else if (act == "deaf") {
      for (;;)
        ::pause();
    }
  }

  std::vector<handler_job> waiting_;
};

} // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "spawner")
    return spawner_main(spawner_control_fd);
  if (mode != "handler" || argc < 3)
    return 2;
  test_handler works;
  return handler_main(works, {"test"}, static_cast<std::uint32_t>(std::atoi(argv[2])));
}
