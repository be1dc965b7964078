#pragma once

#include "actors/core/job.hpp"
#include "actors/core/state.hpp"

#include <vector>

/// The rows of what attempts leave: artifacts and what was said, in families `files` and
/// `blob_uses`. They are kept beside the job's row, which so stays small however many there are.
/// Inside the ledger only.
namespace dure::ledger {

/// Puts artifacts; one with a known name takes the older one's place. Costs O(artifacts).
result<void> put_artifacts(overlay& state, const job_id& id, const std::vector<artifact>& added);

/// Puts what an attempt said in the place of what it said before.
result<void> put_log(overlay& state, const job_id& id, std::uint16_t attempt, const blob_ref& said);

/// Takes a job's artifacts out. One look when it has none, else O(artifacts).
result<void> drop_artifacts(overlay& state, const job_id& id);

/// Takes out what an attempt said.
result<void> drop_log(overlay& state, const job_id& id, std::uint16_t attempt);

/// Takes out all that the job's attempts left. Costs O(files).
result<void> drop_files(overlay& state, const job_id& id);

} // namespace dure::ledger
