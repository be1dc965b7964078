#pragma once

#include "actors/core/error.hpp"
#include "actors/core/job.hpp"
#include "actors/ports/sandbox.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace dure {

/// Files of one attempt that is about to run.
struct stage_request {
  lease of;
  std::optional<blob_ref> input; ///< Comes to lie at <scratch>/in/0.
};

/// What an attempt left, to be kept before it is reported as completed.
struct keep_request {
  lease of;
  std::string result; ///< JSON text of any size.
  std::vector<handler_artifact> artifacts;
};

struct staged_files {
  lease of;
  result<std::filesystem::path> scratch;
};

struct kept_files {
  lease of;
  result<job_result> outcome; ///< Large JSON and artifacts are blobs now.
};

using courier_message = std::variant<staged_files, kept_files>;

/// Carries files between the blob store and the scratch folders of attempts. Every call returns at
/// once; what comes of it is told to the listener on a thread of the courier, which must only pass
/// it on. Thread-safe.
class courier {
public:
  using listener = std::function<void(courier_message)>;

  virtual ~courier() = default;

  virtual void listen(listener on_message) = 0;

  /// Makes the attempt's scratch folder, with the input in it. Answered by staged_files.
  virtual void stage(stage_request request) = 0;

  /// Moves what is too large for a row into the blob store. Answered by kept_files.
  virtual void keep(keep_request request) = 0;

  /// Removes the attempt's scratch folder. Not answered.
  virtual void discard(const lease& of) = 0;
};

} // namespace dure
