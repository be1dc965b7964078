// From the words of a story to commands.

#include "tests/scenarios/story.hpp"

#include <cstdlib>

namespace dure::scenarios {

namespace {

constexpr log_number story_log{1};

std::optional<std::uint64_t> maybe(const sentence& s, const std::string& name) {
  return s.options.contains(name) ? std::optional{s.number(name, 0)} : std::nullopt;
}

} // namespace

blob_ref blob_of(const std::string& word) {
  return {std::string(64, word.empty() ? '0' : word.front()), 1, "", "text/plain"};
}

job_id story::job_named(const std::string& name) {
  const auto made = jobs_.try_emplace(name, make_job_id(story_log, now_, jobs_.size() + 1));
  words_.name(made.first->second, name);
  return made.first->second;
}

lease story::lease_named(const std::string& name) const {
  const auto found = leases_.find(name);
  return found == leases_.end() ? lease{} : found->second;
}

boot_id story::boot_of(const std::string& node) const {
  const auto slash = node.find('/');
  const auto life =
      slash == std::string::npos ? 1 : std::strtoull(node.c_str() + slash + 1, nullptr, 10);
  return boot_id{make_random_uuid(1, life)};
}

submit story::submit_of(const sentence& s) {
  job_spec spec;
  spec.id = job_named(s.thing(0));
  spec.kind = s.option("kind", "noop");
  spec.queue = s.option("queue", "default");
  spec.group = s.option("group");
  spec.unique_key = s.option("key");
  spec.params = "{}";
  spec.priority = static_cast<std::int16_t>(std::atoi(s.option("priority", "0").c_str()));
  if (s.options.contains("in"))
    spec.run_at = now_ + s.span("in");
  spec.max_attempts = static_cast<std::uint16_t>(s.number("attempts", 3));
  const std::chrono::seconds hard{s.number("timeout", 60)};
  spec.timeout = {hard, hard};
  return {spec};
}

/// claim NODE[/LIFE] NAME kind=count…
claim story::claim_of(const sentence& s) {
  const auto node = s.thing(0);
  claim c;
  c.node = node.substr(0, node.find('/'));
  c.boot = boot_of(node);
  c.id.value = make_random_uuid(2, std::hash<std::string>{}(s.thing(1)));
  for (const auto& [kind, jobs] : s.options)
    if (kind != "as")
      c.demands.push_back({kind, static_cast<std::uint32_t>(s.number(kind, 0))});
  return c;
}

fail story::fail_of(const sentence& s) {
  const auto end = s.option("end", "failed");
  fail f;
  f.of = lease_named(s.thing(0));
  f.end = end == "died"        ? attempt_end::died
          : end == "timed_out" ? attempt_end::timed_out
                               : attempt_end::failed;
  f.failure = {s.option("code", "broken"), "", s.option("final", "no") == "no"};
  if (s.options.contains("after"))
    f.retry_not_before = now_ + s.span("after");
  return f;
}

/// make LEASE NAME=letter…
add_artifacts story::artifacts_of(const sentence& s) const {
  add_artifacts made{lease_named(s.thing(0)), {}};
  for (const auto& [name, letter] : s.options)
    made.artifacts.push_back({name, blob_of(letter)});
  return made;
}

configure_queue story::settings_of(const sentence& s) {
  queue_settings q;
  q.version = s.number("version", settings_version_ + 1);
  settings_version_ = std::max(settings_version_, q.version);
  q.paused = s.thing(0) == "paused";
  if (auto most = maybe(s, "concurrency"))
    q.concurrency_max = static_cast<std::uint32_t>(*most);
  q.depth_max = maybe(s, "depth");
  return {q};
}

put_record story::record_of(const sentence& s) const {
  put_record p{s.thing(0), s.thing(1), maybe(s, "expected"), {}};
  if (s.options.contains("for"))
    p.expires_at = now_ + s.span("for");
  return p;
}

/// lose NODE[/LIFE]: every life of the node but this one; without it, all of them.
lose_node story::lost_of(const sentence& s) const {
  const auto node = s.thing(0);
  const auto slash = node.find('/');
  lose_node l{node.substr(0, slash), {}};
  if (slash != std::string::npos)
    l.except = boot_of(node);
  return l;
}

} // namespace dure::scenarios
