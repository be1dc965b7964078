#include "actors/core/lookup.hpp"

#include "actors/core/keys.hpp"

namespace dure {

result<job> promised_job(const state_reader& state, const job_id& id) {
  auto row = find_row<job>(state, family::jobs, keys::job(id));
  if (!row)
    return row.error();
  if (!*row)
    return error{errc::corrupt, "job " + to_string(id) + " is named by a row but is not there"};
  return std::move(**row);
}

} // namespace dure
