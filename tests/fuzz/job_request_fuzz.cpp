/// Any bytes as the body of POST /api/v1/jobs, as JSON and as lines of it. What is taken must keep
/// to the limits; what is refused must be a 4xx that can be told.
#include "gateway/api/job_request.hpp"

#include <cstdint>
#include <string_view>

using namespace dure;
using namespace dure::gateway;

namespace {

void check(const problem& p) {
  DURE_CHECK(p.status >= 400 && p.status < 500);
  DURE_CHECK(!p.code.empty() && !to_json_text(p, "/").empty());
}

void check(const job_spec& spec) {
  DURE_CHECK(is_name(spec.kind));
  DURE_CHECK(spec.params.size() <= limits::inline_json_bytes_max && spec.params.front() == '{');
  DURE_CHECK(spec.priority >= limits::priority_min && spec.priority <= limits::priority_max);
  DURE_CHECK(spec.timeout.soft <= spec.timeout.hard);
}

void check_batch(std::string_view body, bool lines) {
  auto batch = parse_job_batch(body, lines);
  if (!batch) {
    check(batch.error());
    return;
  }
  for (const auto& one : batch->jobs) {
    if (one)
      check(*one);
    else
      check(one.error());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view body{reinterpret_cast<const char*>(bytes), size};
  check_batch(body, false);
  check_batch(body, true);
  return 0;
}
