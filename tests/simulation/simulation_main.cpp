/// simulation --seed N | --seeds A..B   runs the cluster in a box; one seed alone is traced. See
/// README.md.
#include "tests/simulation/world.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

using namespace dure::simulation;

namespace {

/// From this many seeds on, every situation must have been met.
constexpr std::uint64_t seeds_for_every_situation = 1'000;

struct seed_range {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};

std::optional<seed_range> parse(int count, char** words) {
  if (count != 3)
    return std::nullopt;
  char* end = nullptr;
  auto first = std::strtoull(words[2], &end, 10);
  if (std::strcmp(words[1], "--seed") == 0 && *end == '\0')
    return seed_range{first, first};
  if (std::strcmp(words[1], "--seeds") != 0 || std::strncmp(end, "..", 2) != 0)
    return std::nullopt;
  auto last = std::strtoull(end + 2, &end, 10);
  return *end == '\0' && first <= last ? std::optional{seed_range{first, last}} : std::nullopt;
}

/// Prints how often each situation was met; returns whether none is missing.
bool print(const reached& met) {
  auto complete = true;
  for (std::size_t i = 0; i < situation_count; ++i) {
    auto s = static_cast<situation>(i);
    std::printf("%9llu  %s\n", static_cast<unsigned long long>(met.times(s)),
                std::string{to_string(s)}.c_str());
    complete = complete && met.times(s) > 0;
  }
  return complete;
}

} // namespace

int main(int count, char** words) {
  auto seeds = parse(count, words);
  if (!seeds) {
    std::fprintf(stderr, "usage: %s --seed N | --seeds A..B\n", words[0]);
    return 2;
  }
  reached met;
  for (auto seed = seeds->first; seed <= seeds->last; ++seed) {
    world w{seed, seeds->first == seeds->last};
    auto broken = w.run();
    met.add(w.met());
    if (broken.empty())
      continue;
    std::printf("seed %llu: %s\nreplay: %s --seed %llu\n", static_cast<unsigned long long>(seed),
                broken.c_str(), words[0], static_cast<unsigned long long>(seed));
    return 1;
  }
  auto complete = print(met);
  auto enough = seeds->last - seeds->first + 1 >= seeds_for_every_situation;
  if (enough && !complete)
    std::printf("a situation was never met: these seeds prove nothing about it\n");
  return enough && !complete ? 1 : 0;
}
