#include "node/sandbox/handler_start.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dure::node {

std::vector<std::string> handler_environment(const pool_settings& settings) {
  auto env = settings.env;
  for (const std::string variable :
       {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "TMPDIR=/tmp"}) {
    const auto name = variable.substr(0, variable.find('=') + 1);
    if (std::none_of(env.begin(), env.end(), [&](const auto& v) { return v.starts_with(name); }))
      env.push_back(variable);
  }
  return env;
}

result<handler_channels> make_handler_channels() {
  int stdio[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stdio) != 0)
    return error{errc::io_failed, "a socket pair for a handler"};
  owned_fd ours{stdio[0]};
  owned_fd theirs{stdio[1]};
  int complaints[2];
  if (::pipe2(complaints, O_CLOEXEC) != 0)
    return error{errc::io_failed, "a pipe for a handler"};
  ::fcntl(complaints[0], F_SETFL, O_NONBLOCK);
  return handler_channels{std::move(ours), std::move(theirs), owned_fd{complaints[0]},
                          owned_fd{complaints[1]}};
}

} // namespace dure::node
