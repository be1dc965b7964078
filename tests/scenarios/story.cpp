#include "tests/scenarios/story.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/lookup.hpp"
#include "tests/simulation/invariants.hpp"

#include <cstdlib>
#include <sstream>

namespace dure::scenarios {

namespace {

constexpr log_number story_log{1};

/// Returns a uuid that is the same for the same word.
uuid id_of_word(const std::string& word) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (auto c : word)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return make_random_uuid(hash, hash);
}

sentence parse(const std::string& line) {
  std::istringstream words_in{line};
  sentence s;
  words_in >> s.verb;
  for (std::string word; words_in >> word;) {
    const auto equals = word.find('=');
    if (equals == std::string::npos)
      s.things.push_back(word);
    else
      s.options[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return s;
}

} // namespace

std::string sentence::thing(std::size_t n) const {
  return n < things.size() ? things[n] : std::string{};
}

std::string sentence::option(const std::string& name, std::string otherwise) const {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : found->second;
}

std::uint64_t sentence::number(const std::string& name, std::uint64_t otherwise) const {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : std::strtoull(found->second.c_str(), nullptr, 10);
}

milliseconds sentence::span(const std::string& name) const {
  return parse_span(option(name, "0s"));
}

milliseconds parse_span(const std::string& text) {
  char* unit = nullptr;
  const milliseconds count{std::strtoll(text.c_str(), &unit, 10)};
  const std::map<std::string, int> units{
      {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  const auto found = units.find(unit);
  return found == units.end() ? milliseconds{0} : count * found->second;
}

story::story() : start_{milliseconds{1'700'000'000'000}}, now_{start_}, words_{start_} {}

ledger::context story::at() const {
  return {story_log, epoch_, now_};
}

std::string story::tell(const std::string& line) {
  const auto s = parse(line);
  if (s.verb == "pass")
    return pass(parse_span(s.thing(0)));
  if (s.verb == "epoch") {
    epoch_ = epoch_number{std::strtoull(s.thing(0).c_str(), nullptr, 10)};
    return "";
  }
  if (s.verb == "show")
    return show(job_named(s.thing(0)));
  if (s.verb == "count")
    return count(s);
  if (s.verb == "files")
    return files(job_named(s.thing(0)));
  auto wish = wish_of(s);
  if (!wish)
    return "there is no such command: " + s.verb + "\n";
  const auto name = s.option("as");
  return carry_out(std::move(*wish), name.empty() ? command_id{} : command_id{id_of_word(name)});
}

std::optional<command_body> story::wish_of(const sentence& s) {
  const auto first = s.thing(0);
  if (s.verb == "submit")
    return submit_of(s);
  if (s.verb == "claim")
    return claim_of(s);
  if (s.verb == "complete")
    return complete{lease_named(first), {"{}", {}, {}}, {}, 0};
  if (s.verb == "make")
    return artifacts_of(s);
  if (s.verb == "quote")
    return keep_log{lease_named(first), blob_of(s.thing(1))};
  if (s.verb == "fail")
    return fail_of(s);
  if (s.verb == "release")
    return release{lease_named(first), attempt_end::released, 0};
  if (s.verb == "lose")
    return lost_of(s);
  if (s.verb == "cancel")
    return cancel{job_named(first)};
  if (s.verb == "retry")
    return retry{job_named(first)};
  if (s.verb == "remove")
    return remove{job_named(first)};
  if (s.verb == "priority")
    return reprioritise{job_named(first), static_cast<std::int16_t>(std::atoi(s.thing(1).c_str()))};
  if (s.verb == "reschedule")
    return reschedule{job_named(first), now_ + s.span("in")};
  if (s.verb == "configure")
    return settings_of(s);
  if (s.verb == "put")
    return record_of(s);
  if (s.verb == "delete")
    return delete_record{first, s.options.contains("expected")
                                    ? std::optional{s.number("expected", 0)}
                                    : std::nullopt};
  return std::nullopt;
}

std::string story::carry_out(command_body body, command_id id) {
  auto decided = ledger::decide(state_, {id, "story", std::move(body)}, at());
  if (!decided)
    return "refused: " + std::string{to_string(decided.error().code)} + "\n";
  std::string told;
  overlay changes{state_};
  for (const auto& e : decided->events) {
    told += words_.of(e) + "\n";
    if (auto applied = ledger::apply(changes, e, at()); !applied)
      told += "not applied: " + applied.error().context + "\n";
  }
  state_.write(changes.take());
  for (const auto& sentence : broken_invariants(state_, story_log))
    told += "broken: " + sentence + "\n";
  if (const auto* got = std::get_if<granted>(&decided->reply))
    for (const auto& g : got->grants)
      leases_[words_.of(g.of)] = leases_[words_.of(g.of.job)] = g.of;
  return told + "-> " + words_.of(decided->reply) + "\n";
}

std::string story::pass(milliseconds time) {
  now_ += time;
  std::string told;
  for (int round = 0; round < 100; ++round) {
    auto commands = ledger::due(state_, at(), 100);
    if (!commands)
      return told + "not read: " + commands.error().context + "\n";
    if (commands->empty())
      return told;
    for (auto& body : *commands) {
      auto lines = carry_out(std::move(body), {});
      told += lines.substr(0, lines.find("-> "));
    }
  }
  return told + "there is always more to do\n";
}

std::string story::show(const job_id& id) {
  auto j = find_row<job>(state_, family::jobs, keys::job(id));
  if (!j || !*j)
    return "no such job\n";
  auto told = std::string{to_string((*j)->state)} + " v" + std::to_string((*j)->version) + "\n";
  for (const auto& a : (*j)->attempts)
    told += "#" + std::to_string(a.n) + " on " + a.node + " from " + words_.of(a.started_at) +
            (a.end ? " " + std::string{to_string(*a.end)} + " at " + words_.of(a.ended_at) : "") +
            "\n";
  return told;
}

std::string story::files(const job_id& id) {
  std::string told;
  auto scanned = state_.scan(family::files, keys::files_of(id), scan_order::ascending,
                             [&told](std::string_view key, std::string_view value) {
                               const auto file = keys::parse_file(key);
                               const auto row = decode_row<file_row>(value);
                               if (file && file->as && row)
                                 told += (*file->as == keys::use::log ? "log " : "") +
                                         file->detail + " = " + row->blob.sha256.substr(0, 1) +
                                         "\n";
                               return true;
                             });
  return !scanned ? scanned.error().context : told.empty() ? "none\n" : told;
}

std::string story::count(const sentence& s) {
  auto key = keys::counts_of_log(story_log);
  if (s.options.contains("kind"))
    key = keys::counts_of_kind(story_log, s.option("kind"));
  if (s.options.contains("group"))
    key = keys::counts_of_group(story_log, s.option("group"));
  auto row = row_or_empty<count_row>(state_, family::groups, key);
  if (!row)
    return "not read: " + row.error().context + "\n";
  std::string told;
  for (auto n = 1U; n <= job_state_count; ++n)
    if (const auto jobs = count_of(row->counts, static_cast<job_state>(n)); jobs > 0)
      told += std::to_string(jobs) + " " + std::string{to_string(static_cast<job_state>(n))} + "\n";
  return told.empty() ? "none\n" : told;
}

} // namespace dure::scenarios
