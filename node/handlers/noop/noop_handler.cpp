#include "node/handlers/noop/noop_handler.hpp"

#include "node/sandbox/handler_main.hpp"

namespace dure::node {

namespace {

class noop_handler final : public handler {
public:
  void start(handler_job job, handler_session& session) override { session.result(job, "{}"); }
};

} // namespace

int run_noop() {
  noop_handler works;
  return handler_main(works, {"noop"}, noop_concurrency);
}

} // namespace dure::node
