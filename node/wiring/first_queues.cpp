#include "node/wiring/first_queues.hpp"

#include "actors/core/question.hpp"
#include "gateway/api/queue_json.hpp"
#include "node/wiring/provider_limits.hpp"

#include <string>
#include <utility>

namespace dure::node {

std::vector<first_queue> first_queues(const question_options& questions) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> wanted{
      {"documents", {"document.parse"}},
      {"questions", {"question.explain"}},
      {"datasets",
       {"dataset.eda", "dataset.image_analysis", "dataset.clustering", "dataset.drift"}},
      {"default", {}},
  };
  std::vector<first_queue> queues;
  std::uint16_t log = 1;
  for (const auto& [name, kinds] : wanted) {
    queue_definition definition{name, {log_number{log++}}, kinds, {}};
    if (name == questions_queue)
      definition.settings = within_provider_limits(definition.settings, questions);
    queues.push_back(
        {name, {gateway::queue_record_key(name), gateway::to_json_text(definition), 0, {}}});
  }
  return queues;
}

} // namespace dure::node
