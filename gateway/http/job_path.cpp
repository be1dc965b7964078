#include "gateway/http/job_path.hpp"

#include "actors/core/queries.hpp"
#include "gateway/api/job_view.hpp"
#include "gateway/http/catching_up.hpp"

namespace dure::gateway {

checked<job_id> job_in_path(const exchange& e) {
  if (auto id = parse_uuid(e.head.captures.front()))
    return job_id{*id};
  return problem{404, "not_found", "There is no such job.", {}, {}};
}

checked<job> find_job_in_path(exchange& e) {
  auto id = job_in_path(e);
  if (!id)
    return id.error();
  auto found = queries::find_job(e.use.node.view(), *id);
  if (!found && found.error().code == errc::not_found)
    note_missed(e, *id);
  if (!found)
    return absent_job_problem(found.error(), *id, e.use.node.time().now());
  return checked<job>{boost::system::in_place_value, std::move(*found)};
}

} // namespace dure::gateway
