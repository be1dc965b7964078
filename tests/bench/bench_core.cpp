// What the rules and the codec cost per job and per event. Figures are per item; the reference is a
// copy of a spec.

#include "actors/core/ledger.hpp"
#include "actors/core/record_codec.hpp"

#include <benchmark/benchmark.h>
#include <cstdint>
#include <utility>
#include <vector>

namespace {

using namespace dure;

constexpr log_number log_one{1};
constexpr timestamp now{milliseconds{1'700'000'000'000}};
const ledger::context at{log_one, epoch_number{1}, now};

job_spec make_spec(std::uint64_t random) {
  job_spec spec;
  spec.id = make_job_id(log_one, now, random * 0x9e3779b97f4a7c15ULL);
  spec.kind = "noop";
  spec.queue = "default";
  spec.params = "{}";
  return spec;
}

record make_record(std::size_t jobs) {
  record r;
  r.log = log_one;
  r.epoch = epoch_number{1};
  r.node = "node-1";
  r.index = journal_index{7};
  r.time = now;
  for (std::size_t i = 0; i < jobs; ++i)
    r.entries.push_back({command_id{make_random_uuid(i, i)},
                         "bench",
                         {events::job_submitted{make_spec(i), job_state::pending}}});
  return r;
}

void copy_spec(benchmark::State& state) {
  const auto spec = make_spec(1);
  for (auto _ : state) {
    auto copy = spec;
    benchmark::DoNotOptimize(copy);
  }
  state.SetItemsProcessed(state.iterations());
}

void encode_record(benchmark::State& state) {
  const auto r = make_record(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state)
    benchmark::DoNotOptimize(encode(r));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void decode_record_of(benchmark::State& state) {
  const auto bytes = encode(make_record(static_cast<std::size_t>(state.range(0)))).bytes;
  for (auto _ : state)
    benchmark::DoNotOptimize(decode_record(bytes));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

/// Decides and applies one command; ends the benchmark if it is refused.
answer does(overlay& state, command_body body, std::uint64_t n) {
  const command c{command_id{make_random_uuid(n, n)}, "bench", std::move(body)};
  auto decided = ledger::decide(state, c, at);
  DURE_CHECK(decided);
  for (const auto& e : decided->events)
    DURE_CHECK(ledger::apply(state, e, at));
  return decided->reply;
}

/// The whole life of a no-op job: submit, lease, complete, in batches as the leader sees them.
void whole_life(benchmark::State& state) {
  const auto batch = static_cast<std::uint64_t>(state.range(0));
  memory_state rows;
  std::uint64_t n = 1;
  for (auto _ : state) {
    overlay building{rows};
    for (std::uint64_t i = 0; i < batch; ++i, ++n)
      does(building, submit{make_spec(n)}, n);
    const claim wish{claim_id{make_random_uuid(n, 1)},
                     "node-1",
                     boot_id{make_random_uuid(1, 1)},
                     {{"noop", static_cast<std::uint32_t>(batch)}}};
    const auto leases = std::get<granted>(does(building, wish, ++n));
    for (const auto& grant : leases.grants)
      does(building, complete{grant.of, {"{}", {}, {}}, {}, 0}, ++n);
    rows.write(building.take());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(copy_spec);
BENCHMARK(encode_record)->Arg(1)->Arg(1'000);
BENCHMARK(decode_record_of)->Arg(1)->Arg(1'000);
BENCHMARK(whole_life)->Arg(1)->Arg(500);

} // namespace

BENCHMARK_MAIN();
