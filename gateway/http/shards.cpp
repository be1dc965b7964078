#include "gateway/api/shard_request.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/keyed.hpp"
#include "gateway/http/named_node.hpp"
#include "gateway/http/queue_changes.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace dure::gateway {

namespace {

struct found_shard {
  shard_address at;
  log_number log{};
};

problem no_such_shard() {
  return {404, "not_found", "The queue has no such shard.", {}, {}};
}

/// `control` is no queue, but its log is mended like any other.
checked<found_shard> find_shard(exchange& e) {
  const auto& queue = e.head.captures.front();
  const auto shard = parse_shard_number(e.head.captures.back());
  if (!shard)
    return no_such_shard();
  if (queue == "control" && *shard == 0)
    return found_shard{{queue, 0}, control_log};
  auto q = find_queue(e, queue);
  if (!q)
    return q.error();
  if (*shard >= q->logs.size())
    return no_such_shard();
  return found_shard{{queue, *shard}, q->logs[*shard]};
}

/// Returns why the node's records cannot be put into the log.
std::optional<problem> refuse_to_keep(exchange& e, const std::string& name, log_number log) {
  const auto node = find_heard_node(e, name);
  if (!node)
    return node.error();
  // A node that only follows could put its records into the log, but nobody would lead it then.
  if (node->registered && !node->registered->scheduler)
    return problem{
        409, "never_leads", "That node is no scheduler: it cannot lead the log.", {}, {}};
  const auto replica = node->seen.replicas.find(log);
  if (replica == node->seen.replicas.end() || !replica->second.leads)
    return std::nullopt;
  return problem{409,
                 "leads_already",
                 "That node leads the log: its records are the log's. Nodes that have halted are "
                 "resolved with keep \"log\".",
                 {},
                 {}};
}

checked<response> tell_all_nodes(exchange& e, shard_mending wish) {
  auto found = find_shard(e);
  if (!found)
    return found.error();
  wish.log = found->log;
  if (wish.how == shard_mending::way::keep_node)
    if (auto refused = refuse_to_keep(e, wish.node, wish.log))
      return *refused;
  e.use.node.mend(wish);
  const nlohmann::json told{{"queue", found->at.queue},
                            {"shard", found->at.shard},
                            {"action", word_of(wish.how)},
                            {"message", message_of(wish, found->at, e.head.speaks)}};
  response r;
  r.status = 202;
  r.body = told.dump();
  return checked<response>{boost::system::in_place_value, std::move(r)};
}

} // namespace

handlers::outcome handlers::recover_shard(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto body = co_await read_json(e, e.use.limits.change_bytes);
  if (!body)
    co_return body.error();
  if (auto wrong = check_recover_request(*body))
    co_return *wrong;
  keyed_work work = [&e](id_maker&) -> handlers::outcome {
    shard_mending wish;
    wish.how = shard_mending::way::accept_loss;
    co_return tell_all_nodes(e, std::move(wish));
  };
  auto body_digest = co_await digest_of_body(e, *body);
  co_return co_await once(e, body_digest, std::move(work));
}

handlers::outcome handlers::resolve_shard(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto body = co_await read_json(e, e.use.limits.change_bytes);
  if (!body)
    co_return body.error();
  auto wish = parse_resolve_request(*body);
  if (!wish)
    co_return wish.error();
  keyed_work work = [&e, &wish](id_maker&) -> handlers::outcome {
    co_return tell_all_nodes(e, *wish);
  };
  auto body_digest = co_await digest_of_body(e, *body);
  co_return co_await once(e, body_digest, std::move(work));
}

} // namespace dure::gateway
