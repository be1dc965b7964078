#include "node/handlers/handlers.hpp"
#include "node/sandbox/spawner.hpp"

#include <string_view>

// Run as `spawner` or `handler KIND`, like `dure` itself.
int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "spawner")
    return dure::node::spawner_main(dure::node::spawner_control_fd);
  return argc > 2 ? dure::node::run_handler(argv[2]) : 2;
}
