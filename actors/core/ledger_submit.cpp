#include "actors/core/keys.hpp"
#include "actors/core/ledger_decide.hpp"

#include <algorithm>

namespace dure::ledger {

namespace {

decision taken(const job& j, bool existing) {
  return no_event(job_taken{j.spec.id, j.state, existing, j.version});
}

} // namespace

result<decision> decide_on(const state_reader& state, const submit& c, const context& at) {
  auto own = known_job(state, c.spec.id);
  if (own)
    return taken(*own, false);
  if (own.error().code != errc::not_found)
    return own.error();

  auto other = holder_of_key(state, c.spec);
  if (!other)
    return other.error();
  if (*other)
    return taken(**other, true);

  if (auto room = room_for_one(state, at.log); !room)
    return room.error();

  events::job_submitted e{c.spec,
                          c.spec.run_at > at.now ? job_state::scheduled : job_state::pending};
  e.spec.run_at = std::max(e.spec.run_at, at.now);
  const job_taken reply{c.spec.id, e.state, false, 1};
  return one_event(std::move(e), reply);
}

} // namespace dure::ledger
