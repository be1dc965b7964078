#pragma once

#include "actors/core/command.hpp"

#include <string>

namespace dure::test {

inline constexpr log_number example_log{7};

inline job_id example_job(std::uint64_t n) {
  return make_job_id(example_log, timestamp{milliseconds{1'700'000'000'000}}, n);
}

inline command_id example_command(std::uint64_t n) {
  return command_id{make_random_uuid(n, 1)};
}

inline job_spec example_spec(std::uint64_t n, std::string kind = "noop") {
  job_spec spec;
  spec.id = example_job(n);
  spec.kind = std::move(kind);
  spec.queue = "default";
  spec.params = "{}";
  return spec;
}

inline grant example_grant(std::uint64_t n, std::string kind = "noop") {
  return {{example_job(n), 1, epoch_number{1}, "node-1", {}},
          example_spec(n, std::move(kind)),
          timestamp{milliseconds{1'700'000'000'000}}};
}

} // namespace dure::test
