#include "gateway/api/shard_request.hpp"

#include "actors/core/job.hpp"
#include "actors/core/limits.hpp"
#include "gateway/api/json_text.hpp"
#include "gateway/api/object_reader.hpp"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace dure::gateway {

namespace {

using way = shard_mending::way;

std::string command_to_keep_log(const shard_address& at) {
  return "dure shard resolve " + at.queue + " " + std::to_string(at.shard) + " --keep log";
}

std::string message_in_english(const shard_mending& wish, const shard_address& at) {
  switch (wish.how) {
  case way::accept_loss:
    return "All nodes were told: if the log waits for records, it goes on with those that living "
           "nodes have. Records that no living node has are lost: jobs that were acknowledged in "
           "them are gone, and what they changed is as it was before.";
  case way::keep_log:
    return "All nodes were told: each that has halted on this log writes the records of it that it "
           "still keeps to a file in set-aside/ of its data folder and starts anew from the log. "
           "What they alone said is in that file and nowhere else.";
  case way::keep_node:
    return "Node " + wish.node +
           " was told: if it has halted on this log, the log is made anew from what it has. "
           "Records "
           "that only the log or other nodes had are lost to the cluster. The others stand aside "
           "until it leads; those that halt then are resolved with: " +
           command_to_keep_log(at) + " (once it leads, not before).";
  case way::stand_aside:
    break;
  }
  return {};
}

std::string message_in_korean(const shard_mending& wish, const shard_address& at) {
  switch (wish.how) {
  case way::accept_loss:
    return "모든 노드에 알렸습니다. 로그가 기록을 기다리고 있다면 살아 있는 노드의 기록으로 "
           "계속합니다. 살아 있는 노드에 없는 기록은 사라집니다. 그 기록으로 접수된 작업은 "
           "없어지고, 그 기록이 바꾼 내용은 이전 상태로 돌아갑니다.";
  case way::keep_log:
    return "모든 노드에 알렸습니다. 이 로그에서 멈춘 노드는 자신의 기록을 데이터 폴더의 "
           "set-aside/ 파일로 옮기고 로그에서 새로 시작합니다. 그 노드에만 있던 내용은 그 파일에만 "
           "남습니다.";
  case way::keep_node:
    return "노드 " + wish.node +
           "에 알렸습니다. 이 로그에서 멈춘 상태라면 그 노드의 기록으로 로그를 새로 만듭니다. "
           "로그나 다른 노드에만 있던 기록은 사라집니다. 다른 노드는 그 노드가 리더가 될 때까지 "
           "물러나 있습니다. 리더가 된 뒤에 멈추는 노드는 다음 명령으로 해결합니다: " +
           command_to_keep_log(at);
  case way::stand_aside:
    break;
  }
  return {};
}

} // namespace

std::optional<std::uint16_t> parse_shard_number(std::string_view text) {
  std::uint16_t shard = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, shard);
  if (failure != std::errc{} || stopped != end)
    return std::nullopt;
  return shard;
}

std::optional<problem> check_recover_request(std::string_view body) {
  auto value = parse_json(body);
  if (!value)
    return value.error();
  object_reader fields{*value};
  if (!fields.flag("accept_loss").value_or(false))
    fields.reject(
        "accept_loss",
        "Must be true: records of this log that no living node has are lost for ever, and "
        "with them jobs that were acknowledged. Waiting costs nothing if the missing nodes "
        "come back.");
  return fields.finish();
}

checked<shard_mending> parse_resolve_request(std::string_view body) {
  auto value = parse_json(body);
  if (!value)
    return value.error();
  object_reader fields{*value};
  fields.require("keep");
  const auto keep = fields.text("keep", limits::name_bytes_max);
  if (keep && !is_name(*keep))
    fields.reject("keep", "Must be \"log\" or the name of a node.");
  if (auto wrong = fields.finish())
    return *wrong;
  shard_mending wish;
  wish.how = *keep == "log" ? way::keep_log : way::keep_node;
  if (wish.how == way::keep_node)
    wish.node = *keep;
  return checked<shard_mending>{boost::system::in_place_value, std::move(wish)};
}

std::string_view word_of(shard_mending::way how) {
  switch (how) {
  case way::accept_loss:
    return "accept_loss";
  case way::keep_log:
    return "keep_log";
  case way::keep_node:
    return "keep_node";
  case way::stand_aside:
    break;
  }
  return {};
}

std::string message_of(const shard_mending& wish, const shard_address& at, language in) {
  return in == language::korean ? message_in_korean(wish, at) : message_in_english(wish, at);
}

} // namespace dure::gateway
