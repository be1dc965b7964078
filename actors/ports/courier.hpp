#pragma once

#include "actors/core/error.hpp"
#include "actors/core/job.hpp"
#include "actors/ports/log_channel.hpp"
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
  std::string kind;
  std::optional<blob_ref> input; ///< Comes to lie at <scratch>/in/0.
};

/// What an attempt leaves when it is over, to be kept before it is reported.
struct keep_request {
  lease of;
  std::string result;            ///< JSON text of any size.
  std::vector<job_log_line> log; ///< Empty: it said nothing.
};

struct staged_files {
  lease of;
  result<std::filesystem::path> scratch;
};

struct kept_artifact {
  handler_artifact made;
  result<blob_ref> kept;
};

struct kept_files {
  lease of;
  result<job_result> outcome;          ///< Large JSON is a blob now.
  std::optional<result<blob_ref>> log; ///< When there was one.
};

using courier_message = std::variant<staged_files, kept_artifact, kept_files>;

/// Carries files between the blob store and the scratch folders of attempts. Every call returns at
/// once; what comes of it is told to the listener on a thread of the courier, which must only pass
/// it on. Thread-safe.
class courier {
public:
  using listener = std::function<void(courier_message)>;

  virtual ~courier() = default;

  /// Takes the place of the listener before, which is not called any more when this returns. An
  /// empty one hears nothing. Must not be called by a listener.
  virtual void listen(listener on_message) = 0;

  /// Makes the attempt's scratch folder, with the input in it. Answered by staged_files.
  virtual void stage(stage_request request) = 0;

  /// Moves a file that an attempt has made into the blob store. Answered by kept_artifact.
  virtual void keep_artifact(handler_artifact made) = 0;

  /// Moves what is too large for a row into the blob store. Answered by kept_files.
  virtual void keep(keep_request request) = 0;

  /// Removes the attempt's scratch folder. Not answered.
  virtual void discard(const lease& of) = 0;
};

} // namespace dure
