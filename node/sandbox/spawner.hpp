#pragma once

namespace dure::node {

/// Descriptor on which a spawner process finds its end of the control socket.
inline constexpr int spawner_control_fd = 3;

/// Is the spawner: a process with one thread that makes all handler processes, so that nothing is
/// ever forked from the threaded node. Serves `control_fd` (SOCK_SEQPACKET, spawn_protocol.hpp)
/// until the node closes it, then kills every handler and its descendants, and returns the exit
/// status.
///
///     node ── spawn + descriptors, kill ──► spawner ── fork, limits, exec ──► handler
///          ◄── started pid, exited status ──        ◄── SIGCHLD ──
///
/// Handlers die with the spawner too (PR_SET_PDEATHSIG; sound, as the only thread is the parent).
/// Requires: called first thing in main, before any thread exists.
int spawner_main(int control_fd);

} // namespace dure::node
