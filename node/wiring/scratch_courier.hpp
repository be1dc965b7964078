#pragma once

#include "actors/ports/blobs.hpp"
#include "actors/ports/courier.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

namespace dure::node {

/// The courier of one node: scratch folders below one root, blobs moved by a few threads of its
/// own. Thread-safe. What an earlier life left below the root is removed when it is made.
class scratch_courier final : public courier {
public:
  using kind_test = std::function<bool(std::string_view kind)>;

  /// Fetches from `inputs` and puts into `outputs`, which may be one; both outlive it. `threads` ≥
  /// 1: blobs moved at a time. Folders of kinds that `is_ours` are used again; a command of the
  /// operator's may leave processes behind that go on writing.
  scratch_courier(std::filesystem::path root, blobs& inputs, blobs& outputs, std::size_t threads,
                  kind_test is_ours);

  /// Waits for what is being moved; drops what was not begun.
  ~scratch_courier() override;

  void listen(listener on_message) override;
  void stage(stage_request request) override;
  void keep_artifact(handler_artifact made) override;
  void keep(keep_request request) override;
  void discard(const lease& of) override;

private:
  using chore = std::function<void()>;

  std::filesystem::path folder_of(const lease& of) const;
  result<std::filesystem::path> make_folder(const stage_request& request);
  result<void> make_empty(const std::filesystem::path& folder);
  bool take_spare(const std::filesystem::path& folder);
  void put_away(const std::filesystem::path& folder, bool may_be_kept);
  result<blob_ref> put_artifact(const handler_artifact& made);
  result<job_result> keep_result(const keep_request& request);
  std::optional<result<blob_ref>> keep_log(const keep_request& request);
  void add(chore work);
  void tell(courier_message message);
  void work_off();

  std::filesystem::path root_;
  std::filesystem::path behind_; ///< Beside the root, where no shut-in handler writes.
  kind_test is_ours_;
  blobs& inputs_;
  blobs& outputs_;
  std::shared_mutex tell_mutex_;
  listener tell_; ///< Guarded by `tell_mutex_`, which is shared while it is called.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<chore> chores_;
  std::unordered_set<std::string> kept_after_; ///< Attempts whose folders may be used again.
  std::vector<std::filesystem::path> spares_;  ///< Empty folders of ended attempts.
  std::uint64_t left_ = 0;                     ///< Names what has left `root_`.
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

} // namespace dure::node
