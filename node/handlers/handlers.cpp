#include "node/handlers/handlers.hpp"

#include "node/handlers/document/document_handler.hpp"
#include "node/handlers/noop/noop_handler.hpp"
#include "node/handlers/question/provider_settings.hpp"
#include "node/handlers/question/question_handler.hpp"
#include "node/handlers/sleep/sleep_handler.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace dure::node {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// The sanitizers reserve terabytes of address space.
constexpr bool limits_address_space = false;
#else
constexpr bool limits_address_space = true;
#endif

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

struct built_in {
  std::string_view kind;
  int (*run)();
  std::uint32_t concurrency;
  bool process_per_slot;
  bool needs_files;
  process_limits limits;
  std::uint64_t jobs_max;
  std::uint64_t rss_bytes_max;
};

/// What document.parse is told of the node's environment (document/README.md).
constexpr std::array<const char*, 5> document_variables{
    "DURE_OCR", "DURE_EMBEDDINGS_URL", "DURE_EMBEDDINGS_MODEL", "DURE_EMBEDDINGS_KEY_FILE",
    "DURE_EMBEDDINGS_KEY"};

/// One line for each kind. Memory: document.parse as design.md §7 says; the others hold next to
/// nothing, a limit only ends a leak.
constexpr std::array<built_in, 4> table{{
    {"document.parse",
     run_document,
     1,
     true,
     true,
     {2'048 * mebibyte, 0, 256 * mebibyte, 256},
     1'000,
     512 * mebibyte},
    {"noop",
     run_noop,
     noop_concurrency,
     false,
     false,
     {512 * mebibyte, 0, mebibyte, 64},
     0,
     256 * mebibyte},
    {"question.explain",
     run_question,
     question_concurrency,
     false,
     false,
     {512 * mebibyte, 0, mebibyte, 64},
     0,
     256 * mebibyte},
    {"sleep",
     run_sleep,
     sleep_concurrency,
     false,
     false,
     {512 * mebibyte, 0, mebibyte, 64},
     0,
     256 * mebibyte},
}};

/// Returns those of `names` that are set, as NAME=VALUE.
std::vector<std::string> set_variables(std::span<const char* const> names) {
  std::vector<std::string> found;
  for (const char* name : names)
    if (const char* value = std::getenv(name); value != nullptr)
      found.push_back(std::string{name} + "=" + value);
  return found;
}

/// What asking a provider needs beside what explaining by extracts does.
void let_ask(pool_settings& settings, const question_options& questions) {
  settings.env = to_variables(questions);
  settings.shut_in.no_network = false;
  settings.concurrency_max = std::max(settings.concurrency_max, questions.in_flight);
  settings.limits.open_files += 2ULL * settings.concurrency_max;
  // Threads that resolve names reserve far more than they use.
  if (limits_address_space)
    settings.limits.address_space_bytes = 4'096 * mebibyte;
  // It has nothing to say while it waits for an answer.
  settings.silence = std::max(settings.silence, 2 * milliseconds{questions.timeout});
}

pool_settings settings_of(const built_in& handler, std::uint32_t slots,
                          const std::filesystem::path& scratch) {
  pool_settings settings;
  settings.kind = handler.kind;
  settings.argv = {"/proc/self/exe", "handler", settings.kind};
  settings.processes_max = handler.process_per_slot ? slots : 1;
  settings.concurrency_max = handler.concurrency;
  settings.needs_files = handler.needs_files;
  settings.limits = handler.limits;
  if (!limits_address_space)
    settings.limits.address_space_bytes = 0;
  settings.jobs_max = handler.jobs_max;
  settings.rss_bytes_max = handler.rss_bytes_max;
  // An old kernel must not keep a node from parsing documents.
  settings.shut_in = {true, scratch.string(), true};
  if (handler.run == run_document) {
    settings.env = set_variables(document_variables);
    settings.shut_in.no_network = std::getenv("DURE_EMBEDDINGS_URL") == nullptr;
  }
  return settings;
}

} // namespace

std::vector<pool_settings> built_in_pools(std::uint32_t slots, const std::filesystem::path& scratch,
                                          const question_options& questions) {
  std::vector<pool_settings> pools;
  for (const built_in& handler : table) {
    pools.push_back(settings_of(handler, slots, scratch));
    if (handler.run == run_question && asks_provider(questions))
      let_ask(pools.back(), questions);
  }
  return pools;
}

std::vector<std::string_view> built_in_kinds() {
  std::vector<std::string_view> kinds;
  for (const built_in& handler : table)
    kinds.push_back(handler.kind);
  return kinds;
}

bool is_built_in(std::string_view kind) {
  return std::any_of(table.begin(), table.end(),
                     [kind](const built_in& handler) { return handler.kind == kind; });
}

int run_handler(std::string_view kind) {
  for (const built_in& handler : table)
    if (handler.kind == kind)
      return handler.run();
  std::fprintf(stderr, "there is no built-in handler of kind %.*s\n", static_cast<int>(kind.size()),
               kind.data());
  return 2;
}

} // namespace dure::node
