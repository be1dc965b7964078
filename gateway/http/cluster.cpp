#include "gateway/api/cluster_view.hpp"
#include "gateway/api/node_directory.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/keyed.hpp"
#include "gateway/http/named_node.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

response to_reply(const nlohmann::json& body, int status = 200) {
  response r;
  r.status = status;
  r.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return r;
}

checked<response> ask_to_end(exchange& e) {
  const auto& name = e.head.captures.front();
  if (auto found = find_heard_node(e, name); !found)
    return found.error();
  e.use.node.drain(name);
  return to_reply({{"name", name}, {"state", "draining"}}, 202);
}

} // namespace

checked<named_node> find_heard_node(exchange& e, const std::string& name) {
  const auto seen = e.use.node.nodes();
  const auto* node = find_node(seen, name);
  auto registered = read_nodes(e.use.node.view());
  if (!registered)
    return to_problem(registered.error());
  const auto record = std::find_if(registered->begin(), registered->end(),
                                   [&](const auto& one) { return one.name == name; });
  const bool has_record = record != registered->end();
  if (!node && !has_record)
    return problem{404, "no_such_node", "There is no node of that name.", {}, {}};
  if (!node || !node->is_alive())
    return problem{
        409, "node_silent", "Nothing is heard of that node: it cannot be asked.", {}, {}};
  named_node found{*node, {}};
  if (has_record)
    found.registered = std::move(*record);
  return checked<named_node>{boost::system::in_place_value, std::move(found)};
}

handlers::outcome handlers::list_nodes(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto registered = read_nodes(e.use.node.view());
  if (!registered)
    co_return to_problem(registered.error());
  co_return to_reply(to_nodes_json(*registered, e.use.node.nodes()));
}

handlers::outcome handlers::list_shards(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  const auto& view = e.use.node.view();
  auto directory = queue_directory::read(view);
  if (!directory)
    co_return to_problem(directory.error());
  auto shards = to_shards_json(view, *directory, e.use.node.nodes());
  if (!shards)
    co_return to_problem(shards.error());
  co_return to_reply(*shards);
}

handlers::outcome handlers::drain_node(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto body = co_await read_json(e, e.use.limits.change_bytes);
  if (!body)
    co_return body.error();
  auto body_digest = co_await digest_of_body(e, *body);
  keyed_work work = [&e](id_maker&) -> handlers::outcome { co_return ask_to_end(e); };
  co_return co_await once(e, body_digest, std::move(work));
}

} // namespace dure::gateway
