#pragma once

#include "actors/core/ids.hpp"
#include "node/blobs/blob_cache.hpp"
#include "node/blobs/cached_blobs.hpp"
#include "node/blobs/nats_blobs.hpp"
#include "node/config/node_options.hpp"
#include "node/journal/nats_bus.hpp"
#include "node/journal/nats_connection.hpp"
#include "node/journal/nats_journal.hpp"
#include "node/journal/nats_log_lines.hpp"
#include "node/journal/nats_progress.hpp"
#include "node/journal/nats_server_child.hpp"
#include "node/journal/nats_shard_channel.hpp"
#include "node/sandbox/process_sandbox.hpp"
#include "node/snapshots/stored_snapshots.hpp"
#include "node/store/rocks_store.hpp"
#include "node/wiring/data_folder.hpp"
#include "node/wiring/json_log.hpp"
#include "node/wiring/scratch_courier.hpp"
#include "node/wiring/store_quarantine.hpp"
#include "node/wiring/system_clock.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace dure::node {

/// Everything of a node that is not an actor and not the gateway. What a member refers
/// to stands before it. One owner.
struct node_services {
  node_options options;
  system_clock time;
  boot_id boot;
  std::unique_ptr<data_folder> folder;
  std::unique_ptr<json_log> log;
  std::unique_ptr<nats_server_child> server; ///< Null with an outside NATS.
  std::unique_ptr<nats_connection> connection;
  std::unique_ptr<nats_connection> files_connection; ///< Bulk must not stand in the way of appends.
  std::unique_ptr<nats_journal_source> journals;
  std::unique_ptr<nats_shard_channels> channels; ///< Null with an own nats-server: no other nodes.
  std::unique_ptr<nats_bus> messages;
  std::unique_ptr<nats_progress> progress;
  std::unique_ptr<nats_log_lines> lines;
  std::unique_ptr<rocks_store> rows;
  std::unique_ptr<nats_blobs> files;
  std::unique_ptr<blob_cache> copies;
  std::unique_ptr<cached_blobs> copied_files; ///< `files`, kept in `copies` too.
  std::unique_ptr<stored_snapshots> states;
  std::unique_ptr<process_sandbox> handlers; ///< Null without the worker role.
  std::unique_ptr<scratch_courier> courier;  ///< Likewise.

  /// Opens all of it, or answers with what to tell the operator.
  static result<std::unique_ptr<node_services>> open(const node_options& options,
                                                     store_trust trust = store_trust::trusted);

  /// Returns the name of the bucket that keeps the cluster's files.
  std::string bucket() const { return "dure-" + options.cluster; }

  /// Kills the children at once, without waiting: nothing is left running when the process ends
  /// now.
  void abandon();
};

} // namespace dure::node
